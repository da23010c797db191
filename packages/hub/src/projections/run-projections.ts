import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '@tsudoi/schema';
import { type Database, endsConnection } from '../log/connection.ts';
import { listenPositions } from '../log/listen-positions.ts';
import { readLog } from '../log/read-log.ts';
import { advance, isPassing } from './advance.ts';
import { PoisonEvent } from './apply-events.ts';
import { readCheckpoints, registerProjections, stopProjection } from './checkpoint.ts';
import { LeaderLock } from './leader-lock.ts';
import type { Projection } from './projection.ts';
import { rebuildProjection } from './rebuild.ts';
import { allProjections } from './registry.ts';
import { WakeUp } from './wake-up.ts';

export interface RunnerSettings {
  signal: AbortSignal;
  projections?: readonly Projection[];
  batchSize?: number;
  /** How long to wait for a notification before looking anyway. */
  pollMs?: number;
}

const leaderLock = 7_783_002; // any constant: only this runner takes it

/**
 * Keeps every projection up with the log until the signal is aborted. Several processes may run it: one leads, the
 * others wait to take over. A database that is away is waited for.
 */
export async function runProjections(hub: { sql: Database }, settings: RunnerSettings): Promise<void> {
  const { signal, pollMs = 1000 } = settings;
  const wake = new WakeUp(signal);
  const lock = new LeaderLock(hub.sql, leaderLock);
  let stopListening: (() => Promise<void>) | null = null;
  while (!signal.aborted) {
    try {
      stopListening ??= await listenPositions(hub.sql, () => wake.ring());
      if (await lock.tryAcquire()) await lead(hub.sql, lock, wake, settings);
    } catch (error) {
      if (signal.aborted) break;
      console.error('projections: trying again after', error instanceof Error ? error.message : error);
    }
    await delay(pollMs, undefined, { signal }).catch(() => {});
  }
  await lock.close();
  await stopListening?.().catch(() => {});
}

/** Works until the signal is aborted or the lock is lost with its connection. */
async function lead(sql: Database, lock: LeaderLock, wake: WakeUp, settings: RunnerSettings): Promise<void> {
  const { signal, projections = allProjections, batchSize = 200, pollMs = 1000 } = settings;
  await registerProjections(sql, projections);
  let remaking: Promise<void> | null = null;
  const remake = (atStart = false) => {
    remaking ??= remakeOutdated(sql, projections, { signal, atStart }).finally(() => {
      remaking = null;
    });
  };
  remake(true);
  try {
    while (!signal.aborted) {
      wake.reset();
      const { moved, outdated } = await round(sql, projections, batchSize);
      if (outdated) remake(); // could not be made at the start, and was told to try again or lost its connection
      if (moved) continue;
      await wake.wait(pollMs);
      if (!signal.aborted && !(await lock.isHeld())) return;
    }
  } finally {
    await remaking;
  }
}

/**
 * Beside the rounds: the old rows serve, and the other projections go on, until the new ones are made. One that cannot be
 * made stops, until it is told to try again. Throws nothing: a database that is away is met by the rounds as well.
 * Rows of a newer release are made anew at the start alone: later it may be that one which has just made them.
 */
async function remakeOutdated(
  sql: Database,
  projections: readonly Projection[],
  { signal, atStart }: { signal: AbortSignal; atStart: boolean },
): Promise<void> {
  const checkpoints = await readCheckpoints(sql).catch(() => []);
  for (const projection of projections) {
    const { name, version } = projection;
    const row = checkpoints.find((checkpoint) => checkpoint.name === name);
    if (signal.aborted || !row || row.error !== null || row.version === version) continue;
    if (row.version > version && !atStart) continue;
    try {
      await rebuildProjection(sql, projection, { signal });
    } catch (error) {
      if (signal.aborted || endsConnection(error instanceof PoisonEvent ? error.cause : error)) return;
      const reason = `its rows could not be made anew: ${error instanceof Error ? error.message : error}`;
      console.error(`projection ${name}: ${reason}`);
      await sql`update projection set error = ${reason.slice(0, 1000)} where name = ${name}`.catch(() => {});
    }
  }
}

/**
 * One step of each projection. Those that stand at the same position share one read.
 * @returns whether any moved, and whether any that has not stopped waits to be made anew
 */
async function round(
  sql: Database,
  projections: readonly Projection[],
  batchSize: number,
): Promise<{ moved: boolean; outdated: boolean }> {
  const checkpoints = new Map(
    (await readCheckpoints(sql)).map((checkpoint) => [checkpoint.name, checkpoint]),
  );
  const batches = new Map<number, Batch>();
  let [moved, outdated] = [false, false];
  for (const projection of projections) {
    const checkpoint = checkpoints.get(projection.name);
    if (!checkpoint || checkpoint.error !== null) continue;
    if (checkpoint.version !== projection.version) {
      outdated = true;
      continue;
    }
    const { position } = checkpoint;
    const batch = batches.get(position) ?? (await readBatch(sql, position, batchSize));
    batches.set(position, batch);
    if (batch.problem) await stopProjection(sql, projection, position, batch.problem);
    else if (batch.events.length > 0) {
      moved = (await advance(sql, projection, position, batch.events)) !== 'stopped' || moved;
    }
  }
  return { moved, outdated };
}

interface Batch {
  events: RecordedEvent[];
  /** Why the very next event cannot be read at all, or null. */
  problem: string | null;
}

/** Reads on; an event that cannot be decoded does not take the readable ones before it with it. */
async function readBatch(sql: Database, position: number, size: number): Promise<Batch> {
  try {
    return { events: await readLog(sql, position, size), problem: null };
  } catch (error) {
    if (isPassing(error)) throw error;
    if (size > 1) return readBatch(sql, position, 1);
    return {
      events: [],
      problem: `position ${position + 1}: ${error instanceof Error ? error.message : error}`,
    };
  }
}
