// Promises of a training by several ranks, in one process: the mean over all is what one rank alone would have, the
// same bits on each rank and in each run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { philox } from '../../nn/rng.ts';
import { localGroup } from '../../testing/local-group.ts';
import { createTrainer, type StepResult, type TrainerOptions } from '../trainer.ts';
import { Gathering } from './group.ts';
import { launchRanks } from './launch.ts';
import { sequencesOf, shareOf } from './share.ts';
import { createCpuRank } from './trainer.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'ranks-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

const [WORLD, STEPS, LENGTH, SEQUENCES, VOCABULARY] = [2, 6, 16, 4, 61];
const options = (name: 'adamw' | 'muon', batchSize: number, accumulation = 1): TrainerOptions => ({
  config: {
    ...{ vocabSize: VOCABULARY, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2 },
    ...{ intermediateSize: 48, maxPositions: LENGTH, tieEmbeddings: true },
  },
  ...{ batchSize, accumulation, sequenceLength: LENGTH, seed: 2, threads: 1, cacheDir },
  optimizer: { name, learningRate: 1e-2 },
  schedule: { warmupSteps: 2, totalSteps: STEPS },
  zLoss: 1e-4,
});

const tokens = (step: number) =>
  Int32Array.from({ length: SEQUENCES * (LENGTH + 1) }, (_, i) => {
    const start = philox([step, Math.floor(i / (LENGTH + 1)), 0, 0], [7, 0])[0];
    return (start + 5 * (i % (LENGTH + 1))) % VOCABULARY;
  });
const share = (step: number, rank: number) =>
  tokens(step)
    .subarray((rank * SEQUENCES * (LENGTH + 1)) / WORLD)
    .slice(0, tokens(0).length / WORLD);

async function byRanks(name: 'adamw' | 'muon', batchSize: number, accumulation: number) {
  const ranks = localGroup(WORLD).map((group) =>
    createCpuRank(options(name, batchSize, accumulation), group),
  );
  const results: StepResult[][] = [];
  for (let step = 0; step < STEPS; step++) {
    results.push(await Promise.all(ranks.map((t, rank) => t.step(share(step, rank)))));
  }
  const bits = ranks.map((t) => [...t.parameters().values()].map((p) => Buffer.from(p.data.buffer)));
  for (const t of ranks) t.dispose();
  return { results, bits };
}

it.each([
  ['adamw', 2, 1],
  ['muon', 1, 2],
] as const)(
  'two ranks with half a batch each train as one with %s (%i sequences, %i times)',
  async (name, batchSize, accumulation) => {
    const alone = createTrainer(options(name, SEQUENCES));
    const want = Array.from({ length: STEPS }, (_, step) => alone.step(tokens(step)));
    alone.dispose();
    const { results, bits } = await byRanks(name, batchSize, accumulation);
    results.forEach(([first, second], step) => {
      expect(second).toEqual(first);
      expect(Math.abs(first.loss / want[step].loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(first.gradNorm / want[step].gradNorm - 1)).toBeLessThan(1e-4);
    });
    expect(want[STEPS - 1].loss).toBeLessThan(want[0].loss);
    expect(bits[1]).toEqual(bits[0]);
    expect((await byRanks(name, batchSize, accumulation)).bits).toEqual(bits);
  },
);

it('sums are added in the order of ranks, whoever comes first', () => {
  const gathering = new Gathering(3);
  const parts = [1e8, 1, -1e8].map((x) => Float32Array.of(x));
  expect(gathering.add(2, parts[2])).toBeUndefined();
  expect(gathering.add(0, parts[0])).toBeUndefined();
  // 1e8 + 1 is 1e8 in float32; another order would give 1.
  expect(gathering.add(1, parts[1])).toEqual(Float32Array.of(0));
  expect(gathering.add(1, parts[1])).toBeUndefined();
  expect(() => gathering.add(0, new Float32Array(2))).toThrow('rank 0 is not where the others are');
});

it.each([
  ['after the last step: they are done', 0, undefined],
  ['before it: they are stopped', 1, 'stopped'],
])('ranks that are interrupted %s', async (_when, code, message) => {
  const module = join(cacheDir, `exit-${code}.mjs`);
  writeFileSync(module, `process.exit(${code});`);
  const ended = launchRanks({
    ...{
      module,
      args: () => [],
      world: WORLD,
      inherit: false,
      signal: AbortSignal.abort(new Error('stopped')),
    },
    out() {},
    err() {},
  });
  expect(await ended.catch((error: Error) => error.message)).toBe(message);
});

it('a step is dealt out by batches, else by sequences, and never unevenly', () => {
  const settings = (batchSize: number, accumulation?: number) =>
    ({ batchSize, accumulation, sequenceLength: 1 }) as Parameters<typeof shareOf>[0];
  expect(shareOf(settings(3, 4), 2)).toEqual({ batchSize: 3, accumulation: 2 });
  expect(shareOf(settings(6), 3)).toEqual({ batchSize: 2, accumulation: 1 });
  expect(shareOf(settings(3, 3), 2)).toBeUndefined();
  const all = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  expect([0, 1].map((rank) => [...sequencesOf(all, settings(2, 2), { rank, world: 2 })])).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
});
