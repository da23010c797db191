// Reverse mode, graph to graph: the op table's VJP rows applied in reverse topological order.

import { type Builder, type Node, topologicalOrder } from './graph.ts';
import { opRow } from './ops.ts';
import type { Rematerialiser } from './rematerialise.ts';
import { numel } from './shape.ts';

/**
 * Gradients of a one-element `loss` with respect to `targets`, in their order.
 * A target the loss does not depend on gets zeros. `again` says which values of the forward pass are computed a second
 * time for it; without, all are read where they are.
 */
export function gradients(b: Builder, loss: Node, targets: readonly Node[], again?: Rematerialiser): Node[] {
  if (numel(loss.shape) !== 1) throw new Error(`loss must have one element, has shape [${loss.shape}]`);
  return vectorJacobian(b, [loss], [b.full(loss.shape, 1)], targets, again);
}

/** Cotangents of `targets` given cotangents `seeds` of `outputs`. */
export function vectorJacobian(
  b: Builder,
  outputs: readonly Node[],
  seeds: readonly Node[],
  targets: readonly Node[],
  again: Rematerialiser = (node) => node,
): Node[] {
  const cotangents = new Map<number, (Node | undefined)[]>();
  const accumulate = (node: Node, g: Node, result = 0) => {
    // A pick has no value of its own: its cotangent belongs to the producer's k-th result.
    if (node.op === 'pick') return accumulate(node.inputs[0], g, node.attrs.index as number);
    const entry = cotangents.get(node.id) ?? new Array<Node | undefined>(node.types.length).fill(undefined);
    const before = entry[result];
    entry[result] = before ? b.add(before, g) : g;
    cotangents.set(node.id, entry);
  };
  outputs.forEach((node, i) => {
    accumulate(node, seeds[i]);
  });
  const wanted = reaching(outputs, targets);
  for (const node of topologicalOrder(outputs).reverse()) {
    const g = cotangents.get(node.id);
    if (!g || node.op === 'pick' || node.inputs.length === 0) continue;
    if (!node.inputs.some((input) => wanted.has(input.id))) continue;
    const row = opRow(node.op);
    if (!row.vjp) throw new Error(`${node.op} has no gradient`);
    row.vjp(b, again(node), g).forEach((gx, i) => {
      const input = node.inputs[i];
      if (gx && input.dtype === 'f32' && wanted.has(input.id)) accumulate(input, gx);
    });
  }
  return targets.map((t) => cotangents.get(t.id)?.[0] ?? b.zeros(t.shape));
}

/** Ids of the nodes between the targets and the outputs: only they need cotangents. */
function reaching(outputs: readonly Node[], targets: readonly Node[]): Set<number> {
  const wanted = new Set(targets.map((t) => t.id));
  for (const node of topologicalOrder(outputs)) {
    if (node.inputs.some((input) => wanted.has(input.id))) wanted.add(node.id);
  }
  return wanted;
}
