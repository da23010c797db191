// The vocabulary in which models, losses and optimisers are written. Every method returns a node;
// nothing is computed here.

import type { Attrs, Builder, Node, Operand, OpKind } from './graph.ts';
import { type ConvOptions, convAttrs, type TransposedConvOptions, transposedAttrs } from './ops/conv.ts';
import { opRow } from './ops.ts';
import { broadcastShapes, type DType, expect, normalizeAxis, numel, type Shape, sameShape } from './shape.ts';
import { simplify } from './simplify.ts';

/** Kinds of ops that cost something; a source or a movement is the same node however often it is made. */
const COMPUTES: ReadonlySet<OpKind> = new Set(['elementwise', 'reduce', 'index', 'composite']);

export class GraphBuilder implements Builder {
  readonly #nodes = new Map<string, Node>();
  /** Values of constant tables (rotary cosines and the like) by the name of their param. */
  readonly tables = new Map<string, Float32Array>();
  /** Values that a policy of rematerialisation keeps: the inputs and the output of a model's blocks, in their order. */
  readonly checkpoints: Node[] = [];
  #next = 0;
  #again = false;

  /** Applies a row of the op table, after local algebra; equal applications give the same node. */
  apply(op: string, inputs: readonly Node[], asked: Attrs = {}): Node {
    const attrs = this.#again && COMPUTES.has(opRow(op).kind) ? { ...asked, again: true } : asked;
    const simpler = simplify(this, op, inputs, attrs);
    if (simpler) return simpler;
    const key = `${op}(${inputs.map((n) => n.id).join()})${JSON.stringify(attrs)}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    const types = opRow(op).infer(
      inputs.map((n) => n.types[0]),
      attrs,
    );
    return this.#intern(key, { op, inputs, attrs, types });
  }

  /**
   * What `build` makes is computed a second time, though equal values exist: its nodes are marked (attrs.again), so that
   * they are not the nodes of the first time.
   */
  again<T>(build: () => T): T {
    const before = this.#again;
    this.#again = true;
    try {
      return build();
    } finally {
      this.#again = before;
    }
  }

  /** Says that x stands at the edge of a block; see `checkpoints`. */
  checkpoint(x: Node): Node {
    this.checkpoints.push(x);
    return x;
  }

  /** The k-th result of an op that has several. */
  pick(node: Node, index: number): Node {
    const key = `pick(${node.id},${index})`;
    const known = this.#nodes.get(key);
    if (known) return known;
    return this.#intern(key, { op: 'pick', inputs: [node], attrs: { index }, types: [node.types[index]] });
  }

  #intern(key: string, parts: Pick<Node, 'op' | 'inputs' | 'attrs' | 'types'>): Node {
    const { shape, dtype } = parts.types[0];
    const node: Node = { id: this.#next++, ...parts, shape, dtype };
    this.#nodes.set(key, node);
    return node;
  }

  // Sources
  param(name: string, shape: Shape, dtype: DType = 'f32'): Node {
    return this.apply('param', [], { name, shape, dtype });
  }
  /** A constant table whose values are known when the program is built. */
  table(name: string, shape: Shape, values: Float32Array): Node {
    expect(values.length === numel(shape), `table ${name} has ${values.length} values for [${shape}]`);
    const known = this.tables.get(name);
    expect(!known || known.every((v, i) => v === values[i]), `table ${name} has two values`);
    this.tables.set(name, values);
    return this.param(name, shape);
  }
  scalar(value: number, dtype: DType = 'f32'): Node {
    return this.apply('const', [], { value, dtype });
  }
  iota(shape: Shape, axis: number): Node {
    return this.apply('iota', [], { shape, axis: normalizeAxis(axis, shape.length) });
  }
  full(shape: Shape, value: number, dtype: DType = 'f32'): Node {
    return this.broadcast(this.scalar(value, dtype), shape);
  }
  zeros(shape: Shape): Node {
    return this.full(shape, 0);
  }

  // Movement
  reshape(x: Node, shape: Shape): Node {
    return this.apply('reshape', [x], { shape });
  }
  permute(x: Node, order: readonly number[]): Node {
    return this.apply('permute', [x], { order });
  }
  expand(x: Node, shape: Shape): Node {
    return this.apply('expand', [x], { shape });
  }
  slice(x: Node, start: readonly number[], size: Shape, step?: readonly number[]): Node {
    return this.apply('slice', [x], { start, size, step: step ?? size.map(() => 1) });
  }
  pad(x: Node, before: readonly number[], after: readonly number[]): Node {
    return this.apply('pad', [x], { before, after });
  }
  concat(parts: readonly Node[], axis: number): Node {
    return this.apply('concat', parts, { axis: normalizeAxis(axis, parts[0].shape.length) });
  }
  /** NumPy broadcasting to a shape of equal or higher rank. */
  broadcast(x: Node, shape: Shape): Node {
    if (sameShape(x.shape, shape)) return x;
    const padded = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
    return this.expand(this.reshape(x, padded), shape);
  }

  // Elementwise, with broadcasting
  #elementwise(op: string, operands: readonly Operand[]): Node {
    const dtype = operands.findLast((x): x is Node => typeof x !== 'number')?.dtype ?? 'f32';
    const nodes = operands.map((x) => (typeof x === 'number' ? this.scalar(x, dtype) : x));
    const shape = nodes.map((n) => n.shape).reduce(broadcastShapes);
    return this.apply(
      op,
      nodes.map((n) => this.broadcast(n, shape)),
    );
  }
  neg(x: Operand): Node {
    return this.#elementwise('neg', [x]);
  }
  recip(x: Operand): Node {
    return this.#elementwise('recip', [x]);
  }
  exp(x: Operand): Node {
    return this.#elementwise('exp', [x]);
  }
  log(x: Operand): Node {
    return this.#elementwise('log', [x]);
  }
  sin(x: Operand): Node {
    return this.#elementwise('sin', [x]);
  }
  cos(x: Operand): Node {
    return this.#elementwise('cos', [x]);
  }
  sqrt(x: Operand): Node {
    return this.#elementwise('sqrt', [x]);
  }
  rsqrt(x: Operand): Node {
    return this.#elementwise('rsqrt', [x]);
  }
  tanh(x: Operand): Node {
    return this.#elementwise('tanh', [x]);
  }
  not(x: Operand): Node {
    return this.#elementwise('not', [x]);
  }
  add(x: Operand, y: Operand): Node {
    return this.#elementwise('add', [x, y]);
  }
  sub(x: Operand, y: Operand): Node {
    return this.#elementwise('sub', [x, y]);
  }
  mul(x: Operand, y: Operand): Node {
    return this.#elementwise('mul', [x, y]);
  }
  div(x: Operand, y: Operand): Node {
    return this.#elementwise('div', [x, y]);
  }
  max(x: Operand, y: Operand): Node {
    return this.#elementwise('max', [x, y]);
  }
  min(x: Operand, y: Operand): Node {
    return this.#elementwise('min', [x, y]);
  }
  cmplt(x: Operand, y: Operand): Node {
    return this.#elementwise('cmplt', [x, y]);
  }
  cmpeq(x: Operand, y: Operand): Node {
    return this.#elementwise('cmpeq', [x, y]);
  }
  where(condition: Node, x: Operand, y: Operand): Node {
    return this.#elementwise('where', [condition, x, y]);
  }
  toF32(x: Node): Node {
    return this.apply('to_f32', [x]);
  }
  stopGradient(x: Node): Node {
    return this.apply('stop_gradient', [x]);
  }

  // Reductions keep the reduced axes with size one
  reduce(op: 'sum' | 'reduce_max', x: Node, from: number, to: number): Node {
    return this.apply(op, [x], { from, to });
  }
  #reduceAxes(op: 'sum' | 'reduce_max', x: Node, axes?: readonly number[]): Node {
    const rank = x.shape.length;
    const set = new Set((axes ?? x.shape.map((_, i) => i)).map((a) => normalizeAxis(a, rank)));
    let out = x;
    // Contiguous groups, the innermost first: that is the cheapest order for row-major data.
    for (let to = rank; to > 0; to--) {
      if (!set.has(to - 1)) continue;
      let from = to - 1;
      while (from > 0 && set.has(from - 1)) from--;
      out = this.reduce(op, out, from, to);
      to = from;
    }
    return out;
  }
  sum(x: Node, axes?: readonly number[]): Node {
    return this.#reduceAxes('sum', x, axes);
  }
  reduceMax(x: Node, axes?: readonly number[]): Node {
    return this.#reduceAxes('reduce_max', x, axes);
  }
  mean(x: Node, axes?: readonly number[]): Node {
    const total = this.sum(x, axes);
    return this.mul(total, numel(total.shape) / numel(x.shape));
  }

  // Index
  gather(table: Node, index: Node): Node {
    return this.apply('gather', [table, index]);
  }
  scatterAdd(base: Node, index: Node, update: Node): Node {
    return this.apply('scatter_add', [base, index, update]);
  }

  // Composites
  /** a [..., M, K] times b [..., K, N]; `ta`/`tb` read an operand transposed. Equal batch axes. */
  matmul(a: Node, b: Node, options: { ta?: boolean; tb?: boolean } = {}): Node {
    return this.apply('matmul', [a, b], { ta: options.ta ?? false, tb: options.tb ?? false });
  }
  /**
   * Convolution over any number of spatial axes, channels last: x [B, n..., C] with w [O, k..., C / groups] to [B, m..., O],
   * where m = floor(((n - 1) * spread + 1 + low + high - (k - 1) * dilation - 1) / stride) + 1.
   */
  conv(x: Node, w: Node, options: ConvOptions = {}): Node {
    return this.#withBias([x, w], convAttrs(x.shape, w.shape, options), options.bias);
  }
  /**
   * Its transpose, which takes y [B, m..., O] back to [B, n..., C] with the same w [O, k..., C / groups], where
   * n = (m - 1) * stride + (k - 1) * dilation + 1 - low - high + extra. A bias has C elements.
   */
  convTranspose(y: Node, w: Node, options: TransposedConvOptions = {}): Node {
    return this.#withBias([w, y], transposedAttrs(y.shape, w.shape, options), options.bias);
  }
  #withBias(operands: readonly Node[], attrs: Attrs, bias?: Node): Node {
    return this.apply('conv', bias ? [...operands, bias] : operands, bias ? { ...attrs, bias: true } : attrs);
  }
}
