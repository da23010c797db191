import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { hashFile } from '../hash-file.ts';
import { PlanError } from '../plan-error.ts';

/** A file besides the inputs that decides bytes of the output: its hash is part of the plan. */
export const PinnedFile = z.strictObject({ path: z.string(), sha256: z.string() });
export type PinnedFile = z.infer<typeof PinnedFile>;

export async function pinFile(path: string): Promise<PinnedFile> {
  return { path, sha256: (await hashFile(path)).sha256 };
}

/** @throws PlanError when it is another file than was planned with */
export async function readPinned({ path, sha256 }: PinnedFile): Promise<Buffer> {
  if ((await hashFile(path)).sha256 !== sha256)
    throw new PlanError(`${path} changed after it was planned: plan again in another folder`);
  return readFile(path);
}
