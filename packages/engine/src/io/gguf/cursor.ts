// Reads a GGUF header front to back. Every length is checked against what is left of the file before anything of
// that length is allocated, so that a hostile count costs nothing.

import { readExactly } from '../safetensors-file.ts';
import { GgufError } from './format.ts';

const WINDOW = 1 << 20;

export class Cursor {
  readonly #fd: number;
  readonly #size: number;
  #position = 0;
  #window = new Uint8Array(0);
  #start = 0;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#size = size;
  }

  get position(): number {
    return this.#position;
  }
  get left(): number {
    return this.#size - this.#position;
  }

  bytes(length: number, what: string): Uint8Array {
    if (length > this.left) throw new GgufError(`the file ends inside ${what}`);
    const offset = this.#position - this.#start;
    this.#position += length;
    if (offset + length <= this.#window.length) return this.#window.subarray(offset, offset + length);
    this.#start = this.#position - length;
    this.#window = new Uint8Array(Math.min(Math.max(WINDOW, length), this.#size - this.#start));
    readExactly(this.#fd, this.#window, this.#start);
    return this.#window.subarray(0, length);
  }

  #view(length: number, what: string): DataView {
    const bytes = this.bytes(length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
  u8 = (what: string): number => this.#view(1, what).getUint8(0);
  i8 = (what: string): number => this.#view(1, what).getInt8(0);
  u16 = (what: string): number => this.#view(2, what).getUint16(0, true);
  i16 = (what: string): number => this.#view(2, what).getInt16(0, true);
  u32 = (what: string): number => this.#view(4, what).getUint32(0, true);
  i32 = (what: string): number => this.#view(4, what).getInt32(0, true);
  f32 = (what: string): number => this.#view(4, what).getFloat32(0, true);
  f64 = (what: string): number => this.#view(8, what).getFloat64(0, true);
  u64 = (what: string): bigint => this.#view(8, what).getBigUint64(0, true);
  i64 = (what: string): bigint => this.#view(8, what).getBigInt64(0, true);

  /** A count of things that take at least `least` bytes each: more than fit in the rest of the file are refused. */
  count(least: number, what: string): number {
    const count = this.u64(what);
    if (count > BigInt(Math.floor(this.left / least))) {
      throw new GgufError(`${what} is ${count}, more than the file can hold`);
    }
    return Number(count);
  }

  text(what: string): string {
    const bytes = this.bytes(this.count(1, `the length of ${what}`), what);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new GgufError(`${what} is not UTF-8`);
    }
  }
}
