import type { ReportFacts } from './report.ts';

interface Table {
  head: string[];
  rows: string[][];
}

/** The same content twice: Markdown to paste into an issue, HTML to read. Japanese first, English beside it. */
export function renderMarkdown(facts: ReportFacts): string {
  const parts = sections(facts).map((section) => {
    const lines = [`## ${section.title}`, '', ...section.text.map((text) => `${text}\n`)];
    if (section.image) lines.push(`![${section.title}](${section.image.file})`, '');
    if (section.table) lines.push(markdownTable(section.table), '');
    for (const sample of section.quotes ?? [])
      lines.push(`> **${oneLine(sample.prompt)}**${oneLine(sample.text)}`, '');
    return lines.join('\n');
  });
  return `# ${title(facts)}\n\n${parts.join('\n')}`;
}

export function renderHtml(facts: ReportFacts): string {
  const parts = sections(facts).map(
    (section) => `<section><h2>${escapeHtml(section.title)}</h2>
${section.text.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${section.image ? `<figure>${section.image.svg}</figure>` : ''}
${section.table ? htmlTable(section.table) : ''}
${(section.quotes ?? []).map((sample) => `<blockquote><b>${escapeHtml(sample.prompt)}</b>${escapeHtml(sample.text)}</blockquote>`).join('\n')}
</section>`,
  );
  return `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(title(facts))}</title><style>${style}</style></head>
<body><main><header><p class="mark">集い</p><h1>${escapeHtml(title(facts))}</h1></header>${parts.join('\n')}</main></body></html>
`;
}

interface Section {
  title: string;
  text: string[];
  image?: { file: string; svg: string };
  table?: Table;
  quotes?: { prompt: string; text: string }[];
}

function title(facts: ReportFacts): string {
  return `提案からモデルまで / From a proposal to a model: ${facts.played.run.title}`;
}

function sections(facts: ReportFacts): Section[] {
  const { played, bitsPerByte, model } = facts;
  const stats = model.manifest.stats;
  const own = bitsPerByte['Tsudoi model']!;
  return [
    {
      title: '結果 / Result',
      text: [
        `評価用文書でのバイト当たりビット数は ${own.toFixed(3)}。gzip -9 は ${bitsPerByte['gzip -9']!.toFixed(3)}、バイト5-gramは ${bitsPerByte['byte 5-gram']!.toFixed(3)} です。`,
        `On held-out documents the model needs ${own.toFixed(3)} bits per byte; gzip -9 needs ${bitsPerByte['gzip -9']!.toFixed(3)} and a byte 5-gram ${bitsPerByte['byte 5-gram']!.toFixed(3)}. A token 5-gram with Kneser-Ney smoothing, a much stronger baseline, needs ${bitsPerByte['token 5-gram (Kneser-Ney)']!.toFixed(3)}.`,
      ],
      image: { file: 'bits-per-byte.svg', svg: facts.charts.bitsPerByte },
    },
    {
      title: '学習 / Training',
      text: [
        `${format(stats.parameters)} parameters, ${format(stats.steps)} steps, ${format(stats.tokens)} tokens; the card was registered before the run started and a supervisor approved the start.`,
      ],
      image: { file: 'loss.svg', svg: facts.charts.loss },
    },
    {
      title: '文書のゆくえ / What became of the documents',
      text: [
        '文書ごとに、最初に落ちたフィルターが記録されています。 Each dropped document keeps the first filter it failed.',
      ],
      table: {
        head: ['source', 'documents', 'kept', 'first filter failed'],
        rows: facts.filters.map((row) => [row.source, format(row.total), format(row.kept), row.dropped]),
      },
    },
    {
      title: 'ライセンスと系譜 / Licence and lineage',
      text: [
        `Licences that went in: ${model.manifest.licence.expressions.join('; ')}`,
        `Allowed: ${rights(model.manifest.licence.rights)}. Obligations: ${model.manifest.licence.obligations.map((o) => `${o.rule} (${o.licence})`).join(', ') || 'none'}.`,
        played.refused
          ? `Refused on the way: ${played.refused.title} under ${played.refused.licence}, by rule "${played.refused.rule}".`
          : 'No proposal was refused.',
      ],
      table: {
        head: ['from', 'to'],
        rows: facts.lineage.edges.map((edge) => [nodeName(facts, edge.from), nodeName(facts, edge.to)]),
      },
    },
    {
      title: '生成例 / Samples',
      text: ['小さなモデルの、選ばずに載せた出力です。 Output of a very small model, not selected.'],
      quotes: facts.samples,
    },
    {
      title: '所要時間 / Time',
      text: [`${facts.seconds.toFixed(0)} s in all.`],
      table: {
        head: ['stage', 'seconds'],
        rows: played.timings.map(({ stage, seconds }) => [stage, seconds.toFixed(1)]),
      },
    },
    {
      title: 'つづき / Go on',
      text: [`${facts.url}/artifacts/${model.artifactId}`, `${facts.url}/runs/${played.run.runId}`],
    },
  ];
}

function nodeName(facts: ReportFacts, id: string): string {
  const node = facts.lineage.nodes.find((candidate) => candidate.id === id);
  if (!node) return id;
  return node.kind === 'source' ? `${node.title} (${node.licence})` : `${node.artifactKind}: ${node.title}`;
}

function rights(allowed: Record<string, boolean>): string {
  return (
    Object.keys(allowed)
      .filter((right) => allowed[right])
      .join(', ') || 'nothing'
  );
}

function format(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/([*_`|<>[\]])/g, '\\$1');
}

function markdownTable({ head, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function htmlTable({ head, rows }: Table): string {
  const cells = (tag: string, row: string[]) =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}

const style = `
:root{--ink:#1c2127;--soft:#5b6670;--line:#dde2e6;--paper:#fbfaf7;--accent:#a63d2f}
@media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--soft:#a4adb5;--line:#353b41;--paper:#16191c;--accent:#e58a7b}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.8 "Hiragino Sans","Noto Sans JP","IPAGothic",system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:3rem 1.25rem}
.mark{color:var(--accent);letter-spacing:.3em;margin:0}
h1{font-size:1.6rem;line-height:1.4;margin:.25rem 0 2rem}
h2{font-size:1.15rem;margin:2.5rem 0 .5rem;border-top:1px solid var(--line);padding-top:1.5rem}
figure{margin:1rem 0}figure svg{width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;display:block;overflow-x:auto}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
blockquote{margin:.75rem 0;padding:.5rem 1rem;border-left:3px solid var(--accent);white-space:pre-wrap;overflow-wrap:anywhere}
p{overflow-wrap:anywhere}
`;
