import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Language, type Stats } from '@tsudoi/schema';
import type { RuleCount, UnitTrace } from '../../scale/tasks/filter.ts';
import type { DecontaminationReport, Hit } from '../decontaminate/decontaminate.ts';
import type { GroupResult } from '../dedup/sharded/group.ts';
import { readJsonlGz } from '../jsonl.ts';
import type { CorpusManifest, ManifestReason, StageName } from './manifest.ts';
import type { CorpusRecipe } from './recipe.ts';
import { type StepResult, unitStats } from './steps.ts';

type Stage = CorpusManifest['stages'][number];
type Amount = Stage['after'];

const reason = (name: string, documents: number, more: Partial<ManifestReason> = {}): ManifestReason => ({
  ...{ reason: name, language: null, documents, changed: 0, params: {}, list: null, origin: '' },
  ...more,
});

const number = (stats: Stats, key: string) => Number(stats[key] ?? 0);

/** What is left after a step, in all and by source. */
async function amounts(step: StepResult, sources: readonly string[]) {
  const bySource: Record<string, Amount> = {};
  for (const [i, unit] of step.units.entries()) {
    const stats = await unitStats(unit);
    bySource[sources[i]] = { documents: number(stats, 'documents'), bytes: number(stats, 'bytes') };
  }
  const all = Object.values(bySource);
  const after = {
    documents: all.reduce((sum, { documents }) => sum + documents, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return { bySource, after };
}

async function stage(
  name: StageName,
  step: StepResult,
  before: Stage | null,
  recipe: CorpusRecipe,
  rest: Pick<Stage, 'reasons' | 'figures'>,
): Promise<Stage> {
  const { bySource, after } = await amounts(
    step,
    recipe.sources.map(({ id }) => id),
  );
  const lost = rest.reasons.reduce((sum, { documents }) => sum + documents, 0);
  return {
    name,
    before: before?.after ?? { documents: after.documents + lost, bytes: after.bytes },
    after,
    ...{ reasons: rest.reasons, bySource, figures: rest.figures },
  };
}

const UNREADABLE = ['emptyFiles', 'notUtf8Files', 'oversizedFiles', 'damagedFiles', 'notWrittenFiles'];

export async function ingestStage(step: StepResult, recipe: CorpusRecipe): Promise<Stage> {
  const counts = new Map<string, number>();
  let fetchedBytes = 0;
  for (const unit of step.units) {
    for (const [key, value] of Object.entries(await unitStats(unit))) {
      const [, name] = /^part\d+\.(\w+)$/.exec(key) ?? [];
      if (name && UNREADABLE.includes(name)) counts.set(name, (counts.get(name) ?? 0) + Number(value));
      if (name === 'fetchedBytes') fetchedBytes += Number(value);
    }
  }
  const reasons = UNREADABLE.flatMap((name) =>
    counts.get(name) ? [reason(name, counts.get(name) as number)] : [],
  );
  return stage('ingest', step, null, recipe, { reasons, figures: { fetchedBytes } });
}

export async function filterStage(step: StepResult, before: Stage, recipe: CorpusRecipe): Promise<Stage> {
  const merged = new Map<string, RuleCount[]>();
  const emptyLists = new Set<string>();
  for (const unit of step.units) {
    const trace = JSON.parse(await readFile(join(unit, 'trace.json'), 'utf8')) as UnitTrace;
    for (const list of trace.emptyLists) emptyLists.add(list);
    for (const [name, rules] of Object.entries(trace.cascades)) {
      const known = merged.get(name);
      if (known) rules.forEach((rule, i) => void addCounts(known[i], rule));
      else merged.set(name, rules);
    }
  }
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const order = (name: string) => (['ja', 'en', 'code'].includes(name) ? 0 : 1);
  const reasons = [...merged]
    .sort(([a], [b]) => order(a) - order(b) || (a < b ? 1 : -1))
    .flatMap(([name, rules]) =>
      rules.map((rule) =>
        reason(rule.filter, sum(rule.dropped), {
          language: Language.safeParse(name).data ?? null,
          changed: sum(rule.changed),
          ...{ params: rule.params, list: rule.list, origin: rule.origin },
        }),
      ),
    );
  const figures: Stats = emptyLists.size > 0 ? { emptyLists: [...emptyLists].sort().join(', ') } : {};
  return stage('filter', step, before, recipe, { reasons, figures });
}

function addCounts(into: RuleCount, from: RuleCount): void {
  for (const kind of ['dropped', 'changed'] as const)
    for (const [language, count] of Object.entries(from[kind]))
      into[kind][language] = (into[kind][language] ?? 0) + count;
}

export async function paragraphStage(
  step: StepResult & { distinct: number },
  before: Stage,
  recipe: CorpusRecipe,
): Promise<Stage> {
  const { stats, distinct } = step;
  const settings = recipe.paragraphs as NonNullable<CorpusRecipe['paragraphs']>;
  const dropped = number(stats, 'total') - number(stats, 'kept');
  const reasons = [
    reason('repeated-paragraphs', dropped, {
      params: { ...settings.documents },
      origin: 'Uzushio DuplicateDocuments: near frequency of the paragraph at the percentile',
    }),
    reason('repeated-run', 0, {
      changed: number(stats, 'changed'),
      params: { ...settings.runs },
      origin: 'Uzushio LargeFreqParagraphs: runs of paragraphs seen more often are cut out',
    }),
  ];
  const figures = {
    distinctParagraphs: distinct,
    removedParagraphs: number(stats, 'removedParagraphs'),
  };
  return stage('paragraphs', step, before, recipe, { reasons, figures });
}

export function dedupStage(
  step: StepResult & { grouping: GroupResult },
  before: Stage,
  recipe: CorpusRecipe,
): Promise<Stage> {
  const { stats, grouping } = step;
  const { ngram, buckets, rows } = recipe.dedup;
  const reasons = [
    reason('exact', number(stats, 'removedExact'), { origin: 'equal SHA-256 of the text' }),
    reason('near', number(stats, 'removedNear'), {
      params: { ngram, buckets, rows },
      origin: 'a shared band of the sketch, clusters by union-find, the longest text stays',
    }),
  ];
  const figures = {
    clusters: grouping.clusters,
    removedInSource: grouping.removedInSource,
    removedAcross: grouping.removedAcross,
    ...Object.fromEntries(Object.entries(grouping.sizes).map(([size, n]) => [`clustersOfSize.${size}`, n])),
  };
  return stage('dedup', step, before, recipe, { reasons, figures });
}

export async function decontaminateStage(
  step: StepResult,
  before: Stage,
  recipe: CorpusRecipe,
): Promise<Stage> {
  const removed = new Map<string, number>();
  const found = new Map<string, { items: number; tooShort: number; ids: Set<string> }>();
  for (const unit of step.units) {
    const report = JSON.parse(
      await readFile(join(unit, 'contamination.json'), 'utf8'),
    ) as DecontaminationReport;
    for (const { set, items, tooShort, itemIds } of report.sets) {
      const known = found.get(set) ?? { items, tooShort, ids: new Set() };
      for (const id of itemIds) known.ids.add(id);
      found.set(set, known);
    }
    const lines = readJsonlGz<{ contamination: Hit }>(join(unit, 'contaminated.jsonl.gz'));
    for await (const { contamination } of lines)
      removed.set(contamination.set, (removed.get(contamination.set) ?? 0) + 1);
  }
  const { words, characters } = recipe.decontaminate;
  const sets = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const reasons = sets.map(([set]) =>
    reason(set, removed.get(set) ?? 0, {
      params: { words, characters },
      origin: 'one shared n-gram that reaches into the answer',
    }),
  );
  const figures = Object.fromEntries(
    sets.flatMap(([set, { items, tooShort, ids }]) => [
      [`items.${set}`, items],
      [`itemsTooShort.${set}`, tooShort],
      [`itemsFound.${set}`, ids.size],
    ]),
  );
  return stage('decontaminate', step, before, recipe, { reasons, figures });
}
