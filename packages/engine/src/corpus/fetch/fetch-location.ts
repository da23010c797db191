import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import type { Location } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';
import { fetchDeb } from './deb.ts';
import { type FetchLimits, oversized, unreachable } from './limits.ts';
import { fetchNpm } from './npm.ts';
import { fetchUrl, type Network } from './url.ts';

export interface FetchedLocation {
  /** Local file: a package, an archive or a single file. */
  path: string;
  /** The package's version; of an upload or URL the first 12 digits of its hash. */
  version: string;
  sha256: string;
  bytes: number;
}

export interface FetchOptions {
  signal: AbortSignal;
  /** Uploaded files by SHA-256. */
  uploads?: Record<string, string>;
  network?: Network;
}

/**
 * Brings the bytes of a location into `dir` (which must be empty) within its limits, and pins them by hash.
 * Rejections: source.unreachable, source.oversized, object.missing, upload.hash-differs.
 */
export async function fetchLocation(
  location: Location,
  dir: string,
  limits: FetchLimits,
  options: FetchOptions,
): Promise<FetchedLocation> {
  await mkdir(dir, { recursive: true });
  const timeout = AbortSignal.timeout(limits.maxSeconds * 1000);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const { path, version } = await bring(location, dir, limits, { ...options, signal });
    const bytes = (await stat(path)).size;
    if (bytes > limits.maxBytes) throw oversized(location, limits.maxBytes);
    const sha256 = await hashFile(path, signal);
    if (location.kind === 'upload' && sha256 !== location.sha256) {
      throw new Rejection('upload.hash-differs', { file: location.fileName });
    }
    return { path, version: version ?? sha256.slice(0, 12), sha256, bytes };
  } catch (error) {
    options.signal.throwIfAborted();
    if (timeout.aborted) throw unreachable(location, `more than ${limits.maxSeconds} s`);
    throw error;
  }
}

async function bring(
  location: Location,
  dir: string,
  limits: FetchLimits,
  options: FetchOptions,
): Promise<{ path: string; version?: string }> {
  switch (location.kind) {
    case 'deb':
      return fetchDeb(location, dir, limits, options.signal);
    case 'npm':
      return fetchNpm(location, dir, limits, options.signal);
    case 'url':
      return fetchUrl(location, dir, limits, options.signal, options.network);
    case 'upload': {
      const path = options.uploads?.[location.sha256];
      if (!path) throw new Rejection('object.missing', { sha256: location.sha256 });
      return { path };
    }
  }
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  return hash.digest('hex');
}
