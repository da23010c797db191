import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Rejection } from '@tsudoi/schema';
import { HubUnreachable } from './hub-client.ts';
import { isAnotherAlive } from './is-alive.ts';

/** Objects this node has seen, by their SHA-256, so that a stage does not fetch again what the one before it made. */
export interface ObjectCache {
  /** Path of the object; `locate` is asked for an address only when the node does not have it yet. */
  fetch(sha256: string, locate: () => Promise<string>, signal: AbortSignal): Promise<string>;
  /** Keeps a file of this node under its hash, without a second copy where the file system can link. */
  keep(sha256: string, path: string): Promise<void>;
}

export async function openObjectCache(dir: string): Promise<ObjectCache> {
  await mkdir(dir, { recursive: true });
  await removeLeftovers(dir);
  const pathOf = (sha256: string) => join(dir, sha256);
  return {
    async fetch(sha256, locate, signal) {
      const path = pathOf(sha256);
      if (existsSync(path)) {
        if ((await hashFile(path)) === sha256) return path;
        await rm(path); // cut short by a crash of this machine, or changed by somebody
      }
      await download(await locate(), path, sha256, signal);
      return path;
    },
    async keep(sha256, path) {
      await link(path, pathOf(sha256)).catch(() => {}); // there already, or no links here: it is only a cache
    },
  };
}

/** Downloads that a process had begun when it was killed. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = /\.(\d+)\.part$/.exec(name)?.[1];
    if (pid && !isAnotherAlive(Number(pid))) await rm(join(dir, name), { force: true });
  }
}

/** @throws Rejection `upload.hash-differs` when the bytes that arrive are not the ones asked for. */
async function download(url: string, path: string, sha256: string, signal: AbortSignal): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const response = await fetch(url, { signal }).catch((error) => {
      throw signal.aborted ? error : new HubUnreachable(`download failed: ${error}`);
    });
    if (!response.ok || !response.body) throw new HubUnreachable(`download failed: HTTP ${response.status}`);
    const hash = createHash('sha256');
    const body = Readable.fromWeb(response.body);
    body.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(body, createWriteStream(temporary));
    if (hash.digest('hex') !== sha256) throw new Rejection('upload.hash-differs', { file: sha256 });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
