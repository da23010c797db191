// Random graphs: a walk over the op vocabulary that keeps shapes small and values tame. The same seed
// gives the same graph, so a failing seed is a complete report.

import type { GraphBuilder } from '../core/builder.ts';
import { vectorJacobian } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { type NdArray, tabulate } from '../core/ndarray.ts';
import { numel, type Shape } from '../core/shape.ts';
import { type Random, random } from './random.ts';

const MAX_ELEMENTS = 6000;

interface Walk {
  readonly b: GraphBuilder;
  readonly r: Random;
  readonly nodes: Node[];
  readonly params: Map<string, NdArray>;
  readonly prefix: string;
}

function newParam(w: Walk, shape: Shape): Node {
  const name = `${w.prefix}p${w.params.size}`;
  w.params.set(
    name,
    tabulate(shape, 'f32', () => Math.fround(w.r.real(-1.5, 1.5))),
  );
  return w.b.param(name, shape);
}

/** A second operand that broadcasts with x: another node of the walk where one fits, else a param. */
function partner(w: Walk, x: Node): Node {
  const fits = w.nodes.filter(
    (n) => n.shape.length === x.shape.length && n.shape.every((d, i) => d === x.shape[i] || d === 1),
  );
  if (fits.length > 0 && w.r.int(3) > 0) return w.r.pick(fits);
  return newParam(
    w,
    x.shape.map((d) => (w.r.int(3) === 0 ? 1 : d)),
  );
}

type Move = (w: Walk, x: Node) => Node;

const moves: readonly Move[] = [
  ({ b }, x) => b.tanh(x),
  ({ b }, x) => b.exp(b.tanh(x)),
  ({ b }, x) => b.sqrt(b.add(b.mul(x, x), 1)),
  ({ b }, x) => b.neg(x),
  (w, x) => w.b.add(x, partner(w, x)),
  (w, x) => w.b.mul(w.b.tanh(x), partner(w, x)),
  (w, x) => w.b.sub(partner(w, x), x),
  (w, x) => w.b.div(x, w.b.add(w.b.exp(w.b.tanh(partner(w, x))), 0.5)),
  (w, x) => w.b.where(w.b.cmplt(x, partner(w, x)), w.b.mul(x, 0.5), w.b.tanh(x)),
  (w, x) => w.b.max(x, partner(w, x)),
  (w, x) => w.b.mul(x, w.b.toF32(w.b.iota(x.shape, w.r.int(x.shape.length)))),
  (w, x) => w.b.mean(x, [w.r.int(x.shape.length)]),
  (w, x) => w.b.sub(x, w.b.mean(x, [w.r.int(x.shape.length)])),
  (w, x) => w.b.reduceMax(x, [w.r.int(x.shape.length)]),
  (w, x) => w.b.mean(x, [0, x.shape.length - 1]),
  ({ b }, x) => b.apply('softmax', [x]),
  ({ b }, x) => b.apply('silu', [x]),
  (w, x) => w.b.apply('rmsnorm', [x, newParam(w, x.shape.slice(-1))], { eps: 1e-3 }),
  ({ b }, x) => b.permute(x, x.shape.map((_, i) => i).reverse()),
  ({ b }, x) => b.reshape(x, [numel(x.shape)]),
  ({ b }, x) => b.reshape(x, [x.shape[0], numel(x.shape) / x.shape[0]]),
  (w, x) => {
    const start = x.shape.map((d) => w.r.int(d));
    return w.b.slice(
      x,
      start,
      x.shape.map((d, i) => 1 + w.r.int(d - start[i])),
    );
  },
  (w, x) =>
    w.b.pad(
      x,
      x.shape.map(() => w.r.int(3)),
      x.shape.map(() => w.r.int(3)),
    ),
  (w, x) => w.b.concat([x, w.b.tanh(x)], w.r.int(x.shape.length)),
  (w, x) => {
    if (x.shape.length !== 2) return w.b.tanh(x);
    const weight = newParam(w, [x.shape[1], w.r.size()]);
    return w.b.mul(w.b.matmul(x, weight), 1 / Math.sqrt(x.shape[1]));
  },
  (w, x) => {
    if (x.shape.length !== 3) return w.b.tanh(x);
    const taps = 1 + w.r.int(Math.min(3, x.shape[1]));
    const weight = newParam(w, [1 + w.r.int(20), taps, x.shape[2]]);
    const out = w.b.conv(x, weight, { stride: 1 + w.r.int(2), padding: w.r.int(2) });
    return w.b.mul(out, 1 / Math.sqrt(taps * x.shape[2]));
  },
  (w, x) => {
    const n = w.r.size();
    const index = w.b.iota([n], 0);
    // Rows 0, 1, 2, ... clamped into the table by the smaller index.
    return n <= x.shape[0] ? w.b.gather(x, index) : w.b.tanh(x);
  },
];

export interface FuzzGraph {
  readonly params: ReadonlyMap<string, NdArray>;
  readonly outputs: readonly Node[];
}

/** A random graph with some of its values and the gradients of its params as outputs. */
export function fuzzGraph(b: GraphBuilder, seed: number, prefix: string): FuzzGraph {
  const r = random(seed);
  const w: Walk = { b, r, nodes: [], params: new Map(), prefix };
  const rank = 1 + r.int(3);
  w.nodes.push(
    newParam(
      w,
      Array.from({ length: rank }, () => r.size()),
    ),
  );
  for (let i = 0; i < 4 + r.int(9); i++) {
    const x = r.int(2) === 0 ? w.nodes[w.nodes.length - 1] : r.pick(w.nodes);
    const y = r.pick(moves)(w, x);
    if (numel(y.shape) <= MAX_ELEMENTS && numel(y.shape) > 0) w.nodes.push(y);
  }
  const last = w.nodes[w.nodes.length - 1];
  const outputs = [last, r.pick(w.nodes)];
  const inputs = [...w.params].map(([name, value]) => b.param(name, value.shape));
  outputs.push(...vectorJacobian(b, [last], [b.full(last.shape, 0.25)], inputs));
  return { params: w.params, outputs };
}
