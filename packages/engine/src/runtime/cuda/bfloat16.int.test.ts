// The tensor-core kernels and bfloat16 storage, on the CPU through the shim: operands that are bfloat16 numbers
// already, so that only the order of float32 sums and the rounding of results differ from float64.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import type { Node } from '../../core/graph.ts';
import { type NdArray, tabulate } from '../../core/ndarray.ts';
import type { Shape } from '../../core/shape.ts';
import { compareWithInterpreter } from '../../testing/compare.ts';
import { mockDriver, openShim } from '../../testing/cuda-shim/device.ts';
import { random } from '../../testing/random.ts';
import type { CudaDevice } from './cuda.ts';

let cacheDir: string;
let device: CudaDevice;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cuda-'));
  device = openShim({ cacheDir });
});
afterAll(() => {
  device.dispose();
  expect(mockDriver().live()).toBe(0);
  rmSync(cacheDir, { recursive: true, force: true });
});

const bits = new DataView(new ArrayBuffer(4));
/** The nearest bfloat16 toward zero. */
function truncate(x: number): number {
  bits.setFloat32(0, x);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}

class Inputs {
  readonly b = new GraphBuilder();
  readonly params = new Map<string, NdArray>();
  readonly #r = random(9);

  make(shape: Shape): Node {
    const name = `x${this.params.size}`;
    this.params.set(
      name,
      tabulate(shape, 'f32', () => truncate(this.#r.real(-1, 1))),
    );
    return this.b.param(name, shape);
  }
}

/** Half a unit in the last place of bfloat16 is 2^-9; sums of k products of numbers below one grow with sqrt(k). */
const tolerance = (k: number) => ({ rtol: 2 ** -7, atol: 2 ** -9 * Math.sqrt(k) });

describe('products on tensor cores', () => {
  const sizes = [
    [128, 128, 32, 'one block'],
    [136, 264, 72, 'edges in whole words'],
    [70, 37, 45, 'edges anywhere'],
    [24, 16, 1040, 'a split depth'],
  ] as const;
  it.each(sizes)(
    'of %i x %i x %i (%s) are right for every transposition, with and without residual',
    (m, n, k) => {
      const inputs = new Inputs();
      const { b } = inputs;
      const outputs: Node[] = [];
      for (const ta of [false, true]) {
        for (const tb of [false, true]) {
          const x = inputs.make(ta ? [k, m] : [m, k]);
          const y = inputs.make(tb ? [n, k] : [k, n]);
          outputs.push(b.matmul(x, y, { ta, tb }));
          // Kept in bfloat16, because it is not handed out; then with a residual of the same kind.
          const kept = b.matmul(x, b.matmul(y, inputs.make([tb ? k : n, tb ? k : n])), { ta, tb });
          outputs.push(b.apply('softmax', [b.mul(kept, 0.01)]));
          outputs.push(b.add(b.matmul(x, y, { ta, tb }), inputs.make([m, n])));
        }
      }
      compareWithInterpreter(device, b, outputs, inputs.params, tolerance(k));
    },
  );

  it('work in batches', () => {
    const inputs = new Inputs();
    const outputs = [false, true].map((tb) =>
      inputs.b.matmul(inputs.make([3, 40, 48]), inputs.make(tb ? [3, 24, 48] : [3, 48, 24]), { tb }),
    );
    compareWithInterpreter(device, inputs.b, outputs, inputs.params, tolerance(48));
  });
});

describe('flash attention, forward and backward,', () => {
  const cases = [
    { d: 64, t: 150, s: 150, hq: 2, hk: 2, causal: true },
    { d: 64, t: 70, s: 70, hq: 2, hk: 1, causal: false },
    { d: 80, t: 65, s: 130, hq: 2, hk: 1, causal: true },
    { d: 96, t: 33, s: 33, hq: 1, hk: 1, causal: true },
    { d: 128, t: 140, s: 140, hq: 2, hk: 1, causal: true },
    { d: 128, t: 40, s: 75, hq: 1, hk: 1, causal: false },
    { d: 40, t: 20, s: 20, hq: 2, hk: 1, causal: true },
  ];
  it.each(cases)('is right for head size $d, $t queries, $s keys, causal: $causal', (c) => {
    const inputs = new Inputs();
    const { b } = inputs;
    const q = inputs.make([1, c.t, c.hq, c.d]);
    const [k, v] = [0, 1].map(() => inputs.make([1, c.s, c.hk, c.d]));
    const node = b.apply('attention', [q, k, v], { causal: c.causal, scale: 1 / Math.sqrt(c.d) });
    const o = b.pick(node, 0);
    const grads = vectorJacobian(b, [o], [inputs.make(o.shape)], [q, k, v]);
    const outputs = [o, b.pick(node, 1), ...grads];
    compareWithInterpreter(device, b, outputs, inputs.params, { rtol: 0.03, atol: 0.02 });
  });
});
