// The iteration space of a kernel: rows, an axis reduced between them, and the inner axis.

import type { Node } from '../core/graph.ts';
import { numel, type Shape } from '../core/shape.ts';

/** Shape of the iteration: rows, then the inner axis last. */
export interface Domain {
  readonly kind: 'row' | 'col';
  readonly rows: Shape;
  readonly reduced: number;
  readonly inner: number;
}

/** The iteration of the kernel that computes `node` alone. */
export function domainOf(node: Node): Domain {
  if (node.op !== 'sum' && node.op !== 'reduce_max') {
    const inner = node.shape.at(-1) ?? 1;
    return { kind: 'row', rows: node.shape.slice(0, -1), reduced: 1, inner };
  }
  const shape = node.inputs[0].shape;
  const [from, to] = [node.attrs.from as number, node.attrs.to as number];
  const tail = numel(shape.slice(to));
  if (tail === 1) {
    return { kind: 'row', rows: shape.slice(0, from), reduced: 1, inner: numel(shape.slice(from)) };
  }
  return { kind: 'col', rows: shape.slice(0, from), reduced: numel(shape.slice(from, to)), inner: tail };
}

export const isReduce = (node: Node) => node.op === 'sum' || node.op === 'reduce_max';
