import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Rejection } from '@tsudoi/schema';
import { joinGz } from '../corpus/jsonl.ts';
import { mergeStats } from '../scale/task.ts';
import { corpusOutput } from './corpus-output.ts';
import { documentUnits } from './documents.ts';
import { fileOf, inputOf } from './inputs.ts';
import type { StageContext, StageOutput } from './stage.ts';

/**
 * The corpus from the parts that the ranks of a deduplication left: gzip members one behind the other, in the order of
 * the sources, so that the text goes through no memory. Rejection: corpus.empty.
 */
export async function joinRanks(context: StageContext): Promise<StageOutput[]> {
  const units = documentUnits(context.inputs, 'filtered-documents');
  const duplicates = inputOf(context, 'duplicates');
  const stats = mergeStats(
    context.inputs.filter(({ kind }) => kind === 'filtered-documents').map((rank) => rank.stats),
  );
  const [kept, total] = [Number(stats.kept), Number(stats.total)];
  if (kept === 0) throw new Rejection('corpus.empty', { stage: 'dedup' });
  for (const name of ['documents.jsonl.gz', 'removed.jsonl.gz'])
    await joinGz(
      units.map((unit) => unit.file(name)),
      join(context.outDir, name),
    );
  await copyFile(fileOf(duplicates, 'clusters.json'), join(context.outDir, 'clusters.json'));
  context.progress(1, { code: 'kept', params: { kept, total } });
  const { clusters, largestCluster } = duplicates.stats;
  return [corpusOutput(context.outDir, [], { ...stats, clusters, largestCluster })];
}
