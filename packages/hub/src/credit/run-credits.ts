import { setTimeout as delay } from 'node:timers/promises';
import { Rejection } from '@tsudoi/schema';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { listenPositions } from '../log/listen-positions.ts';
import { readLog } from '../log/read-log.ts';
import { WakeUp } from '../projections/wake-up.ts';
import { type CreditGrant, creditsFor, emptyCreditMemory } from './rules.ts';

const batchSize = 500;
const pollMs = 5000;

/**
 * Folds the log and grants what it finds earned. It begins at the beginning at every start, and what was granted before
 * is not granted again, since the entry exists.
 * @param reached told how far it has come
 */
export async function runCredits(
  hub: Hub,
  { signal, reached }: { signal: AbortSignal; reached?: (position: number) => Promise<void> },
): Promise<void> {
  const wake = new WakeUp(signal);
  const stopListening = await listenPositions(hub.sql, () => wake.ring());
  const memory = emptyCreditMemory();
  let position = 0;
  try {
    while (!signal.aborted) {
      wake.reset();
      const events = await readLog(hub.sql, position, batchSize);
      const due: CreditGrant[] = [];
      for (const recorded of events) {
        due.push(...creditsFor(memory, recorded));
        position = recorded.position;
      }
      for (const data of await notGranted(hub, due)) await grant(hub, data);
      if (events.length > 0) await reached?.(position);
      else await wake.wait(pollMs);
    }
  } finally {
    await stopListening();
  }
}

async function notGranted(hub: Hub, due: CreditGrant[]): Promise<CreditGrant[]> {
  if (due.length === 0) return [];
  const rows = await hub.sql<{ creditId: string }[]>`
    select credit_id as "creditId" from credit_entry
    where credit_id = any(${due.map(({ creditId }) => creditId)}::uuid[])`;
  const known = new Set(rows.map(({ creditId }) => creditId));
  return due.filter(({ creditId }) => !known.has(creditId));
}

async function grant(hub: Hub, data: CreditGrant): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const envelope = { actor: { kind: 'system' as const, name: 'credits' }, commandId: data.creditId };
      await execute(hub, { type: 'credit.grant', data }, envelope);
      return;
    } catch (error) {
      const passing = error instanceof Rejection && ['hub.busy', 'stream.conflict'].includes(error.code);
      if (!passing || attempt === 5) throw error;
      await delay(200 * attempt);
    }
  }
}
