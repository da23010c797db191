import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/**
 * A folder of the user's cache that holds one peer, made once. Peers are what we measure against and never part of
 * the product, so they live outside its node_modules. The folder appears whole or not at all.
 */
export async function once(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const root = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tsudoi', 'peers');
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  mkdirSync(root, { recursive: true });
  const making = `${folder}.making.${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  try {
    await make(making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
