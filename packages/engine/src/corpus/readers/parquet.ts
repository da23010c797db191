import { open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { ReadProblem } from './problem.ts';

export interface ParquetRow {
  text: string;
  url: string;
  /** Number of the row in the file. */
  row: number;
}

/** Decompressed bytes of the text column in one row group; that much is held. */
const MAX_GROUP_BYTES = 256 * 2 ** 20;
/** Writers close a group at a million rows at most; equal values need no bytes of their own, so these are no bound of rows. */
const MAX_GROUP_ROWS = 2 ** 22;

const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
};

/**
 * The `text` (or `content`) and, where there is one, `url` column of a Parquet file, one row a document, a row group at a time,
 * beginning at row `fromRow`. Snappy, gzip, zstd and brotli pages are read; pages never unpack beyond the size their header names.
 * @throws ReadProblem truncated, broken, unsupported, oversized
 */
export async function* readParquet(file: AsyncBuffer, fromRow = 0): AsyncGenerator<ParquetRow> {
  const metadata = await parquetMetadataAsync(file).catch((error: Error) => {
    throw new ReadProblem(/footer|magic/i.test(error.message) ? 'truncated' : 'broken', error.message);
  });
  const names = metadata.schema.filter(({ num_children }) => !num_children).map(({ name }) => name);
  const textColumn = ['text', 'content'].find((name) => names.includes(name));
  if (!textColumn)
    throw new ReadProblem('unsupported', `no column "text" or "content" among ${names.slice(0, 20)}`);
  const columns = names.includes('url') ? [textColumn, 'url'] : [textColumn];
  let first = 0;
  for (const group of metadata.row_groups) {
    const end = first + Number(group.num_rows);
    if (end > fromRow) {
      checkGroup(group, textColumn, first);
      yield* rowsOf(file, metadata, columns, Math.max(first, fromRow), end);
    }
    first = end;
  }
}

function checkGroup(group: FileMetaData['row_groups'][number], column: string, first: number): void {
  const rows = Number(group.num_rows);
  if (rows > MAX_GROUP_ROWS)
    throw new ReadProblem('bomb', `row group at row ${first}: ${rows} rows, at most ${MAX_GROUP_ROWS}`);
  const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.at(-1) === column);
  const bytes = Number(chunk?.meta_data?.total_uncompressed_size ?? 0);
  if (bytes > MAX_GROUP_BYTES)
    throw new ReadProblem(
      'oversized',
      `row group at row ${first}: ${bytes} bytes, at most ${MAX_GROUP_BYTES}`,
    );
}

async function* rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  rowStart: number,
  rowEnd: number,
): AsyncGenerator<ParquetRow> {
  const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors }).catch(
    (error: Error) => {
      throw new ReadProblem('broken', error.message.split('\n')[0]);
    },
  );
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
  for (const [i, value] of rows.entries())
    yield { text: textOf(value[columns[0] as string]), url: textOf(value.url), row: rowStart + i };
}

/** A local file as hyparquet reads it, and how to close it. */
export async function openParquetFile(
  path: string,
): Promise<{ buffer: AsyncBuffer; close(): Promise<void> }> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const slice = async (from: number, to = size) => {
    const start = from < 0 ? Math.max(0, size + from) : from;
    const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - start));
    await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  };
  return { buffer: { byteLength: size, slice }, close: () => handle.close() };
}

/** A Parquet file that is in memory, such as a member of an archive. */
export function parquetBytes(bytes: Buffer): AsyncBuffer {
  const copy = Uint8Array.from(bytes);
  return {
    byteLength: copy.length,
    slice: (from, to) => copy.buffer.slice(from < 0 ? copy.length + from : from, to),
  };
}
