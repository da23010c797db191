// A folder of files named by their content, shared by processes that know nothing of each other, kept below a size. What
// was used longest ago goes first. A file can always be made again, so nothing is locked: whoever finds one gone makes it.

import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A training step leaves about half a megabyte. */
const LIMIT = 256 * 2 ** 20;
/** Down to which share of the limit old files go, so that not every new file makes a search. */
const DOWN_TO = 0.75;
/** A file used within so many milliseconds is not removed: some process is about to load it. */
const IN_USE = 60_000;
/** What a process that died left half made is taken away after this many milliseconds. */
const ABANDONED = 3_600_000;
const FINISHED = /^[0-9a-f]{32}\.(so|json)$/;

/** Whether there is such a file; if so, it counts as used now. */
export function markUsed(path: string): boolean {
  try {
    const now = new Date();
    utimesSync(path, now, now);
    return true;
  } catch {
    return false;
  }
}

/** A whole file or none, whoever writes the same at the same time. */
export function writeWhole(path: string, text: string): void {
  const partial = `${path}.${randomUUID()}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly usedAt: number;
}

/** Removes the files that were used longest ago when all together are more than `limit` bytes, and abandoned ones. */
export function prune(folder: string, limit = LIMIT): void {
  const entries: Entry[] = [];
  const before = Date.now() - ABANDONED;
  for (const { name } of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    if (FINISHED.test(name)) entries.push({ path, size: stat.size, usedAt: stat.mtimeMs });
    else if (isHalfMade(name) && stat.mtimeMs < before) rmSync(path, { recursive: true, force: true });
  }
  let size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= limit) return;
  entries.sort((a, b) => a.usedAt - b.usedAt);
  for (const entry of entries) {
    if (size <= DOWN_TO * limit || entry.usedAt > Date.now() - IN_USE) return;
    rmSync(entry.path, { force: true });
    size -= entry.size;
  }
}

const isHalfMade = (name: string) => name.startsWith('build-') || /^[0-9a-f]{32}\.json\./.test(name);
