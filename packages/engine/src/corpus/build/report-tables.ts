import type { Timing } from './build.ts';
import type { CorpusManifest, ManifestReason } from './manifest.ts';

/** What stands under a heading, in both languages. */
export interface Note {
  ja: string;
  en: string;
}

/** A table of the report; the first column is text, the others are figures unless they say otherwise. */
export interface ReportTable {
  title: string;
  note?: Note;
  head: string[];
  rows: (string | number)[][];
}

const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(2));

/** What the reports show, the same in Markdown and in HTML; headings in both languages. */
export function reportTables(manifest: CorpusManifest, timings: readonly Timing[]): ReportTable[] {
  return [
    stagesTable(manifest),
    ...manifest.stages.slice(1).map(reasonsTable),
    sourcesTable(manifest),
    clustersTable(manifest),
    countsTable(manifest),
    ...manifest.mixtures.map(mixtureTable),
    shardsTable(manifest),
    tokenizerTable(manifest),
    {
      title: 'Time of this run / 今回の時間',
      note: {
        ja: '済んでいた手順にはほとんど時間がかかりません。',
        en: 'Steps that were found done take next to no time.',
      },
      head: ['Step', 'Seconds', 'CPU seconds'],
      rows: timings.map(({ step, seconds, cpuSeconds }) => [step, seconds, cpuSeconds]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

function stagesTable({ stages }: CorpusManifest): ReportTable {
  return {
    title: 'From stage to stage / 段階ごとの推移',
    head: ['Stage', 'Documents before', 'Documents after', 'Left out', 'MB after'],
    rows: stages.map(({ name, before, after }) => [
      ...[
        name,
        before.documents,
        after.documents,
        before.documents - after.documents,
        megabytes(after.bytes),
      ],
    ]),
  };
}

function reasonsTable({ name, reasons, figures }: CorpusManifest['stages'][number]): ReportTable {
  const empty = figures.emptyLists;
  return {
    title: `${name}: what left and why / 除かれた文書と理由`,
    note: {
      ja: `文書は、最初に満たさなかった規則で数えます。${empty ? `語が一つもなく、すべてを通す語のリスト: ${empty}。` : ''}`,
      en: `A document counts at the first rule it failed.${empty ? ` Word lists without a word, which pass everything: ${empty}.` : ''}`,
    },
    head: ['Rule', 'Language', 'Bounds', 'Documents out', 'Documents changed'],
    rows: reasons.map((each) => [
      ruleOf(each),
      each.language ?? 'all',
      boundsOf(each.params),
      each.documents,
      each.changed,
    ]),
  };
}

const ruleOf = ({ reason, list }: ManifestReason) => (list ? `${reason} (${list})` : reason);

const boundsOf = (params: Record<string, number>) =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function sourcesTable({ sources, stages }: CorpusManifest): ReportTable {
  return {
    title: 'Sources: documents after each stage / 資料ごとの文書数',
    head: ['Source', 'Licence', ...stages.map(({ name }) => name), 'MB in the end'],
    rows: sources.map(({ id, licence }) => [
      ...[id, licence, ...stages.map(({ bySource }) => bySource[id]?.documents ?? 0)],
      megabytes(stages.at(-1)?.bySource[id]?.bytes ?? 0),
    ]),
  };
}

function clustersTable({ stages }: CorpusManifest): ReportTable {
  const figures = stages.find(({ name }) => name === 'dedup')?.figures ?? {};
  const sizes = Object.entries(figures).flatMap(([key, count]) => {
    const [, size] = /^clustersOfSize\.(\d+)$/.exec(key) ?? [];
    return size ? [[Number(size), Number(count)] as const] : [];
  });
  const { removedInSource: inside = 0, removedAcross: across = 0 } = figures;
  return {
    title: 'Clusters of duplicates / 重複のまとまり',
    note: {
      ja: `除いた文書は、同じ資料の中で ${inside}、資料をまたいで ${across}。`,
      en: `${inside} documents removed inside their source, ${across} across sources.`,
    },
    head: ['Documents in the cluster', 'Clusters'],
    rows: sizes.sort(([a], [b]) => a - b).map(([size, count]) => [`${size}`, count]),
  };
}

function countsTable({ counts }: CorpusManifest): ReportTable {
  return {
    title: 'Tokens by language, source, licence and split / トークン数',
    head: ['Source', 'Language', 'Licence', 'Split', 'Documents', 'Characters', 'Tokens'],
    rows: counts.map((row) => [
      ...[row.source, row.language, row.licence, row.split, row.documents, row.characters, row.tokens],
    ]),
  };
}

function mixtureTable({
  name,
  budget,
  seed,
  tokens,
  shares,
}: CorpusManifest['mixtures'][number]): ReportTable {
  const part = (count: number) => `${((100 * count) / Math.max(1, tokens)).toFixed(2)} %`;
  return {
    title: `Mixture ${name} / 混合`,
    note: {
      ja: `${tokens} トークン${budget === null ? '' : `(求めた量 ${budget})`}、乱数の種 ${seed}。`,
      en: `${tokens} tokens${budget === null ? '' : ` of ${budget} asked for`}, seed ${seed}.`,
    },
    head: ['Source', 'Language', 'Available', 'Wanted', 'Tokens', 'Share', 'Epochs'],
    rows: shares.map((row) => [
      ...[row.source, row.language, row.available, row.wanted, row.tokens, part(row.tokens), row.epochs],
    ]),
  };
}

function shardsTable({ shards }: CorpusManifest): ReportTable {
  return {
    title: 'Shards (Megatron) / 学習用データ',
    head: ['File', 'Type', 'Documents', 'Tokens'],
    rows: shards.map(({ bin, type, documents, tokens }) => [bin, type, documents, tokens]),
  };
}

function tokenizerTable({ tokenizer }: CorpusManifest): ReportTable {
  return {
    title: 'Tokenizer / トークナイザ',
    note: {
      ja: `語彙は ${tokenizer.vocabSize} 個。検証用の分割で測った、1トークンあたりの文字数。`,
      en: `${tokenizer.vocabSize} pieces; characters a token on the validation split.`,
    },
    head: ['Language', 'Characters per token'],
    rows: Object.entries(tokenizer.charactersPerToken),
  };
}
