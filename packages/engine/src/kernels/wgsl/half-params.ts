// Which params are kept in binary16: matrices that decoding only multiplies a few rows with or looks rows up in. They
// are unpacked by a function of WGSL that every device has, so that half precision for storage needs no feature.

import { type Node, topologicalOrder } from '../../core/graph.ts';
import { suitsHalf } from './matvec.ts';

/** Values of a row that one load of sixteen bytes brings. */
const PER_LOAD = 8;

function readsHalf(node: Node, operand: number): boolean {
  if (node.op === 'matmul') return operand === 1 && suitsHalf(node);
  return node.op === 'gather' && operand === 0;
}

/** Buffers of the params all of whose readers take binary16. */
export function halfParams(roots: readonly Node[]): Set<string> {
  const isMatrix = (node: Node) =>
    node.op === 'param' && node.dtype === 'f32' && node.shape.length === 2 && node.shape[1] % PER_LOAD === 0;
  const refused = new Set<Node>(roots);
  const read = new Set<Node>();
  for (const node of topologicalOrder(roots)) {
    node.inputs.forEach((input, i) => {
      if (!isMatrix(input)) return;
      if (readsHalf(node, i)) read.add(input);
      else refused.add(input);
    });
  }
  return new Set([...read].filter((p) => !refused.has(p)).map((p) => `param:${p.attrs.name}`));
}
