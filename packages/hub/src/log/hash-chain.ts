import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '@tsudoi/schema';

/** The part of a stored event that its writer knows before the event has a position. */
export interface EventContent {
  streamType: string;
  streamId: string;
  version: number;
  eventId: string;
  type: string;
  schemaVersion: number;
  data: unknown;
  meta: unknown;
  /** Encrypted personal fields as hex (the ciphertext, so that erasing the key leaves the chain whole), or null. */
  sealed: string | null;
  subjectId: string | null;
}

/** The hash before the first event. */
export const genesisHash: Buffer = Buffer.alloc(32);

/** SHA-256 over the UTF-8 bytes of the canonical JSON (RFC 8785) of the object with exactly these ten members. */
export function contentHash({ data, meta, ...place }: EventContent): Buffer {
  return contentHashOf(place, canonicalJson(data), canonicalJson(meta));
}

/** The same for a writer who needs the canonical JSON of data and meta besides. */
export function contentHashOf(
  place: Omit<EventContent, 'data' | 'meta'>,
  data: string,
  meta: string,
): Buffer {
  const { streamType, streamId, version, eventId, type, schemaVersion, sealed, subjectId } = place;
  // Written out in the order of the keys: the ten of them need no sorting for each event.
  const json =
    `{"data":${data},"eventId":${JSON.stringify(eventId)},"meta":${meta},` +
    `"schemaVersion":${JSON.stringify(schemaVersion)},"sealed":${JSON.stringify(sealed)},` +
    `"streamId":${JSON.stringify(streamId)},"streamType":${JSON.stringify(streamType)},` +
    `"subjectId":${JSON.stringify(subjectId)},"type":${JSON.stringify(type)},"version":${JSON.stringify(version)}}`;
  return hash('sha256', json, 'buffer');
}

/**
 * The hash of an event: SHA-256 over 80 bytes: the hash of the event before it (32), its position (8, big-endian),
 * its time in milliseconds since 1970 (8, big-endian), its content hash (32). `append_events` computes the same in SQL.
 */
export function chainHash(previous: Buffer, position: number, at: Date, content: Buffer): Buffer {
  const place = Buffer.alloc(16);
  place.writeBigInt64BE(BigInt(position), 0);
  place.writeBigInt64BE(BigInt(at.getTime()), 8);
  return createHash('sha256').update(previous).update(place).update(content).digest();
}
