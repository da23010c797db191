import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stats } from '@tsudoi/schema';
import { hashFile } from './hash-file.ts';
import { type Plan, readPlan, writeAtomically } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { mergeStats } from './task.ts';
import { taskOf } from './tasks.ts';

/** Folder of the outputs of one unit; it exists only when the unit is done. */
export const unitFolder = (folder: string, unit: number) =>
  join(folder, 'units', String(unit).padStart(5, '0'));
const markerFile = (folder: string, rank: number) =>
  join(folder, 'ranks', `${String(rank).padStart(5, '0')}.json`);

export interface RankOptions {
  readonly folder: string;
  readonly rank: number;
  readonly signal?: AbortSignal;
  /** Units done and all units of this rank, after each unit. */
  progress?(done: number, total: number): void;
}

/**
 * Does the units u with u mod ranks = rank that are not done yet. A unit is made in a folder of its own and renamed when
 * it is whole: a worker that is killed loses the unit it was at and nothing else, one that runs twice doubles nothing.
 * At the end a marker with the sums of the rank's counts is written.
 */
export async function runRank({ folder, rank, signal, progress }: RankOptions): Promise<Stats> {
  const plan = await readPlan(folder);
  if (!Number.isInteger(rank) || rank < 0 || rank >= plan.ranks)
    throw new PlanError(`there is no rank ${rank}: ${folder} was planned for ranks 0 to ${plan.ranks - 1}`);
  const task = await taskOf(plan.task);
  if (task.version !== plan.version)
    throw new PlanError(
      `${folder} was planned with version ${plan.version} of ${plan.task}, this is version ${task.version}: plan again in another folder`,
    );
  const settings = task.parse(plan.settings);
  const units = plan.inputs.map((_, unit) => unit).filter((unit) => unit % plan.ranks === rank);
  const stats: Stats[] = [];
  for (const [done, unit] of units.entries()) {
    signal?.throwIfAborted();
    if (!(await exists(unitFolder(folder, unit))))
      await runUnit(plan, folder, unit, (made) =>
        task.run({ index: unit, path: plan.inputs[unit].path }, made, settings),
      );
    stats.push(await readStats(folder, unit));
    progress?.(done + 1, units.length);
  }
  const merged = mergeStats(stats);
  await mkdir(join(folder, 'ranks'), { recursive: true });
  await writeAtomically(
    markerFile(folder, rank),
    `${JSON.stringify({ ranks: plan.ranks, stats: merged })}\n`,
  );
  return merged;
}

async function runUnit(
  plan: Plan,
  folder: string,
  unit: number,
  work: (folder: string) => Promise<Stats>,
): Promise<void> {
  const { path, sha256 } = plan.inputs[unit];
  const found = await hashFile(path).catch(() => null);
  if (found?.sha256 !== sha256)
    throw new PlanError(
      found
        ? `${path} changed after it was planned: plan again in another folder`
        : `${path} cannot be read; it was planned as unit ${unit}`,
    );
  const making = join(folder, 'making', randomUUID());
  await mkdir(making, { recursive: true });
  try {
    const stats = await work(making);
    await writeAtomically(join(making, 'stats.json'), `${JSON.stringify(stats)}\n`);
    await mkdir(join(folder, 'units'), { recursive: true });
    await rename(making, unitFolder(folder, unit)).catch((error: NodeJS.ErrnoException) => {
      // Another worker was as quick: its output is the same, ours is dropped below.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Sums of all units once every rank is done, and the folders of the units in their order. */
export async function finishPlan(folder: string): Promise<{ stats: Stats; units: string[] }> {
  const plan = await readPlan(folder);
  const done = new Set(await readdir(join(folder, 'ranks')).catch(() => []));
  const open = Array.from({ length: plan.ranks }, (_, rank) => rank).filter(
    (rank) => !done.has(`${String(rank).padStart(5, '0')}.json`),
  );
  if (open.length > 0)
    throw new PlanError(
      `${folder}: ${open.length} of ${plan.ranks} ranks are not done, the first is ${open[0]}`,
    );
  const stats = await Promise.all(plan.inputs.map((_, unit) => readStats(folder, unit)));
  await rm(join(folder, 'making'), { recursive: true, force: true });
  const merged = mergeStats(stats);
  await writeAtomically(join(folder, 'stats.json'), `${JSON.stringify(merged, null, 1)}\n`);
  return { stats: merged, units: plan.inputs.map((_, unit) => unitFolder(folder, unit)) };
}

async function readStats(folder: string, unit: number): Promise<Stats> {
  return JSON.parse(await readFile(join(unitFolder(folder, unit), 'stats.json'), 'utf8')) as Stats;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
