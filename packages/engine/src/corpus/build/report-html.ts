import type { Timing } from './build.ts';
import type { CorpusManifest } from './manifest.ts';
import { type ReportTable, reportTables } from './report-tables.ts';
import { japanese } from './report-words.ts';

/** The report of a build as one page without scripts; it follows the reader's light or dark colours. */
export function htmlReport(manifest: CorpusManifest, timings: readonly Timing[]): string {
  const { title, description } = manifest;
  return `<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title.ja)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeHtml(title.ja)} <small lang="en">${escapeHtml(title.en)}</small></h1>
<p>${escapeHtml(description.ja)}</p>
<p lang="en">${escapeHtml(description.en)}</p>
${reportTables(manifest, timings).map(section).join('\n')}
</body>
</html>
`;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-size:.9rem}th,td{padding:.2rem .7rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}div{overflow-x:auto}small{font-weight:normal;opacity:.8}th small{display:block;font-size:.75rem}@media(max-width:40rem){table{font-size:.8rem}}`;

function section({ title, note, head, rows }: ReportTable): string {
  const isFigure = head.map((_, i) => rows.every((row) => typeof row[i] === 'number'));
  const attribute = (i: number) => (isFigure[i] ? ' class="n"' : '');
  const cells = (row: readonly (string | number)[]) =>
    row.map((value, i) => `<td${attribute(i)}>${format(value)}</td>`).join('');
  return `<h2>${escapeHtml(title)}</h2>
${note ? `<p>${escapeHtml(note.ja)}<br><span lang="en">${escapeHtml(note.en)}</span></p>` : ''}
<div tabindex="0"><table><thead><tr>${head.map((name, i) => `<th scope="col"${attribute(i)}>${inTwo(name)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table></div>`;
}

/** A word of ours with its Japanese below; names of sources and files stay as they are. */
const inTwo = (name: string) =>
  `<span lang="en">${escapeHtml(name)}</span>${japanese[name] ? `<small>${japanese[name]}</small>` : ''}`;

const format = (value: string | number) =>
  typeof value === 'number' ? value.toLocaleString('en') : escapeHtml(value);

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
