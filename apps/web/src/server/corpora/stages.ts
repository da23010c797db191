import type { ManifestStage } from '@tsudoi/engine/corpus/pages';
import type { Manifest } from '@tsudoi/schema';
import { readJson } from './read-lines.ts';

/** trace.json of a filter job, as far as it is shown. */
interface Trace {
  total: number;
  kept: number;
  byFilter: {
    filter: string;
    params: Record<string, number>;
    origin: string;
    list?: string;
    dropped: number;
    edited?: { documents: number };
    examples: { path: string; value: number; threshold: number; excerpt: string }[];
  }[];
}

export interface RemovedExample {
  filter: string;
  list: string | null;
  path: string;
  value: number;
  threshold: number;
  /** Null where the verdict does not let text be shown. */
  excerpt: string | null;
}

type Reason = ManifestStage['reasons'][number];

const EXAMPLES_OF_FILTER = 5;

/** What the filter jobs behind a corpus removed, summed over its sources, with examples. */
export async function filterStage(
  inputs: Manifest[],
): Promise<{ stage: ManifestStage; examples: RemovedExample[] }> {
  const reasons = new Map<string, Reason>();
  const examples = new Map<string, RemovedExample[]>();
  const stage: ManifestStage = {
    ...{ name: 'filter', reasons: [], bySource: {}, figures: {} },
    before: { documents: 0, bytes: 0 },
    after: { documents: 0, bytes: 0 },
  };
  for (const manifest of inputs) {
    const trace = await readJson<Trace>(manifest, 'trace.json');
    if (!trace) continue;
    const bytes = Number(manifest.stats.bytes ?? 0);
    stage.before.documents += trace.total;
    stage.before.bytes += bytes + Number(manifest.stats.droppedBytes ?? 0);
    stage.after.documents += trace.kept;
    stage.after.bytes += bytes;
    for (const { filter, params, origin, list = null, dropped, edited, examples: some } of trace.byFilter) {
      const key = JSON.stringify([filter, params, list]);
      const reason = reasons.get(key) ?? {
        ...{ reason: filter, language: null, params, list, origin },
        ...{ documents: 0, changed: 0 },
      };
      reason.documents += dropped;
      reason.changed += edited?.documents ?? 0;
      reasons.set(key, reason);
      const mayShow = manifest.licence.rights.search;
      const known = examples.get(key) ?? [];
      for (const { path, value, threshold, excerpt } of some.slice(0, EXAMPLES_OF_FILTER - known.length))
        known.push({ filter, list, path, value, threshold, excerpt: mayShow ? excerpt : null });
      examples.set(key, known);
    }
  }
  stage.reasons.push(...reasons.values());
  return { stage, examples: [...examples.values()].flat() };
}

/** What the rules on repeated paragraphs removed, where the run asked for them. */
export function paragraphStage({ stats, recipe }: Manifest): ManifestStage[] {
  if (recipe.kind !== 'dedup' || !recipe.paragraphs) return [];
  const figure = (name: string) => Number(stats[name] ?? 0);
  const after = { documents: figure('total'), bytes: figure('bytes') + figure('removedBytes') };
  const { documents, runs } = recipe.paragraphs;
  const reason = (name: string, some: Partial<Reason>): Reason => ({
    ...{ reason: name, language: null, documents: 0, changed: 0, params: {}, list: null, origin: 'Uzushio' },
    ...some,
  });
  return [
    {
      ...{ name: 'paragraphs', bySource: {}, after },
      before: { documents: after.documents + figure('repeatedDocuments'), bytes: after.bytes },
      reasons: [
        reason('repeated-paragraphs', { documents: figure('repeatedDocuments'), params: { ...documents } }),
        reason('repeated-run', { changed: figure('repeatedCut'), params: { ...runs } }),
      ],
      figures: { removedParagraphs: figure('repeatedParagraphs') },
    },
  ];
}

/** What deduplication removed, from the figures its job reported. */
export function dedupStage({ stats }: Manifest): ManifestStage {
  const figure = (name: string) => Number(stats[name] ?? 0);
  const reason = (name: string, documents: number): Reason => ({
    ...{ reason: name, language: null, documents, changed: 0 },
    ...{ params: {}, list: null, origin: '' },
  });
  return {
    name: 'dedup',
    before: { documents: figure('total'), bytes: figure('bytes') + figure('removedBytes') },
    after: { documents: figure('kept'), bytes: figure('bytes') },
    reasons: [reason('exact', figure('removedExact')), reason('near', figure('removedNear'))],
    bySource: {},
    figures: {},
  };
}
