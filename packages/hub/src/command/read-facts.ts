import { decodeEvent, type StreamType } from '@tsudoi/schema';
import { z } from 'zod';
import { streamKey } from '../log/append.ts';
import type { Queryable } from '../log/connection.ts';
import type { History } from '../log/read-log.ts';
import type { Receipt, ReceiptKey } from './receipt.ts';

export interface StreamRef {
  streamType: StreamType;
  streamId: string;
}

/** What a batch of commands is decided on: all of it read with one statement. */
export interface Facts {
  now: Date;
  /** By `receiptId`. */
  receipts: Map<string, Receipt>;
  /** By `streamKey`, one for each stream that was asked for. */
  histories: Map<string, History>;
}

export const receiptId = ({ actor, commandId }: Pick<ReceiptKey, 'actor' | 'commandId'>): string =>
  `${actor} ${commandId}`;

/** Each begins with the place, from 1, of what was asked. */
const Receipts = z.array(z.tuple([z.int(), z.string(), z.int(), z.unknown()])).nullable();
const Events = z.array(z.tuple([z.int(), z.int(), z.string(), z.int(), z.unknown()])).nullable();

export async function readFacts(
  sql: Queryable,
  keys: readonly ReceiptKey[],
  streams: readonly StreamRef[],
): Promise<Facts> {
  // The inner selects keep their "offset 0" so that each asked key is one look into an index, whatever the statistics say.
  const [row] = await sql<{ now: Date; receipts: unknown; events: unknown }[]>`
    select date_trunc('milliseconds', clock_timestamp()) as now,
      (select json_agg(json_build_array(place, encode(request_hash, 'hex'), position, result))
       from unnest(${keys.map(({ actor }) => actor)}::text[], ${keys.map(({ commandId }) => commandId)}::uuid[])
         with ordinality as asked (asked_actor, asked_id, place),
       lateral (select * from command_receipt where actor = asked_actor and command_id = asked_id offset 0)) as receipts,
      (select json_agg(json_build_array(place, version, type, schema_version, data))
       from unnest(${streams.map(({ streamType }) => streamType)}::text[],
                   ${streams.map(({ streamId }) => streamId)}::text[])
         with ordinality as asked (asked_type, asked_id, place),
       lateral (select * from event where stream_type = asked_type and stream_id = asked_id
                order by version offset 0)) as events`;
  const receipts = (Receipts.parse(row.receipts) ?? []).map(
    ([place, hash, position, result]): [string, Receipt] => [
      receiptId(keys[place - 1]),
      { requestHash: Buffer.from(hash, 'hex'), position, result },
    ],
  );
  const histories = streams.map((ref): History => ({ ...ref, version: 0, events: [] }));
  for (const [place, version, type, schemaVersion, data] of Events.parse(row.events) ?? []) {
    const history = histories[place - 1];
    history.events.push(decodeEvent(type, schemaVersion, data));
    history.version = version;
  }
  return {
    now: row.now,
    receipts: new Map(receipts),
    histories: new Map(
      histories.map((history) => [streamKey(history.streamType, history.streamId), history]),
    ),
  };
}
