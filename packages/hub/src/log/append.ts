import { type DomainEvent, type EventMeta, eventDefinition, type StreamType } from '@tsudoi/schema';
import type { Transaction } from './connection.ts';
import { advanceStream, type ExpectedVersion } from './expected-version.ts';
import { contentHash } from './hash-chain.ts';
import { uuidV7 } from './uuid-v7.ts';

/** Events for one stream, and what the writer knows of that stream. */
export interface StreamAppend {
  streamType: StreamType;
  streamId: string;
  expected: ExpectedVersion;
  events: DomainEvent[];
}

/** An event whose place in its stream is settled; its position is not known yet. */
export interface NumberedEvent {
  streamType: StreamType;
  streamId: string;
  version: number;
  eventId: string;
  event: DomainEvent;
  meta: EventMeta;
}

/**
 * Appends to one or more streams in the caller's transaction: streams first, in sorted order so that two writers never
 * wait for each other in a circle; then `inline` (projections that decisions need); the log's head last, so that it is
 * held only for the insert and the commit.
 * @returns the position of the last event
 * @throws WrongVersion
 */
export async function appendToLog(
  tx: Transaction,
  appends: StreamAppend[],
  meta: EventMeta,
  inline: (events: NumberedEvent[]) => Promise<void> = async () => {},
): Promise<number> {
  const before = new Map<StreamAppend, number>();
  for (const append of [...appends].sort(byStream)) {
    const { streamType, streamId, expected, events } = append;
    before.set(append, await advanceStream(tx, streamType, streamId, expected, events.length));
  }
  const numbered = appends.flatMap((append) =>
    append.events.map((event, i) => ({
      streamType: append.streamType,
      streamId: append.streamId,
      version: before.get(append)! + i + 1,
      eventId: uuidV7(),
      event,
      meta,
    })),
  );
  await inline(numbered);
  const batch = numbered.map(toRow);
  const [{ first }] = await tx<{ first: number }[]>`select append_events(${tx.json(batch)}) as first`;
  return first + batch.length - 1;
}

function byStream(a: StreamAppend, b: StreamAppend): number {
  const [left, right] = [`${a.streamType} ${a.streamId}`, `${b.streamType} ${b.streamId}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function toRow({ streamType, streamId, version, eventId, event, meta }: NumberedEvent) {
  const schemaVersion = eventDefinition(event.type).version;
  const { type, data } = event;
  const content = { streamType, streamId, version, eventId, type, schemaVersion, data, meta };
  return {
    stream_type: streamType,
    stream_id: streamId,
    version,
    event_id: eventId,
    type,
    schema_version: schemaVersion,
    data,
    meta,
    content_hash: contentHash({ ...content, sealed: null, subjectId: null }).toString('hex'),
  };
}
