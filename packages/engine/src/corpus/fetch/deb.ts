import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Location } from '@tsudoi/schema';
import { type FetchLimits, oversized, unreachable } from './limits.ts';
import { lastLine, runCommand } from './run-command.ts';

type DebLocation = Extract<Location, { kind: 'deb' }>;

/**
 * Downloads a Debian package with apt, which checks it against the signed index; needs no root. The size is read from
 * the index first. Where the system's package lists are missing or too old, a private set of lists is fetched into
 * `dir` and used instead, so the machine itself is never changed.
 */
export async function fetchDeb(
  location: DebLocation,
  dir: string,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<{ path: string; version: string }> {
  const first = await attempt(location, dir, limits, signal, []);
  if ('path' in first) return first;
  const lists = await privateLists(dir);
  const update = await runCommand('apt-get', [...lists, '-q', 'update'], { cwd: dir, signal });
  if (update.exitCode !== 0) throw unreachable(location, first.problem);
  const second = await attempt(location, dir, limits, signal, lists);
  if ('path' in second) return second;
  // Lists that could not be fetched know no package: what kept the first attempt from a package it knew says more.
  throw unreachable(location, first.found && !second.found ? first.problem : second.problem);
}

async function attempt(
  location: DebLocation,
  dir: string,
  limits: FetchLimits,
  signal: AbortSignal,
  options: string[],
): Promise<{ path: string; version: string } | { problem: string; found: boolean }> {
  const show = await runCommand(
    'apt-cache',
    [...options, 'show', '--no-all-versions', '--', location.package],
    { cwd: dir, signal },
  );
  const size = Number(/^Size: (\d+)$/m.exec(show.stdout)?.[1]);
  const version = /^Version: (\S+)$/m.exec(show.stdout)?.[1];
  if (!version || !Number.isFinite(size)) {
    return { problem: lastLine(show.stderr) || `no package ${location.package}`, found: false };
  }
  if (size > limits.maxBytes) throw oversized(location, limits.maxBytes);
  const download = await runCommand('apt-get', [...options, '-q', 'download', '--', location.package], {
    cwd: dir,
    signal,
  });
  const file = (await readdir(dir)).find((name) => name.endsWith('.deb'));
  if (download.exitCode !== 0 || !file) return { problem: lastLine(download.stderr), found: true };
  return { path: join(dir, file), version };
}

async function privateLists(dir: string): Promise<string[]> {
  const state = join(dir, 'apt');
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true });
  return [
    `Dir::State=${state}`,
    `Dir::State::Lists=${join(state, 'lists')}`,
    `Dir::Cache=${join(state, 'cache')}`,
  ].flatMap((setting) => ['-o', setting]);
}
