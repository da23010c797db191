import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { once, run } from '../peers/cache.ts';

const PACKAGES = ['libopenblas0-pthread', 'libgfortran5', 'libquadmath0'];

/**
 * Debian's OpenBLAS with its own threads, unpacked into the user's cache without installing it. `path` is the library,
 * `env` what a process needs to load it.
 */
export async function openblas(): Promise<{ path: string; version: string; env: Record<string, string> }> {
  const folder = await once('openblas-debian', async (making) => {
    await run('apt-get', ['download', ...PACKAGES], { cwd: making });
    for (const file of readdirSync(making)) await run('dpkg-deb', ['-x', file, '.'], { cwd: making });
  });
  const triplet = execFileSync('dpkg-architecture', ['-qDEB_HOST_MULTIARCH'], { encoding: 'utf8' }).trim();
  const base = join(folder, 'usr', 'lib', triplet);
  const library = readdirSync(join(base, 'openblas-pthread')).find((f) => /^libopenblasp?-r.*\.so$/.test(f));
  if (!library) throw new Error(`${folder} holds no OpenBLAS; remove it and try again`);
  return {
    path: join(base, 'openblas-pthread', library),
    version: library.replace(/^.*-r|\.so$/g, ''),
    env: { LD_LIBRARY_PATH: base },
  };
}
