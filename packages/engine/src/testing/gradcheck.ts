// Gradients against central differences, in float64 on the interpreter, with PyTorch's defaults.

import { GraphBuilder } from '../core/builder.ts';
import { vectorJacobian } from '../core/grad.ts';
import type { NdArray } from '../core/ndarray.ts';
import { interpret } from '../core/ref.ts';
import { buildCase, type OpCase } from './cases.ts';
import { expectClose } from './close.ts';

const EPS = 1e-6;
const TOLERANCE = { rtol: 1e-3, atol: 1e-5 };
/** Elements perturbed per input: all of small ones, a stride through large ones. */
const PROBES = 12;

/** Throws when an analytic derivative of the case differs from the numeric one. */
export function gradcheck(example: OpCase, decomposeAll = false): void {
  const b = new GraphBuilder();
  const { params, nodes, outputs } = buildCase(b, example);
  const options = { tables: b.tables, decomposeAll };
  const seeds = outputs.map((y, i) => b.param(`seed${i}`, y.shape));
  const values = new Map(params);
  outputs.forEach((y, i) => {
    const n = y.shape.reduce((a, d) => a * d, 1);
    const data = Float64Array.from({ length: n }, (_, k) => Math.cos(1 + k + i));
    values.set(`seed${i}`, { shape: y.shape, dtype: 'f32', data });
  });
  const wanted = nodes.filter((n) => n.dtype === 'f32');
  const grads = interpret(vectorJacobian(b, outputs, seeds, wanted), values, options);
  const total = (inputs: ReadonlyMap<string, NdArray>) =>
    interpret(outputs, inputs, options).reduce((sum, y, i) => {
      const seed = values.get(`seed${i}`)!.data;
      return sum + y.data.reduce((a, v, k) => a + v * seed[k], 0);
    }, 0);
  wanted.forEach((node, i) => {
    const name = node.attrs.name as string;
    const x = params.get(name)!;
    const stride = Math.max(1, Math.floor(x.data.length / PROBES));
    for (let k = 0; k < x.data.length; k += stride) {
      const moved = (by: number) => {
        const data = Float64Array.from(x.data);
        data[k] += by;
        return total(new Map([...values, [name, { ...x, data }]]));
      };
      const numeric = (moved(EPS) - moved(-EPS)) / (2 * EPS);
      expectClose([grads[i].data[k]], [numeric], { ...TOLERANCE, what: `d ${name}[${k}]` });
    }
  });
}

/** The case whose results are the gradients of another: checking it checks second derivatives. */
export const gradientCase = (example: OpCase): OpCase => ({
  inputs: example.inputs,
  build(b, nodes) {
    const outputs = example.build(b, nodes);
    const seeds = outputs.map((y) => {
      const last = b.toF32(b.iota(y.shape, Math.max(0, y.shape.length - 1)));
      return b.cos(b.add(last, 1));
    });
    const wanted = nodes.filter((n) => n.dtype === 'f32');
    // A constant gradient (of a sum, say) has nothing left to check.
    return vectorJacobian(b, outputs, seeds, wanted);
  },
});
