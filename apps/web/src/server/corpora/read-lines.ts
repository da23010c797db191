import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import type { ArtifactFile, Manifest } from '@tsudoi/schema';
import { objectStore } from '../hub.ts';

/** What one request may read of one file. A corpus above it is for the command line, which has an index. */
export const limits = { compressedBytes: 64 * 2 ** 20, textBytes: 384 * 2 ** 20, milliseconds: 8000 };

export const fileNamed = (manifest: Manifest, path: string): ArtifactFile | null =>
  manifest.files.find((file) => file.path === path) ?? null;

export const isReadable = (file: ArtifactFile | null): file is ArtifactFile =>
  file !== null && file.size <= limits.compressedBytes;

/** Says afterwards whether everything was read. */
export interface Reading {
  complete: boolean;
}

/**
 * The values of a JSONL.gz file in the object store, until it ends or a limit is met. Other requests get their turn between the
 * chunks of the stream. The caller names the type that the stage wrote.
 */
export async function* readLines<T>(file: ArtifactFile, reading: Reading): AsyncGenerator<T> {
  const deadline = performance.now() + limits.milliseconds;
  const decoder = new StringDecoder('utf8');
  const input = await objectStore().get(file.sha256);
  const gunzip = createGunzip();
  input.on('error', (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  let rest = '';
  let read = 0;
  reading.complete = false;
  try {
    for await (const chunk of gunzip) {
      read += (chunk as Buffer).length;
      if (read > limits.textBytes || performance.now() > deadline) return;
      const lines = decoder.write(chunk as Buffer).split('\n');
      lines[0] = rest + (lines[0] ?? '');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    }
    rest += decoder.end();
    if (rest !== '') yield JSON.parse(rest) as T;
    reading.complete = true;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

/** A small JSON file of an artifact; null where it is missing or larger than `largest` bytes. */
export async function readJson<T>(
  manifest: Manifest,
  path: string,
  largest = 8 * 2 ** 20,
): Promise<T | null> {
  const file = fileNamed(manifest, path);
  if (!file || file.size > largest) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of await objectStore().get(file.sha256)) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}
