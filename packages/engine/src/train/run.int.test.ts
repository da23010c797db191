// The promise of exact resume: a run that is stopped at any step, or taken back after a spike, ends with the bits of
// one that was not, optimiser, accumulation, data cursor and watcher included.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { philox } from '../nn/rng.ts';
import { readGolden } from '../testing/golden.ts';
import {
  emptyHistory,
  readTrainingCheckpoint,
  type TrainingHistory,
  writeTrainingCheckpoint,
} from './checkpoint.ts';
import { type CheckpointStore, runTraining } from './run.ts';
import { createTrainer, type Trainer } from './trainer.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { config } = readGolden('neox-sequential');
const [batchSize, sequenceLength, accumulation] = [2, 12, 2];

const batch = (index: number) =>
  Int32Array.from(
    { length: accumulation * batchSize * (sequenceLength + 1) },
    (_, i) => (philox([index, i, 0, 0], [1, 2])[0] % 7) + 3,
  );

const open = (name: 'adamw' | 'muon', threads: number): Trainer =>
  createTrainer({
    ...{ config, batchSize, sequenceLength, accumulation, threads, cacheDir: dir, seed: 4, zLoss: 1e-4 },
    optimizer: { name, learningRate: 3e-3 },
    schedule: { kind: 'wsd', warmupSteps: 3, totalSteps: 24, decaySteps: 8 },
  });

const storeAt = (path: string): CheckpointStore => ({
  async save(state, history) {
    await writeTrainingCheckpoint(path, state, history);
    return { done: Promise.resolve() };
  },
  load: () => readTrainingCheckpoint(path),
});

const bitsOf = (trainer: Trainer) =>
  [...trainer.state().tensors].map(([name, t]) => `${name} ${Buffer.from(t.data.buffer).toString('base64')}`);

async function run(
  trainer: Trainer,
  path: string,
  history: TrainingHistory,
  step: number,
  stopAfter?: number,
) {
  const stop = new AbortController();
  const wanted = {
    trainer,
    batch,
    steps: 24,
    checkpointEvery: 5,
    store: storeAt(path),
    from: { step, history },
  };
  const onStep = ({ step: done }: { step: number }) => {
    if (done === stopAfter) stop.abort(new Error('stopped'));
  };
  return runTraining({ ...wanted, signal: stop.signal, onStep });
}

describe.each(['adamw', 'muon'] as const)('%s', (name) => {
  it('a stopped and resumed run ends with the same bits', async () => {
    const whole = open(name, 2);
    const wanted = await run(whole, join(dir, 'whole'), emptyHistory(), 0);
    const path = join(dir, `${name}-stopped`);
    const first = open(name, 2);
    await expect(run(first, path, emptyHistory(), 0, 13)).rejects.toThrow('stopped');
    const { state, history } = await readTrainingCheckpoint(path);
    expect(state.step).toBe(10);
    const second = open(name, 1);
    second.restore(state);
    const got = await run(second, path, history, state.step);
    expect({ ...got, seconds: 0 }).toEqual({ ...wanted, seconds: 0 });
    expect(bitsOf(second)).toEqual(bitsOf(whole));
    for (const t of [whole, first, second]) t.dispose();
  });
});

describe('a poisoned step', () => {
  it('is taken back: the run ends with the bits of one that never saw those batches', async () => {
    const poisoned = open('adamw', 2);
    let armed = true;
    const broken: Trainer = {
      ...poisoned,
      step(tokens) {
        const result = poisoned.step(tokens);
        if (result.step !== 13 || !armed) return result;
        armed = false;
        // The weights are ruined, as by an overflow.
        const state = poisoned.state();
        for (const t of state.tensors.values()) t.data.fill(Number.NaN);
        poisoned.restore(state);
        return { ...result, loss: Number.NaN };
      },
    };
    const path = join(dir, 'poisoned');
    const history = await run(broken, path, emptyHistory(), 0);
    expect(history.skipped).toBe(3);
    expect(history.loss.every(Number.isFinite)).toBe(true);
    const clean = open('adamw', 2);
    for (let step = 0; step < 24; step++) clean.step(batch(step < 10 ? step : step + 3));
    expect(bitsOf(poisoned)).toEqual(bitsOf(clean));
    poisoned.dispose();
    clean.dispose();
  });
});
