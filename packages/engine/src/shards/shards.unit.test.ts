import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createBatches } from './batches.ts';
import { isHeldOut } from './held-out.ts';
import { openShards } from './open-shards.ts';
import { permute } from './permutation.ts';
import { createShardWriter } from './shard-writer.ts';
import { tokensInMemory } from './token-source.ts';

const dir = mkdtempSync(join(tmpdir(), 'tsudoi-shards-'));
const idx = join(dir, 'a.idx');
const bin = join(dir, 'a.bin');
afterAll(() => rmSync(dir, { recursive: true }));

async function write(documents: number[][], vocabSize: number) {
  const writer = createShardWriter(idx, bin, vocabSize);
  for (const tokens of documents) await writer.add(Int32Array.from(tokens));
  return writer.close();
}

describe('Megatron shards', () => {
  it('are laid out byte for byte as Megatron-LM reads them', async () => {
    expect(await write([[5, 6, 7], [8]], 8000)).toEqual({ documents: 2, tokens: 4 });
    // Written by hand from the description of the format.
    const expected = [
      '4d4d494449445800 00', // MMIDIDX 00 00
      '0100000000000000', // version 1
      '08', // uint16
      '0200000000000000', // two sequences
      '0300000000000000', // three entries in the document table
      '03000000 01000000', // lengths
      '0000000000000000 0600000000000000', // byte offsets
      '0000000000000000 0100000000000000 0200000000000000', // documents
    ];
    expect(readFileSync(idx).toString('hex')).toBe(expected.join('').replaceAll(' ', ''));
    expect(readFileSync(bin).toString('hex')).toBe('0500060007000800');
  });

  it('use 16 bits below 65,500 pieces and a signed 32-bit integer from there on', async () => {
    await write([[1]], 65_499);
    expect(readFileSync(idx)[17]).toBe(8);
    await write([[96_866]], 65_500);
    expect(readFileSync(idx)[17]).toBe(4);
    expect(readFileSync(bin).toString('hex')).toBe('627a0100');
  });

  it('give back what was written, whole documents and any window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(96_000), { maxLength: 20 }), { minLength: 1, maxLength: 10 }),
        fc.constantFrom(8000, 97_024),
        async (documents, vocabSize) => {
          const clipped = documents.map((tokens) => tokens.map((token) => token % vocabSize));
          await write(clipped, vocabSize);
          const shards = openShards(idx, bin);
          const all = new Int32Array(shards.length);
          shards.read(0, all);
          expect([...all]).toEqual(clipped.flat());
          expect(clipped.map((_, i) => [...shards.document(i)])).toEqual(clipped);
          expect(() => shards.read(shards.length, new Int32Array(1))).toThrow(RangeError);
          shards.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuse an index of something else, and a .bin that does not belong to it', async () => {
    await write([[1, 2, 3]], 8000);
    truncateSync(bin, 4);
    expect(() => openShards(idx, bin)).toThrow(/holds 4 bytes, its .idx describes 6/);
    writeFileSync(idx, 'not an index at all, but long enough');
    expect(() => openShards(idx, bin)).toThrow(/not an .idx/);
  });
});

describe('the global shuffle', () => {
  it('is a permutation for every size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), fc.nat(5), (size, seed, epoch) => {
        const seen = new Set(Array.from({ length: size }, (_, i) => permute(i, size, seed, epoch)));
        expect(seen.size).toBe(size);
        expect(Math.max(...seen)).toBe(size - 1);
      }),
      { numRuns: 60 },
    );
  });

  it('moves neighbours apart and differs by seed and epoch', () => {
    const order = (seed: number, epoch: number) =>
      Array.from({ length: 1000 }, (_, i) => permute(i, 1000, seed, epoch));
    const a = order(1, 0);
    const still = a.filter((value, i) => i > 0 && Math.abs(value - a[i - 1]) === 1).length;
    expect(still).toBeLessThan(15); // 2 are expected of a random order
    expect(order(2, 0)).not.toEqual(a);
    expect(order(1, 1)).not.toEqual(a);
  });

  it('shows every window once an epoch, inputs and targets one token apart', () => {
    const tokens = tokensInMemory(Array.from({ length: 101 }, (_, i) => i));
    const batches = createBatches({ tokens, sequenceLength: 10, batchSize: 5, seed: 3 });
    expect(batches.windows).toBe(10);
    const rows = [0, 1].flatMap((step) => {
      const batch = batches.batch(step);
      return Array.from({ length: 5 }, (_, row) => [...batch.subarray(row * 11, row * 11 + 11)]);
    });
    for (const row of rows) expect(row).toEqual(Array.from({ length: 11 }, (_, i) => row[0] + i));
    expect(rows.map((row) => row[0]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => i * 10),
    );
  });

  it('is a pure function of the step, so a resumed run sees the same data', () => {
    const tokens = tokensInMemory(Array.from({ length: 999 }, (_, i) => (i * 7) % 256));
    const make = () => createBatches({ tokens, sequenceLength: 16, batchSize: 4, seed: 11 });
    const first = make();
    const undisturbed = Array.from({ length: 40 }, (_, step) => [...first.batch(step)]);
    const resumed = make();
    for (let step = 39; step >= 20; step--) expect([...resumed.batch(step)]).toEqual(undisturbed[step]);
  });

  it('refuses a corpus that does not fill one sequence', () => {
    const options = { sequenceLength: 8, batchSize: 1, seed: 0 };
    expect(() => createBatches({ ...options, tokens: tokensInMemory([1, 2, 3]) })).toThrow(RangeError);
  });
});

describe('the held-out split', () => {
  it('takes about the asked share and never moves a document', () => {
    const ids = Array.from({ length: 4000 }, (_, i) => i.toString(16).padStart(16, '0'));
    const share = ids.filter((id) => isHeldOut(id, 7, 0.1)).length / ids.length;
    expect(share).toBeGreaterThan(0.085);
    expect(share).toBeLessThan(0.115);
    // A larger share only adds documents.
    expect(ids.every((id) => !isHeldOut(id, 7, 0.05) || isHeldOut(id, 7, 0.1))).toBe(true);
  });
});
