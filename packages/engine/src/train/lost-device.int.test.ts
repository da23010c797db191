// The promise when a device goes away in the middle of a run: one line says so, the checkpoint on disk is whole, and
// another device goes on from it to the bits of a run that nothing disturbed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { philox } from '../nn/rng.ts';
import { openWebGpu } from '../runtime/webgpu/device.ts';
import { dawn } from '../runtime/webgpu/node.ts';
import { mockDriver, openShim } from '../testing/cuda-shim/device.ts';
import { losable } from '../testing/losable-gpu.ts';
import { useSwiftShader } from '../testing/swiftshader.ts';
import { createAsyncTrainer } from './async-trainer.ts';
import { emptyHistory, readTrainingCheckpoint, writeTrainingCheckpoint } from './checkpoint.ts';
import { runTraining, type SteppingTrainer } from './run.ts';
import { createTrainer } from './trainer.ts';
import type { StepOptions } from './training-step.ts';

const [STEPS, EVERY, LOST] = [7, 2, 5];
const options: StepOptions = {
  config: {
    ...{ vocabSize: 24, hiddenSize: 16, layers: 1, heads: 2, keyValueHeads: 2, intermediateSize: 16 },
    ...{ maxPositions: 8, tieEmbeddings: true },
  },
  ...{ batchSize: 2, sequenceLength: 8, seed: 3 },
  optimizer: { learningRate: 1e-2 },
  schedule: { warmupSteps: 2, totalSteps: STEPS },
};
const batch = (index: number) =>
  Int32Array.from({ length: 2 * 9 }, (_, i) => philox([index, i, 0, 0], [1, 2])[0] % 24);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-'));
  await useSwiftShader();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Opened extends SteppingTrainer {
  dispose(): void;
}

async function run(
  trainer: Opened,
  path: string,
  saved?: Awaited<ReturnType<typeof readTrainingCheckpoint>>,
  lose?: () => void,
) {
  if (saved) trainer.restore(saved.state);
  await runTraining({
    ...{ trainer, batch, steps: STEPS, checkpointEvery: EVERY },
    from: { step: saved?.state.step ?? 0, history: saved?.history ?? emptyHistory() },
    store: {
      async save(state, history) {
        await writeTrainingCheckpoint(path, state, history);
        return { done: Promise.resolve() };
      },
      load: () => readTrainingCheckpoint(path),
    },
    onStep: ({ step }) => {
      if (step === LOST) lose?.();
    },
  });
}

async function bitsAtEnd(trainer: Opened): Promise<string[]> {
  const { tensors } = await trainer.state();
  trainer.dispose();
  return [...tensors.values()].map((t) => Buffer.from(t.data.buffer).toString('hex'));
}

const devices: [string, RegExp, () => Promise<{ trainer: Opened; lose(): void }>][] = [
  [
    'WebGPU',
    /^The GPU was lost \(.+\): start again from the last checkpoint\.$/,
    async () => {
      const { gpu, lose } = losable(await dawn());
      return { trainer: await createAsyncTrainer({ ...options, device: await openWebGpu(gpu) }), lose };
    },
  ],
  [
    'CUDA',
    /^The GPU or its driver failed while running a step \(CUDA_ERROR_LAUNCH_FAILED\)\. Checkpoints on disk are untouched/,
    async () => {
      const mock = mockDriver();
      mock.reset();
      const trainer = createTrainer({ ...options, device: openShim({ cacheDir: folder, precision: 'f32' }) });
      return { trainer, lose: () => mock.fail('cuGraphLaunch', 0, 719) };
    },
  ],
];

it.each(devices)('%s', async (name, message, open) => {
  const path = join(folder, `${name}.safetensors`);
  const whole = await open();
  await run(whole.trainer, path);
  const want = await bitsAtEnd(whole.trainer);

  rmSync(path);
  const first = await open();
  await expect(run(first.trainer, path, undefined, first.lose)).rejects.toThrow(message);
  first.trainer.dispose();
  mockDriver().reset();
  const saved = await readTrainingCheckpoint(path);
  expect(saved.state.step).toBe(LOST - (LOST % EVERY));
  const second = await open();
  await run(second.trainer, path, saved);
  expect(await bitsAtEnd(second.trainer)).toEqual(want);
});
