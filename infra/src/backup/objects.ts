import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database, ObjectStore, StoredObject } from '@tsudoi/hub';
import { hashFile } from './copy-table.ts';
import type { BackupFolder } from './folder.ts';

const atOnce = 4;
export type Progress = (line: string) => void;

export interface CopiedObjects {
  copied: number;
  copiedBytes: number;
  /** Objects that the hub should have and whose bytes could not be read, or are not what their name says. */
  missing: string[];
}

export const objectLine = ({ sha256, size, mediaType }: StoredObject): string =>
  `${sha256}\t${size}\t${JSON.stringify(mediaType)}\n`;

export async function readObjectList(file: string): Promise<StoredObject[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [sha256, size, mediaType] = line.split('\t');
    return { sha256, size: Number(size), mediaType: JSON.parse(mediaType) as string };
  });
}

/** Copies what the folder does not have yet. What lies under its name there was hashed before it got it. */
export async function copyObjects(
  store: ObjectStore,
  folder: BackupFolder,
  objects: readonly StoredObject[],
  progress: Progress,
): Promise<CopiedObjects> {
  const report: CopiedObjects = { copied: 0, copiedBytes: 0, missing: [] };
  await mkdir(join(folder.dir, 'objects', 'incoming'), { recursive: true, mode: 0o700 });
  await inParallel(objects, async (object, n) => {
    if (await isThere(folder, object)) return;
    if (await copyOne(store, folder, object)) {
      report.copied++;
      report.copiedBytes += object.size;
    } else report.missing.push(object.sha256);
    progress(`objects: ${n + 1} of ${objects.length}`);
  });
  report.missing.sort();
  return report;
}

export async function isThere(folder: BackupFolder, { sha256, size }: StoredObject): Promise<boolean> {
  return (await stat(folder.object(sha256)).catch(() => null))?.size === size;
}

/** @returns false when the store does not give these bytes. @throws what the disk of the backup says (full, read-only) */
async function copyOne(
  store: ObjectStore,
  folder: BackupFolder,
  { sha256, size }: StoredObject,
): Promise<boolean> {
  const incoming = join(folder.dir, 'objects', 'incoming', sha256);
  const source = await store.get(sha256).catch(() => null);
  if (!source) return false;
  let readError: unknown = null;
  source.once('error', (error) => {
    readError = error;
  });
  try {
    await pipeline(source, createWriteStream(incoming, { mode: 0o600, flush: true }));
    const found = await hashFile(incoming);
    if (found.sha256 !== sha256 || found.bytes !== size) return false;
    await mkdir(dirname(folder.object(sha256)), { recursive: true, mode: 0o700 });
    await rename(incoming, folder.object(sha256));
    return true;
  } catch (error) {
    if (readError) return false;
    throw error;
  } finally {
    await rm(incoming, { force: true });
  }
}

/** Puts the bytes back. What an interrupted restore has put already is not sent again. @returns how many were put */
export async function putObjects(
  { store, sql }: { store: ObjectStore; sql: Database },
  folder: BackupFolder,
  objects: readonly StoredObject[],
  progress: Progress,
): Promise<number> {
  const known = new Set(
    (await sql<{ sha256: string }[]>`select sha256 from object`).map(({ sha256 }) => sha256),
  );
  let put = 0;
  await inParallel(objects, async ({ sha256, size, mediaType }, n) => {
    if (known.has(sha256)) return;
    await store.put(sha256, size, mediaType, createReadStream(folder.object(sha256)));
    put++;
    progress(`objects: ${n + 1} of ${objects.length}`);
  });
  return put;
}

export async function inParallel<T>(
  items: readonly T[],
  work: (item: T, n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const n = next++;
      await work(items[n], n);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  const failed = lanes.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
