import { ReadProblem } from './problem.ts';

export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** What `until` found: the bytes before a delimiter, a piece that was passed over for its size, or the last piece. */
export interface Piece {
  /** Null where the piece was larger than allowed; its bytes are gone. */
  bytes: Buffer | null;
  /** Offset of the first byte. */
  start: number;
  /** False for the bytes after the last delimiter. */
  delimited: boolean;
}

/** Reads a stream of chunks by delimiter and by length, holding no more than one piece and one chunk. */
export class ByteReader {
  /** Offset of the next unread byte. */
  position = 0;
  private held: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer> | Iterator<Buffer>;
  private ended = false;

  constructor(chunks: Chunks) {
    this.chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** The bytes up to `delimiter`, which is consumed too; null at the end of the stream. */
  async until(delimiter: Buffer, max: number): Promise<Piece | null> {
    const start = this.position;
    const parts: Buffer[] = [];
    let size = 0;
    let tooLarge = false;
    for (;;) {
      const found = this.held.indexOf(delimiter);
      // What may be the beginning of a delimiter stays, to be searched with the next chunk.
      const safe = found >= 0 ? found : Math.max(0, this.held.length - delimiter.length + 1);
      tooLarge ||= size + safe > max;
      if (tooLarge) parts.length = 0;
      else if (safe > 0) parts.push(this.held.subarray(0, safe));
      size += safe;
      this.held = this.held.subarray(found >= 0 ? safe + delimiter.length : safe);
      if (found >= 0) return this.piece(parts, tooLarge, start, start + size + delimiter.length, true);
      if (await this.more()) continue;
      if (size + this.held.length === 0) return null;
      parts.push(this.held);
      size += this.held.length;
      this.held = this.held.subarray(this.held.length);
      return this.piece(parts, tooLarge || size > max, start, start + size, false);
    }
  }

  /** All bytes that are left; null where they are more than `max`, and then they are gone. */
  async rest(max: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let size = 0;
    do {
      size += this.held.length;
      if (size > max) parts.length = 0;
      else parts.push(this.held);
      this.held = this.held.subarray(this.held.length);
    } while (await this.more());
    this.position += size;
    if (size > max) return null;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  /** Exactly `length` bytes. @throws ReadProblem('truncated') when the stream ends before */
  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.held.length === 0 && !(await this.more()))
        throw new ReadProblem('truncated', `${missing} of ${length} bytes are missing`);
      const part = this.held.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      this.held = this.held.subarray(part.length);
    }
    this.position += length;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Passes over `length` bytes without holding them. @throws ReadProblem('truncated') */
  async skip(length: number): Promise<void> {
    let missing = length;
    while (missing > 0) {
      if (this.held.length === 0 && !(await this.more()))
        throw new ReadProblem('truncated', `${missing} bytes are missing`);
      const passed = Math.min(missing, this.held.length);
      this.held = this.held.subarray(passed);
      missing -= passed;
    }
    this.position += length;
  }

  /** Lets the stream go; readers call it when they stop before its end. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private piece(parts: Buffer[], tooLarge: boolean, start: number, end: number, delimited: boolean): Piece {
    this.position = end;
    const bytes = tooLarge ? null : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    return { bytes, start, delimited };
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    const { value, done } = await this.chunks.next();
    if (done) this.ended = true;
    else this.held = this.held.length === 0 ? value : Buffer.concat([this.held, value]);
    return !done;
  }
}
