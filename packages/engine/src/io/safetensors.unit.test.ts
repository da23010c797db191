import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  SafetensorsError,
  type Tensor,
  writeSafetensors,
} from './safetensors.ts';

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 3 });

function filled(dtype: Tensor['dtype'], shape: number[], seed: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  const at = (i: number) => Math.imul(i + seed + 1, 2654435761);
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: Float32Array.from({ length }, (_, i) => at(i) / 7) };
    case 'F16':
    case 'BF16':
      return { dtype, shape, data: Uint16Array.from({ length }, (_, i) => at(i)) };
    case 'I64':
      return { dtype, shape, data: BigInt64Array.from({ length }, (_, i) => BigInt(at(i)) << 20n) };
    case 'I32':
      return { dtype, shape, data: Int32Array.from({ length }, (_, i) => at(i)) };
    default:
      return {
        dtype,
        shape,
        data: Uint8Array.from({ length }, (_, i) => (dtype === 'BOOL' ? i & 1 : at(i))),
      };
  }
}

const tensor = fc
  .tuple(
    fc.constantFrom<Tensor['dtype'][]>('F32', 'F16', 'BF16', 'I64', 'I32', 'U8', 'BOOL'),
    shapes,
    fc.nat(1000),
  )
  .map(([dtype, shape, seed]) => filled(dtype, shape, seed));

/** A file with a header as given, however wrong. */
function fileOf(header: unknown, data: number, length?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  file.set(json, 8);
  return file;
}
const u8 = (begin: number, end: number) => ({
  dtype: 'U8',
  shape: [end - begin],
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('come back as they were written, names and metadata of any kind included', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('__proto__', 'constructor'),
    );
    const tensors = fc.uniqueArray(fc.tuple(name, tensor), { maxLength: 8, selector: ([key]) => key });
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (list, metadata) => {
        const file = encodeSafetensors(new Map(list), metadata);
        const read = decodeSafetensors(file);
        expect(read.tensors).toEqual(new Map(list));
        expect({ ...read.metadata }).toEqual({ ...metadata });
        expect(encodeSafetensors(read.tensors, read.metadata)).toEqual(file);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('place every tensor at a multiple of its element size', () => {
    const list: [string, Tensor][] = [
      ['a', filled('U8', [3], 1)],
      ['b', filled('I64', [1], 1)],
      ['c', filled('F16', [1], 1)],
      ['d', filled('F32', [1], 1)],
    ];
    const file = encodeSafetensors(new Map(list));
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect([...decodeSafetensors(file).tensors.keys()]).toEqual(['b', 'd', 'c', 'a']);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /ends before its header/],
    ['a header longer than the file', fileOf({}, 0, 1000), /ends inside its header/],
    ['a header longer than 100 MB', fileOf({}, 0, 100_000_001), /claims to be 100000001/],
    ['no JSON', fileOf('{nonsense', 0), /not a JSON object/],
    ['a JSON list', fileOf('[]', 0), /not a JSON object/],
    ['overlapping tensors', fileOf({ a: u8(0, 4), b: u8(2, 6) }, 6), /"b" overlaps/],
    ['a hole', fileOf({ a: u8(0, 4), b: u8(6, 8) }, 8), /hole of 2 bytes before "b"/],
    ['data after the last tensor', fileOf({ a: u8(0, 4) }, 5), /1 bytes belong to no tensor/],
    ['data cut off', fileOf({ a: u8(0, 4) }, 3), /1 bytes are missing/],
    ['an unknown dtype', fileOf({ a: { ...u8(0, 4), dtype: 'F7' } }, 4), /unknown dtype F7/],
    [
      'a dtype that is a method of objects',
      fileOf({ a: { ...u8(0, 4), dtype: 'toString' } }, 4),
      /unknown dtype/,
    ],
    ['a shape that does not fit', fileOf({ a: { ...u8(0, 4), shape: [5] } }, 4), /needs 5 bytes but has 4/],
    ['a negative size', fileOf({ a: { ...u8(0, 4), shape: [-4] } }, 4), /no valid shape/],
    ['a shape beyond 2^53', fileOf({ a: { ...u8(0, 4), shape: [2 ** 52, 2 ** 52] } }, 4), /needs/],
    [
      'offsets in reverse',
      fileOf({ a: { dtype: 'U8', shape: [0], data_offsets: [4, 0] } }, 4),
      /needs 0 bytes/,
    ],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, 0), /must map text to text/],
  ])('refuse a file with %s', (_, file, reason) => {
    expect(() => decodeSafetensors(file)).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(file)).toThrow(reason);
  });

  it('refuse to write what does not agree with itself', () => {
    const data = new Float32Array(3);
    expect(() => encodeSafetensors(new Map([['w', { dtype: 'F32', shape: [2, 2], data }]]))).toThrow(
      /3 elements/,
    );
    expect(() => encodeSafetensors(new Map([['__metadata__', { dtype: 'F32', shape: [3], data }]]))).toThrow(
      SafetensorsError,
    );
    const bool: Tensor = { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) };
    expect(() => encodeSafetensors(new Map([['b', bool]]))).toThrow(/other than 0 and 1/);
  });

  it('are written whole to disk, replace the old file, and leave nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    try {
      const path = join(folder, 'model.safetensors');
      await writeSafetensors(path, new Map([['old', filled('F32', [9], 1)]]));
      const tensors = new Map([
        ['w', filled('F32', [2, 3], 1)],
        ['n', filled('I64', [], 2)],
      ]);
      await writeSafetensors(path, tensors, { step: '12' });
      expect(await readSafetensors(path)).toEqual({ tensors, metadata: { step: '12' } });
      expect(await readdir(folder)).toEqual(['model.safetensors']);
      expect(new Uint8Array(await readFile(path))).toEqual(encodeSafetensors(tensors, { step: '12' }));
      await truncate(path, 40);
      await expect(readSafetensors(path)).rejects.toThrow(SafetensorsError);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
