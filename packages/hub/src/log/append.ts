import {
  canonicalJson,
  type DomainEvent,
  type EventMeta,
  eventDefinition,
  type StreamType,
} from '@tsudoi/schema';
import type { Transaction } from './connection.ts';
import { type ExpectedVersion, isAsExpected, WrongVersion, wrongVersionOf } from './expected-version.ts';
import { contentHashOf } from './hash-chain.ts';
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

/** What is kept of a command for ever, filed together with its events. */
export interface NewReceipt {
  actor: string;
  commandId: string;
  requestHash: Buffer;
  result: unknown;
  /** How many events of the batch there are up to and including the command's last one. */
  last: number;
}

export const streamKey = (streamType: string, streamId: string): string => `${streamType} ${streamId}`;

/**
 * Gathers the appends of one transaction, of one command or of many, and writes them with a single statement, so that
 * the log's head is held for that statement and the commit alone. Appends to one stream follow each other.
 */
export class LogBatch {
  readonly #tx: Transaction;
  readonly #bases = new Map<string, number>();
  readonly #counts = new Map<string, { streamType: string; streamId: string; count: number }>();
  readonly #events: NumberedEvent[] = [];

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** How many events were added. */
  get size(): number {
    return this.#events.length;
  }

  /** The streams that are appended to, by `streamKey`. */
  get streams(): ReadonlySet<string> {
    return new Set(this.#counts.keys());
  }

  /** States the version of a stream that was read anyway, so that it is not asked for again; the write compares it. */
  assume(streamType: StreamType, streamId: string, version: number): void {
    this.#bases.set(streamKey(streamType, streamId), version);
  }

  /**
   * Adds appends to one or more streams: all of them or none.
   * @returns their events in order, numbered
   * @throws WrongVersion when a stream, with what was added before, is not where its writer expects it
   */
  async add(appends: readonly StreamAppend[], meta: EventMeta): Promise<NumberedEvent[]> {
    const versions = new Map<string, number>();
    for (const { streamType, streamId, expected, events } of appends) {
      const key = streamKey(streamType, streamId);
      const actual = versions.get(key) ?? (await this.#version(streamType, streamId, expected));
      if (!isAsExpected(expected, actual)) throw new WrongVersion(key, expected, actual);
      versions.set(key, actual + events.length);
    }
    const numbered = appends.flatMap(({ streamType, streamId, events }) =>
      events.map((event): NumberedEvent => {
        const version = this.#advance(streamType, streamId);
        return { streamType, streamId, version, eventId: uuidV7(), event, meta };
      }),
    );
    this.#events.push(...numbered);
    return numbered;
  }

  /**
   * Appends everything and files the receipts. The head is held from here to the end of the transaction.
   * @returns the position of the first event
   * @throws WrongVersion when another transaction moved one of the streams on
   */
  async write(receipts: readonly NewReceipt[] = []): Promise<number> {
    const tx = this.#tx;
    const streams = [...this.#counts].map(([key, { streamType, streamId, count }]) => ({
      ...{ stream_type: streamType, stream_id: streamId },
      ...{ base: this.#bases.get(key) ?? 0, count },
    }));
    const filed = receipts.map(({ actor, commandId, requestHash, result, last }) => ({
      ...{ actor, command_id: commandId, request_hash: requestHash.toString('hex') },
      ...{ result: result ?? null, last },
    }));
    const events = this.#events.map(written);
    const contents = Buffer.concat(events.map(({ hash }) => hash));
    try {
      const [{ first }] = await tx<{ first: number }[]>`
        select append_events(${`[${events.map(({ row }) => row).join(',')}]`}::text::json, ${contents}::bytea,
                             ${json(streams)}::text::json, ${json(filed)}::text::json) as first`;
      return first;
    } catch (error) {
      throw wrongVersionOf(error) ?? error;
    }
  }

  #advance(streamType: StreamType, streamId: string): number {
    const key = streamKey(streamType, streamId);
    const before = this.#counts.get(key) ?? { streamType, streamId, count: 0 };
    this.#counts.set(key, { ...before, count: before.count + 1 });
    return (this.#bases.get(key) ?? 0) + before.count + 1;
  }

  async #version(streamType: StreamType, streamId: string, expected: ExpectedVersion): Promise<number> {
    const key = streamKey(streamType, streamId);
    const added = this.#counts.get(key)?.count ?? 0;
    const open = expected === 'any' || expected === 'must-exist';
    if (added === 0 && (open || !this.#bases.has(key))) {
      // A writer that names no version must not lose to another one, so the streams stand still from here on.
      if (open) await this.#tx`select 1 from log_head for update`;
      const [row] = await this.#tx<{ version: number }[]>`
        select version from stream where stream_type = ${streamType} and stream_id = ${streamId}`;
      this.#bases.set(key, row?.version ?? 0);
    }
    return this.#bases.get(key)! + added;
  }
}

const json = (value: unknown): string => JSON.stringify(value);

/** An event as `append_events` reads it, and the hash of its content, from one writing of its data and its meta. */
function written({ event: { type, data }, meta, ...place }: NumberedEvent): { row: string; hash: Buffer } {
  const content = {
    ...place,
    type,
    schemaVersion: eventDefinition(type).version,
    sealed: null,
    subjectId: null,
  };
  const [dataText, metaText] = [canonicalJson(data), canonicalJson(meta)];
  const row =
    `{"stream_type":${json(place.streamType)},"stream_id":${json(place.streamId)},"version":${place.version},` +
    `"event_id":${json(place.eventId)},"type":${json(type)},"schema_version":${content.schemaVersion},` +
    `"data":${dataText},"meta":${metaText}}`;
  return { row, hash: contentHashOf(content, dataText, metaText) };
}
