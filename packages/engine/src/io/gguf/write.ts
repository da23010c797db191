// Writes a GGUF file: the description first, then each tensor, encoded as it is written.

import { open, rename, rm } from 'node:fs/promises';
import { encodeBlocks, type WritableKind } from './blocks.ts';
import {
  aligned,
  DEFAULT_ALIGNMENT,
  MAGIC,
  type Metadata,
  type Scalar,
  type ScalarType,
  tensorBytes,
  tensorKinds,
  VALUE_BYTES,
  type Value,
  ValueType,
  VERSION,
} from './format.ts';

export interface TensorToWrite {
  readonly kind: WritableKind;
  /** Row-major, outermost first. */
  readonly shape: readonly number[];
  /** Called when its turn comes, so that converted copies live one at a time. */
  readonly data: () => Float32Array;
}

/** Grows as it is written to; little-endian. */
class Bytes {
  #buffer = new Uint8Array(1 << 16);
  #length = 0;

  #room(bytes: number): DataView {
    if (this.#length + bytes > this.#buffer.length) {
      const wider = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + bytes));
      wider.set(this.#buffer);
      this.#buffer = wider;
    }
    this.#length += bytes;
    return new DataView(this.#buffer.buffer, this.#length - bytes, bytes);
  }
  u32(value: number): void {
    this.#room(4).setUint32(0, value, true);
  }
  u64(value: number | bigint): void {
    this.#room(8).setBigUint64(0, BigInt(value), true);
  }
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    const view = this.#room(bytes.length);
    new Uint8Array(view.buffer, view.byteOffset, bytes.length).set(bytes);
  }
  scalar(type: ScalarType, value: Scalar): void {
    if (type === 'string') this.text(String(value));
    else this.#number(type, value as number | bigint | boolean);
  }
  #number(type: Exclude<ScalarType, 'string'>, value: number | bigint | boolean): void {
    const view = this.#room(VALUE_BYTES[type]);
    if (type === 'u64') view.setBigUint64(0, BigInt(value), true);
    else if (type === 'i64') view.setBigInt64(0, BigInt(value), true);
    else if (type === 'f32') view.setFloat32(0, Number(value), true);
    else if (type === 'f64') view.setFloat64(0, Number(value), true);
    else if (type === 'u8' || type === 'bool') view.setUint8(0, Number(value));
    else if (type === 'i8') view.setInt8(0, Number(value));
    else if (type === 'u16') view.setUint16(0, Number(value), true);
    else if (type === 'i16') view.setInt16(0, Number(value), true);
    else if (type === 'u32') view.setUint32(0, Number(value), true);
    else view.setInt32(0, Number(value), true);
  }
  value(value: Value): void {
    this.u32(ValueType[value.type]);
    if (value.type === 'array') {
      this.u32(ValueType[value.of]);
      this.u64(value.value.length);
      for (const element of value.value) this.scalar(value.of, element);
    } else {
      this.scalar(value.type, value.value);
    }
  }
  done(length: number): Uint8Array {
    this.#room(Math.max(0, length - this.#length));
    return this.#buffer.subarray(0, this.#length);
  }
  get length(): number {
    return this.#length;
  }
}

/** Header, padded to where the data begins, and the byte length of each tensor. */
function describe(metadata: Metadata, tensors: ReadonlyMap<string, TensorToWrite>) {
  const out = new Bytes();
  out.u32(MAGIC);
  out.u32(VERSION);
  out.u64(tensors.size);
  out.u64(metadata.size);
  for (const [key, value] of metadata) {
    out.text(key);
    out.value(value);
  }
  let offset = 0;
  for (const [name, { kind, shape }] of tensors) {
    out.text(name);
    out.u32(shape.length);
    for (const size of [...shape].reverse()) out.u64(size);
    out.u32(tensorKinds[kind].id);
    out.u64(offset);
    offset = aligned(offset + tensorBytes(name, kind, shape), DEFAULT_ALIGNMENT);
  }
  return out.done(aligned(out.length, DEFAULT_ALIGNMENT));
}

/** Writes the file whole or not at all. @throws GgufError when rows are no whole blocks; file errors */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: ReadonlyMap<string, TensorToWrite>,
): Promise<void> {
  const header = describe(metadata, tensors);
  const unfinished = `${path}.${process.pid}.part`;
  const handle = await open(unfinished, 'w');
  try {
    await handle.writeFile(header);
    for (const { kind, data } of tensors.values()) {
      const bytes = encodeBlocks(kind, data());
      await handle.writeFile(bytes);
      const padding = aligned(bytes.length, DEFAULT_ALIGNMENT) - bytes.length;
      if (padding > 0) await handle.writeFile(new Uint8Array(padding));
    }
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw error;
  }
  await handle.close();
  await rename(unfinished, path);
}
