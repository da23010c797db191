import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Say } from './say.ts';

export interface NeededPackage {
  name: string;
  /** A file or a command on PATH that shows it is there. */
  probe: string;
  why: string;
}

export const cCompiler: NeededPackage = {
  name: 'gcc',
  probe: 'cc',
  why: 'the engine compiles its kernels for this processor',
};
export const libcHeaders: NeededPackage = {
  name: 'libc6-dev',
  probe: '/usr/include/stdlib.h',
  why: 'the C library headers the kernels are compiled with',
};
export const browser: NeededPackage[] = [
  { name: 'chromium', probe: 'chromium', why: 'the tests look at the portal in a real browser' },
];

/** Installs what is missing, saying which and why; without root asks for sudo once, or tells the one line to run. */
export function ensureDebianPackages(wanted: NeededPackage[], say: Say): void {
  const missing = wanted.filter(({ probe }) => !isThere(probe));
  if (missing.length === 0) return;
  for (const { name, why } of missing) say.line(`needs ${name}: ${why}`);
  const names = missing.map(({ name }) => name);
  const line = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const prefix = process.getuid?.() === 0 ? [] : isThere('sudo') ? ['sudo'] : null;
  if (!prefix) throw new Error(`missing Debian packages; run as root: ${line}`);
  const apt = (...args: string[]) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    return spawnSync(command!, rest, {
      stdio: ['inherit', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status;
  };
  apt('update', '-qq');
  if (apt('install', '-y', '-qq', '--no-install-recommends', ...names) !== 0) {
    throw new Error(`installing failed; run by hand: ${prefix.concat(line).join(' ')}`);
  }
}

function isThere(probe: string): boolean {
  if (probe.startsWith('/')) return existsSync(probe);
  return spawnSync('sh', ['-c', `command -v ${probe}`], { stdio: 'ignore' }).status === 0;
}
