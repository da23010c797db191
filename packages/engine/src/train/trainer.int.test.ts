// Promises of the trainer, the evaluator and the generator on a small Llama compiled for this machine.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialParameters } from '../models/families.ts';
import { type LlamaConfig, llamaParameters } from '../models/llama-config.ts';
import { philox } from '../nn/rng.ts';
import { createGenerator } from '../serve/generator.ts';
import { expectClose } from '../testing/close.ts';
import { createEvaluator } from './evaluator.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const config: LlamaConfig = {
  vocabSize: 101,
  hiddenSize: 48,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 80,
  maxPositions: 24,
  tieEmbeddings: true,
};
const batchSize = 3;
const sequenceLength = 20;

let cacheDir: string;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** Text with something to learn: every token is the double of the one before it. */
function batch(step: number): Int32Array {
  const out = new Int32Array(batchSize * (sequenceLength + 1));
  for (let row = 0; row < batchSize; row++) {
    let token = philox([step, row, 0, 0], [5, 0])[0] % 100;
    for (let t = 0; t <= sequenceLength; t++) {
      out[row * (sequenceLength + 1) + t] = token;
      token = (2 * token + 1) % config.vocabSize;
    }
  }
  return out;
}

const trainer = (threads: number, seed = 1): Trainer =>
  createTrainer({
    ...{ config, batchSize, sequenceLength, seed, threads, cacheDir },
    optimizer: { learningRate: 5e-3 },
    schedule: { warmupSteps: 5, totalSteps: 60 },
  });

const bitsOf = (t: Trainer) =>
  [...t.state().tensors.values()].map((x) => Buffer.from(x.data.buffer).toString('hex'));

describe('trainer', () => {
  it('gives the same bits on one, two and three threads', () => {
    const [one, two, three] = [1, 2, 3].map((n) => trainer(n));
    for (let step = 0; step < 4; step++) {
      const result = one.step(batch(step));
      expect(two.step(batch(step))).toEqual(result);
      expect(three.step(batch(step))).toEqual(result);
    }
    expect(bitsOf(two)).toEqual(bitsOf(one));
    expect(bitsOf(three)).toEqual(bitsOf(one));
    for (const t of [one, two, three]) t.dispose();
  });

  it('goes on from a saved state as if it had never stopped', () => {
    const undisturbed = trainer(2);
    for (let step = 0; step < 3; step++) undisturbed.step(batch(step));
    const saved = undisturbed.state();
    const rest = [3, 4, 5].map((step) => undisturbed.step(batch(step)));
    const resumed = trainer(1, 99);
    resumed.restore(saved);
    expect([3, 4, 5].map((step) => resumed.step(batch(step)))).toEqual(rest);
    expect(bitsOf(resumed)).toEqual(bitsOf(undisturbed));
    undisturbed.dispose();
    resumed.dispose();
  });

  it('learns a rule, and evaluator and generator agree with what it learned', async () => {
    const t = trainer(2);
    const losses = Array.from({ length: 60 }, (_, step) => t.step(batch(step)).loss);
    expect(losses[0]).toBeGreaterThan(4);
    expect(losses.at(-1)!).toBeLessThan(1);
    const parameters = t.parameters();
    const { loss } = t.step(batch(7));
    t.dispose();
    const evaluator = createEvaluator({
      config,
      parameters,
      batchSize,
      sequenceLength,
      cacheDir,
      threads: 1,
    });
    const nll = evaluator.losses(batch(7));
    evaluator.dispose();
    expect(nll).toHaveLength(batchSize * sequenceLength);
    expect(nll.reduce((a, b) => a + b, 0) / nll.length).toBeCloseTo(loss, 5);

    const generator = createGenerator({ config, parameters, cacheDir, threads: 1 });
    const tokens = [...batch(7).subarray(0, sequenceLength + 1)];
    const seen: number[] = [];
    const out = await generator.generate(tokens.slice(0, 12), { maxNewTokens: 5, temperature: 0 }, (id) => {
      seen.push(id);
    });
    expect(seen).toEqual(out.ids);
    expect(out).toEqual({ ids: tokens.slice(12, 17), finishReason: 'length' });
    generator.dispose();
  });

  it('compiles nothing when the cache is warm', () => {
    trainer(1).dispose();
    const before = readdirSync(cacheDir).sort();
    const start = performance.now();
    trainer(1).dispose();
    expect(performance.now() - start).toBeLessThan(5000);
    expect(readdirSync(cacheDir).sort()).toEqual(before);
  });

  it('refuses a wrong batch and an incomplete state, and changes nothing', () => {
    const t = trainer(1);
    const before = bitsOf(t);
    expect(() => t.step(new Int32Array(5))).toThrow(/a batch is 3 x 21 tokens, got 5/);
    expect(() => t.step(batch(0).fill(101))).toThrow(/token 101 at 0 is outside the vocabulary/);
    const state = t.state();
    expect(() => t.restore({ step: 1, tensors: new Map([...state.tensors].slice(1)) })).toThrow(
      /has no tensor/,
    );
    const [name] = state.tensors.keys();
    const wrong = new Map([...state.tensors, [name, { shape: [1], data: new Float32Array(1) }]]);
    expect(() => t.restore({ step: 1, tensors: wrong })).toThrow(/not \[101,48\]/);
    expect(bitsOf(t)).toEqual(before);
    t.dispose();
  });
});

describe('generator', () => {
  const parameters = new Map(
    llamaParameters(config).map(({ name, shape }) => [
      name,
      { shape, data: initialParameters(config, 3).get(name)! },
    ]),
  );
  const prompt = [5, 9, 30];

  it('has the likelihoods of the training form at every position', async () => {
    // Greedy choices of the cache program must be the argmax under the evaluator's whole-sequence form.
    const generator = createGenerator({ config, parameters, cacheDir, threads: 2 });
    const { ids } = await generator.generate(prompt, { maxNewTokens: 4, temperature: 0 });
    generator.dispose();
    const length = prompt.length + ids.length - 1;
    const evaluator = createEvaluator({ config, parameters, batchSize: 1, sequenceLength: length, cacheDir });
    const all = [...prompt, ...ids];
    for (let at = prompt.length; at < all.length; at++) {
      const rivals = Array.from({ length: config.vocabSize }, (_, id) => {
        const tokens = Int32Array.from(all);
        tokens[at] = id;
        return evaluator.losses(tokens)[at - 1];
      });
      expectClose([rivals[all[at]]], [Math.min(...rivals)], { rtol: 1e-5, atol: 1e-5 });
    }
    evaluator.dispose();
  });

  it('repeats itself for a seed, ends at stop ids and at the last position, and can be aborted', async () => {
    const generator = createGenerator({ config, parameters, cacheDir, threads: 1 });
    const options = { maxNewTokens: 8, temperature: 1.2, topK: 40, topP: 0.9, seed: 11 };
    const first = await generator.generate(prompt, options);
    expect(await generator.generate(prompt, options)).toEqual(first);
    expect(await generator.generate(prompt, { ...options, seed: 12 })).not.toEqual(first);
    const stopped = await generator.generate(prompt, { ...options, stopIds: [first.ids[2]] });
    expect(stopped.finishReason).toBe('stop');
    expect(first.ids.slice(0, stopped.ids.length)).toEqual(stopped.ids);
    const full = await generator.generate(prompt, { ...options, maxNewTokens: 100 });
    expect(full.ids).toHaveLength(config.maxPositions - prompt.length + 1);
    const controller = new AbortController();
    const aborted = generator.generate(prompt, { ...options, signal: controller.signal }, () =>
      controller.abort(),
    );
    await expect(aborted).rejects.toThrow(/abort/i);
    await expect(generator.generate([], options)).rejects.toThrow(/at least one token/);
    await expect(generator.generate([101], options)).rejects.toThrow(/outside the vocabulary/);
    generator.dispose();
  });
});
