import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { once, run } from '../peers/cache.ts';

/** A folder of the user's cache with the files of a Debian package, fetched by apt and unpacked without installing it; made once. */
export async function debFiles(name: string): Promise<string> {
  return once(`deb-${name}`, async (making) => {
    await run('apt-get', ['download', name], { cwd: making });
    const file = readdirSync(making).find((each) => each.endsWith('.deb'));
    if (!file) throw new Error(`apt-get download ${name} gave no file`);
    await run('dpkg-deb', ['--extract', join(making, file), making]);
    rmSync(join(making, file));
  });
}
