// Which values of the forward pass the backward pass reads, and which it computes a second time (Chen et al. 2016, arXiv
// 1604.06174). The second computation is part of the graph: marked copies of the nodes, made at the moment when reverse
// mode first asks for one of them. Nodes run in the order in which they are made, so that a block is computed again just
// before its gradients, and its values share the memory of the block after it.

import type { GraphBuilder } from './builder.ts';
import { type Node, topologicalOrder } from './graph.ts';

/** The node that the backward pass reads in place of one of the forward pass. */
export type Rematerialiser = (node: Node) => Node;

/**
 * Keeps the checkpoints of `b` and what lies before the first and behind the last of them; everything between is computed
 * again. Every copy is the same op on equal operands, so that gradients have the same bits.
 */
export function betweenCheckpoints(b: GraphBuilder): Rematerialiser {
  const { checkpoints } = b;
  const first = checkpoints.slice(0, 1);
  const between = new Set(topologicalOrder(checkpoints.slice(-1)).map((n) => n.id));
  for (const kept of [...topologicalOrder(first), ...checkpoints]) between.delete(kept.id);
  const copies = new Map<number, Node>();
  const copy = (node: Node): Node => {
    if (!between.has(node.id) || node.inputs.length === 0) return node;
    let made = copies.get(node.id);
    if (!made) {
      const inputs = node.inputs.map(copy);
      made =
        node.op === 'pick'
          ? b.pick(inputs[0], node.attrs.index as number)
          : b.apply(node.op, inputs, node.attrs);
      copies.set(node.id, made);
    }
    return made;
  };
  return (node) => b.again(() => copy(node));
}
