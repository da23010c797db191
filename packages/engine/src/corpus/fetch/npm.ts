import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Location } from '@tsudoi/schema';
import { type FetchLimits, oversized, UNPACKED_FACTOR, unreachable } from './limits.ts';
import { type CommandResult, lastLine, runCommand } from './run-command.ts';

type NpmLocation = Extract<Location, { kind: 'npm' }>;

/**
 * Downloads one version of an npm package with the npm client, which checks its integrity. No script of the package
 * runs. Where the registry knows the unpacked size, it is looked at before the download; the size of the package itself
 * is known only after it, so until then time is the bound.
 */
export async function fetchNpm(
  location: NpmLocation,
  dir: string,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<{ path: string; version: string }> {
  const spec = `${location.package}@${location.version}`;
  const run = (...args: string[]) => runCommand('npm', args, { cwd: dir, signal });
  const view = await run('view', '--json', '--', spec, 'dist.unpackedSize');
  if (view.exitCode !== 0) throw unreachable(location, npmProblem(view) || `no version ${location.version}`);
  if (Number(view.stdout.trim()) > limits.maxBytes * UNPACKED_FACTOR) {
    throw oversized(location, limits.maxBytes);
  }
  const pack = await run('pack', '--ignore-scripts', '--silent', '--', spec);
  const file = (await readdir(dir)).find((name) => name.endsWith('.tgz'));
  if (pack.exitCode !== 0 || !file) throw unreachable(location, npmProblem(pack) || 'npm pack failed');
  return { path: join(dir, file), version: location.version };
}

/** The summary that npm gives as JSON, else its last error line that is not the path of a log file. */
function npmProblem({ stdout, stderr }: CommandResult): string {
  const summary = /"summary": "((?:[^"\\]|\\.)*)"/.exec(stdout)?.[1];
  const lines = stderr.split('\n').filter((line) => /^npm error (code|\d{3}) /.test(line));
  return summary ?? lastLine(lines.slice(0, 2).join('\n'));
}
