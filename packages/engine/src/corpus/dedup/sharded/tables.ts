import { join } from 'node:path';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

/**
 * The tables that a shard's signing leaves behind, plain Parquet so that DuckDB, Spark and pandas read them alike:
 *
 * - bands: shard, band, key_high, key_low, source_key, doc; one row group a band (or several)
 * - documents: shard, doc, id_high, id_low (first 64 bits of the text's SHA-256), length, source_key, id, path, source,
 *   sketch (one byte a hash, for the estimate of similarity)
 */
export const bandsFile = (folder: string, shard: number) => join(folder, `bands-${pad(shard)}.parquet`);
export const documentsFile = (folder: string, shard: number) =>
  join(folder, `documents-${pad(shard)}.parquet`);
export const removedFile = (folder: string, shard: number) => join(folder, `removed-${pad(shard)}.parquet`);

const pad = (shard: number) => String(shard).padStart(5, '0');

const ROW_GROUP = 1 << 18;

/** Keys of document d and band b stand at d x buckets + b. */
export interface BandTable {
  readonly shard: number;
  readonly buckets: number;
  readonly documents: number;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly sourceKey: Int32Array;
}

/** Band by band, so that a reader that wants one band skips the row groups of the others. */
export async function writeBands(path: string, table: BandTable): Promise<void> {
  const { shard, buckets, documents, high, low, sourceKey } = table;
  const docs = new Int32Array(documents).map((_, doc) => doc);
  const shards = new Int32Array(documents).fill(shard);
  const columns = (band: number) => [
    { name: 'shard', data: shards, ...REPEATED },
    { name: 'band', data: new Int32Array(documents).fill(band), type: 'INT32' as const },
    { name: 'key_high', data: everyNth(high, buckets, band, documents), ...PLAIN },
    { name: 'key_low', data: everyNth(low, buckets, band, documents), ...PLAIN },
    { name: 'source_key', data: sourceKey.subarray(0, documents), ...REPEATED },
    { name: 'doc', data: docs, ...PLAIN },
  ];
  const schema = schemaFromColumnData({ columnData: columns(0) });
  const writer = new ParquetWriter({ writer: fileWriter(path), schema });
  for (let band = 0; band < buckets; band++) {
    await writer.write({ columnData: columns(band), rowGroupSize: ROW_GROUP });
  }
  await writer.finish();
}

function everyNth(values: Int32Array, step: number, start: number, count: number): Int32Array {
  const column = new Int32Array(count);
  for (let i = 0, at = start; i < count; i++, at += step) column[i] = values[at];
  return column;
}

/** Hashes and running numbers: a dictionary would only cost time. */
const PLAIN = { type: 'INT32', encoding: 'PLAIN', codec: 'UNCOMPRESSED', statistics: false } as const;

/** Few different values, and none that a reader would skip row groups by. */
const REPEATED = { type: 'INT32', statistics: false } as const;

export interface DocumentRow {
  readonly id: string;
  readonly path: string;
  readonly source: string;
  readonly length: number;
  readonly sketch: Uint8Array;
}

export async function writeDocuments(
  path: string,
  shard: number,
  rows: readonly DocumentRow[],
): Promise<void> {
  const column = (value: (row: DocumentRow, doc: number) => number) => Int32Array.from(rows, value);
  const columnData = [
    { name: 'shard', data: column(() => shard), type: 'INT32' as const },
    { name: 'doc', data: column((_, doc) => doc), ...PLAIN },
    { name: 'id_high', data: column((row) => Number.parseInt(row.id.slice(0, 8), 16)), ...PLAIN },
    { name: 'id_low', data: column((row) => Number.parseInt(row.id.slice(8, 16), 16)), ...PLAIN },
    { name: 'length', data: column((row) => row.length), ...PLAIN },
    { name: 'source_key', data: column((row) => sourceKey(row.source)), type: 'INT32' as const },
    { name: 'id', data: rows.map((row) => row.id), type: 'STRING' as const },
    { name: 'path', data: rows.map((row) => row.path), type: 'STRING' as const },
    { name: 'source', data: rows.map((row) => row.source), type: 'STRING' as const },
    {
      name: 'sketch',
      data: rows.map((row) => row.sketch),
      type: 'BYTE_ARRAY' as const,
      codec: 'UNCOMPRESSED' as const,
    },
  ];
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData }),
  });
  await writer.write({ columnData, rowGroupSize: ROW_GROUP });
  await writer.finish();
}

/** 32-bit FNV-1a of a source's name: says in the band table which documents are of one source. */
export function sourceKey(source: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < source.length; i++) hash = Math.imul(hash ^ source.charCodeAt(i), 0x01000193);
  return hash;
}

export interface RemovedRow {
  readonly doc: number;
  readonly keptShard: number;
  readonly keptDoc: number;
  readonly keptId: string;
  readonly keptPath: string;
  readonly reason: 'exact' | 'near';
  readonly scope: 'source' | 'across';
  readonly jaccardEstimate: number;
}

export async function writeRemoved(path: string, rows: readonly RemovedRow[]): Promise<void> {
  const columnData = [
    { name: 'doc', data: Int32Array.from(rows, (row) => row.doc), type: 'INT32' as const },
    { name: 'kept_shard', data: Int32Array.from(rows, (row) => row.keptShard), type: 'INT32' as const },
    { name: 'kept_doc', data: Int32Array.from(rows, (row) => row.keptDoc), type: 'INT32' as const },
    { name: 'kept_id', data: rows.map((row) => row.keptId), type: 'STRING' as const },
    { name: 'kept_path', data: rows.map((row) => row.keptPath), type: 'STRING' as const },
    { name: 'reason', data: rows.map((row) => row.reason), type: 'STRING' as const },
    { name: 'scope', data: rows.map((row) => row.scope), type: 'STRING' as const },
    { name: 'jaccard', data: Float64Array.from(rows, (row) => row.jaccardEstimate), type: 'DOUBLE' as const },
  ];
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData }),
  });
  await writer.write({ columnData });
  await writer.finish();
}
