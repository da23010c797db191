import { licenceRules } from '@tsudoi/schema';
import type { ManifestReason } from '../build/manifest.ts';
import type { DescribedCorpus } from './described.ts';
import type { Plot } from './plots.ts';
import { conjunction } from './spdx.ts';
import type { Amount, CorpusStatistics } from './statistics.ts';
import { grouped, type Locale, languageName, wordsOf } from './words.ts';

/** Identifiers of licences as the Hugging Face Hub knows them; what it does not know is `other` there. */
const hubLicences: Record<string, string> = {
  'Apache-2.0': 'apache-2.0',
  'BSD-2-Clause': 'bsd-2-clause',
  'BSD-3-Clause': 'bsd-3-clause',
  'CC-BY-4.0': 'cc-by-4.0',
  'CC-BY-SA-3.0': 'cc-by-sa-3.0',
  'CC-BY-SA-4.0': 'cc-by-sa-4.0',
  'CC0-1.0': 'cc0-1.0',
  MIT: 'mit',
  'ODC-By-1.0': 'odc-by',
};

const sizes: [number, string][] = [
  [1e3, 'n<1K'],
  [1e4, '1K<n<10K'],
  [1e5, '10K<n<100K'],
  [1e6, '100K<n<1M'],
  [1e7, '1M<n<10M'],
  [1e8, '10M<n<100M'],
  [1e9, '100M<n<1B'],
];

export interface CardParts {
  corpus: DescribedCorpus;
  statistics: CorpusStatistics;
  plots: readonly Plot[];
  /** Folder of the plots, relative to the card. */
  plotFolder: string;
}

/** The corpus card in one language: Markdown with the YAML header of a Hugging Face dataset card. */
export function card(parts: CardParts, locale: Locale): string {
  const { corpus } = parts;
  const t = wordsOf(locale);
  const other = locale === 'ja' ? '[English](README.md)' : '[日本語](README.ja.md)';
  return [
    header(parts),
    `# ${corpus.title[locale]}`,
    other,
    corpus.description[locale],
    `${t('version')}: \`${corpus.version}\`. ${t('formatLead')}`,
    `## ${t('uses')}`,
    uses(corpus, locale),
    `## ${t('sources')}`,
    sources(parts, locale),
    t('noticeLead'),
    `## ${t('licences')}`,
    amounts(parts.statistics.licences, t('licence'), locale),
    `## ${t('pipeline')}`,
    pipeline(corpus, locale),
    `## ${t('statistics')}`,
    amounts(
      { ...named(parts.statistics.languages, locale), [t('total')]: parts.statistics },
      t('language'),
      locale,
    ),
    perplexity(parts.statistics, locale),
    ...parts.plots.map(
      ({ name, title }) => `### ${title}\n\n![${title}](${parts.plotFolder}/${name}.${locale}.svg)`,
    ),
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

/** JSON strings are YAML strings, so nothing in a title can break out of its line. */
function header({ corpus, statistics }: CardParts): string {
  const languages = Object.keys(statistics.languages);
  const [licence, ...more] = corpus.verdict.expressions;
  const known = more.length === 0 && licence !== undefined ? hubLicences[licence] : undefined;
  const size = sizes.find(([below]) => statistics.documents < below)?.[1] ?? 'n>1B';
  const files = corpus.files.filter(({ isDocuments }) => isDocuments);
  return [
    '---',
    `pretty_name: ${JSON.stringify(corpus.title.en)}`,
    ...list(
      'language',
      languages.filter((language) => language !== 'code'),
    ),
    ...list('tags', languages.includes('code') ? ['code', 'croissant'] : ['croissant']),
    `license: ${known ?? 'other'}`,
    ...(known
      ? []
      : [`license_name: ${JSON.stringify(conjunction(corpus.verdict.expressions))}`, 'license_link: NOTICE']),
    ...list('task_categories', ['text-generation']),
    ...list('size_categories', [size]),
    ...(files.length > 0
      ? ['configs:', '- config_name: default', '  data_files:', '  - split: train', '    path:']
      : []),
    ...files.map(({ path }) => `    - ${JSON.stringify(path)}`),
    '---',
  ].join('\n');
}

const list = (key: string, values: string[]) =>
  values.length === 0 ? [] : [`${key}:`, ...values.map((value) => `- ${JSON.stringify(value)}`)];

function uses({ verdict }: DescribedCorpus, locale: Locale): string {
  const t = wordsOf(locale);
  const rights = (['train', 'search', 'redistribute'] as const).map(
    (right) => `- ${t(right)}: ${verdict.rights[right] ? t('yes') : t('no')}`,
  );
  const reasons = (title: string, all: typeof verdict.obligations) =>
    all.length === 0
      ? []
      : ['', `${title}:`, '', ...all.map(({ rule, licence }) => `- ${licence}: ${ruleText(rule, locale)}`)];
  return [
    ...rights,
    ...reasons(t('obligations'), verdict.obligations),
    ...reasons(t('refusals'), verdict.refusals),
  ].join('\n');
}

const ruleText = (rule: string, locale: Locale): string =>
  Object.hasOwn(licenceRules, rule) ? licenceRules[rule as keyof typeof licenceRules][locale] : rule;

function sources({ corpus, statistics }: CardParts, locale: Locale): string {
  const t = wordsOf(locale);
  const rows = corpus.sources.map((source) => {
    const title = source.homepage
      ? `[${cell(source.title[locale])}](${source.homepage})`
      : cell(source.title[locale]);
    const amount = statistics.sources[source.id];
    return [title, cell(source.licence), cell(source.attribution), ...figures(amount)];
  });
  const head = [t('source'), t('licence'), t('attribution'), t('documents'), t('characters'), t('bytes')];
  return table(head, rows, 3);
}

function amounts(groups: Record<string, Amount>, first: string, locale: Locale): string {
  const t = wordsOf(locale);
  const rows = Object.entries(groups).map(([name, amount]) => [cell(name), ...figures(amount)]);
  return table([first, t('documents'), t('characters'), t('bytes')], rows, 1);
}

const figures = (amount: Amount | undefined) =>
  [amount?.documents ?? 0, amount?.characters ?? 0, amount?.bytes ?? 0].map(grouped);

const named = (groups: Record<string, Amount>, locale: Locale) =>
  Object.fromEntries(Object.entries(groups).map(([key, amount]) => [languageName(key, locale), amount]));

function pipeline({ stages }: DescribedCorpus, locale: Locale): string {
  const t = wordsOf(locale);
  const steps = stages.map(({ name, before, after }) => [
    t(name),
    grouped(before.documents),
    grouped(after.documents),
    grouped(before.documents - after.documents),
  ]);
  const reasons = stages.flatMap(({ name, reasons: all }) =>
    all
      .filter(({ documents, changed }) => documents > 0 || changed > 0)
      .map((reason) => [
        t(name),
        cell([reason.reason, reason.list].filter(Boolean).join(' ')),
        bounds(reason),
        grouped(reason.documents),
        grouped(reason.changed),
      ]),
  );
  const tables = [table([t('stage'), t('before'), t('after'), t('left')], steps, 1)];
  if (reasons.length > 0)
    tables.push(table([t('stage'), t('reason'), t('bounds'), t('left'), t('changed')], reasons, 3));
  return tables.join('\n\n');
}

const bounds = ({ params }: ManifestReason) =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function perplexity({ perplexity: all }: CorpusStatistics, locale: Locale): string {
  const t = wordsOf(locale);
  const rows = Object.entries(all).map(([language, { measured, percentiles }]) => [
    languageName(language, locale),
    grouped(measured),
    percentiles.join(' / '),
  ]);
  if (rows.length === 0) return '';
  return `${t('perplexityLead')}\n\n${table([t('language'), t('documents'), t('percentiles')], rows, 1)}`;
}

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');

function table(head: string[], rows: string[][], textColumns: number): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i < textColumns ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
