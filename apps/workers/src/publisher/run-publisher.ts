import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Hub, listenPositions, logHead, PublicLog } from '@tsudoi/hub';
import type { Env } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { saveReactorError, saveReactorPosition } from '../roles/reactor-position.ts';
import { pause, Wake } from '../roles/wake.ts';
import { connectNats, type NatsSettings } from './connect.ts';
import { ringDoorbells } from './doorbell.ts';
import { LogDiverged, type LogReader, publishedPosition } from './log-stream.ts';
import { publishBatch } from './publish-batch.ts';

const BATCH = 200;
const POLL = 2000;
const LONGEST_PAUSE = 10_000;

/**
 * Copies the log to NATS for as long as it runs: every position once, in order, as the message of that sequence. It
 * keeps no state of its own; where to go on is asked of the stream at the start and after every failure.
 * @throws LogDiverged (nothing was written; see there)
 */
export async function runPublisher(
  hub: Hub,
  settings: NatsSettings & Pick<Env, 'HUB_URL'>,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const wake = new Wake();
  const connection = await connectNats(settings, { name: 'tsudoi publisher', log, signal });
  let stopListening: (() => Promise<void>) | null = null;
  try {
    stopListening = await listenPositions(hub.sql, () => wake.ring());
    const events = new PublicLog(settings.HUB_URL);
    const reader: LogReader = {
      read: (after, limit) => events.read(hub.sql, after, limit),
      head: () => logHead(hub.sql),
    };
    await publishUntilStopped(hub, connection, reader, wake, { log, signal });
  } catch (error) {
    if (error instanceof LogDiverged) await saveReactorError(hub.sql, 'publisher', error.message);
    throw error;
  } finally {
    await stopListening?.().catch(() => {});
    await connection.close();
  }
}

async function publishUntilStopped(
  hub: Hub,
  connection: NatsConnection,
  reader: LogReader,
  wake: Wake,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  let wait = 100;
  while (!signal.aborted) {
    try {
      const manager = await jetstreamManager(connection);
      // Asked again after every quiet interval: a stream that somebody deleted is filled again without a new event.
      for (let position = await publishedPosition(manager, reader); !signal.aborted; ) {
        position = await publishAll(hub, connection, reader, position, signal);
        wait = 100;
        if (!(await wake.wait(POLL, signal))) position = await publishedPosition(manager, reader);
      }
    } catch (error) {
      if (error instanceof LogDiverged) throw error;
      if (signal.aborted) return;
      log.warn('publishing was interrupted, it goes on', { error: describeError(error), againInMs: wait });
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE);
    }
  }
}

/** Publishes from `position` to the end of the log; answers the last position published. */
async function publishAll(
  hub: Hub,
  connection: NatsConnection,
  reader: LogReader,
  from: number,
  signal: AbortSignal,
): Promise<number> {
  const client = jetstream(connection);
  let position = from;
  while (!signal.aborted) {
    const batch = await reader.read(position, BATCH);
    if (batch.length === 0) break;
    const { stored, error } = await publishBatch(client, batch);
    const envelopes = batch.slice(0, stored).map(({ envelope }) => envelope);
    await ringDoorbells(connection, envelopes, (jobIds) => kindsOfJobs(hub, jobIds));
    position += stored;
    await saveReactorPosition(hub.sql, 'publisher', position);
    if (error) throw error;
  }
  return position;
}

async function kindsOfJobs(hub: Hub, jobIds: string[]): Promise<Map<string, string>> {
  const rows = await hub.sql`select job_id, kind from job_queue where job_id in ${hub.sql(jobIds)}`;
  return new Map(rows.map((row) => [String(row.job_id), String(row.kind)]));
}
