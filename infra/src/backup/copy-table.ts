import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Transaction } from '@tsudoi/hub';
import { DamagedBackup, type TablePart } from './manifest.ts';
import { qualified, quoted, type TableShape } from './tables.ts';

const newline = 0x0a;

/** Writes a table as PostgreSQL's text format of COPY, which every later version reads, compressed. */
export async function copyOut(tx: Transaction, shape: TableShape, folder: string): Promise<TablePart> {
  const { schema, table, columns } = shape;
  const file = join('tables', `${schema === null ? '' : `${schema}.`}${table}.copy.gz`);
  await mkdir(dirname(join(folder, file)), { recursive: true, mode: 0o700 });
  let rows = 0;
  const counted = tap((chunk) => {
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) rows++;
  });
  const hash = createHash('sha256');
  let bytes = 0;
  const weighed = tap((chunk) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  const names = columns.map(quoted).join(', ');
  const source = await tx.unsafe(`copy ${qualified(shape)} (${names}) to stdout`).readable();
  const target = createWriteStream(join(folder, file), { mode: 0o600, flush: true });
  await pipeline(source, counted, createGzip({ level: 3 }), weighed, target);
  return { schema, table, columns, rows, file, bytes, sha256: hash.digest('hex') };
}

/**
 * Reads a table back, in place of whatever rows migrations had put there. Its file is hashed once more as it is read.
 * @throws DamagedBackup when file or row count is not what the manifest says; Error of PostgreSQL
 */
export async function copyIn(tx: Transaction, part: TablePart, folder: string): Promise<void> {
  const name = qualified(part);
  if (part.table !== 'event') await tx.unsafe(`delete from ${name}`); // the log is empty, and takes no deletes
  const hash = createHash('sha256');
  const target = await tx
    .unsafe(`copy ${name} (${part.columns.map(quoted).join(', ')}) from stdin`)
    .writable();
  await pipeline(
    createReadStream(join(folder, part.file)),
    tap((chunk) => hash.update(chunk)),
    createGunzip(),
    target,
  );
  if (hash.digest('hex') !== part.sha256) throw new DamagedBackup(`${part.file} changed while it was read`);
  const [{ rows }] = await tx.unsafe<{ rows: number }[]>(`select count(*)::int as rows from ${name}`);
  if (rows !== part.rows)
    throw new DamagedBackup(`${part.file} gave ${rows} rows, its manifest says ${part.rows}`);
  await advanceIdentities(tx, part);
}

/** Rows that come later get numbers behind those that were read back. */
async function advanceIdentities(tx: Transaction, part: TablePart): Promise<void> {
  const found = await tx<{ column: string; sequence: string }[]>`
    select attname as column, pg_get_serial_sequence(${qualified(part)}, attname) as sequence
    from pg_attribute where attrelid = ${qualified(part)}::regclass and attidentity <> ''`;
  for (const { column, sequence } of found)
    await tx.unsafe(
      `select setval('${sequence}', greatest(1, max(${quoted(column)})), max(${quoted(column)}) is not null) from ${qualified(part)}`,
    );
}

/** Passes bytes on and shows each piece to `look`. */
function tap(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}

/** @returns SHA-256 and size of a file, read once */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    bytes += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { sha256: hash.digest('hex'), bytes };
}
