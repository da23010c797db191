// All variants of the hand-written kernels, which a software adapter takes minutes to compile.

import { afterAll, beforeAll, describe, it } from 'vitest';
import { GraphBuilder } from '../../core/builder.ts';
import type { Node } from '../../core/graph.ts';
import { type NdArray, tabulate } from '../../core/ndarray.ts';
import { type AttentionSizes, attentionCase } from '../../testing/attention-case.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { float32Tolerance } from '../../testing/close.ts';
import { compareAsync } from '../../testing/compare-async.ts';
import { epilogues } from '../../testing/epilogues.ts';
import { fuzzGraph } from '../../testing/fuzz.ts';
import { random } from '../../testing/random.ts';
import { useSwiftShader } from '../../testing/swiftshader.ts';
import type { WebGpuDevice } from './device.ts';
import { openWebGpuInNode } from './node.ts';

let device: WebGpuDevice;
beforeAll(async () => {
  await useSwiftShader();
  device = await openWebGpuInNode({ simple: false });
});
afterAll(() => device.dispose());

describe('matrix products', () => {
  const r = random(5);
  it.each([
    ['not in fours', 3, 70, 65],
    ['in fours, over the edge of a tile', 68, 72, 36],
    ['of a few rows (matvec)', 2, 44, 132],
    ['cut along k', 20, 12, 1040],
  ])('%s are right for every transposition', async (_title, m, n, k) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ]) {
      const shapes = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n], [m, n]];
      const [x, y, z] = shapes.map((shape, i) => {
        const name = `${'abc'[i]}${ta}${tb}`;
        params.set(
          name,
          tabulate(shape, 'f32', () => r.real(-1, 1)),
        );
        return b.param(name, shape);
      });
      outputs.push(b.apply('matmul', [x, y, z], { ta, tb }), b.matmul(x, y, { ta, tb }));
      outputs.push(...epilogues(b, (factor) => b.matmul(b.mul(x, -factor), y, { ta, tb }), z));
    }
    await compareAsync(device, b, outputs, params, float32Tolerance(16 * k));
  });
});

describe('attention', () => {
  it.each([
    ['not causal, odd head', [21, 33, 2, 1, 6, false]],
    ['causal, large head', [18, 18, 1, 1, 64, true]],
    ['causal, largest head', [9, 12, 2, 2, 128, true]],
  ] as [string, AttentionSizes][])('and its gradient are right: %s', async (_title, sizes) => {
    await attentionCase(device, sizes);
  });
});

describe('programs in WGSL', () => {
  it.each([1, 2, 3, 4])('compute every op as the interpreter does (seed %i)', async (seed) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    for (const [name, make] of opCases) {
      const r = random(seed * 1000 + name.length);
      const built = buildCase(b, make(r, r.size), `${name}${seed}.`);
      for (const [key, value] of built.params) params.set(key, value);
      outputs.push(...built.outputs.filter((n) => n.op !== 'param'));
    }
    await compareAsync(device, b, outputs, params, float32Tolerance(33));
  });

  it.each(Array.from({ length: 20 }, (_, i) => 100 + i))('compute random graph %i', async (seed) => {
    const b = new GraphBuilder();
    const graph = fuzzGraph(b, seed, 's.');
    const outputs = graph.outputs.filter((n) => n.op !== 'param');
    await compareAsync(device, b, outputs, graph.params, { rtol: 5e-4, atol: 5e-4 });
  });
});
