import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { EventEnvelope, logStream, logSubjects } from '@tsudoi/schema';

/** The stream holds something the log does not: nothing is written until a person has looked. */
export class LogDiverged extends Error {
  override readonly name = 'LogDiverged';
}

/** What the publisher reads of the event log. */
export interface LogReader {
  read(afterPosition: number, limit: number): Promise<EventEnvelope[]>;
  head(): Promise<{ position: number }>;
}

/**
 * Makes the stream where it is missing and answers its last sequence, which is the position the log is published up to.
 * @throws LogDiverged when the stream is ahead of the log or its last message is not the event at that position, as
 *   after a restore of the database to an older state.
 */
export async function publishedPosition(manager: JetStreamManager, reader: LogReader): Promise<number> {
  const last = await ensureStream(manager);
  if (last === 0) return 0;
  const head = await reader.head();
  if (last > head.position)
    throw diverged(`the stream ends at ${last}, the log at ${head.position}: the stream is ahead`);
  const stored = await manager.streams.getMessage(logStream, { seq: last });
  const [recorded] = await reader.read(last - 1, 1);
  const storedHash = stored ? EventEnvelope.safeParse(stored.json()).data?.hash : undefined;
  if (!recorded || storedHash !== recorded.hash)
    throw diverged(`message ${last} has hash ${storedHash ?? 'none'}, the event ${recorded?.hash ?? 'none'}`);
  return last;
}

function diverged(what: string): LogDiverged {
  return new LogDiverged(
    `stream ${logStream} is not a copy of this log (${what}). Nothing is published. If the database was restored on ` +
      `purpose, delete the stream by hand ("nats stream rm ${logStream}") and it is filled again from the log.`,
  );
}

async function ensureStream(manager: JetStreamManager): Promise<number> {
  try {
    return (await manager.streams.info(logStream)).state.last_seq;
  } catch (error) {
    const missing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
    if (!missing) throw error;
  }
  const added = await manager.streams.add({
    name: logStream,
    subjects: [logSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    deny_delete: true,
    deny_purge: true,
  });
  return added.state.last_seq;
}
