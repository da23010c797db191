import type { RecordedEvent } from '@tsudoi/schema';
import type { Database } from '../log/connection.ts';
import { inTransaction, sqlState } from '../log/connection.ts';
import { applyEvents, PoisonEvent } from './apply-events.ts';
import { moveCheckpoint, stopProjection } from './checkpoint.ts';
import type { Projection } from './projection.ts';

/** How an attempt to apply a batch ended. */
export type Advance = 'advanced' | 'overtaken' | 'stopped';

/**
 * Applies events that follow position `from` to one projection: rows and checkpoint change in one transaction or not at
 * all. An event that cannot be applied stops this projection in front of it; what came before it is kept.
 * @throws whatever says that the database is away or busy; then nothing has changed
 */
export async function advance(
  sql: Database,
  projection: Projection,
  from: number,
  events: readonly RecordedEvent[],
): Promise<Advance> {
  try {
    return await inTransaction<Advance>(sql, 'isolation level read committed', async (tx) => {
      const moved = await moveCheckpoint(tx, projection, from, events.at(-1)?.position ?? from);
      if (!moved) return 'overtaken';
      await applyEvents(tx, projection, events);
      return 'advanced';
    });
  } catch (error) {
    if (!(error instanceof PoisonEvent)) throw error;
    if (isPassing(error.cause)) throw error.cause;
    return stopBefore(sql, projection, from, events, error);
  }
}

async function stopBefore(
  sql: Database,
  projection: Projection,
  from: number,
  events: readonly RecordedEvent[],
  poison: PoisonEvent,
): Promise<Advance> {
  const { position } = poison.event;
  const good = events.filter((event) => event.position < position);
  if (good.length > 0) {
    const outcome = await advance(sql, projection, from, good);
    if (outcome !== 'advanced') return outcome;
  }
  await stopProjection(sql, projection, position - 1, poison.message);
  return 'stopped';
}

/** Errors of the connection or of a busy server: trying again may work, and the event is not to blame. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return /^(08|40|53|55|57)/.test(state);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(CONNECTION_|CONNECT_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/.test(code);
}
