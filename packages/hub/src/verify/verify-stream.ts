import { setTimeout as delay } from 'node:timers/promises';
import { CloudEvent, cloudEventType } from '@tsudoi/schema';
import type { Database } from '../log/connection.ts';
import { logHead } from '../log/read-log.ts';

/** The published copy of the log, as whoever holds a connection to it can read it. */
export interface PublishedLog {
  lastSequence(): Promise<number>;
  /** The event stored at a sequence, decoded from JSON; undefined or null when there is none. */
  envelope(sequence: number): Promise<unknown>;
}

export interface StreamReport {
  lastSequence: number;
  /** How many messages were fetched and compared with the log by position, type and hash. */
  checked: number;
  problem: string | null;
}

const mostChecked = 5000;

/** Sequence = position, for the last message and for each message between (at most 5,000, evenly spread). */
export async function verifyStream(
  sql: Database,
  stream: PublishedLog,
  { patienceMs = 5000 }: { patienceMs?: number } = {},
): Promise<StreamReport> {
  const { position } = await logHead(sql);
  const lastSequence = await caughtUp(stream, position, patienceMs);
  const after = (await logHead(sql)).position; // the log may have moved on meanwhile
  let checked = 0;
  const report = (problem: string | null): StreamReport => ({ lastSequence, checked, problem });
  if (lastSequence < position) return report(`the log is at ${position}, NATS only at ${lastSequence}`);
  if (lastSequence > after) return report(`NATS is at ${lastSequence}, past the log's ${after}`);
  const step = Math.max(1, Math.ceil(position / mostChecked));
  for (let sequence = position; sequence >= 1; sequence -= step) {
    const parsed = CloudEvent.safeParse(await stream.envelope(sequence));
    if (!parsed.success) return report(`NATS holds no event at sequence ${sequence}`);
    const [event] = await sql<{ streamType: string; type: string; hash: string }[]>`
      select stream_type as "streamType", type, encode(hash, 'hex') as hash from event where position = ${sequence}`;
    const { position: claimed, type, hash } = parsed.data;
    if (
      claimed !== sequence ||
      type !== cloudEventType(event?.streamType, event?.type) ||
      hash !== event.hash
    ) {
      return report(
        `NATS holds ${type} of position ${claimed} at sequence ${sequence}, the log ${event?.type}`,
      );
    }
    checked++;
  }
  return report(null);
}

/** Gives the publisher of a running hub a moment. @returns the last sequence seen */
async function caughtUp(stream: PublishedLog, position: number, patienceMs: number): Promise<number> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const last = await stream.lastSequence();
    if (last >= position || Date.now() > deadline) return last;
    await delay(100);
  }
}
