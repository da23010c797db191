import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts a folder on a disk of its own with so many megabytes to spare, keeping what is in it. Nobody may use it meanwhile.
 * @returns why that is not possible on this machine, or null
 */
export function moveToSmallDisk(folder: string, spareMiB: number): string | null {
  if (process.getuid?.() !== 0) return 'a small disk is mounted for it, which takes root';
  mkdirSync(folder, { recursive: true });
  const before = execFileSync('du', ['-sm', folder], { encoding: 'utf8' }).split('\t')[0];
  renameSync(folder, `${folder}.moved`);
  mkdirSync(folder);
  const size = `size=${Number(before) + spareMiB}m`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    renameSync(`${folder}.moved`, folder);
    return `a small disk cannot be mounted here: ${(error as Error).message.split('\n').at(-1)}`;
  }
  execFileSync('cp', ['-a', `${folder}.moved/.`, folder]);
  rmSync(`${folder}.moved`, { recursive: true });
  return null;
}

/** Fills the disk but for so many bytes. @returns frees it again */
export function fillDisk(folder: string, spareBytes: number): () => void {
  const ballast = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - spareBytes)));
  return () => rmSync(ballast);
}

export function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
}
