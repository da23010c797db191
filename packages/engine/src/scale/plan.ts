import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { canonicalJson } from '@tsudoi/schema';
import { z } from 'zod';
import { hashFile } from './hash-file.ts';
import { PlanError } from './plan-error.ts';
import { taskOf } from './tasks.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const MAX_RANKS = 100_000;

/** plan.json: what is to be done, over exactly which bytes, by how many ranks. */
export const Plan = z.strictObject({
  format: z.literal(1),
  task: z.string(),
  version: z.int(),
  settings: z.json(),
  ranks: z.int().min(1).max(MAX_RANKS),
  inputs: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: Sha256 })),
});
export type Plan = z.infer<typeof Plan>;

export interface PlanRequest {
  readonly folder: string;
  readonly task: string;
  readonly settings: unknown;
  readonly inputs: readonly string[];
  readonly ranks: number;
  /** Take another number of ranks although some units are done; they stay done. */
  readonly replan?: boolean;
  progress?(line: string): void;
}

/**
 * Writes `folder`/plan.json, or finds the same plan there and leaves it. Every input is hashed, so that no rank can work
 * on other bytes than were planned. A plan for another number of ranks is refused unless `replan` is set, since ranks
 * that run under the old number would share units with new ones; another task, settings or input is always refused.
 */
export async function planTask(request: PlanRequest): Promise<Plan> {
  const { folder, ranks } = request;
  if (!Number.isInteger(ranks) || ranks < 1 || ranks > MAX_RANKS)
    throw new PlanError(`the number of ranks must be from 1 to ${MAX_RANKS}, not ${ranks}`);
  const task = await taskOf(request.task);
  const settings = z.json().parse(task.parse(request.settings));
  const inputs = [];
  for (const [i, path] of request.inputs.entries()) {
    inputs.push({ path: resolve(path), ...(await hashFile(path)) });
    request.progress?.(`hashed ${i + 1} of ${request.inputs.length} inputs`);
  }
  const plan: Plan = { format: 1, task: task.name, version: task.version, settings, ranks, inputs };
  const before = await readPlan(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (before) {
    refuseOther(folder, before, plan);
    if (before.ranks === ranks) return before;
    if (!request.replan)
      throw new PlanError(
        `${folder} was planned for ${before.ranks} ranks, not ${ranks}: stop its workers, then plan again with --replan; finished units stay`,
      );
    await rm(join(folder, 'ranks'), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, 'plan.json'), `${JSON.stringify(plan, null, 1)}\n`);
  return plan;
}

function refuseOther(folder: string, before: Plan, plan: Plan): void {
  const what = (['task', 'version', 'settings'] as const).find(
    (key) => canonicalJson(before[key]) !== canonicalJson(plan[key]),
  );
  const bytes = (one: Plan) => canonicalJson(one.inputs.map(({ sha256 }) => sha256));
  const other = what ?? (bytes(before) === bytes(plan) ? undefined : 'inputs');
  if (other)
    throw new PlanError(
      `${folder} holds a plan with other ${other}: take another folder, or delete that one`,
    );
}

export async function readPlan(folder: string): Promise<Plan> {
  const path = join(folder, 'plan.json');
  const parsed = Plan.safeParse(jsonOf(await readFile(path, 'utf8')));
  if (!parsed.success) throw new PlanError(`${path} is not a plan of this version`);
  return parsed.data;
}

/** Null where it is no JSON, which is no plan either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The file is there whole or not at all, whoever is killed when. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const part = `${path}.part-${process.pid}-${performance.now().toString(36).replace('.', '')}`;
  await writeFile(part, text, { flush: true });
  await rename(part, path);
}
