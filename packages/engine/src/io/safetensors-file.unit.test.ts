// Promises of a safetensors file read in place: what it holds is what was written, and a hostile header is refused
// with one line before anything of the size it claims is allocated.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors, SafetensorsError } from './safetensors.ts';
import { openSafetensors } from './safetensors-file.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
  path = join(folder, 'x.safetensors');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const whole = encodeSafetensors(
  new Map([
    ['a', { dtype: 'F32' as const, shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
    ['h', { dtype: 'F16' as const, shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
    ['b', { dtype: 'BF16' as const, shape: [1], data: Uint16Array.of(0x4040) }],
    ['m', { dtype: 'BOOL' as const, shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ]),
);

/** What opening and reading everything says: nothing, or one line. */
function refusal(bytes: Uint8Array): string | undefined {
  writeFileSync(path, bytes);
  try {
    const file = openSafetensors(path);
    for (const name of file.tensors.keys()) file.floats(name);
    file.close();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(SafetensorsError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
}

function fileOf(header: unknown, data: number, length?: bigint): Uint8Array {
  const json =
    typeof header === 'string' ? Buffer.from(header, 'latin1') : Buffer.from(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}
const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('a safetensors file', () => {
  it('gives every dtype of parameters as float32', () => {
    expect(refusal(whole)).toBeUndefined();
    const file = openSafetensors(path);
    expect(['a', 'h', 'b', 'm'].map((name) => [...file.floats(name)])).toEqual([
      [1, -2, 3.5, 0],
      [1, -2],
      [3],
      [1, 0, 1],
    ]);
    file.close();
  });

  it('is refused at every truncation, and with any byte changed reads or says one line', () => {
    for (let end = 0; end < whole.length; end++) expect(refusal(whole.subarray(0, end))).toBeDefined();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole);
        changed[at] = byte;
        refusal(changed);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a header of 2^63 bytes', fileOf({}, 0, 2n ** 63n), /claims to be 9223372036854775808 bytes/],
    ['a header past the end', fileOf({}, 0, 90_000_000n), /ends inside its header/],
    ['a header that is not UTF-8', fileOf('{"\xff\xfe":1}', 0), /not a JSON object/],
    ['a header that is an array', fileOf([], 0), /not a JSON object/],
    [
      'a shape of 2^52 x 2^52',
      fileOf({ t: f32([2 ** 52, 2 ** 52], 0, 8) }, 8),
      /"t" needs .* bytes but has 8/,
    ],
    ['a negative size', fileOf({ t: f32([-1], 0, 4) }, 4), /no valid shape/],
    ['offsets outside the file', fileOf({ t: f32([4], 0, 16) }, 8), /8 bytes are missing/],
    ['offsets backwards', fileOf({ t: f32([1], 8, 4) }, 8), /needs 4 bytes but has -4/],
    ['overlapping tensors', fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /"b" overlaps/],
    ['a hole', fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /hole of 4 bytes/],
    ['bytes left over', fileOf({ a: f32([1], 0, 4) }, 9), /5 bytes belong to no tensor/],
    ['an unknown dtype', fileOf({ t: { ...f32([1], 0, 4), dtype: 'F7' } }, 4), /unknown dtype F7/],
  ])('refuses %s', (_what, bytes, message) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(refusal(bytes)).toMatch(message);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
  });
});
