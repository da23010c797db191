import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './instance.ts';
import { checkoutRoot } from './paths.ts';
import type { Say } from './say.ts';
import { baseEnvironment } from './servers/child.ts';

const inputs = [
  'apps/web',
  'packages/schema/src',
  'packages/hub/src',
  'packages/engine/src',
  'package-lock.json',
];

/** Builds the portal when its sources changed since the last build. */
export async function buildWeb(logFile: string, say: Say): Promise<void> {
  const web = join(checkoutRoot, 'apps/web');
  const stamp = join(web, '.next/.tsudoi-sources');
  const wanted = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const release = await lock(join(checkoutRoot, 'node_modules/.tsudoi-web-build'), say);
  try {
    await build(web, stamp, wanted, logFile, say);
  } finally {
    release();
  }
}

async function build(web: string, stamp: string, wanted: string, logFile: string, say: Say): Promise<void> {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say.line('portal      building (about a minute, only when its sources change)');
  const log = openSync(logFile, 'a');
  const code = await new Promise<number | null>((resolve) => {
    const next = join(checkoutRoot, 'node_modules/next/dist/bin/next');
    const build = spawn(process.execPath, [next, 'build'], {
      cwd: web,
      env: { ...baseEnvironment(), NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      stdio: ['ignore', log, log],
    });
    build.once('exit', resolve);
  });
  closeSync(log);
  if (code !== 0) throw new Error(`the portal did not build; see ${relative(process.cwd(), logFile)}`);
  writeFileSync(stamp, wanted);
}

/** Hubs of one checkout share its build: the second to come waits, then finds it made. */
async function lock(file: string, say: Say): Promise<() => void> {
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(file, 'utf8'));
      if (!isAlive(holder)) rmSync(file, { force: true });
      if (waited === 0) say.line('portal      another hub of this checkout is building it; waiting');
      await delay(300);
    }
  }
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesBelow(join(checkoutRoot, input))).sort()) {
    hash
      .update(`${relative(checkoutRoot, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (!path.includes('.next') && existsSync(path)) {
    try {
      return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
        entry.name === 'node_modules' || entry.name === 'next-env.d.ts' || entry.name.endsWith('.tsbuildinfo')
          ? []
          : entry.isDirectory()
            ? filesBelow(join(path, entry.name))
            : [join(path, entry.name)],
      );
    } catch {
      return [path]; // a file
    }
  }
  return [];
}
