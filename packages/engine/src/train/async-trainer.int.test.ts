// Training and generating through WebGPU on a software adapter: the same trajectory as the C backend's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { philox } from '../nn/rng.ts';
import { openWebGpuInNode } from '../runtime/webgpu/node.ts';
import { createGenerator } from '../serve/generator.ts';
import { expectClose } from '../testing/close.ts';
import { useSwiftShader } from '../testing/swiftshader.ts';
import { type AsyncTrainer, createTrainer, type TrainerOptions } from './trainer.ts';

const options: Omit<TrainerOptions, 'device'> = {
  config: {
    vocabSize: 37,
    hiddenSize: 16,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    intermediateSize: 24,
    maxPositions: 16,
    tieEmbeddings: true,
  },
  batchSize: 2,
  sequenceLength: 12,
  optimizer: { learningRate: 1e-2 },
  schedule: { warmupSteps: 3, totalSteps: 20 },
  seed: 3,
};

/** Every token is the double of the one before it, plus one. */
function batch(step: number): Int32Array {
  const out = new Int32Array(2 * 13);
  for (let row = 0; row < 2; row++) {
    let token = philox([step, row, 0, 0], [5, 0])[0] % 37;
    for (let t = 0; t < 13; t++) {
      out[row * 13 + t] = token;
      token = (2 * token + 1) % 37;
    }
  }
  return out;
}

const bitsOf = async (t: AsyncTrainer) =>
  [...(await t.state()).tensors.values()].map((x) => Buffer.from(x.data.buffer).toString('hex'));

beforeAll(useSwiftShader);

describe('a trainer on WebGPU', () => {
  let trainer: AsyncTrainer;
  beforeAll(async () => {
    trainer = await createTrainer({ ...options, device: 'webgpu' });
  });
  afterAll(() => trainer.dispose());

  it('follows twenty steps of the C backend, its steps enqueued without waiting', async () => {
    const reference = createTrainer({ ...options, threads: 1 });
    const got = await Promise.all(Array.from({ length: 20 }, (_, step) => trainer.step(batch(step))));
    for (let step = 0; step < 20; step++) {
      const want = reference.step(batch(step));
      expect(got[step].step).toBe(want.step);
      expect(Math.abs(got[step].loss / want.loss - 1), `loss of step ${step + 1}`).toBeLessThan(2e-4);
      expect(Math.abs(got[step].gradNorm / want.gradNorm - 1), `norm of step ${step + 1}`).toBeLessThan(2e-3);
    }
    expect(got[19].loss).toBeLessThan(got[0].loss - 0.5);
    const parameters = await trainer.parameters();
    for (const [name, tensor] of reference.parameters()) {
      expectClose(parameters.get(name)!.data, tensor.data, { rtol: 1e-2, atol: 2e-4, what: name });
    }
    reference.dispose();
  });

  it('goes on from a saved state with the same bits, and refuses an incomplete one', async () => {
    const saved = await trainer.state();
    const rest = [await trainer.step(batch(20)), await trainer.step(batch(21))];
    const bits = await bitsOf(trainer);
    trainer.restore(saved);
    expect([await trainer.step(batch(20)), await trainer.step(batch(21))]).toEqual(rest);
    expect(await bitsOf(trainer)).toEqual(bits);
    expect(() => trainer.restore({ step: 1, tensors: new Map() })).toThrow(/has no tensor/);
    await expect(trainer.step(new Int32Array(5))).rejects.toThrow(/a batch is 2 x 13 tokens, got 5/);
  });

  it('accumulates batches as the C backend does', async () => {
    const both = { ...options, batchSize: 1, accumulation: 2 };
    const reference = createTrainer({ ...both, threads: 1 });
    const other = await createTrainer({ ...both, device: 'webgpu' });
    for (let step = 0; step < 3; step++) {
      const [got, want] = [await other.step(batch(step)), reference.step(batch(step))];
      expect(Math.abs(got.loss / want.loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(got.gradNorm / want.gradNorm - 1)).toBeLessThan(1e-4);
    }
    reference.dispose();
    other.dispose();
  });

  it('hands its parameters to a generator that says what the C backend says', async () => {
    const parameters = await trainer.parameters();
    const model = { config: options.config, parameters };
    const generator = await createGenerator({ ...model, device: await openWebGpuInNode() });
    const reference = createGenerator({ ...model, threads: 1 });
    const prompt = [...batch(1).subarray(0, 5)];
    const greedy = { maxNewTokens: 8, temperature: 0 };
    expect(await generator.generate(prompt, greedy)).toEqual(await reference.generate(prompt, greedy));
    generator.dispose();
    reference.dispose();
  });
});
