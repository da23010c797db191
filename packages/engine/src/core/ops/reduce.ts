// Reductions over one contiguous group of axes [from, to), which keep their place with size one.
// The builder splits arbitrary axis sets into such groups.

import { type OpRow, streamingCost } from '../graph.ts';
import { ndarray } from '../ndarray.ts';
import { expect, numel } from '../shape.ts';

function reduceRow(
  name: string,
  start: number,
  combine: (acc: number, x: number) => number,
  vjp: OpRow['vjp'],
): OpRow {
  return {
    name,
    kind: 'reduce',
    infer([x], attrs) {
      const [from, to] = [attrs.from as number, attrs.to as number];
      expect(0 <= from && from < to && to <= x.shape.length, `${name} over [${from}, ${to}) of [${x.shape}]`);
      return [{ shape: x.shape.map((d, i) => (i >= from && i < to ? 1 : d)), dtype: x.dtype }];
    },
    ref([x], attrs, [t]) {
      const [from, to] = [attrs.from as number, attrs.to as number];
      const reduced = numel(x.shape.slice(from, to));
      const inner = numel(x.shape.slice(to));
      const out = ndarray(t.shape, undefined, t.dtype);
      out.data.fill(start);
      for (let i = 0; i < x.data.length; i++) {
        const at = Math.floor(i / (inner * reduced)) * inner + (i % inner);
        out.data[at] = combine(out.data[at], x.data[i]);
      }
      return [out];
    },
    vjp,
    cost: (inputs, outputs) => ({
      flops: numel(inputs[0].shape),
      bytes: streamingCost(inputs, outputs).bytes,
    }),
  };
}

export const reduceRows: readonly OpRow[] = [
  reduceRow(
    'sum',
    0,
    (acc, x) => acc + x,
    (b, node, [g]) => [g && b.expand(g, node.inputs[0].shape)],
  ),
  // Ties share the cotangent equally, as PyTorch's amax does.
  reduceRow(
    'reduce_max',
    Number.NEGATIVE_INFINITY,
    (acc, x) => Math.max(acc, x),
    (b, node, [g]) => {
      if (!g) return [undefined];
      const x = node.inputs[0];
      const hit = b.toF32(b.cmpeq(x, b.expand(node, x.shape)));
      const ties = b.reduce('sum', hit, node.attrs.from as number, node.attrs.to as number);
      return [b.mul(b.expand(b.div(g, ties), x.shape), hit)];
    },
  ),
];
