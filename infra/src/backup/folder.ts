import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where things lie in a folder of backups:
 *
 *     objects/ab/<sha256>                     the bytes of all backups, each kept once
 *     snapshots/<position>-<time>/            one backup: manifest.json, its seal, tables/*.copy.gz, objects.tsv
 *     keys/                                   of the newest backup only: what makes people readable
 *
 * The keys are replaced by every backup, so that whoever was erased since is in none of them, whichever snapshot is
 * restored. They may lie in a folder of their own, elsewhere.
 */
export class BackupFolder {
  readonly dir: string;
  readonly keysDir: string;

  constructor(dir: string, keysDir = join(dir, 'keys')) {
    this.dir = dir;
    this.keysDir = keysDir;
  }

  object(sha256: string): string {
    return join(this.dir, 'objects', sha256.slice(0, 2), sha256);
  }

  snapshot(name: string): string {
    return join(this.dir, 'snapshots', name);
  }

  /** Names of the finished backups, oldest first. */
  async snapshots(): Promise<string[]> {
    const names = await readdir(join(this.dir, 'snapshots')).catch(() => []);
    return names.filter((name) => !name.startsWith('.')).sort();
  }

  /** Makes the folders and takes away what a killed backup left half-written. Bytes of objects stay: they are whole. */
  async prepare(): Promise<void> {
    for (const folder of ['objects', 'snapshots'])
      await mkdir(join(this.dir, folder), { recursive: true, mode: 0o700 });
    for (const name of await readdir(join(this.dir, 'snapshots')))
      if (name.startsWith('.')) await rm(join(this.dir, 'snapshots', name), { recursive: true, force: true });
    await rm(join(this.dir, 'objects', 'incoming'), { recursive: true, force: true });
    await mkdir(join(this.keysDir, '..'), { recursive: true, mode: 0o700 });
    if (!existsSync(this.keysDir) && existsSync(`${this.keysDir}.old`))
      await rename(`${this.keysDir}.old`, this.keysDir);
    for (const left of [`${this.keysDir}.new`, `${this.keysDir}.old`])
      await rm(left, { recursive: true, force: true });
  }

  /** Puts freshly written keys into the place of the old ones, which are deleted. */
  async replaceKeys(fresh: string): Promise<void> {
    if (existsSync(this.keysDir)) await rename(this.keysDir, `${this.keysDir}.old`);
    await rename(fresh, this.keysDir);
    await syncFolder(join(this.keysDir, '..'));
    await rm(`${this.keysDir}.old`, { recursive: true, force: true });
  }
}

/** From here on a rename is on disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
