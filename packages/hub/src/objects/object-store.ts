import type { Readable } from 'node:stream';

export interface StoredObject {
  sha256: string;
  size: number; // bytes
  mediaType: string;
}

/** Bytes `start` to `end`, both inclusive, as in HTTP. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface UploadGrant {
  /** Relative to the hub (filesystem) or absolute (S3). */
  url: string;
  headers: Record<string, string>;
}

/**
 * Content-addressed bytes: the key is the SHA-256, so an object never changes and the same bytes are kept once.
 * Only bytes whose hash was checked by the hub have a row in table `object`; nothing else is visible here.
 */
export interface ObjectStore {
  kind: 'filesystem' | 's3';
  has(sha256: string): Promise<boolean>;
  stat(sha256: string): Promise<StoredObject | null>;
  /**
   * Stores a stream. Nothing is left behind when it is refused.
   * @throws Rejection `upload.too-large` (more than `size`, or `size` above the limit), `upload.hash-differs`
   */
  put(sha256: string, size: number, mediaType: string, stream: AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws Rejection `object.missing` */
  get(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Takes the object out of the store; for sweepers, since nothing that an artifact names may ever be removed. */
  remove(sha256: string): Promise<void>;
  /**
   * An address that takes exactly these bytes by HTTP PUT until it expires. The uploader then calls `confirm`.
   * @throws Rejection `upload.too-large`
   */
  presignPut(sha256: string, size: number, mediaType: string, seconds: number): Promise<UploadGrant>;
  /**
   * Settles an upload: when it returns, the store holds these bytes and the hub has checked their hash, and their size
   * where it is given (without it, the limit for one object is the only bound on what is read).
   * @throws Rejection `object.missing`, `upload.too-large`, `upload.hash-differs`
   */
  confirm(sha256: string, size?: number): Promise<void>;
  /**
   * An address that gives the bytes by HTTP GET until it expires, offered to browsers under `fileName`.
   * @throws Rejection `object.missing`
   */
  presignGet(sha256: string, fileName: string, seconds: number): Promise<string>;
  /**
   * Answers a request that was sent to `/api/objects/:sha256` (the filesystem store's own addresses).
   * @throws Rejection `upload.grant-invalid` and those of `put` and `get`
   */
  serve(request: Request): Promise<Response>;
}

/** S3 copies at most 5 GiB in one piece; larger outputs are written as several files. */
export const defaultMaxObjectBytes: number = 5 * 1024 ** 3;
