// The graph: pure SSA nodes, hash-consed, so equal expressions are the same object (common
// subexpressions vanish on construction and dead code is simply never reached from the outputs).

import type { NdArray } from './ndarray.ts';
import type { ConvOptions, TransposedConvOptions } from './ops/conv.ts';
import { BYTES_PER_ELEMENT, type DType, numel, type Shape, type TensorType } from './shape.ts';

export type Attr = number | string | boolean | readonly number[] | null;
export type Attrs = Readonly<Record<string, Attr>>;

export interface Node {
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  /** One type per result; composites such as attention have several, read through `pick`. */
  readonly types: readonly TensorType[];
  readonly shape: Shape;
  readonly dtype: DType;
}

export type OpKind = 'source' | 'elementwise' | 'reduce' | 'movement' | 'index' | 'composite';

export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

/** One row of the op table, from which interpreter, autodiff, compiler and fuzzer are derived. */
export interface OpRow {
  readonly name: string;
  readonly kind: OpKind;
  /** Shape and dtype rule. Throws ShapeError when the inputs do not fit. */
  infer(inputs: readonly TensorType[], attrs: Attrs): readonly TensorType[];
  /** Reference implementation in float64. A composite without one is evaluated by decomposition. */
  ref?(inputs: readonly NdArray[], attrs: Attrs, types: readonly TensorType[]): readonly NdArray[];
  /** Composite only: the same value in primitives; oracle and fallback. */
  decompose?(b: Builder, inputs: readonly Node[], attrs: Attrs): readonly Node[];
  /** Cotangents of the inputs, as graph. `g` has one entry per result, undefined where unused. */
  vjp?(b: Builder, node: Node, g: readonly (Node | undefined)[]): readonly (Node | undefined)[];
  cost?(inputs: readonly TensorType[], outputs: readonly TensorType[], attrs: Attrs): Cost;
}

export type Operand = Node | number;

/** The vocabulary of models and op rows. Operands of elementwise ops broadcast as in NumPy. */
export interface Builder {
  /** Applies a row of the op table; equal applications give the same node. */
  apply(op: string, inputs: readonly Node[], attrs?: Attrs): Node;
  /** The k-th result of an op that has several. */
  pick(node: Node, index: number): Node;
  /** What `build` makes is computed a second time, though equal values exist. */
  again<T>(build: () => T): T;

  param(name: string, shape: Shape, dtype?: DType): Node;
  /** A constant table whose values are known when the program is built. */
  table(name: string, shape: Shape, values: Float32Array): Node;
  scalar(value: number, dtype?: DType): Node;
  iota(shape: Shape, axis: number): Node;
  full(shape: Shape, value: number, dtype?: DType): Node;
  zeros(shape: Shape): Node;

  reshape(x: Node, shape: Shape): Node;
  permute(x: Node, order: readonly number[]): Node;
  expand(x: Node, shape: Shape): Node;
  slice(x: Node, start: readonly number[], size: Shape, step?: readonly number[]): Node;
  pad(x: Node, before: readonly number[], after: readonly number[]): Node;
  concat(parts: readonly Node[], axis: number): Node;
  broadcast(x: Node, shape: Shape): Node;

  neg(x: Operand): Node;
  recip(x: Operand): Node;
  exp(x: Operand): Node;
  log(x: Operand): Node;
  sin(x: Operand): Node;
  cos(x: Operand): Node;
  sqrt(x: Operand): Node;
  rsqrt(x: Operand): Node;
  tanh(x: Operand): Node;
  not(x: Operand): Node;
  add(x: Operand, y: Operand): Node;
  sub(x: Operand, y: Operand): Node;
  mul(x: Operand, y: Operand): Node;
  div(x: Operand, y: Operand): Node;
  max(x: Operand, y: Operand): Node;
  min(x: Operand, y: Operand): Node;
  cmplt(x: Operand, y: Operand): Node;
  cmpeq(x: Operand, y: Operand): Node;
  where(condition: Node, x: Operand, y: Operand): Node;
  toF32(x: Node): Node;
  stopGradient(x: Node): Node;

  /** Reductions keep the reduced axes with size one. Over axes [from, to), or over a set of axes. */
  reduce(op: 'sum' | 'reduce_max', x: Node, from: number, to: number): Node;
  sum(x: Node, axes?: readonly number[]): Node;
  reduceMax(x: Node, axes?: readonly number[]): Node;
  mean(x: Node, axes?: readonly number[]): Node;

  gather(table: Node, index: Node): Node;
  scatterAdd(base: Node, index: Node, update: Node): Node;
  matmul(a: Node, b: Node, options?: { ta?: boolean; tb?: boolean }): Node;
  conv(x: Node, w: Node, options?: ConvOptions): Node;
  convTranspose(y: Node, w: Node, options?: TransposedConvOptions): Node;
}

/** Default cost: every operand and result crosses memory once, one flop per result element. */
export function streamingCost(inputs: readonly TensorType[], outputs: readonly TensorType[]): Cost {
  const elements = (types: readonly TensorType[]) => types.reduce((n, t) => n + numel(t.shape), 0);
  return { flops: elements(outputs), bytes: BYTES_PER_ELEMENT * (elements(inputs) + elements(outputs)) };
}

/** Nodes reachable from the roots, producers before consumers, in creation order. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const seen = new Map<number, Node>();
  const stack = [...roots];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node.id)) continue;
    seen.set(node.id, node);
    for (const input of node.inputs) stack.push(input);
  }
  // Inputs always exist before their consumer, so ids are a topological order.
  return [...seen.values()].sort((a, b) => a.id - b.id);
}
