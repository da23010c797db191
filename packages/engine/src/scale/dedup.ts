import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type DedupSettings, type Stats } from '@tsudoi/schema';
import type { z } from 'zod';
import { type GroupResult, groupShards } from '../corpus/dedup/sharded/group.ts';
import { type Plan, planTask, writeAtomically } from './plan.ts';

export interface DedupPlan {
  readonly folder: string;
  /** Files of documents (JSONL.gz), each a shard. */
  readonly inputs: readonly string[];
  readonly settings: z.infer<typeof DedupSettings>;
  readonly ranks: number;
  readonly threads: number;
  readonly memory: { readonly gigabytes: number };
  readonly replan?: boolean;
  progress?(line: string): void;
}

/** Runs every rank of a plan: on threads here, or as a job array that is waited for. */
export type Executor = (folder: string) => Promise<{ stats: Stats; units: string[] }>;

/**
 * Deduplication over shards as three steps in `folder`: sign/ (any number of ranks), group/ (one process with DuckDB),
 * apply/ (any number of ranks). Each step that is done is found done when this runs again.
 */
export async function dedupShards(
  request: DedupPlan,
  execute: Executor,
): Promise<{ grouping: GroupResult; stats: Stats; units: string[] }> {
  const { folder, inputs, settings, ranks, replan, progress } = request;
  const step = (name: string) => join(folder, name);
  const common = { inputs, ranks, replan, progress };
  const plan = await planTask({ ...common, folder: step('sign'), task: 'dedup-sign', settings });
  const signed = await execute(step('sign'));
  const grouping = await group(request, plan, signed.units);
  const apply = { removed: step('group'), grouping: grouping.key };
  await planTask({ ...common, folder: step('apply'), task: 'dedup-apply', settings: apply });
  return { grouping: grouping.result, ...(await execute(step('apply'))) };
}

async function group(
  { folder, settings, memory, threads, progress }: DedupPlan,
  plan: Plan,
  units: string[],
): Promise<{ key: string; result: GroupResult }> {
  const key = createHash('sha256')
    .update(canonicalJson({ ...plan, ranks: 0, inputs: plan.inputs.map(({ sha256 }) => sha256) }))
    .digest('hex');
  const out = join(folder, 'group');
  const done = await readFile(join(out, 'result.json'), 'utf8').catch(() => null);
  if (done !== null) {
    const before = JSON.parse(done) as { key: string; result: GroupResult };
    if (before.key === key) return before;
  }
  const making = `${out}.making`;
  for (const old of [making, out]) await rm(old, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const counts = await Promise.all(
    units.map(async (unit) => Number(JSON.parse(await readFile(join(unit, 'stats.json'), 'utf8')).documents)),
  );
  const result = await groupShards({
    ...{ tables: (shard) => units[shard], out: making, documents: counts, buckets: settings.buckets },
    ...{ scratch: join(folder, 'scratch'), memory, threads },
    progress: (fraction) => progress?.(`grouped ${Math.round(fraction * 100)} %`),
  });
  await rm(join(folder, 'scratch'), { recursive: true, force: true });
  await writeAtomically(join(making, 'result.json'), `${JSON.stringify({ key, result })}\n`);
  await rename(making, out);
  return { key, result };
}
