import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeOf, Rejection } from '@tsudoi/schema';
import { clustersFile, largestClusters } from '../corpus/dedup/clusters-file.ts';
import { type Cluster, createDeduplicator } from '../corpus/dedup/deduplicator.ts';
import { removedDocument } from '../corpus/dedup/removed-document.ts';
import type { CorpusDocument } from '../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../corpus/jsonl.ts';
import { createTally } from '../corpus/tally.ts';
import { corpusOutput } from './corpus-output.ts';
import { joinRanks } from './dedup-join.ts';
import { type DocumentUnit, documentsIn, documentUnits } from './documents.ts';
import { withoutRepeated } from './repeated-paragraphs.ts';
import type { Stage, StageContext, StageOutput } from './stage.ts';

/** Signing takes most of the time; the second pass over the inputs only writes. */
const SIGNING_SHARE = 0.8;

/** The corpus of a run: what ranks have deduplicated is joined; where the recipe names no ranks, this job does it all. */
export const dedup: Stage<'dedup'> = (recipe, context) =>
  recipe.ranks === undefined ? inOneJob(recipe, context) : joinRanks(context);

/**
 * Exact and MinHash-LSH deduplication over all filtered documents, inside sources and across them, in two passes. Where
 * the recipe asks for it, paragraphs that repeat all over the corpus go first.
 */
async function inOneJob(recipe: RecipeOf<'dedup'>, context: StageContext): Promise<StageOutput[]> {
  const all = documentUnits(context.inputs, 'filtered-documents');
  const repeated = recipe.paragraphs ? await withoutRepeated(all, recipe.paragraphs, context) : null;
  const units = repeated?.units ?? all;
  const deduplicator = createDeduplicator(recipe);
  let seen = 0;
  for (const unit of units) {
    for await (const document of read(unit, context.signal)) {
      deduplicator.add(document);
      if (++seen % 100 === 0) {
        const share = (SIGNING_SHARE * seen) / Math.max(documentsIn(all), seen);
        context.progress(share, { code: 'documents', params: { done: seen } });
        await new Promise(setImmediate); // lets heartbeats and aborts through between signatures
      }
    }
  }
  const decided = await deduplicator.decide();
  const stats = await writeDecided(units, decided, context);
  await rm(join(context.outDir, 'paragraphs'), { recursive: true, force: true });
  if (stats.kept === 0) throw new Rejection('corpus.empty', { stage: 'dedup' });
  const { clusters, keeper, members } = decided;
  const counts = { documents: seen, clusters: clusters.length, sizes: sizesOf(clusters) };
  await writeFile(
    join(context.outDir, 'clusters.json'),
    clustersFile(counts, largestClusters(keeper), (number) => members[number]),
  );
  context.progress(1, { code: 'kept', params: { kept: stats.kept, total: seen } });
  const largestCluster = clusters.reduce((largest, cluster) => Math.max(largest, cluster.members.length), 0);
  return [
    corpusOutput(context.outDir, repeated?.files ?? [], {
      ...{ ...stats, total: seen, clusters: clusters.length, largestCluster },
      ...repeated?.stats,
    }),
  ];
}

/** Writes kept and removed documents, each source as a gzip member of its own: so are the parts that ranks make. */
async function writeDecided(
  units: DocumentUnit[],
  { decisions, members }: Awaited<ReturnType<ReturnType<typeof createDeduplicator>['decide']>>,
  { outDir, signal }: StageContext,
) {
  const tally = createTally();
  const counts = { removedExact: 0, removedNear: 0, removedInSource: 0, removedAcross: 0, removedBytes: 0 };
  let index = 0;
  for (const unit of units) {
    const kept = writeJsonlGz(join(outDir, 'documents.jsonl.gz'), 'a');
    const removed = writeJsonlGz(join(outDir, 'removed.jsonl.gz'), 'a');
    await discardOnError([kept, removed], async () => {
      for await (const document of read(unit, signal)) {
        const decision = decisions[index++];
        if (decision.kept) {
          tally.add(document);
          await kept.write(document);
          continue;
        }
        const { id: keptId, path: keptPath } = members[decision.keptIndex];
        counts[decision.reason === 'exact' ? 'removedExact' : 'removedNear'] += 1;
        counts[decision.scope === 'source' ? 'removedInSource' : 'removedAcross'] += 1;
        counts.removedBytes += Buffer.byteLength(document.text);
        await removed.write(removedDocument(document.meta, { keptId, keptPath, ...decision }));
      }
      await Promise.all([kept.close(), removed.close()]);
    });
  }
  return { ...tally.stats(), kept: tally.documents, ...counts };
}

async function* read({ path }: DocumentUnit, signal: AbortSignal): AsyncGenerator<CorpusDocument> {
  for await (const document of readJsonlGz<CorpusDocument>(path)) {
    signal.throwIfAborted();
    yield document;
  }
}

/** How many clusters there are of each size. */
function sizesOf(clusters: Cluster[]): Record<number, number> {
  const sizes: Record<number, number> = {};
  for (const { members } of clusters) sizes[members.length] = (sizes[members.length] ?? 0) + 1;
  return sizes;
}
