// The CUDA backend without a GPU: every kernel text runs on the CPU through the shim, under the real runtime on a
// mock driver, against the float64 interpreter.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/builder.ts';
import type { Node } from '../../core/graph.ts';
import type { NdArray } from '../../core/ndarray.ts';
import type { CompileOptions } from '../../schedule/program.ts';
import { attentionEpilogues } from '../../testing/attention-epilogues.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { float32Tolerance } from '../../testing/close.ts';
import { compareWithInterpreter } from '../../testing/compare.ts';
import { convCase } from '../../testing/conv-case.ts';
import { mockDriver, openShim } from '../../testing/cuda-shim/device.ts';
import { fuzzGraph } from '../../testing/fuzz.ts';
import { random } from '../../testing/random.ts';
import type { CudaDevice } from './cuda.ts';

let cacheDir: string;
let exact: CudaDevice;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cuda-'));
  exact = openShim({ cacheDir, precision: 'f32' });
});
afterAll(() => {
  exact.dispose();
  expect(mockDriver().live()).toBe(0);
  rmSync(cacheDir, { recursive: true, force: true });
});

const composites = ['matmul', 'conv', 'attention', 'attention_bwd', 'cross_entropy', 'cross_entropy_bwd'];
const variants: readonly (readonly [string, CompileOptions])[] = [
  ['fused and planned', {}],
  ['with decomposed composites', { withoutTemplates: composites }],
];

describe.each(variants)('float32 programs %s', (_title, options) => {
  it('compute every op as the interpreter does', () => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    for (const [name, make] of opCases) {
      for (const seed of [1, 2]) {
        const r = random(seed * 1000 + name.length);
        const built = buildCase(b, make(r, r.size), `${name}${seed}.`);
        for (const [key, value] of built.params) params.set(key, value);
        outputs.push(...built.outputs.filter((n) => n.op !== 'param'));
      }
    }
    compareWithInterpreter(exact, b, outputs, params, float32Tolerance(32), options);
  });
});

it.each(['strides and phases', 'more rows than one block', 'groups, more rows than one block'] as const)(
  'convolutions are right, with their gradients: %s',
  (name) => {
    const { builder, outputs, params, tolerance } = convCase(name);
    compareWithInterpreter(exact, builder, outputs, params, tolerance);
  },
);

it('attention is right with what follows it inside of its kernel', () => {
  const [b, params] = [new GraphBuilder(), new Map<string, NdArray>()];
  const sizes = { rows: 5, keys: 7, heads: 2, sharedHeads: 1, size: 40, causal: true };
  const outputs = attentionEpilogues(b, params, sizes);
  compareWithInterpreter(exact, b, outputs, params, float32Tolerance(32));
});

it('random graphs and their gradients are computed as the interpreter does', () => {
  const b = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const outputs: Node[] = [];
  for (let seed = 100; seed < 112; seed++) {
    const graph = fuzzGraph(b, seed, `s${seed}.`);
    for (const [name, value] of graph.params) params.set(name, value);
    outputs.push(...graph.outputs.filter((n) => n.op !== 'param'));
  }
  compareWithInterpreter(exact, b, outputs, params, { rtol: 5e-4, atol: 5e-4 });
});
