// The graph: pure SSA nodes, hash-consed, so equal expressions are the same object (common
// subexpressions vanish on construction and dead code is simply never reached from the outputs).

import type { NdArray } from './ndarray.ts';
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

/** What op rows may use of the builder; the full vocabulary lives in builder.ts. */
export type Builder = import('./builder.ts').GraphBuilder;

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
