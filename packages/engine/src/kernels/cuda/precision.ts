// Which values are kept in bfloat16. Activations are: results of products, attention and maps over rows.
// Everything that is small, summed or kept stays float32: parameters and moments, reductions and statistics,
// losses, gradients of parameters, and all that a program hands out.

import { type Node, topologicalOrder } from '../../core/graph.ts';
import { opRow } from '../../core/ops.ts';
import { numel } from '../../core/shape.ts';

type BufferOf = (node: Node) => string | undefined;

/** Operands that a template reads in float32 whatever the precision. */
const EXACT_OPERANDS: Readonly<Record<string, (index: number) => boolean>> = {
  adamw: () => true,
  global_norm: () => true,
  scatter_add: (i) => i === 0,
  cross_entropy_bwd: (i) => i > 0,
  attention_bwd: (i) => i === 4,
};

/** Results that stay float32: (op, index of the result). */
const EXACT_RESULTS = new Set([
  'cross_entropy.0',
  'cross_entropy.1',
  'attention.1',
  'scatter_add.0',
  'global_norm.0',
]);

const isActivation = (node: Node): boolean => {
  if (node.dtype !== 'f32' || node.shape.length < 2 || node.shape.at(-1)! < 8) return false;
  return numel(node.shape) > node.shape.at(-1)!;
};

export function bfloat16Buffers(roots: readonly Node[], bufferOf: BufferOf): Set<string> {
  const order = topologicalOrder(roots);
  const exact = new Set<string>(roots.map((n) => bufferOf(n)!));
  const keepExact = (node: Node) => {
    const buffer = bufferOf(node);
    if (buffer !== undefined) exact.add(buffer);
  };
  for (const node of [...order].reverse()) {
    node.inputs.forEach((input, i) => {
      if (EXACT_OPERANDS[node.op]?.(i)) keepExact(input);
    });
    if (opRow(node.op).kind === 'reduce') keepExact(node);
    // What is added to an exact product is as exact as the sum.
    if (node.op === 'matmul' && node.inputs[2] && exact.has(bufferOf(node)!)) keepExact(node.inputs[2]);
  }
  const out = new Set<string>();
  for (const node of order) {
    const buffer = bufferOf(node);
    if (buffer === undefined || buffer.startsWith('param:') || exact.has(buffer)) continue;
    const source = node.op === 'pick' ? node.inputs[0] : node;
    const result = `${source.op}.${node.op === 'pick' ? node.attrs.index : 0}`;
    if (!EXACT_RESULTS.has(result) && isActivation(node)) out.add(buffer);
  }
  return out;
}
