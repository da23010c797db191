import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DedupSettings, Stats } from '@tsudoi/schema';
import type { z } from 'zod';
import { type GroupResult, groupShards } from '../corpus/dedup/sharded/group.ts';
import { type Plan, planTask } from './plan.ts';
import { stepKey, wholeStep } from './whole-step.ts';

/** Raised whenever equal tables would give other lists. */
const GROUPING_VERSION = 2;

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
  const key = stepKey({
    ...plan,
    grouping: GROUPING_VERSION,
    ranks: 0,
    inputs: plan.inputs.map(({ sha256 }) => sha256),
  });
  const result = await wholeStep(join(folder, 'group'), key, async (making) => {
    const counts = await Promise.all(
      units.map(async (unit) =>
        Number(JSON.parse(await readFile(join(unit, 'stats.json'), 'utf8')).documents),
      ),
    );
    const scratch = join(folder, 'scratch');
    const grouped = await groupShards({
      ...{ tables: (shard) => units[shard], out: making, documents: counts, buckets: settings.buckets },
      ...{ scratch, memory, threads },
      progress: (fraction) => progress?.(`grouped ${Math.round(fraction * 100)} %`),
    });
    await rm(scratch, { recursive: true, force: true });
    return grouped;
  });
  return { key, result };
}
