import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { TOKEN_BYTES } from './megatron-format.ts';
import type { ShardWriter } from './shard-writer.ts';
import { gatherInRanges } from './spill.ts';
import { checkSizes, placeOf, readFully, type TokenFiles } from './token-files.ts';

export interface GatherOptions {
  /** Bytes of tokens that the machine keeps in its page cache without trouble. Default: half of the memory that is free. */
  cached?: number;
  /** Path of a file for the second way, which is made and removed. */
  spill: string;
}

/**
 * Writes documents in any order, each as often as it is named. Files that fit in the page cache are read document by document where each
 * lies, while they are read once in order aside, so that a cold disk serves no scattered reads. Larger ones go through
 * ranges of the output (`gatherInRanges`): every byte is then read and written twice, all of it in order. The output is the same.
 */
export async function gatherDocuments(
  files: TokenFiles,
  order: Uint32Array,
  writer: ShardWriter,
  { spill, cached = process.availableMemory() / 2 }: GatherOptions,
): Promise<void> {
  checkSizes(files);
  if (files.before[files.before.length - 1] * TOKEN_BYTES[files.type] > cached)
    return gatherInRanges(files, order, writer, spill);
  let done = false;
  const sweeps = files.paths.map((path) => readOnce(path, () => done));
  const opened = files.paths.map((path) => openSync(path, 'r'));
  try {
    let room = Buffer.allocUnsafe(1 << 18);
    for (const document of order) {
      const { file, at, bytes } = placeOf(files, document);
      if (bytes > room.length) room = Buffer.allocUnsafe(2 * bytes);
      readFully(opened[file], room, bytes, at);
      const waiting = writer.addBytes(room.subarray(0, bytes));
      if (waiting) await waiting;
    }
  } finally {
    done = true;
    for (const file of opened) closeSync(file);
    await Promise.all(sweeps);
  }
}

/** Brings a file into the page cache. Its errors are those of the reads that count, which come after it. */
async function readOnce(path: string, isDone: () => boolean): Promise<void> {
  const piece = Buffer.allocUnsafe(1 << 20);
  try {
    const handle = await open(path, 'r');
    try {
      while (!isDone() && (await handle.read(piece, 0, piece.length)).bytesRead > 0);
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}
