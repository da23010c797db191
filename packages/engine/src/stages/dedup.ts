import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Rejection } from '@tsudoi/schema';
import {
  type Cluster,
  createDeduplicator,
  type Decision,
  type Member,
} from '../corpus/dedup/deduplicator.ts';
import type { CorpusDocument } from '../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../corpus/jsonl.ts';
import { createTally } from '../corpus/tally.ts';
import { documentUnits, outputFiles } from './documents.ts';
import { withoutRepeated } from './repeated-paragraphs.ts';
import type { Stage } from './stage.ts';

const FILES = ['documents.jsonl.gz', 'removed.jsonl.gz', 'clusters.json'];
const MAX_CLUSTERS_LISTED = 1000;
/** Signing takes most of the time; the second pass over the inputs only writes. */
const SIGNING_SHARE = 0.8;

/** One line of removed.jsonl.gz. */
export interface RemovedDocument {
  id: string;
  path: string;
  sourceId: string;
  keptId: string;
  keptPath: string;
  reason: 'exact' | 'near';
  /** Found inside its own source, or across sources. */
  scope: 'source' | 'across';
  jaccardEstimate: number;
}

/**
 * Exact and MinHash-LSH deduplication over all filtered documents, inside sources and across them, in two passes. Where
 * the recipe asks for it, paragraphs that repeat all over the corpus go first.
 */
export const dedup: Stage<'dedup'> = async (recipe, context) => {
  const all = documentUnits(context.inputs, 'filtered-documents');
  const documents = all.reduce((sum, unit) => sum + unit.documents, 0);
  const repeated = recipe.paragraphs ? await withoutRepeated(all, recipe.paragraphs, context) : null;
  const paths = (repeated?.units ?? all).map(({ path }) => path);
  const deduplicator = createDeduplicator(recipe);
  let seen = 0;
  for await (const document of read(paths, context.signal)) {
    deduplicator.add(document);
    if (++seen % 100 === 0) {
      const share = (SIGNING_SHARE * seen) / Math.max(documents, seen);
      context.progress(share, { code: 'documents', params: { done: seen } });
      await new Promise(setImmediate); // lets heartbeats and aborts through between signatures
    }
  }
  const { decisions, clusters, members } = await deduplicator.decide();

  const file = (name: string) => join(context.outDir, name);
  const kept = writeJsonlGz(file('documents.jsonl.gz'));
  const removed = writeJsonlGz(file('removed.jsonl.gz'));
  const tally = createTally();
  const counts = { exact: 0, near: 0, source: 0, across: 0 };
  let removedBytes = 0;
  let index = 0;
  await discardOnError([kept, removed], async () => {
    for await (const document of read(paths, context.signal)) {
      const decision = decisions[index];
      if (decision.kept) {
        tally.add(document);
        await kept.write(document);
      } else {
        counts[decision.reason] += 1;
        counts[decision.scope] += 1;
        removedBytes += Buffer.byteLength(document.text);
        await removed.write(describe(members, index, decision));
      }
      index += 1;
    }
    await Promise.all([kept.close(), removed.close()]);
  });
  await rm(join(context.outDir, 'paragraphs'), { recursive: true, force: true });
  if (tally.documents === 0) throw new Rejection('corpus.empty', { stage: 'dedup' });
  await writeFile(file('clusters.json'), clustersFile(seen, clusters, members));
  context.progress(1, { code: 'kept', params: { kept: tally.documents, total: seen } });
  return [
    {
      kind: 'corpus',
      title: `${tally.documents} documents`,
      files: outputFiles(context.outDir, [...FILES, ...(repeated?.files ?? [])]),
      stats: {
        ...tally.stats(),
        total: seen,
        kept: tally.documents,
        removedExact: counts.exact,
        removedNear: counts.near,
        removedInSource: counts.source,
        removedAcross: counts.across,
        removedBytes,
        clusters: clusters.length,
        largestCluster: clusters.reduce((largest, cluster) => Math.max(largest, cluster.members.length), 0),
        ...repeated?.stats,
      },
    },
  ];
};

async function* read(paths: string[], signal: AbortSignal): AsyncGenerator<CorpusDocument> {
  for (const path of paths) {
    for await (const document of readJsonlGz<CorpusDocument>(path)) {
      signal.throwIfAborted();
      yield document;
    }
  }
}

function describe(members: Member[], index: number, decision: Decision & { kept: false }): RemovedDocument {
  const { id, path, sourceId } = members[index];
  const keeper = members[decision.keptIndex];
  const { reason, scope, jaccardEstimate } = decision;
  return { id, path, sourceId, keptId: keeper.id, keptPath: keeper.path, reason, scope, jaccardEstimate };
}

/** The largest clusters with their members, and how many there are of each size. */
function clustersFile(total: number, clusters: Cluster[], members: Member[]): string {
  const sizes: Record<string, number> = {};
  for (const { members: group } of clusters) sizes[group.length] = (sizes[group.length] ?? 0) + 1;
  const listed = clusters
    .toSorted((a, b) => b.members.length - a.members.length || a.kept - b.kept)
    .slice(0, MAX_CLUSTERS_LISTED)
    .map((cluster) => ({
      keptId: members[cluster.kept].id,
      size: cluster.members.length,
      members: cluster.members.map((i) => ({
        id: members[i].id,
        path: members[i].path,
        sourceId: members[i].sourceId,
      })),
    }));
  return `${JSON.stringify({ documents: total, clusters: clusters.length, sizes, listed }, null, 1)}\n`;
}
