import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Rejection } from '@tsudoi/schema';
import { Client, CopyConditions } from 'minio';
import type { Database } from '../log/connection.ts';
import { contentDisposition } from './content-disposition.ts';
import { DatabaseClock } from './database-clock.ts';
import { type ByteRange, defaultMaxObjectBytes, type ObjectStore, type UploadGrant } from './object-store.ts';
import { findObject, forgetObject, recordObject, requireObject, requireSize } from './object-table.ts';
import { receiveToFile, requireWithinLimit } from './receive.ts';

export interface S3Settings {
  endpoint: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  maxBytes?: number;
}

/**
 * Objects at `sha256/<hash>` of a bucket. S3 checks neither size nor SHA-256 of what is put to a presigned address, and
 * the address can be used again until it expires. So people and nodes upload to `incoming/<hash>`; `confirm` reads the
 * bytes back, checks them, and copies them to their place only if they are still the ones it read (by ETag).
 */
export class S3ObjectStore implements ObjectStore {
  readonly kind = 's3';
  readonly #sql: Database;
  readonly #client: Client;
  readonly #bucket: string;
  readonly #maxBytes: number;
  readonly #clock: DatabaseClock;
  #bucketReady: Promise<void> | null = null;

  constructor(settings: S3Settings, sql: Database) {
    const { protocol, hostname, port } = new URL(settings.endpoint);
    this.#sql = sql;
    this.#clock = new DatabaseClock(sql);
    this.#bucket = settings.bucket;
    this.#maxBytes = settings.maxBytes ?? defaultMaxObjectBytes;
    this.#client = new Client({
      endPoint: hostname,
      port: port ? Number(port) : undefined,
      useSSL: protocol === 'https:',
      accessKey: settings.accessKey,
      secretKey: settings.secretKey,
      pathStyle: true,
    });
  }

  async has(sha256: string): Promise<boolean> {
    return (await findObject(this.#sql, sha256)) !== null;
  }

  stat(sha256: string) {
    return findObject(this.#sql, sha256);
  }

  /** The bytes are checked on this machine first, so that nothing wrong reaches the bucket. */
  async put(
    sha256: string,
    size: number,
    mediaType: string,
    stream: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    requireWithinLimit(size, this.#maxBytes);
    await this.#ready();
    const folder = await mkdtemp(join(tmpdir(), 'tsudoi-put-'));
    try {
      const path = await receiveToFile(folder, { sha256, size }, stream);
      await this.#client.fPutObject(this.#bucket, placeOf(sha256), path, { 'content-type': mediaType });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await recordObject(this.#sql, { sha256, size, mediaType });
  }

  async get(sha256: string, range?: ByteRange): Promise<Readable> {
    await requireObject(this.#sql, sha256);
    if (!range) return this.#client.getObject(this.#bucket, placeOf(sha256));
    const length = range.end - range.start + 1;
    return this.#client.getPartialObject(this.#bucket, placeOf(sha256), range.start, length);
  }

  async remove(sha256: string): Promise<void> {
    await forgetObject(this.#sql, sha256);
    await this.#client.removeObject(this.#bucket, placeOf(sha256));
  }

  async presignPut(sha256: string, size: number, mediaType: string, seconds: number): Promise<UploadGrant> {
    requireWithinLimit(size, this.#maxBytes);
    await this.#ready();
    const url = await this.#presigned('PUT', incomingOf(sha256), seconds);
    return { url, headers: { 'content-type': mediaType } };
  }

  async confirm(sha256: string, size?: number): Promise<void> {
    const known = await findObject(this.#sql, sha256);
    if (known) return requireSize(known, size);
    await this.#ready();
    try {
      await this.#settle(sha256, size);
    } catch (error) {
      const code = codeOf(error);
      // Somebody put other bytes there while these were read.
      if (code === 'PreconditionFailed') throw new Rejection('upload.hash-differs', { file: sha256 });
      if (code !== 'NotFound' && code !== 'NoSuchKey') throw error;
      // Nothing was uploaded, or another call has just settled the same upload.
      requireSize(await requireObject(this.#sql, sha256), size);
    }
  }

  async #settle(sha256: string, size: number | undefined): Promise<void> {
    const incoming = incomingOf(sha256);
    const found = await this.#client.statObject(this.#bucket, incoming);
    const rejection = await this.#check(sha256, size, found.size);
    if (rejection) {
      await this.#client.removeObject(this.#bucket, incoming);
      throw rejection;
    }
    const unchanged = new CopyConditions();
    unchanged.setMatchETag(found.etag);
    const from = `/${this.#bucket}/${incoming}`;
    await this.#client.copyObject(this.#bucket, placeOf(sha256), from, unchanged);
    const mediaType = String(found.metaData['content-type'] ?? 'application/octet-stream');
    await recordObject(this.#sql, { sha256, size: found.size, mediaType });
    await this.#client.removeObject(this.#bucket, incoming);
  }

  async presignGet(sha256: string, fileName: string, seconds: number): Promise<string> {
    const { mediaType } = await requireObject(this.#sql, sha256);
    return this.#presigned('GET', placeOf(sha256), seconds, {
      'response-content-disposition': contentDisposition(fileName),
      'response-content-type': mediaType,
    });
  }

  async #presigned(method: string, place: string, seconds: number, query: Record<string, string> = {}) {
    const now = new Date(await this.#clock.now());
    return this.#client.presignedUrl(method, this.#bucket, place, seconds, query, now);
  }

  /** The addresses of this store lead to S3 itself. */
  async serve(): Promise<Response> {
    throw new Rejection('upload.grant-invalid');
  }

  async #check(sha256: string, expected: number | undefined, actual: number): Promise<Rejection | null> {
    const limit = expected ?? this.#maxBytes;
    if (actual > limit) return new Rejection('upload.too-large', { size: actual, limit });
    const differs = new Rejection('upload.hash-differs', { file: sha256 });
    if (expected !== undefined && actual !== expected) return differs;
    const hash = createHash('sha256');
    for await (const chunk of await this.#client.getObject(this.#bucket, incomingOf(sha256)))
      hash.update(chunk);
    return hash.digest('hex') === sha256 ? null : differs;
  }

  /** The bucket is made at the first write; nobody but the hub's key may read it. */
  #ready(): Promise<void> {
    this.#bucketReady ??= this.#makeBucket().catch((error) => {
      this.#bucketReady = null;
      throw error;
    });
    return this.#bucketReady;
  }

  async #makeBucket(): Promise<void> {
    if (await this.#client.bucketExists(this.#bucket)) return;
    await this.#client.makeBucket(this.#bucket).catch((error: unknown) => {
      if (codeOf(error) !== 'BucketAlreadyOwnedByYou') throw error; // another process was quicker
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const placeOf = (sha256: string) => `sha256/${sha256}`;
const incomingOf = (sha256: string) => `incoming/${sha256}`;
