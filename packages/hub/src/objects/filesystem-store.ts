import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Sha256 } from '@tsudoi/schema';
import type { Database } from '../log/connection.ts';
import { DatabaseClock } from './database-clock.ts';
import { grantKey, signGrant } from './grant.ts';
import { type ByteRange, defaultMaxObjectBytes, type ObjectStore, type UploadGrant } from './object-store.ts';
import { findObject, forgetObject, recordObject, requireObject, requireSize } from './object-table.ts';
import { receiveToFile, removeAbandoned, requireWithinLimit } from './receive.ts';
import { serveObject } from './serve-object.ts';

export interface FilesystemSettings {
  directory: string;
  /** The hub's secret, of which the key for signed addresses is derived. */
  secret: string;
  maxBytes?: number;
}

const abandonedAfterMs = 24 * 3600 * 1000;

/** Bytes at `ab/<sha256>` of a folder, put there by rename once they are checked and flushed to disk. */
export class FilesystemObjectStore implements ObjectStore {
  readonly kind = 'filesystem';
  readonly #sql: Database;
  readonly #directory: string;
  readonly #key: Buffer;
  readonly #clock: DatabaseClock;
  readonly #maxBytes: number;
  #swept: Promise<void> | null = null;

  constructor(settings: FilesystemSettings, sql: Database) {
    this.#sql = sql;
    this.#directory = settings.directory;
    this.#key = grantKey(settings.secret);
    this.#clock = new DatabaseClock(sql);
    this.#maxBytes = settings.maxBytes ?? defaultMaxObjectBytes;
  }

  async has(sha256: string): Promise<boolean> {
    return (await findObject(this.#sql, sha256)) !== null;
  }

  stat(sha256: string) {
    return findObject(this.#sql, sha256);
  }

  async put(
    sha256: string,
    size: number,
    mediaType: string,
    stream: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    requireWithinLimit(size, this.#maxBytes);
    const path = this.#path(sha256);
    const incoming = join(this.#directory, 'incoming');
    this.#swept ??= removeAbandoned(incoming, abandonedAfterMs);
    await this.#swept;
    const received = await receiveToFile(incoming, { sha256, size }, stream);
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(received, path);
    } finally {
      await rm(received, { force: true });
    }
    await syncFolder(dirname(path)); // the row must never outlive the directory entry
    await recordObject(this.#sql, { sha256, size, mediaType });
  }

  async get(sha256: string, range?: ByteRange): Promise<Readable> {
    await requireObject(this.#sql, sha256);
    const file = await open(this.#path(sha256)); // fails here, and not in the middle of an answer
    return range ? file.createReadStream({ start: range.start, end: range.end }) : file.createReadStream();
  }

  async remove(sha256: string): Promise<void> {
    await forgetObject(this.#sql, sha256);
    await rm(this.#path(sha256), { force: true });
  }

  async presignPut(sha256: string, size: number, mediaType: string, seconds: number): Promise<UploadGrant> {
    requireWithinLimit(size, this.#maxBytes);
    const expires = await this.#in(seconds);
    const url = signGrant(this.#key, { method: 'PUT', sha256, size, mediaType, expires });
    return { url, headers: { 'content-type': mediaType } };
  }

  /** `put` has checked the bytes before it wrote their row, so there is nothing left to do but to look. */
  async confirm(sha256: string, size?: number): Promise<void> {
    requireSize(await requireObject(this.#sql, sha256), size);
  }

  async presignGet(sha256: string, fileName: string, seconds: number): Promise<string> {
    await requireObject(this.#sql, sha256);
    return signGrant(this.#key, { method: 'GET', sha256, fileName, expires: await this.#in(seconds) });
  }

  async serve(request: Request): Promise<Response> {
    return serveObject(this, { key: this.#key, now: await this.#clock.now() }, request);
  }

  /** @returns seconds since 1970 */
  async #in(seconds: number): Promise<number> {
    return Math.floor((await this.#clock.now()) / 1000 + seconds);
  }

  #path(sha256: string): string {
    Sha256.parse(sha256); // the only name from outside that ever becomes part of a path
    return join(this.#directory, sha256.slice(0, 2), sha256);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
