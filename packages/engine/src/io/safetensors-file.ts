// A safetensors file on disk: the header is checked whole when it is opened, tensors are read one at a time when
// asked for, so that a model larger than memory can be walked through.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeBfloat16, decodeFloat16 } from './half.ts';
import { type Dtype, headerLength, parseHeader, SafetensorsError } from './safetensors.ts';

export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Values as float32, from F32, F16, BF16 or BOOL. @throws SafetensorsError for another dtype or an unknown name */
  floats(name: string): Float32Array;
  close(): void;
}

const LENGTH_BYTES = 8;

/** Fills `into` from a place in the file. */
export function readExactly(fd: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    // Node reads at most 2 GiB at a time.
    const length = Math.min(into.length - done, 2 ** 30);
    const count = readSync(fd, into, done, length, position + done);
    if (count === 0) throw new SafetensorsError('the file became shorter while it was read');
    done += count;
  }
}

/** @throws SafetensorsError at any file that is not exactly what the format says; file errors */
export function openSafetensors(path: string): SafetensorsFile {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const first = new Uint8Array(Math.min(LENGTH_BYTES, size));
    readExactly(fd, first, 0);
    const length = headerLength(first, size);
    const json = new Uint8Array(length);
    readExactly(fd, json, LENGTH_BYTES);
    const start = LENGTH_BYTES + length;
    const { entries, metadata } = parseHeader(json, size - start);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    return {
      tensors: byName,
      metadata,
      floats(name) {
        const entry = byName.get(name);
        if (!entry) throw new SafetensorsError(`there is no tensor "${name}"`);
        const bytes = new Uint8Array(entry.end - entry.begin);
        readExactly(fd, bytes, start + entry.begin);
        return asFloats(name, entry.dtype, bytes.buffer);
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw SafetensorsError.in(path, error);
  }
}

function asFloats(name: string, dtype: Dtype, buffer: ArrayBuffer): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return decodeFloat16(new Uint16Array(buffer));
    case 'BF16':
      return decodeBfloat16(new Uint16Array(buffer));
    case 'BOOL':
      return Float32Array.from(new Uint8Array(buffer));
  }
  throw new SafetensorsError(`"${name}" is ${dtype}, a parameter is F32, F16, BF16 or BOOL`);
}
