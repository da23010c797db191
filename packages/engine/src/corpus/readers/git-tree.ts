import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteReader } from './byte-reader.ts';
import { detectLicence, isLicenceFile, isVendoredPath } from './code-checks.ts';
import { ReadProblem } from './problem.ts';

export interface TreeFile {
  path: string;
  bytes: Buffer;
  /** SPDX identifier of the nearest licence file above it, or ''. */
  licence: string;
}

interface Entry {
  oid: string;
  size: number;
  path: string;
}

export interface TreeOptions {
  /** A branch, tag or commit. */
  revision?: string;
  wanted(path: string): boolean;
  maxFileBytes: number;
  /** Trees that name each other make billions of files out of a few hundred bytes. Default 1,000,000. */
  maxFiles?: number;
  signal?: AbortSignal;
}

/**
 * The files of one commit of a Git repository (bare or not), straight from its objects: nothing is checked out, no hook and
 * no filter runs, links and submodules are passed over. In the order of the tree; vendored folders are left out.
 * @throws ReadProblem broken, bomb
 */
export async function* readGitTree(repository: string, options: TreeOptions): AsyncGenerator<TreeFile> {
  const entries = await listTree(repository, options);
  const licences = await licencesOf(repository, entries.filter(isLicence), options.signal);
  const wanted = entries.filter(
    ({ path, size }) => options.wanted(path) && size <= options.maxFileBytes && !isVendoredPath(path),
  );
  for await (const { path, bytes } of readObjects(repository, wanted, options.signal))
    yield { path, bytes, licence: nearest(licences, path) };
}

const MAX_LICENCE_BYTES = 200_000;
const isLicence = ({ path, size }: Entry) =>
  isLicenceFile(path) && size <= MAX_LICENCE_BYTES && !isVendoredPath(path);

async function licencesOf(
  repository: string,
  entries: Entry[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const byFolder = new Map<string, string>();
  for await (const { path, bytes } of readObjects(repository, entries, signal)) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const licence = detectLicence(bytes.toString('utf8'));
    if (licence && !byFolder.has(folder)) byFolder.set(folder, licence);
  }
  return byFolder;
}

function nearest(licences: Map<string, string>, path: string): string {
  let folder = path;
  do {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/', folder.length - 2) + 1));
    const licence = licences.get(folder);
    if (licence) return licence;
  } while (folder !== '');
  return '';
}

/** Git without the settings of this machine or of the repository's owner that could run a program. */
function git(repository: string, args: string[], signal?: AbortSignal) {
  const safe = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    GIT_CONFIG_NOSYSTEM: '1',
    HOME: '/nonexistent',
    LC_ALL: 'C',
  };
  return spawn('git', [...safe, '-C', repository, ...args], {
    env,
    signal,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function finished(child: ReturnType<typeof git>): Promise<void> {
  let words = '';
  child.stderr.on('data', (data) => {
    words = `${words}${data}`.slice(0, 300);
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  if (code !== 0) throw new ReadProblem('broken', `git: ${words.trim().split('\n')[0]}`);
}

async function listTree(
  repository: string,
  { revision = 'HEAD', maxFiles = 1_000_000, signal }: TreeOptions,
): Promise<Entry[]> {
  const child = git(repository, ['ls-tree', '-r', '-z', '-l', '--end-of-options', revision], signal);
  const done = finished(child);
  done.catch(() => undefined); // awaited below
  const entries: Entry[] = [];
  const reader = new ByteReader(child.stdout as AsyncIterable<Buffer>);
  const end = Buffer.from('\0');
  try {
    for (let piece = await reader.until(end, 65_536); piece; piece = await reader.until(end, 65_536)) {
      const found = /^(\d+) blob ([0-9a-f]+)\s+(\d+)\t([\s\S]*)$/.exec(piece.bytes?.toString('utf8') ?? '');
      const [, mode, oid = '', size, path = ''] = found ?? [];
      if (found && mode !== '120000') entries.push({ oid, size: Number(size), path });
      if (entries.length > maxFiles) throw new ReadProblem('bomb', `a tree of more than ${maxFiles} files`);
    }
  } catch (error) {
    child.kill('SIGKILL');
    await reader.close();
    throw error;
  }
  await done;
  return entries;
}

async function* readObjects(
  repository: string,
  entries: Entry[],
  signal?: AbortSignal,
): AsyncGenerator<{ path: string; bytes: Buffer }> {
  if (entries.length === 0) return;
  const child = git(repository, ['cat-file', '--batch'], signal);
  const done = finished(child);
  done.catch(() => undefined); // awaited below
  child.stdin.on('error', () => undefined); // its exit status says what went wrong
  child.stdin.end(entries.map(({ oid }) => `${oid}\n`).join(''));
  const reader = new ByteReader(child.stdout as AsyncIterable<Buffer>);
  try {
    for (const { path, oid } of entries) {
      const head = (await reader.until(Buffer.from('\n'), 200))?.bytes?.toString('latin1') ?? '';
      const size = /^[0-9a-f]+ blob (\d+)$/.exec(head)?.[1];
      if (size === undefined) throw new ReadProblem('broken', `object ${oid} cannot be read`);
      yield { path, bytes: await reader.exactly(Number(size)) };
      await reader.skip(1);
    }
    await done;
  } finally {
    child.kill('SIGKILL');
    await reader.close();
  }
}

/** Opens a Git bundle as a bare repository in a folder that `close` deletes. @throws ReadProblem broken */
export async function openBundle(bundle: string): Promise<{ repository: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tsudoi-bundle-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    await finished(
      git('/', [
        '-c',
        'transfer.fsckObjects=true',
        'clone',
        '--quiet',
        '--bare',
        '--',
        bundle,
        join(folder, 'tree'),
      ]),
    );
    return { repository: join(folder, 'tree'), close };
  } catch (error) {
    await close();
    throw error;
  }
}
