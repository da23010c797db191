// Elementwise primitives: one row each with its scalar meaning in float64 and its derivative.
// Operands have equal shapes here; the builder inserts the broadcasts.

import type { Builder, Node, OpRow } from '../graph.ts';
import { streamingCost } from '../graph.ts';
import { ndarray } from '../ndarray.ts';
import { type DType, expect, sameShape } from '../shape.ts';

type Gradient = (b: Builder, x: readonly Node[], y: Node, g: Node) => (Node | undefined)[];

function row(
  name: string,
  arity: number,
  scalar: (...x: number[]) => number,
  vjp?: Gradient,
  result: (inputs: readonly DType[]) => DType = (t) => t[t.length - 1],
): OpRow {
  return {
    name,
    kind: 'elementwise',
    infer(inputs) {
      expect(inputs.length === arity, `${name} takes ${arity} operands, got ${inputs.length}`);
      for (const t of inputs) {
        expect(sameShape(t.shape, inputs[0].shape), `${name}: shapes [${t.shape}] and [${inputs[0].shape}]`);
      }
      if (arity > 1) {
        expect(inputs[arity - 1].dtype === inputs[arity - 2].dtype, `${name}: operands differ in dtype`);
      }
      return [{ shape: inputs[0].shape, dtype: result(inputs.map((t) => t.dtype)) }];
    },
    ref(inputs, _attrs, types) {
      const out = ndarray(types[0].shape, undefined, types[0].dtype);
      const columns = inputs.map((i) => i.data);
      for (let i = 0; i < out.data.length; i++) out.data[i] = scalar(...columns.map((c) => c[i]));
      return [out];
    },
    vjp: vjp && ((b, node, g) => (g[0] ? vjp(b, node.inputs, node, g[0]) : node.inputs.map(() => undefined))),
    cost: streamingCost,
  };
}

const compare = () => 'bool' as const;
const none: Gradient = (_b, x) => x.map(() => undefined);

export const elementwiseRows: readonly OpRow[] = [
  row(
    'neg',
    1,
    (x) => -x,
    (b, _x, _y, g) => [b.neg(g)],
  ),
  row(
    'recip',
    1,
    (x) => 1 / x,
    (b, _x, y, g) => [b.neg(b.mul(g, b.mul(y, y)))],
  ),
  row('exp', 1, Math.exp, (b, _x, y, g) => [b.mul(g, y)]),
  row('log', 1, Math.log, (b, [x], _y, g) => [b.mul(g, b.recip(x))]),
  row('sin', 1, Math.sin, (b, [x], _y, g) => [b.mul(g, b.cos(x))]),
  row('cos', 1, Math.cos, (b, [x], _y, g) => [b.neg(b.mul(g, b.sin(x)))]),
  row('sqrt', 1, Math.sqrt, (b, _x, y, g) => [b.mul(g, b.mul(b.scalar(0.5), b.recip(y)))]),
  row(
    'rsqrt',
    1,
    (x) => 1 / Math.sqrt(x),
    (b, _x, y, g) => [b.mul(g, b.mul(b.scalar(-0.5), b.mul(y, b.mul(y, y))))],
  ),
  row('tanh', 1, Math.tanh, (b, _x, y, g) => [b.mul(g, b.sub(b.scalar(1), b.mul(y, y)))]),
  row('floor', 1, Math.floor, none),
  row(
    'add',
    2,
    (x, y) => x + y,
    (_b, _x, _y, g) => [g, g],
  ),
  row(
    'sub',
    2,
    (x, y) => x - y,
    (b, _x, _y, g) => [g, b.neg(g)],
  ),
  row(
    'mul',
    2,
    (x, y) => x * y,
    (b, [x, y], _o, g) => [b.mul(g, y), b.mul(g, x)],
  ),
  row(
    'div',
    2,
    (x, y) => x / y,
    (b, [, y], o, g) => [b.div(g, y), b.neg(b.mul(g, b.div(o, y)))],
  ),
  // At a tie the whole cotangent goes to the first operand, as a subgradient.
  row(
    'max',
    2,
    (x, y) => Math.max(x, y),
    (b, [x, y], _o, g) => {
      const second = b.cmplt(x, y);
      return [b.where(second, b.scalar(0), g), b.where(second, g, b.scalar(0))];
    },
  ),
  row(
    'min',
    2,
    (x, y) => Math.min(x, y),
    (b, [x, y], _o, g) => {
      const second = b.cmplt(y, x);
      return [b.where(second, b.scalar(0), g), b.where(second, g, b.scalar(0))];
    },
  ),
  row('cmplt', 2, (x, y) => (x < y ? 1 : 0), none, compare),
  row('cmpeq', 2, (x, y) => (x === y ? 1 : 0), none, compare),
  row('and', 2, (x, y) => (x && y ? 1 : 0), none, compare),
  row('or', 2, (x, y) => (x || y ? 1 : 0), none, compare),
  row('not', 1, (x) => (x ? 0 : 1), none, compare),
  row(
    'where',
    3,
    (c, x, y) => (c ? x : y),
    (b, [c], _o, g) => [undefined, b.where(c, g, b.scalar(0)), b.where(c, b.scalar(0), g)],
  ),
  row(
    'to_f32',
    1,
    (x) => x,
    none,
    () => 'f32',
  ),
  row('to_i32', 1, Math.trunc, none, () => 'i32'),
  row('stop_gradient', 1, (x) => x, none),
];
