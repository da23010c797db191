import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Rejection } from '@tsudoi/schema';
import type { StoredObject } from './object-store.ts';

/**
 * Writes a stream to a new file of `folder`, hashing as it goes, and flushes it to disk. The file is there only if
 * it has exactly the expected size and hash.
 * @returns its path
 * @throws Rejection `upload.too-large`, `upload.hash-differs`
 */
export async function receiveToFile(
  folder: string,
  expected: Pick<StoredObject, 'sha256' | 'size'>,
  stream: AsyncIterable<Uint8Array>,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${expected.sha256}.${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  let complete = false;
  try {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.byteLength;
      if (size > expected.size) throw new Rejection('upload.too-large', { size, limit: expected.size });
      hash.update(chunk);
      await file.writeFile(chunk); // goes on where the last one ended, and never writes half a chunk
    }
    if (size !== expected.size || hash.digest('hex') !== expected.sha256) {
      throw new Rejection('upload.hash-differs', { file: expected.sha256 });
    }
    await file.sync();
    complete = true;
    return path;
  } finally {
    await file.close();
    if (!complete) await rm(path, { force: true });
  }
}

/** Removes files that a killed process left half-written. */
export async function removeAbandoned(folder: string, olderThanMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > olderThanMs) await rm(path, { force: true });
  }
}

/** @throws Rejection `upload.too-large` */
export function requireWithinLimit(size: number, limit: number): void {
  if (size > limit) throw new Rejection('upload.too-large', { size, limit });
}
