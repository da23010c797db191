import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson } from '@tsudoi/schema';
import { writeAtomically } from './plan.ts';

/** Hash of everything that decides what a step makes. */
export const stepKey = (from: unknown): string =>
  createHash('sha256').update(canonicalJson(from)).digest('hex');

/**
 * A step that one process does over everything: made in a folder aside and renamed when it is whole, with its result and
 * key in result.json. Where the folder holds the result of the same key, nothing is done again.
 */
export async function wholeStep<T>(
  folder: string,
  key: string,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  const done = await readFile(join(folder, 'result.json'), 'utf8').catch(() => null);
  if (done !== null) {
    const before = JSON.parse(done) as { key: string; result: T };
    if (before.key === key) return before.result;
  }
  const making = `${folder}.making`;
  for (const old of [making, folder]) await rm(old, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  await mkdir(dirname(folder), { recursive: true });
  const result = await make(making);
  await writeAtomically(join(making, 'result.json'), `${JSON.stringify({ key, result })}\n`);
  await rename(making, folder);
  return result;
}
