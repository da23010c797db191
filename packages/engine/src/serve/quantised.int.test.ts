// What quantisation costs: each format's rounding against its stated bound, and the perplexity of a small trained model.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlocks, encodeBlocks } from '../io/gguf/blocks.ts';
import type { LlamaConfig } from '../models/llama-config.ts';
import { philox } from '../nn/rng.ts';
import { createTrainer, type Tensor } from '../train/trainer.ts';
import { sourceOf } from './generator.ts';
import { perplexity } from './perplexity.ts';

/** Largest error of a value over the largest magnitude of its block: half a step, a whole one at Q4_0's shorter end. */
const BOUNDS = { Q8_0: 1 / 254 + 2 ** -11, Q4_0: 1 / 8 + 2 ** -10 } as const;

describe.each(['Q8_0', 'Q4_0'] as const)('%s', (storage) => {
  it('keeps every value within its bound of the largest in its block', () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 32, maxLength: 32 }), (list) => {
        const values = Float32Array.from(list);
        const largest = Math.max(...values.map(Math.abs));
        // Below this the scale is no normal binary16.
        fc.pre(largest > 0.1);
        const kept = decodeBlocks(storage, encodeBlocks(storage, values));
        const worst = Math.max(...values.map((x, i) => Math.abs(x - kept[i])));
        expect(worst / largest).toBeLessThanOrEqual(BOUNDS[storage]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('a small trained model', () => {
  const [LENGTH, BATCH, STEPS, VOCABULARY] = [32, 16, 250, 64];
  const config: LlamaConfig = {
    ...{
      vocabSize: VOCABULARY,
      hiddenSize: 64,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      intermediateSize: 128,
    },
    ...{ maxPositions: LENGTH, tieEmbeddings: true },
  };
  /** Four of five ids follow from the one before them; the rest is chance. */
  const sequence = (seed: number, length: number): number[] => {
    const ids = [seed % VOCABULARY];
    while (ids.length < length) {
      const [chance, other] = philox([seed, ids.length, 0, 0], [11, 0]);
      const rule = (3 * ids[ids.length - 1] + 1) % VOCABULARY;
      ids.push(chance % 5 === 0 ? other % VOCABULARY : rule);
    }
    return ids;
  };
  let cacheDir: string;
  let parameters: Map<string, Tensor>;
  let unseen: number[][];
  beforeAll(() => {
    cacheDir = mkdtempSync(join(tmpdir(), 'quantised-'));
    const trainer = createTrainer({
      ...{ config, batchSize: BATCH, sequenceLength: LENGTH, seed: 1, threads: 2, cacheDir },
      optimizer: { learningRate: 5e-3 },
      schedule: { warmupSteps: 10, totalSteps: STEPS },
    });
    for (let step = 0; step < STEPS; step++) {
      const rows = Array.from({ length: BATCH }, (_, i) => sequence(1 + step * BATCH + i, LENGTH + 1));
      trainer.step(Int32Array.from(rows.flat()));
    }
    parameters = trainer.parameters();
    trainer.dispose();
    unseen = Array.from({ length: 24 }, (_, i) => sequence(1_000_000 + i, LENGTH));
  });
  afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

  it('loses less than half a per cent of perplexity in int8 and less than a tenth in q4', () => {
    const source = sourceOf({ config, parameters });
    const of = (quantize?: 'int8' | 'q4') => perplexity(source, unseen, { threads: 2, cacheDir, quantize });
    const [whole, int8, q4] = [of(), of('int8'), of('q4')];
    // Chance alone leaves exp(0.2 ln 320 + 0.8 ln 1.25) = 3.8; without learning it would be 64.
    expect(whole).toBeLessThan(5);
    expect(Math.abs(int8 / whole - 1)).toBeLessThan(0.005);
    expect(Math.abs(q4 / whole - 1)).toBeLessThan(0.1);
    expect(new Set([whole, int8, q4]).size).toBe(3);
  });
});
