// Promises of serving on the CPU: the logits of the whole sequence, the same tokens alone and in company, slots given
// back, errors before work.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, openCpu } from '../runtime/cpu.ts';
import { expectClose } from '../testing/close.ts';
import { type goldenNames, readGolden } from '../testing/golden.ts';
import { OutOfMemory } from '../train/memory.ts';
import { type Batcher, createBatcher, Overloaded } from './batcher.ts';
import { openBatcher, sourceOf } from './generator.ts';
import { traceRowsStep } from './rows-step.ts';
import { dequantised, loadWeights, type Quantization, sharedParams, weightLayout } from './weights.ts';

const golden = readGolden('llama-grouped');
const { vocabSize } = golden.config;

/** Logits of one sequence: `block` rows at a time, so many sequences side by side with the wanted one in the middle. */
function logitsInBlocks(
  device: CpuDevice,
  name: (typeof goldenNames)[number],
  tokens: Int32Array,
  block: number,
  quantize?: Quantization,
): Float32Array {
  const { config, parameters } = readGolden(name);
  const source = sourceOf({ config, parameters });
  const weights = weightLayout(source, quantize);
  const shared = device.share(sharedParams(config, weights, 2, tokens.length));
  loadWeights(shared, source, weights);
  const trace = traceRowsStep(config, { rows: block, slots: 2, context: tokens.length, logits: 'every' });
  const program = device.compile(trace, {}, shared);
  const out = new Float32Array(tokens.length * config.vocabSize);
  for (let at = 0; at < tokens.length; at += block) {
    const rows = Array.from({ length: block }, (_, i) => at + i);
    const isReal = (p: number) => p < tokens.length;
    program.write(
      'token',
      Int32Array.from(rows, (p) => (isReal(p) ? tokens[p] : 0)),
    );
    program.write(
      'slot',
      Int32Array.from(rows, (p) => (isReal(p) ? 1 : -1)),
    );
    program.write(
      'position',
      Int32Array.from(rows, (p) => (isReal(p) ? p : 0)),
    );
    program.run();
    const logits = program.read('logits');
    const real = rows.filter(isReal).length * config.vocabSize;
    out.set(logits.subarray(0, real), at * config.vocabSize);
  }
  program.dispose();
  shared.dispose();
  return out;
}

describe('rows of sequences', () => {
  let device: CpuDevice;
  beforeAll(() => {
    device = openCpu({ threads: 2 });
  });
  afterAll(() => device.dispose());

  it.each(['gpt2-tanh', 'neox-parallel', 'neox-sequential', 'llama-rope3', 'llama-grouped'] as const)(
    'of %s have the logits that transformers gives the whole, in blocks and one by one',
    (name) => {
      const { tokens, logits, config } = readGolden(name);
      const sequence = tokens.data.subarray(0, tokens.shape[2] - 1);
      const want = logits.data.subarray(0, sequence.length * config.vocabSize);
      for (const block of [1, 5, 16]) {
        const got = logitsInBlocks(device, name, sequence, block);
        expectClose(got, want, { rtol: 1e-4, atol: 2e-5, what: `blocks of ${block}` });
      }
    },
  );
});

describe('a batcher', () => {
  let batcher: Batcher;
  beforeAll(() => {
    batcher = openBatcher(sourceOf(golden), { threads: 2, slots: 3, queue: 4 });
  });
  afterAll(() => batcher.dispose());
  const prompt = (seed: number, length: number) =>
    Array.from({ length }, (_, i) => (seed * 7 + i * 5 + (i % 3)) % vocabSize);
  const options = { maxNewTokens: 6, seed: 4, temperature: 1 };

  it('gives each sequence the tokens it gets alone, whatever else runs and in whatever order', async () => {
    const prompts = [prompt(1, 3), prompt(2, 9), prompt(3, 1), prompt(4, 7), prompt(5, 2)];
    const alone = [];
    for (const p of prompts) alone.push((await batcher.generate(p, options)).ids);
    const together = await Promise.all(prompts.map((p) => batcher.generate(p, options)));
    expect(together.map((r) => r.ids)).toEqual(alone);
    const reversed = await Promise.all([...prompts].reverse().map((p) => batcher.generate(p, options)));
    expect(reversed.map((r) => r.ids).reverse()).toEqual(alone);
  });

  it.each([undefined, 'int8'] as const)(
    'does so to the last bit with more slots than a kernel takes rows, kept as %s',
    async (quantize) => {
      const many = openBatcher(sourceOf(golden), { threads: 2, slots: 11, quantize });
      const seen = async (seed: number) => {
        const logprobs: number[] = [];
        await many.generate(prompt(seed, 1 + (seed % 4)), { ...options, logprobs: 0 }, (_id, found) => {
          logprobs.push(found!.chosen);
        });
        return logprobs;
      };
      const seeds = Array.from({ length: 11 }, (_, i) => i);
      const alone = [];
      for (const seed of seeds) alone.push(await seen(seed));
      expect(await Promise.all(seeds.map(seen))).toEqual(alone);
      many.dispose();
    },
  );

  it('frees the slot of an aborted generation and goes on with the others', async () => {
    const gone = new AbortController();
    const seen: number[] = [];
    const aborted = batcher.generate(prompt(1, 3), { ...options, signal: gone.signal }, (id) => {
      seen.push(id);
      if (seen.length === 2) gone.abort(new Error('left'));
    });
    const other = batcher.generate(prompt(2, 3), options);
    await expect(aborted).rejects.toThrow('left');
    expect(seen).toHaveLength(2);
    expect((await other).ids).toHaveLength(6);
    expect(batcher.load()).toEqual({ running: 0, waiting: 0 });
  });

  it('ends where the caller says so, at stop ids and at the end of the context', async () => {
    const { ids } = await batcher.generate(prompt(1, 3), options);
    const stopped = await batcher.generate(prompt(1, 3), options, (id) =>
      id === ids[1] ? 'stop' : undefined,
    );
    expect(stopped).toEqual({ ids: ids.slice(0, ids.indexOf(ids[1]) + 1), finishReason: 'stop' });
    const atId = await batcher.generate(prompt(1, 3), { ...options, stopIds: [ids[2]] });
    expect(atId).toEqual({ ids: ids.slice(0, ids.indexOf(ids[2])), finishReason: 'stop' });
    const full = await batcher.generate(prompt(1, batcher.context - 2), { ...options, maxNewTokens: 99 });
    expect(full.ids).toHaveLength(3);
    expect(full.finishReason).toBe('length');
  });

  it('refuses a prompt that does not fit, an id that does not exist and more than its queue', async () => {
    await expect(batcher.generate(prompt(1, batcher.context + 1), options)).rejects.toThrow(/positions/);
    await expect(batcher.generate([vocabSize], options)).rejects.toThrow(/vocabulary/);
    const many = Array.from({ length: 12 }, () => batcher.generate(prompt(1, 2), options));
    const results = await Promise.allSettled(many);
    const refused = results.filter((r) => r.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(Overloaded);
    expect(results.length - refused.length).toBeGreaterThanOrEqual(4);
  });

  it('says before loading that a model does not fit', () => {
    const device = openCpu({ threads: 1 });
    expect(() => createBatcher(device, sourceOf(golden), { availableMemory: 1000 })).toThrow(OutOfMemory);
    device.dispose();
  });
});

describe('dequantised', () => {
  it('weights are where the layout says blocks fit, the others stay float32', () => {
    const source = sourceOf(golden);
    for (const weight of weightLayout(source, 'q4')) {
      const [before, after] = [source.floats(weight.name), dequantised(source, weight)];
      if (!weight.storage) expect(after).toEqual(before);
      else expect(after).not.toEqual(before);
    }
  });
});
