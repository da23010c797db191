import {
  type DomainEvent,
  decodeEvent,
  EventEnvelope,
  EventMeta,
  type RecordedEvent,
  type StreamType,
  streamTypes,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Queryable } from './connection.ts';

const Row = z.object({
  position: z.int(),
  eventId: z.uuid(),
  streamType: z.enum(streamTypes),
  streamId: z.string(),
  version: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  data: z.unknown(),
  meta: EventMeta,
  at: z.date(),
  hash: z.string(),
});
type Row = z.infer<typeof Row>;

/**
 * The events after a position, in the log's order, lifted to their newest versions.
 * @param types only these; null: all
 */
export async function readLog(
  sql: Queryable,
  afterPosition: number,
  limit: number,
  types: readonly DomainEvent['type'][] | null = null,
): Promise<RecordedEvent[]> {
  const rows = await readRows(sql, afterPosition, limit, types);
  return rows.map(({ type, data, hash: _, ...place }) => ({
    ...place,
    event: decodeEvent(type, place.schemaVersion, data),
  }));
}

/** The same events as they travel to subscribers: data as stored, with the hash of the chain. */
export async function readEnvelopes(
  sql: Queryable,
  afterPosition: number,
  limit: number,
): Promise<EventEnvelope[]> {
  const rows = await readRows(sql, afterPosition, limit);
  return rows.map(({ meta, at, ...row }) =>
    EventEnvelope.parse({ ...row, at: at.toISOString(), traceparent: meta.traceparent }),
  );
}

/** Where the log ends now: the position of the last committed event and its hash as hex. */
export async function logHead(sql: Queryable): Promise<{ position: number; hash: string }> {
  const [head] = await sql<{ position: number; hash: string }[]>`
    select position, encode(hash, 'hex') as hash from log_head`;
  return head;
}

/** One stream from its first version on. */
export interface History {
  streamType: StreamType;
  streamId: string;
  /** 0: the stream does not exist. */
  version: number;
  events: DomainEvent[];
}

export async function readStream(sql: Queryable, streamType: StreamType, streamId: string): Promise<History> {
  const rows = await sql<{ version: number; type: string; schemaVersion: number; data: unknown }[]>`
    select version, type, schema_version as "schemaVersion", data from event
    where stream_type = ${streamType} and stream_id = ${streamId} order by version`;
  return {
    streamType,
    streamId,
    version: rows.at(-1)?.version ?? 0,
    events: rows.map((row) => decodeEvent(row.type, row.schemaVersion, row.data)),
  };
}

async function readRows(
  sql: Queryable,
  afterPosition: number,
  limit: number,
  types: readonly string[] | null = null,
): Promise<Row[]> {
  const wanted = types ? sql`and type = any(${[...types]})` : sql``;
  const rows = await sql`
    select position, event_id as "eventId", stream_type as "streamType", stream_id as "streamId", version, type,
           schema_version as "schemaVersion", data, meta, at, encode(hash, 'hex') as hash
    from event where position > ${afterPosition} ${wanted} order by position limit ${limit}`;
  return rows.map((row) => Row.parse(row));
}
