// A whole training run on the CUDA backend through the shim, against the C backend; and what happens when the
// driver fails in the middle of one.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LlamaConfig } from '../../models/llama-config.ts';
import { philox } from '../../nn/rng.ts';
import {
  type MockDriver,
  mockDriver,
  mockLibrary,
  mockNccl,
  openShim,
  shimCompiler,
} from '../../testing/cuda-shim/device.ts';
import { localGroup } from '../../testing/local-group.ts';
import { createCudaRank } from '../../train/ranks/trainer.ts';
import { createTrainer, type StepResult, type Trainer, type TrainerOptions } from '../../train/trainer.ts';
import type { Device } from '../device.ts';
import type { Precision } from './program-text.ts';

/** Heads of 64, so that bfloat16 runs the flash kernels; grouped queries and a tied embedding. */
const config: LlamaConfig = {
  ...{ vocabSize: 88, hiddenSize: 128, layers: 1, heads: 2, keyValueHeads: 1, intermediateSize: 96 },
  ...{ maxPositions: 24, tieEmbeddings: true },
};
const batchSize = 2;
const sequenceLength = 24;
const STEPS = 20;

let cacheDir: string;
let mock: MockDriver;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cuda-'));
  mock = mockDriver();
});
afterEach(() => {
  mock.reset();
  expect(mock.live()).toBe(0);
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

function batch(step: number): Int32Array {
  return Int32Array.from({ length: batchSize * (sequenceLength + 1) }, (_, i) => {
    const start = philox([step, Math.floor(i / (sequenceLength + 1)), 0, 0], [5, 0])[0];
    return (start + 3 * (i % (sequenceLength + 1))) % config.vocabSize;
  });
}

const options = (accumulation = 1): TrainerOptions => ({
  ...{ config, batchSize: batchSize / accumulation, accumulation, sequenceLength },
  ...{ seed: 1, threads: 2, cacheDir },
  optimizer: { learningRate: 3e-3 },
  schedule: { warmupSteps: 3, totalSteps: STEPS },
});
const trainer = (device?: Device, accumulation?: number): Trainer =>
  createTrainer({ ...options(accumulation), device });
const onShim = (precision: Precision): Trainer => trainer(openShim({ cacheDir, precision }));

const bitsOf = (t: Pick<Trainer, 'state'>) =>
  [...t.state().tensors.values()].map((x) => Buffer.from(x.data.buffer).toString('base64'));

function run(t: Trainer, from = 0, to = STEPS): StepResult[] {
  return Array.from({ length: to - from }, (_, i) => t.step(batch(from + i)));
}

describe('twenty steps of a tiny Llama', () => {
  it('follow the C backend in float32', () => {
    const [cpu, gpu] = [trainer(), onShim('f32')];
    const want = run(cpu);
    run(gpu).forEach((got, i) => {
      expect(Math.abs(got.loss / want[i].loss - 1)).toBeLessThan(1e-4);
      expect(Math.abs(got.gradNorm / want[i].gradNorm - 1)).toBeLessThan(1e-3);
    });
    expect(want[STEPS - 1].loss).toBeLessThan(0.8 * want[0].loss);
    cpu.dispose();
    gpu.dispose();
  });

  it('stay near it in bfloat16 with float32 master weights', () => {
    const [cpu, gpu] = [trainer(), onShim('bf16')];
    const want = run(cpu);
    run(gpu).forEach((got, i) => {
      expect(Math.abs(got.loss / want[i].loss - 1)).toBeLessThan(0.02);
    });
    expect(mock.log().some((line) => line.includes('attention_bwd_kv__D_64'))).toBe(true);
    cpu.dispose();
    gpu.dispose();
  });

  it('have the same bits twice, and after going on from a saved state', () => {
    const [one, two] = [onShim('bf16'), onShim('bf16')];
    expect(run(two, 0, 4)).toEqual(run(one, 0, 4));
    expect(bitsOf(two)).toEqual(bitsOf(one));
    const saved = one.state();
    const rest = run(one, 4, 7);
    const resumed = onShim('bf16');
    resumed.restore(saved);
    expect(run(resumed, 4, 7)).toEqual(rest);
    expect(bitsOf(resumed)).toEqual(bitsOf(one));
    for (const t of [one, two, resumed]) t.dispose();
  });
});

describe('two accumulated batches', () => {
  it('follow the C backend, as two graphs: one batch, and the update', () => {
    const [cpu, gpu] = [trainer(undefined, 2), trainer(openShim({ cacheDir, precision: 'f32' }), 2)];
    const want = run(cpu, 0, 3);
    mock.reset();
    run(gpu, 0, 3).forEach((got, i) => {
      expect(Math.abs(got.loss / want[i].loss - 1)).toBeLessThan(1e-4);
      expect(Math.abs(got.gradNorm / want[i].gradNorm - 1)).toBeLessThan(1e-3);
    });
    const calls = mock.log().map((line) => line.trim());
    expect(calls.filter((line) => line === 'cuStreamBeginCapture_v2')).toHaveLength(2);
    expect(calls.filter((line) => line === 'cuGraphLaunch')).toHaveLength(9);
    cpu.dispose();
    gpu.dispose();
  });
});

describe('two GPUs with the same batches', () => {
  const inOneProcess = {
    driver: mockLibrary(),
    compiler: shimCompiler,
    cublasLt: false,
    ordinal: 0,
  } as const;

  it.each([1, 2])(
    'follow one with %i accumulated batches: one sum a step, over all gradients and the loss',
    async (n) => {
      const alone = trainer(openShim({ cacheDir, precision: 'f32' }), n);
      const want = run(alone, 0, 3);
      const cuda = { ...inOneProcess, libraries: [mockNccl()], precision: 'f32' } as const;
      const ranks = await Promise.all(localGroup(2).map((group) => createCudaRank(options(n), group, cuda)));
      for (const [i, { loss, gradNorm }] of want.entries()) {
        const results = await Promise.all(ranks.map((t) => t.step(batch(i))));
        expect(results[1]).toEqual(results[0]);
        expect(Math.abs(results[0].loss / loss - 1)).toBeLessThan(1e-6);
        expect(Math.abs(results[0].gradNorm / gradNorm - 1)).toBeLessThan(1e-5);
      }
      expect(bitsOf(ranks[1])).toEqual(bitsOf(ranks[0]));
      for (const t of [alone, ...ranks]) t.dispose();
    },
  );
});

describe('a step', () => {
  it('is one graph after the first: nothing is allocated, loaded or launched by itself', () => {
    const t = onShim('bf16');
    run(t, 0, 1);
    mock.reset();
    run(t, 1, 3);
    const calls = mock.log().map((line) => line.trim());
    const kinds = new Set(calls.filter((line) => line.startsWith('cu')));
    // Three small writes (tokens, targets, rates), one graph, one wait and two scalars read.
    expect([...kinds].sort()).toEqual([
      'cuGraphLaunch',
      'cuMemcpyDtoH_v2',
      'cuMemcpyHtoD_v2',
      'cuStreamSynchronize',
    ]);
    expect(calls.filter((line) => line === 'cuGraphLaunch')).toHaveLength(2);
    t.dispose();
  });

  it('is recorded between the beginning and the end of one capture, the optimiser last', () => {
    const t = onShim('bf16');
    mock.reset();
    run(t, 0, 1);
    const log = mock.log();
    const [begin, end] = ['cuStreamBeginCapture_v2', 'cuStreamEndCapture'].map((name) => log.indexOf(name));
    const kernels = log.slice(begin, end).filter((line) => line.startsWith('  '));
    expect(begin).toBeGreaterThan(-1);
    expect(kernels.length).toBeGreaterThan(20);
    expect(kernels.at(-1)).toBe('  adamw');
    expect(log.filter((line) => line === 'cuStreamBeginCapture_v2')).toHaveLength(1);
    t.dispose();
  });
});

describe('when the GPU fails', () => {
  it('with too little memory, one line says how much is missing, and nothing is left behind', () => {
    mock.memory(1 << 20);
    const device = openShim({ cacheDir });
    expect(() => trainer(device)).toThrow(
      /^The program needs \d+\.\d\d GiB of GPU memory and \d+\.\d\d GiB are free on Mock GPU 0\. Use a smaller batch/,
    );
    device.dispose();
  });

  it('in the middle of a step, one line says so, and a state saved before is enough to go on', () => {
    const t = onShim('bf16');
    run(t, 0, 2);
    const saved = t.state();
    const rest = run(t, 2, 4);
    t.restore(saved);
    mock.fail('cuGraphLaunch', 1, 719);
    run(t, 2, 3);
    expect(() => run(t, 3, 4)).toThrow(
      'The GPU or its driver failed while running a step (CUDA_ERROR_LAUNCH_FAILED). ' +
        'Checkpoints on disk are untouched: start again and training goes on from the last one.',
    );
    expect(() => t.state()).toThrow(/GPU or its driver failed/);
    t.dispose();
    mock.reset();
    const again = onShim('bf16');
    again.restore(saved);
    expect(run(again, 2, 4)).toEqual(rest);
    again.dispose();
  });

  it('a machine without a driver is told what the backend needs', () => {
    expect(() => openShim({ cacheDir, driver: '/nowhere/libcuda.so.1' })).toThrow(
      /^The CUDA backend needs NVIDIA's driver, whose library libcuda\.so\.1 is not here/,
    );
  });
});
