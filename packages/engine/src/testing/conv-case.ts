// Convolutions at the sizes where kernels change their way: parts and tiles, blocks of depth, runs that cross borders,
// phases of strides, groups. Their values with what is added to them, and the gradients of all operands.

import { GraphBuilder } from '../core/builder.ts';
import { vectorJacobian } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { type NdArray, tabulate } from '../core/ndarray.ts';
import type { ConvOptions } from '../core/ops/conv.ts';
import { numel } from '../core/shape.ts';
import { float32Tolerance, type Tolerance } from './close.ts';
import { random } from './random.ts';

interface Example {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly options?: Omit<ConvOptions, 'bias'>;
}

export const convExamples = {
  'patches in whole lines': { x: [2, 12, 20, 3], w: [33, 4, 4, 3], options: { stride: 4 } },
  'lines cut at both borders': { x: [1, 7, 9, 3], w: [17, 3, 5, 3], options: { padding: 2 } },
  'more rows than one block': { x: [3, 11, 13, 20], w: [40, 3, 3, 20], options: { padding: 1 } },
  'more depth than one block': { x: [1, 5, 6, 130], w: [50, 3, 3, 130], options: { padding: 1 } },
  'more columns than one block': { x: [1, 4, 5, 70], w: [530, 1, 2, 70] },
  'strides and phases': { x: [2, 9, 14, 16], w: [18, 3, 3, 16], options: { stride: [2, 3], padding: 1 } },
  'a stride beyond the kernel': { x: [2, 17, 5], w: [4, 2, 5], options: { stride: 3 } },
  'a long axis': { x: [2, 700, 1], w: [24, 10, 1], options: { stride: 5 } },
  'a signal with strides': { x: [1, 333, 24], w: [40, 3, 24], options: { stride: 2 } },
  'dilated taps': { x: [1, 40, 19], w: [21, 4, 19], options: { dilation: 3, padding: [[4, 5]] } },
  'a spread input': { x: [1, 6, 7, 8], w: [9, 3, 4, 8], options: { spread: 2, stride: [1, 3], padding: 2 } },
  groups: { x: [2, 30, 48], w: [32, 9, 12], options: { groups: 4, padding: 4 } },
  'groups, more rows than one block': { x: [2, 400, 24], w: [36, 4, 8], options: { groups: 3, stride: 2 } },
  'one channel a group': { x: [2, 8, 9, 37], w: [37, 3, 3, 1], options: { groups: 37, padding: 1 } },
  'two results a group of one channel': {
    x: [1, 9, 8, 20],
    w: [40, 3, 3, 1],
    options: { groups: 20, stride: 2, padding: 1 },
  },
  'three axes': { x: [1, 4, 5, 6, 3], w: [7, 2, 3, 2, 3], options: { stride: [1, 2, 1], padding: 1 } },
} as const satisfies Readonly<Record<string, Example>>;

export interface ConvCase {
  readonly builder: GraphBuilder;
  readonly outputs: readonly Node[];
  readonly params: ReadonlyMap<string, NdArray>;
  readonly tolerance: Tolerance;
}

/** `added` false leaves out what only adds to results, for devices that are slow to compile a kernel. */
export function convCase(name: keyof typeof convExamples, added = true): ConvCase {
  const example: Example = convExamples[name];
  const r = random(39);
  const builder = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const param = (key: string, shape: readonly number[]) => {
    params.set(
      key,
      tabulate(shape, 'f32', () => r.real(-1, 1)),
    );
    return builder.param(key, shape);
  };
  const [x, w] = [param('x', example.x), param('w', example.w)];
  const bias = param('bias', [example.w[0]]);
  const y = builder.conv(x, w, { ...example.options, bias });
  const outputs: Node[] = [y];
  const grads = vectorJacobian(builder, [y], [param('g', y.shape)], [x, w, bias]);
  // Gradients that are added up take what there is into themselves.
  const sums = grads
    .slice(0, 2)
    .map((g, i) => builder.apply('conv', [...g.inputs, param(`sum${i}`, g.shape)], g.attrs));
  const residual = builder.apply('conv', [x, w, param('residual', y.shape), bias], y.attrs);
  outputs.push(...grads, ...(added ? [residual, ...sums] : []));
  // What is computed from results inside of their kernels.
  const [other, back] = [builder.conv(builder.neg(x), w, { ...example.options }), grads[0]];
  const again = builder.apply('conv', [builder.neg(back.inputs[0]), back.inputs[1]], back.attrs);
  outputs.push(
    builder.mul(builder.tanh(other), builder.param('g', y.shape)),
    builder.add(builder.exp(builder.tanh(again)), x),
  );
  if (!added) for (const key of ['residual', 'sum0', 'sum1']) params.delete(key);
  const terms = Math.max(numel(y.shape.slice(0, -1)), numel(example.w.slice(1)));
  return { builder, outputs, params, tolerance: float32Tolerance(terms) };
}
