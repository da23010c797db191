import type { Queryable } from './connection.ts';
import { chainHash, contentHash, type EventContent, genesisHash } from './hash-chain.ts';

export interface ChainReport {
  /** Events walked, from position 1. */
  events: number;
  /** Hash of the last event walked, as hex. */
  hash: string;
  /** The first thing that is wrong, in words, or null. */
  problem: string | null;
}

/**
 * Walks the log from position 1 to its head and recomputes every hash. Finds gaps in positions, gaps in a stream's
 * versions, changed rows, rows cut off at the end, and stream rows that differ from the log.
 */
export async function verifyChain(sql: Queryable, batchSize = 2000): Promise<ChainReport> {
  const versions = new Map<string, number>();
  let position = 0;
  let hash = genesisHash;
  const report = (problem: string | null): ChainReport => ({
    events: position,
    hash: hash.toString('hex'),
    problem,
  });
  const [head] = await sql<{ position: number; hash: Buffer }[]>`select position, hash from log_head`;
  let reading = readStoredRows(sql, 0, Math.min(batchSize, head.position));
  while (position < head.position) {
    const rows = await reading;
    const next = position + rows.length;
    reading = readStoredRows(sql, next, Math.min(batchSize, head.position - next)); // while these are hashed
    reading.catch(() => {}); // awaited in the next turn, if there is one
    if (rows.length === 0) return report(`position ${position + 1} is missing`);
    for (const row of rows) {
      if (row.position !== position + 1) return report(`position ${position + 1} is missing`);
      const stream = `${row.streamType} ${row.streamId}`;
      const version = (versions.get(stream) ?? 0) + 1;
      if (row.version !== version)
        return report(`${stream} jumps to version ${row.version} at position ${row.position}`);
      const expected = chainHash(hash, row.position, row.at, contentHash(row));
      if (!row.prevHash.equals(hash) || !row.hash.equals(expected)) {
        return report(`the hash of position ${row.position} does not match its content`);
      }
      versions.set(stream, version);
      position = row.position;
      hash = expected;
    }
  }
  if (!head.hash.equals(hash)) return report('the head row does not carry the hash of the last event');
  return report(await wrongStreamRow(sql));
}

/** One statement, so one snapshot: holds while others append. */
async function wrongStreamRow(sql: Queryable): Promise<string | null> {
  const [row] = await sql<
    { streamType: string; streamId: string; said: number | null; last: number | null }[]
  >`
    select stream_type as "streamType", stream_id as "streamId", said.version as said, last.version as last
    from stream said full join (
      select stream_type, stream_id, max(version) as version from event group by stream_type, stream_id
    ) last using (stream_type, stream_id)
    where said.version is distinct from last.version limit 1`;
  if (!row) return null;
  const { streamType, streamId, said, last } = row;
  return `the stream row of ${streamType} ${streamId} says version ${said ?? 0}, the log ${last ?? 0}`;
}

interface StoredRow extends EventContent {
  position: number;
  at: Date;
  prevHash: Buffer;
  hash: Buffer;
}

function readStoredRows(sql: Queryable, after: number, limit: number): Promise<StoredRow[]> {
  return sql<StoredRow[]>`
    select position, stream_type as "streamType", stream_id as "streamId", version, event_id as "eventId", type,
           schema_version as "schemaVersion", data, meta, encode(sealed, 'hex') as sealed,
           subject_id as "subjectId", at, prev_hash as "prevHash", hash
    from event where position > ${after} order by position limit ${limit}`.then((rows) => [...rows]);
}
