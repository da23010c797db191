import type { CorpusDocument } from '../../corpus/document.ts';
import { type FilterPreview, type PreviewSample, previewFilters } from '../../corpus/filters/preview.ts';
import { documentsOf, presetRules, resources } from './inputs.ts';
import { readLabels } from './labels.ts';
import { numberOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- preview FILE… --preset NAME --filter NAME [--threshold X] [--min X] [--max X] [--occurrence N]
         [--labels FILE] [--language ja|en|code] [--format F] [--samples N] [--list NAME=FILE]… [--quality FILE] [--json]
Shows what one filter keeps and drops as its threshold moves. --threshold sets the bound that the preset has (--min or --max where it has
both). --labels is JSONL of {"text" or "id", "label"}: 0, true or "keep" for a document that should be kept.`;

/** Looks at one filter of a preset over a sample. */
export const preview: Subcommand = {
  about:
    'kept and dropped samples of one filter side by side, its values, and precision and recall against labels',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        preset: { type: 'string', default: 'v1-normal' },
        filter: { type: 'string' },
        threshold: { type: 'string' },
        min: { type: 'string' },
        max: { type: 'string' },
        occurrence: { type: 'string', default: '0' },
        labels: { type: 'string' },
        language: { type: 'string', default: 'ja' },
        format: { type: 'string' },
        samples: { type: 'string', default: '5' },
        list: { type: 'string', multiple: true, default: [] },
        quality: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    if (positionals.length === 0 || values.filter === undefined) throw new UsageError(usage);
    const rules = presetRules(values.preset);
    const occurrence = numberOf(values.occurrence, '--occurrence');
    const sample: CorpusDocument[] = [];
    for await (const document of documentsOf(positionals, { ...values, progress })) sample.push(document);
    const own = rules.filter(({ filter }) => filter === values.filter)[occurrence]?.params ?? {};
    const result = previewFilters(sample, rules, {
      ...(await resources(values.list, values.quality)),
      filter: values.filter,
      occurrence,
      params: boundsOf(values, own),
      labels: values.labels === undefined ? undefined : await readLabels(values.labels),
      samples: numberOf(values.samples, '--samples'),
    });
    out(values.json ? `${JSON.stringify(result)}\n` : describe(result));
    return 0;
  },
};

function boundsOf(values: { threshold?: string; min?: string; max?: string }, own: Record<string, number>) {
  const bounds: Record<string, number> = {};
  if (values.min !== undefined) bounds.min = numberOf(values.min, '--min');
  if (values.max !== undefined) bounds.max = numberOf(values.max, '--max');
  if (values.threshold === undefined) return bounds;
  if (own.min !== undefined && own.max !== undefined)
    throw new UsageError(
      'this filter has two bounds in the preset; give --min or --max instead of --threshold',
    );
  return { ...bounds, [own.min === undefined ? 'max' : 'min']: numberOf(values.threshold, '--threshold') };
}

function describe(result: FilterPreview): string {
  const { agreement, histogram } = result;
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const bars = histogram.map(
    ({ from, count }) =>
      `${short(from).padStart(12)} ${`${count}`.padStart(7)} ${'#'.repeat(Math.ceil((count / most) * 50))}`,
  );
  const side = (title: string, samples: PreviewSample[]) => [
    `-- ${title}, nearest to the threshold first`,
    ...samples.map(
      ({ value, path, excerpt }) =>
        `${short(value).padStart(12)}  ${path}  ${excerpt.slice(0, 80).replace(/\s+/g, ' ')}`,
    ),
  ];
  return `${[
    `${result.filter} ${JSON.stringify(result.params)}: ${result.kept} kept, ${result.dropped} dropped of ${result.total} (${result.droppedBefore} are dropped by earlier rules)`,
    result.origin,
    ...(agreement
      ? [
          `${agreement.labelled} labelled: precision ${short(agreement.precision)}, recall ${short(agreement.recall)}, F1 ${short(agreement.f1)}`,
        ]
      : []),
    ...bars,
    ...side('kept', result.keptSamples),
    ...side('dropped', result.droppedSamples),
  ].join('\n')}\n`;
}

const short = (value: number) => `${Number(value.toPrecision(4))}`;
