// Cases of the tensor-core kernels, for the shim in CI and for the report on a GPU: operands are bfloat16 numbers
// already, so that only the order of float32 sums and the rounding of results differ from float64.

import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import type { Node } from '../../core/graph.ts';
import { type NdArray, tabulate } from '../../core/ndarray.ts';
import type { Shape } from '../../core/shape.ts';
import type { Tolerance } from '../close.ts';
import { random } from '../random.ts';

export interface CudaCase {
  readonly name: string;
  readonly builder: GraphBuilder;
  readonly params: ReadonlyMap<string, NdArray>;
  readonly outputs: readonly Node[];
  readonly tolerance: Tolerance;
}

const bits = new DataView(new ArrayBuffer(4));
/** The nearest bfloat16 toward zero. */
function truncate(x: number): number {
  bits.setFloat32(0, x);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}

class Inputs {
  readonly builder = new GraphBuilder();
  readonly params = new Map<string, NdArray>();
  readonly #r = random(9);

  make(shape: Shape): Node {
    const name = `x${this.params.size}`;
    this.params.set(
      name,
      tabulate(shape, 'f32', () => truncate(this.#r.real(-1, 1))),
    );
    return this.builder.param(name, shape);
  }
}

/** Half a unit in the last place of bfloat16 is 2^-9; sums of k products of numbers below one grow with sqrt(k). */
const productTolerance = (k: number): Tolerance => ({ rtol: 2 ** -7, atol: 2 ** -9 * Math.sqrt(k) });

function product(m: number, n: number, k: number, what: string): CudaCase {
  const inputs = new Inputs();
  const b = inputs.builder;
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
      // With an epilogue, whose operands and results are kept in float32 and in bfloat16.
      if (ta === tb) {
        const other = b.matmul(b.neg(x), y, { ta, tb });
        const gated = b.mul(b.tanh(b.mul(other, 0.1)), inputs.make([m, n]));
        outputs.push(other, gated, b.matmul(gated, inputs.make([n, 8])));
      }
    }
  }
  const name = `products of ${m} x ${n} x ${k} (${what}), every transposition, with and without residual`;
  return { name, builder: inputs.builder, params: inputs.params, outputs, tolerance: productTolerance(k) };
}

function batched(): CudaCase {
  const inputs = new Inputs();
  const outputs = [false, true].map((tb) =>
    inputs.builder.matmul(inputs.make([3, 40, 48]), inputs.make(tb ? [3, 24, 48] : [3, 48, 24]), { tb }),
  );
  return {
    name: 'products in batches',
    builder: inputs.builder,
    params: inputs.params,
    outputs,
    tolerance: productTolerance(48),
  };
}

interface AttentionSizes {
  readonly d: number;
  readonly t: number;
  readonly s: number;
  readonly hq: number;
  readonly hk: number;
  readonly causal: boolean;
}

function attention({ d, t, s, hq, hk, causal }: AttentionSizes): CudaCase {
  const inputs = new Inputs();
  const b = inputs.builder;
  const q = inputs.make([1, t, hq, d]);
  const [k, v] = [0, 1].map(() => inputs.make([1, s, hk, d]));
  const node = b.apply('attention', [q, k, v], { causal, scale: 1 / Math.sqrt(d) });
  const o = b.pick(node, 0);
  const grads = vectorJacobian(b, [o], [inputs.make(o.shape)], [q, k, v]);
  // With an epilogue whose results are kept in float32 and in bfloat16, the heads' output itself being kept nowhere.
  const gate = inputs.make(o.shape);
  const gated = [-1, 0.5].map((factor) => {
    const other = b.apply('attention', [b.mul(q, factor), k, v], { causal, scale: 1 / Math.sqrt(d) });
    return b.mul(b.tanh(b.pick(other, 0)), gate);
  });
  const projected = b.matmul(b.reshape(gated[1], [t * hq, d]), inputs.make([d, 8]));
  const name = `attention of ${hq}/${hk} heads of ${d}, ${t} queries, ${s} keys${causal ? ', causal' : ''}`;
  return {
    name,
    builder: inputs.builder,
    params: inputs.params,
    outputs: [o, b.pick(node, 1), ...grads, gated[0], projected],
    tolerance: { rtol: 0.03, atol: 0.02 },
  };
}

export const cudaCases: readonly (() => CudaCase)[] = [
  () => product(128, 128, 32, 'one block'),
  () => product(136, 264, 72, 'edges in whole words'),
  () => product(70, 37, 45, 'edges anywhere'),
  () => product(24, 16, 1040, 'a split depth'),
  batched,
  () => attention({ d: 64, t: 150, s: 150, hq: 2, hk: 2, causal: true }),
  () => attention({ d: 64, t: 70, s: 70, hq: 2, hk: 1, causal: false }),
  () => attention({ d: 80, t: 65, s: 130, hq: 2, hk: 1, causal: true }),
  () => attention({ d: 96, t: 33, s: 33, hq: 1, hk: 1, causal: true }),
  () => attention({ d: 128, t: 140, s: 140, hq: 2, hk: 1, causal: true }),
  () => attention({ d: 128, t: 40, s: 75, hq: 1, hk: 1, causal: false }),
  () => attention({ d: 40, t: 20, s: 20, hq: 2, hk: 1, causal: true }),
];
