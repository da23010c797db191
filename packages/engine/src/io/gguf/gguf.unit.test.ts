// Promises of GGUF: block formats as ggml's, models there and back in every family, hostile headers refused early.

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configToHf } from '../../models/families.ts';
import { openServedModel } from '../../serve/served-model.ts';
import { goldenNames, readGolden } from '../../testing/golden.ts';
import { decodeBlocks, encodeBlocks, type WritableKind } from './blocks.ts';
import { GgufError, type TensorKind, type Value } from './format.ts';
import { loadGguf, saveGguf } from './model.ts';
import { openGguf } from './read.ts';
import { type TensorToWrite, writeGguf } from './write.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gguf-'));
  path = join(folder, 'model.gguf');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden-gguf/blocks.golden.json', import.meta.url), 'utf8'),
);
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer);

describe('blocks', () => {
  it.each(Object.keys(golden.decode) as TensorKind[])('%s is read as ggml reads it', (kind) => {
    const { bytes, values } = golden.decode[kind];
    const got = decodeBlocks(kind, bytesOf(bytes));
    floatsOf(values).forEach((want, i) => {
      expect(Math.abs(got[i] - want)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(want)));
    });
  });
  it.each(Object.keys(golden.encode) as WritableKind[])(
    '%s is written bit for bit as ggml writes it',
    (kind) => {
      const { bytes, values } = golden.encode[kind];
      expect(encodeBlocks(kind, floatsOf(values))).toEqual(bytesOf(bytes));
    },
  );
});

describe.each(goldenNames)('%s', (name) => {
  const { config, parameters } = readGolden(name);

  it('comes back from F32 with the same bits, and close from 8 bits', async () => {
    await saveGguf(path, config, parameters, { kind: 'F32', name });
    const back = await loadGguf(path);
    expect(back.name).toBe(name);
    expect(configToHf(back.config)).toEqual(configToHf(config));
    for (const [key, { shape, data }] of parameters) {
      expect(back.parameters.get(key)!.shape).toEqual(shape);
      expect(Buffer.from(back.parameters.get(key)!.data.buffer).equals(Buffer.from(data.buffer)), key).toBe(
        true,
      );
    }
    await saveGguf(path, config, parameters, { kind: 'Q8_0' });
    for (const [key, { data }] of (await loadGguf(path)).parameters) {
      const want = parameters.get(key)!.data;
      const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      const worst = data.reduce((w, v, i) => Math.max(w, Math.abs(v - want[i])), 0);
      expect(worst).toBeLessThanOrEqual(largest / 200);
    }
  });
});

describe('a foreign file', () => {
  it.each(['llama-grouped', 'gpt2-tanh', 'neox-sequential'] as const)(
    '%s is read by its keys alone',
    async (name) => {
      const { config, parameters } = readGolden(name);
      await saveGguf(path, config, parameters, { kind: 'F32' });
      const file = openGguf(path);
      const metadata = new Map([...file.metadata].filter(([key]) => key !== 'tsudoi.config'));
      const tensors = new Map(
        [...file.tensors].map(([key, { shape }]) => [
          key,
          { kind: 'F32' as const, shape, data: () => file.floats(key) },
        ]),
      );
      const foreign = join(folder, 'foreign.gguf');
      await writeGguf(foreign, metadata, tensors);
      file.close();
      const back = await loadGguf(foreign);
      const kept = ({
        model_type,
        hidden_size,
        n_embd,
        rotary_pct,
        use_parallel_residual,
        head_dim,
      }: Record<string, unknown>) => ({
        ...{ model_type, hidden_size, n_embd, rotary_pct, use_parallel_residual, head_dim },
      });
      expect(kept(configToHf(back.config))).toEqual(kept(configToHf(config)));
      expect(back.parameters.size).toBe(parameters.size);
    },
  );

  it('keeps a tokenizer with scores, types and ids', async () => {
    const { config, parameters } = readGolden('gpt2-tanh');
    const vocabulary = {
      pieces: Array.from({ length: 53 }, (_, i) => ({ piece: `▁${i}猫`, score: -i / 4, type: 1 + (i % 6) })),
      ...{ unkId: 0, bosId: -1, eosId: 2, padId: 3, addDummyPrefix: false },
    };
    await saveGguf(path, config, parameters, {
      vocabulary,
      tokenizerJson: '{"a":1}',
      chatTemplate: '{{ x }}',
    });
    expect((await loadGguf(path)).tokenizer).toEqual({
      vocabulary,
      tokenizerJson: '{"a":1}',
      chatTemplate: '{{ x }}',
    });
  });
});

const value = fc.oneof(
  fc.constantFrom<Value>(
    { type: 'u64', value: 2n ** 63n },
    { type: 'i64', value: -5n },
    { type: 'bool', value: true },
  ),
  fc.string({ unit: 'grapheme' }).map((text): Value => ({ type: 'string', value: text })),
  fc.integer({ min: -128, max: 127 }).map((v): Value => ({ type: 'i8', value: v })),
  fc.array(fc.integer({ min: 0, max: 65535 })).map((v): Value => ({ type: 'array', of: 'u16', value: v })),
  fc.array(fc.string()).map((v): Value => ({ type: 'array', of: 'string', value: v })),
  fc.double({ noNaN: true }).map((v): Value => ({ type: 'f64', value: v })),
);

describe('the container', () => {
  it('keeps any metadata and any shapes', async () => {
    const shapes = fc.dictionary(
      fc.string(),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), value, { maxKeys: 6 }), shapes, async (keys, tensors) => {
        const metadata = new Map(Object.entries(keys).filter(([key]) => key !== 'general.alignment'));
        const data = (n: number) => Float32Array.from({ length: n }, (_, i) => i / 3);
        const elements = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
        const wanted = new Map(
          Object.entries(tensors).map(([name, shape]) => [
            name,
            { kind: 'F32' as const, shape, data: () => data(elements(shape)) },
          ]),
        );
        await writeGguf(path, metadata, wanted);
        const file = openGguf(path);
        expect(file.metadata).toEqual(metadata);
        for (const [name, { shape }] of wanted) {
          expect(file.tensors.get(name)!.shape).toEqual(shape);
          expect(file.floats(name)).toEqual(data(elements(shape)));
        }
        file.close();
      }),
      { numRuns: 40 },
    );
  });

  it('refuses every truncation, and every flipped header byte either reads or says one line', async () => {
    const { config, parameters } = readGolden('llama-linear');
    await saveGguf(path, config, parameters, { kind: 'F32' });
    const whole = await readFile(path);
    const attempt = async (bytes: Uint8Array) => {
      await writeFile(path, bytes);
      try {
        openGguf(path).close();
        return 'read';
      } catch (error) {
        expect(error).toBeInstanceOf(GgufError);
        expect((error as Error).message).not.toContain('\n');
        return 'refused';
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (end) => {
        expect(await attempt(whole.subarray(0, end))).toBe('refused');
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(4000), fc.nat(255), async (at, byte) => {
        const changed = Uint8Array.from(whole);
        changed[at] = byte;
        await attempt(changed);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses to load or to serve what it would compute wrongly', async () => {
    const { config, parameters } = readGolden('llama-grouped');
    await saveGguf(path, config, parameters, { kind: 'F32' });
    const file = openGguf(path);
    const tensors = new Map(
      [...file.tensors].map(([name, { shape }]): [string, TensorToWrite] => {
        const values = file.floats(name);
        return [name, { kind: 'F32', shape, data: () => values }];
      }),
    );
    file.close();
    const foreign = new Map(file.metadata);
    foreign.delete('tsudoi.config');
    const bias: TensorToWrite = { kind: 'F32', shape: [32], data: () => new Float32Array(32) };
    for (const [metadata, more, message] of [
      [file.metadata, [['blk.0.attn_q.bias', bias]], /attn_q\.bias \[32\] is not part of the model/],
      [
        [...foreign, ['llama.rope.dimension_count', { type: 'u32', value: 2 }]],
        [],
        /2 of \d+ dimensions of a head/,
      ],
      [
        [...foreign, ['llama.block_count', { type: 'u32', value: 2 ** 32 - 1 }]],
        [],
        /4294967295 is more than/,
      ],
    ] as [Iterable<[string, Value]>, [string, TensorToWrite][], RegExp][]) {
      await writeGguf(path, new Map(metadata), new Map([...tensors, ...more]));
      await expect(loadGguf(path)).rejects.toThrow(message);
      await expect(openServedModel(path)).rejects.toThrow(message);
    }
  });

  const u32 = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
  const u64 = (...values: bigint[]) => new Uint8Array(BigUint64Array.from(values).buffer);
  const text = (bytes: Uint8Array | string) => {
    const raw = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    return Buffer.concat([u64(BigInt(raw.length)), raw]);
  };
  const head = (tensors: bigint, keys: bigint) => [u32(0x46554747, 3), u64(tensors, keys)];
  const tensor = (name: string, dims: bigint[], type: number, offset: bigint) => [
    text(name),
    u32(dims.length),
    u64(...dims),
    u32(type),
    u64(offset),
  ];
  const room = new Uint8Array(256);
  it.each([
    ['another magic', [u32(0x46554748, 3), u64(0n, 0n)], /does not begin with GGUF/],
    ['an old version', [u32(0x46554747, 1), u64(0n, 0n)], /version 1/],
    ['2^60 tensors', [...head(2n ** 60n, 0n), room], /number of tensors is 1152921504606846976, more than/],
    ['2^60 keys', [...head(0n, 2n ** 60n), room], /number of metadata entries/],
    ['a string of 2^62 bytes', [...head(0n, 1n), u64(2n ** 62n), room], /length of a metadata key/],
    [
      'an array of 2^50 numbers',
      [...head(0n, 1n), text('k'), u32(9, 4), u64(2n ** 50n), room],
      /number of elements of the value of "k"/,
    ],
    ['arrays of arrays', [...head(0n, 1n), text('k'), u32(9, 9), room], /array of arrays/],
    ['an unknown value type', [...head(0n, 1n), text('k'), u32(77), room], /unknown type 77/],
    [
      'a key that is not UTF-8',
      [...head(0n, 1n), text(Uint8Array.of(0xff, 0xfe)), u32(0), room],
      /not UTF-8/,
    ],
    [
      'a key twice',
      [...head(0n, 2n), text('k'), u32(4, 1), text('k'), u32(4, 1), room],
      /"k" is there twice/,
    ],
    ['a bool of 2', [...head(0n, 1n), text('k'), u32(7), Uint8Array.of(2), room], /bool of 2/],
    [
      'an alignment of 3',
      [...head(0n, 1n), text('general.alignment'), u32(4, 3), room],
      /general\.alignment is 3/,
    ],
    ['nine dimensions', [...head(1n, 0n), text('t'), u32(9), room], /9 dimensions/],
    [
      'a shape of 2^80',
      [...head(1n, 0n), ...tensor('t', [2n ** 40n, 2n ** 40n], 0, 0n), room],
      /has the shape/,
    ],
    ['an empty tensor', [...head(1n, 0n), ...tensor('t', [0n], 0, 0n), room], /has the shape \[0\]/],
    [
      'an unknown tensor type',
      [...head(1n, 0n), ...tensor('t', [32n], 9, 0n), room],
      /tensor type 9; readable are F32/,
    ],
    ['broken blocks', [...head(1n, 0n), ...tensor('t', [33n], 8, 0n), room], /rows of 33, Q8_0/],
    ['an offset outside', [...head(1n, 0n), ...tensor('t', [32n], 0, 2n ** 40n), room], /ends at byte/],
    ['an odd offset', [...head(1n, 0n), ...tensor('t', [8n], 0, 4n), room], /not a multiple of 32/],
    [
      'overlapping tensors',
      [...head(2n, 0n), ...tensor('a', [16n], 0, 0n), ...tensor('b', [8n], 0, 32n), room],
      /"b" overlaps/,
    ],
    [
      'a tensor twice',
      [...head(2n, 0n), ...tensor('a', [8n], 0, 0n), ...tensor('a', [8n], 0, 32n), room],
      /"a" is there twice/,
    ],
  ])('refuses %s', async (_what, parts, message) => {
    await writeFile(path, Buffer.concat(parts as Uint8Array[]));
    const before = process.memoryUsage().arrayBuffers;
    expect(() => openGguf(path)).toThrow(GgufError);
    expect(() => openGguf(path)).toThrow(message);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });
});
