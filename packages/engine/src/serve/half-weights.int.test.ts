// Weights in binary16 on WebGPU: the likelihoods are those of the rounded values, and the memory is what it promises.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeFloat16, encodeFloat16 } from '../io/half.ts';
import { initialParameters, modelOf } from '../models/families.ts';
import type { LlamaConfig } from '../models/llama-config.ts';
import { openWebGpuInNode } from '../runtime/webgpu/node.ts';
import { useSwiftShader } from '../testing/swiftshader.ts';
import type { Tensor } from '../train/trainer.ts';
import { traceDecodingStep, writeParameters } from './generation.ts';
import { createGenerator, type Generator } from './generator.ts';

const config: LlamaConfig = {
  ...{ vocabSize: 40, hiddenSize: 32, layers: 1, heads: 4, keyValueHeads: 2, intermediateSize: 48 },
  ...{ maxPositions: 12, tieEmbeddings: true, initializerRange: 0.4 },
};
const { parameters: infos } = modelOf(config);
const data = initialParameters(config, 5);
const parameters = new Map<string, Tensor>(
  infos.map(({ name, shape }) => [name, { shape, data: data.get(name)! }]),
);
let cacheDir: string;
beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'half-'));
  await useSwiftShader();
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** The kernels of a GPU, not the simple ones of software adapters. */
const open = () => openWebGpuInNode({ halfWeights: true, simple: false });

async function likelihoods(generator: Generator): Promise<number[]> {
  const out: number[] = [];
  const greedy = { maxNewTokens: 8, temperature: 0, logprobs: 0 };
  await generator.generate([3, 14, 15], greedy, (_, found) => void out.push(found!.chosen));
  generator.dispose();
  return out;
}

it('a generator with binary16 matrices says what float32 says of the rounded values', async () => {
  const rounded = new Map(
    [...parameters].map(([name, { shape, data }]) => [
      name,
      { shape, data: shape.length === 2 ? decodeFloat16(encodeFloat16(data)) : data },
    ]),
  );
  const got = await likelihoods(await createGenerator({ config, parameters, device: await open() }));
  const exact = (of: typeof parameters) =>
    likelihoods(createGenerator({ config, parameters: of, threads: 1, cacheDir }));
  const [want, whole] = [await exact(rounded), await exact(parameters)];
  const worst = (other: readonly number[]) => Math.max(...got.map((x, i) => Math.abs(x - other[i])));
  expect(got).toHaveLength(8);
  expect(worst(want)).toBeLessThan(2e-5);
  // Rounding is larger than the error of the kernels, or this test would show nothing.
  expect(worst(whole)).toBeGreaterThan(1e-4);
});

it('halves the memory of the matrices, and refuses what binary16 does not reach', async () => {
  const device = await open();
  const whole = await openWebGpuInNode({ simple: false });
  const trace = traceDecodingStep(config);
  const [half, full] = [await device.compile(trace), await whole.compile(traceDecodingStep(config))];
  const matrices = infos.filter((p) => p.shape.length === 2).reduce((n, p) => n + p.shape[0] * p.shape[1], 0);
  const saved = full.arenaBytes - half.arenaBytes;
  expect(Math.abs(saved / (2 * matrices) - 1)).toBeLessThan(0.2); // places are multiples of 256 bytes
  const large = new Map(parameters);
  const { name } = infos.find((p) => p.role === 'embedding')!;
  const { shape } = parameters.get(name)!;
  large.set(name, { shape, data: new Float32Array(shape[0] * shape[1]).fill(70_000) });
  expect(() => writeParameters(half, { config, parameters: large })).toThrow(
    `${name} holds 70000, binary16 ends at 65504`,
  );
  device.dispose();
  whole.dispose();
});
