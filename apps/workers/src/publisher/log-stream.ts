import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { PublicEvent } from '@tsudoi/hub';
import { logStream, logSubjects } from '@tsudoi/schema';
import { z } from 'zod';

/** How events are written into the stream; a copy written in another way is made anew from the log. */
const FORMAT = 'CloudEvents 1.0 under log.<group>.<kind of stream>.<type>';

/** What every format has had. */
const Stored = z.object({ hash: z.string() });

/** The stream holds something the log does not: nothing is written until a person has looked. */
export class LogDiverged extends Error {
  override readonly name = 'LogDiverged';
}

/** What the publisher reads of the event log. */
export interface LogReader {
  read(afterPosition: number, limit: number): Promise<PublicEvent[]>;
  head(): Promise<{ position: number }>;
}

/**
 * Makes the stream where it is missing and answers its last sequence, which is the position the log is published up to.
 * @throws LogDiverged when the stream is ahead of the log or its last message is not the event at that position, as
 *   after a restore of the database to an older state.
 */
export async function publishedPosition(manager: JetStreamManager, reader: LogReader): Promise<number> {
  const { last, format } = await ensureStream(manager);
  if (last === 0) return 0;
  const head = await reader.head();
  if (last > head.position)
    throw diverged(`the stream ends at ${last}, the log at ${head.position}: the stream is ahead`);
  const stored = await manager.streams.getMessage(logStream, { seq: last });
  const [recorded] = await reader.read(last - 1, 1);
  const storedHash = stored ? Stored.safeParse(stored.json()).data?.hash : undefined;
  const hash = recorded?.envelope.hash;
  if (!hash || storedHash !== hash)
    throw diverged(`message ${last} has hash ${storedHash ?? 'none'}, the event ${hash ?? 'none'}`);
  if (format === FORMAT) return last;
  await manager.streams.delete(logStream); // it is a copy of this log, so nothing is lost
  return (await ensureStream(manager)).last;
}

function diverged(what: string): LogDiverged {
  return new LogDiverged(
    `stream ${logStream} is not a copy of this log (${what}). Nothing is published. If the database was restored on ` +
      `purpose, delete the stream by hand ("nats stream rm ${logStream}") and it is filled again from the log.`,
  );
}

async function ensureStream(
  manager: JetStreamManager,
): Promise<{ last: number; format: string | undefined }> {
  try {
    const { state, config } = await manager.streams.info(logStream);
    return { last: state.last_seq, format: config.description };
  } catch (error) {
    const missing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
    if (!missing) throw error;
  }
  const added = await manager.streams.add({
    name: logStream,
    description: FORMAT,
    subjects: [logSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    deny_delete: true,
    deny_purge: true,
  });
  return { last: added.state.last_seq, format: FORMAT };
}
