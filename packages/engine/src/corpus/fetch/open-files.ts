import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { Location } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';
import { notWritten } from '../readers/code-checks.ts';
import { UNPACK_BOUNDS, type UnpackBounds } from '../readers/decompress.ts';
import { openBundle, readGitTree } from '../readers/git-tree.ts';
import type { FetchedLocation } from './fetch-location.ts';
import { matchGlobs } from './glob.ts';
import { describeLocation, type FetchLimits, oversized, UNPACKED_FACTOR, unreachable } from './limits.ts';
import { readTar } from './tar.ts';
import { readZip } from './zip.ts';

export interface SourceFile {
  /** Path inside the package, without the extension of a compression. */
  path: string;
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Set where the bytes are a file on this machine, for formats that are not read from front to back. */
  localPath?: string;
  /** Of the decompression that readers do; the usual ones where absent. */
  bounds?: UnpackBounds;
  /** SPDX identifier of the code tree the file stands in, where one was found. */
  licence?: string;
}

/** A file inside an archive is held in memory, so it has a bound of its own; larger ones are counted and passed over. */
export const MAX_MEMBER_BYTES = 32 * 2 ** 20;

export interface OpenedCounts {
  files: number;
  bytes: number;
  oversizedFiles: number;
  /** Files of a code tree that are vendored, generated or minified. */
  notWrittenFiles: number;
}

export interface OpenedFiles {
  files: AsyncGenerator<SourceFile>;
  /** Filled while `files` is read. */
  counts: OpenedCounts;
}

/**
 * The files of a fetched location whose path matches `include`, in the order of the archive, decompressed where they
 * end in .gz. A ZIP archive inside another is opened for globs that name it before `!/`, such as `help.jar!/*.html`.
 * Rejections while reading: source.oversized, source.unreachable (a broken archive),
 * source.nothing-matched, recipe.invalid (more files than allowed).
 */
export function openFiles(
  location: Location,
  fetched: FetchedLocation,
  include: string[],
  limits: FetchLimits,
  signal: AbortSignal,
): OpenedFiles {
  const counts: OpenedCounts = { files: 0, bytes: 0, oversizedFiles: 0, notWrittenFiles: 0 };
  const count = (bytes: number) => {
    counts.bytes += bytes;
    if (counts.bytes > limits.maxBytes) throw oversized(location, limits.maxBytes);
  };
  const archive = archiveStream(location, fetched.path, signal);
  const source = archive
    ? membersOf(archive, location, include, limits, counts, count)
    : fileNameOf(location).endsWith('.bundle')
      ? treeOf(fetched.path, include, counts, count, signal)
      : isZip(fileNameOf(location))
        ? filesOfZip(fetched.path, include, counts, count)
        : singleFile(location, fetched.path, include, limits, signal);
  return { files: checked(source, location, include, limits, counts, signal), counts };
}

async function* checked(
  source: AsyncGenerator<SourceFile>,
  location: Location,
  include: string[],
  limits: FetchLimits,
  counts: OpenedCounts,
  signal: AbortSignal,
): AsyncGenerator<SourceFile> {
  try {
    for await (const file of source) {
      signal.throwIfAborted();
      counts.files += 1;
      if (counts.files > limits.maxFiles) {
        const problem = `> ${limits.maxFiles} (${describeLocation(location)})`;
        throw new Rejection('recipe.invalid', { field: 'limits.maxFiles', problem });
      }
      yield file;
    }
  } catch (error) {
    if (error instanceof Rejection || signal.aborted) throw error;
    throw unreachable(location, error instanceof Error ? error.message : 'broken archive');
  }
  if (counts.files === 0) {
    const params = { location: describeLocation(location), include: include.join(', ') };
    throw new Rejection('source.nothing-matched', params);
  }
}

async function* membersOf(
  archive: AsyncIterable<Buffer>,
  location: Location,
  include: string[],
  limits: FetchLimits,
  counts: OpenedCounts,
  count: (bytes: number) => void,
): AsyncGenerator<SourceFile> {
  const matches = matchGlobs(include);
  // npm wraps every package in one folder, usually "package".
  const inside = (path: string) => (location.kind === 'npm' ? path.replace(/^[^/]+\//, '') : path);
  const opens = matchGlobs(include.flatMap((glob) => (glob.includes('!/') ? [glob.split('!/')[0]] : [])));
  const wanted = (path: string, size: number) => {
    if (isZip(path) ? !opens(inside(path)) : !matches(inside(path))) return false;
    if (size > MAX_MEMBER_BYTES) counts.oversizedFiles += 1;
    return size <= MAX_MEMBER_BYTES;
  };
  const bounded = boundedStream(archive, location, limits.maxBytes, UNPACKED_FACTOR);
  for await (const { path, bytes } of readTar(bounded, wanted)) {
    if (isZip(path)) {
      yield* zipMembers(inside(path), bytes, matches, counts, count);
      continue;
    }
    const content = path.endsWith('.gz') ? gunzipBounded(bytes) : bytes;
    if (content === null) {
      counts.oversizedFiles += 1;
      continue;
    }
    count(content.length);
    yield { path: inside(path).replace(/\.gz$/, ''), chunks: [content] };
  }
}

const isZip = (path: string) => /\.(?:zip|jar)$/.test(path);

/** The files of a ZIP archive `outer` that match; inside another archive their paths are `outer!/path`. */
function* zipMembers(
  outer: string,
  archive: Buffer,
  matches: (path: string) => boolean,
  counts: OpenedCounts,
  count: (bytes: number) => void,
): Generator<SourceFile> {
  for (const { path, size, read } of readZip(archive)) {
    const place = outer === '' ? path : `${outer}!/${path}`;
    if (!matches(place)) continue;
    if (size > MAX_MEMBER_BYTES) {
      counts.oversizedFiles += 1;
      continue;
    }
    count(size);
    yield { path: place, chunks: [read()] };
  }
}

/** The files of a ZIP archive that somebody named by itself. */
async function* filesOfZip(
  path: string,
  include: string[],
  counts: OpenedCounts,
  count: (bytes: number) => void,
): AsyncGenerator<SourceFile> {
  yield* zipMembers('', await readFile(path), matchGlobs(include), counts, count);
}

async function* singleFile(
  location: Location,
  path: string,
  include: string[],
  limits: FetchLimits,
  signal: AbortSignal,
): AsyncGenerator<SourceFile> {
  const name = fileNameOf(location);
  if (!matchGlobs(include)(name)) return;
  const bounds = { ...UNPACK_BOUNDS, maxBytes: limits.maxBytes };
  yield { path: name, chunks: createReadStream(path, { signal }), localPath: path, bounds };
}

/** The code that somebody wrote in the commit a Git bundle holds. */
async function* treeOf(
  bundle: string,
  include: string[],
  counts: OpenedCounts,
  count: (bytes: number) => void,
  signal: AbortSignal,
): AsyncGenerator<SourceFile> {
  const { repository, close } = await openBundle(bundle);
  try {
    const wanted = matchGlobs(include);
    for await (const file of readGitTree(repository, { wanted, maxFileBytes: MAX_MEMBER_BYTES, signal })) {
      if (notWritten(file.path, file.bytes.toString('latin1')) !== null) {
        counts.notWrittenFiles += 1;
        continue;
      }
      count(file.bytes.length);
      yield { path: file.path, chunks: [file.bytes], licence: file.licence };
    }
  } finally {
    await close();
  }
}

/** Null when the content is larger than a member may be. */
function gunzipBounded(bytes: Buffer): Buffer | null {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MEMBER_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  }
}

async function* boundedStream(
  chunks: AsyncIterable<Buffer>,
  location: Location,
  maxBytes: number,
  factor: number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes * factor) throw oversized(location, maxBytes);
    yield chunk;
  }
}

/** The tar stream of a package or archive; null for a single file. */
function archiveStream(location: Location, path: string, signal: AbortSignal): AsyncIterable<Buffer> | null {
  if (location.kind === 'deb') return debTar(path, signal);
  const name = location.kind === 'npm' ? 'package.tgz' : fileNameOf(location);
  if (/\.(tgz|tar\.gz)$/.test(name)) {
    return pipeline(createReadStream(path, { signal }), createGunzip(), () => undefined);
  }
  return name.endsWith('.tar') ? createReadStream(path, { signal }) : null;
}

async function* debTar(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', path], {
    signal,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  exit.catch(() => undefined); // awaited below
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    if ((await exit) !== 0) throw new Error('dpkg-deb cannot read the package');
  } finally {
    child.kill('SIGKILL');
  }
}

function fileNameOf(location: Location): string {
  if (location.kind === 'upload') return location.fileName;
  if (location.kind === 'url') return new URL(location.url).pathname.split('/').at(-1) || 'index.html';
  return describeLocation(location);
}
