// Matrix product, the only op where most of the time goes. c = op(a) op(b) [+ residual] [+ bias].
// Operands in order: a, b, residual of c's shape (optional), bias [N] (optional, last, with attrs.bias).

import type { Attrs, Builder, Node, OpRow } from '../graph.ts';
import { ndarray } from '../ndarray.ts';
import { BYTES_PER_ELEMENT, expect, numel, sameShape, type TensorType } from '../shape.ts';

export interface MatmulSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Sizes of a product from the operand types; throws where they do not fit. */
export function matmulSizes(a: TensorType, b: TensorType, attrs: Attrs): MatmulSizes {
  const rank = a.shape.length;
  expect(rank >= 2 && b.shape.length === rank, `matmul of [${a.shape}] and [${b.shape}]`);
  const lead = a.shape.slice(0, -2);
  expect(sameShape(lead, b.shape.slice(0, -2)), `matmul batch axes of [${a.shape}] and [${b.shape}]`);
  const [m, k] = attrs.ta ? [a.shape[rank - 1], a.shape[rank - 2]] : [a.shape[rank - 2], a.shape[rank - 1]];
  const [k2, n] = attrs.tb ? [b.shape[rank - 1], b.shape[rank - 2]] : [b.shape[rank - 2], b.shape[rank - 1]];
  expect(k === k2, `matmul contracts ${k} with ${k2}`);
  return { batch: numel(lead), m, n, k };
}

/** The optional operands of a product. */
export function addends<T>(inputs: readonly T[], attrs: Attrs): { residual?: T; bias?: T } {
  const extra = inputs.slice(2);
  const bias = attrs.bias ? extra.pop() : undefined;
  return { residual: extra[0], bias };
}

const swapLast = (b: Builder, x: Node): Node => {
  const order = x.shape.map((_, i) => i);
  return b.permute(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
};

export const matmulRow: OpRow = {
  name: 'matmul',
  kind: 'composite',
  infer(inputs, attrs) {
    const [a, b] = inputs;
    const { residual, bias } = addends(inputs, attrs);
    expect(a.dtype === 'f32' && b.dtype === 'f32', 'matmul takes f32');
    const { m, n } = matmulSizes(a, b, attrs);
    const shape = [...a.shape.slice(0, -2), m, n];
    if (residual) expect(sameShape(residual.shape, shape), `matmul residual [${residual.shape}]`);
    if (bias) expect(sameShape(bias.shape, [n]), `matmul bias [${bias.shape}] of ${n} columns`);
    return [{ shape, dtype: 'f32' }];
  },
  ref(inputs, attrs, [t]) {
    const [a, b] = inputs;
    const { residual, bias } = addends(inputs, attrs);
    const { batch, m, n, k } = matmulSizes(a, b, attrs);
    const out = ndarray(t.shape, residual?.data);
    const [sam, sak] = attrs.ta ? [1, m] : [k, 1];
    const [sbk, sbn] = attrs.tb ? [1, k] : [n, 1];
    for (let z = 0; z < batch; z++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) {
            sum += a.data[z * m * k + i * sam + l * sak] * b.data[z * k * n + l * sbk + j * sbn];
          }
          out.data[z * m * n + i * n + j] += sum + (bias?.data[j] ?? 0);
        }
      }
    }
    return [out];
  },
  decompose(b, inputs, attrs) {
    const [x, y] = inputs;
    const { residual, bias } = addends(inputs, attrs);
    const left = attrs.ta ? swapLast(b, x) : x;
    const right = attrs.tb ? y : swapLast(b, y);
    const lead = left.shape.slice(0, -2);
    const [m, k] = left.shape.slice(-2);
    const n = right.shape[right.shape.length - 2];
    const product = b.mul(b.reshape(left, [...lead, m, 1, k]), b.reshape(right, [...lead, 1, n, k]));
    const sums = b.reshape(b.sum(product, [-1]), [...lead, m, n]);
    const out = bias ? b.add(sums, bias) : sums;
    return [residual ? b.add(out, residual) : out];
  },
  vjp(b, node, [g]) {
    const [x, y] = node.inputs;
    const { residual, bias } = addends(node.inputs, node.attrs);
    if (!g) return node.inputs.map(() => undefined);
    const { ta, tb } = node.attrs;
    const dx = ta ? b.matmul(y, g, { ta: !!tb, tb: true }) : b.matmul(g, y, { tb: !tb });
    const dy = tb ? b.matmul(g, x, { ta: true, tb: !!ta }) : b.matmul(x, g, { ta: !ta });
    const overRows = (v: Node) =>
      b.sum(
        v,
        v.shape.slice(0, -1).map((_, axis) => axis),
      );
    return [dx, dy, ...(residual ? [g] : []), ...(bias ? [b.reshape(overRows(g), bias.shape)] : [])];
  },
  cost(inputs, outputs, attrs) {
    const { batch, m, n, k } = matmulSizes(inputs[0], inputs[1], attrs);
    const elements = [...inputs, ...outputs].reduce((sum, t) => sum + numel(t.shape), 0);
    return { flops: 2 * batch * m * n * k, bytes: BYTES_PER_ELEMENT * elements };
  },
};
