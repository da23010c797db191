// Prepares a graph for clustering: composites that the backend has no template for are decomposed,
// additions join the matmul or scatter that feeds them, and long column or full sums become two stages.

import { GraphBuilder } from '../core/builder.ts';
import { type Node, topologicalOrder } from '../core/graph.ts';
import { addends } from '../core/ops/matmul.ts';
import { opRow } from '../core/ops.ts';
import { numel } from '../core/shape.ts';
import { constantValue } from '../core/simplify.ts';

export interface LoweredGraph {
  readonly builder: GraphBuilder;
  readonly roots: readonly Node[];
}

type Rule = (b: GraphBuilder, node: Node, inputs: readonly Node[]) => readonly Node[] | undefined;

/** Rebuilds a graph, letting `rule` replace the results of single nodes. */
function rewrite(graph: LoweredGraph, rule: Rule): LoweredGraph {
  const b = new GraphBuilder();
  for (const [name, values] of graph.builder.tables) b.tables.set(name, values);
  const replaced = new Map<number, readonly Node[]>();
  for (const node of topologicalOrder(graph.roots)) {
    if (node.op === 'pick') {
      const source = replaced.get(node.inputs[0].id)!;
      const index = node.attrs.index as number;
      replaced.set(node.id, [source.length > 1 ? source[index] : b.pick(source[0], index)]);
      continue;
    }
    const inputs = node.inputs.map((x) => replaced.get(x.id)![0]);
    replaced.set(node.id, rule(b, node, inputs) ?? [b.apply(node.op, inputs, node.attrs)]);
  }
  return { builder: b, roots: graph.roots.map((n) => replaced.get(n.id)![0]) };
}

/** Replaces composites the backend does not claim by their decomposition, until none is left. */
export function decomposeUnclaimed(graph: LoweredGraph, claims: (op: string) => boolean): LoweredGraph {
  const unclaimed = (n: Node) => opRow(n.op).kind === 'composite' && !claims(n.op);
  let current = graph;
  while (topologicalOrder(current.roots).some(unclaimed)) {
    current = rewrite(current, (b, node, inputs) => {
      if (!unclaimed(node)) return undefined;
      const decompose = () => opRow(node.op).decompose!(b, inputs, node.attrs);
      // The parts of what is computed again are computed again.
      return node.attrs.again ? b.again(decompose) : decompose();
    });
  }
  return current;
}

function consumerCounts(roots: readonly Node[]): Map<number, number> {
  const counts = new Map<number, number>();
  const count = (n: Node) => counts.set(n.id, (counts.get(n.id) ?? 0) + 1);
  for (const node of topologicalOrder(roots)) node.inputs.forEach(count);
  roots.forEach(count);
  return counts;
}

/** The row [1, ..., n] behind a matrix whose rows are all equal. */
function repeatedRow(x: Node): Node | undefined {
  if (x.op !== 'expand' || constantValue(x) !== undefined) return undefined;
  const [row] = x.inputs;
  const n = x.shape.at(-1)!;
  return numel(row.shape) === n && row.shape.at(-1) === n ? row : undefined;
}

/** add(matmul(a, b), row) is one matmul with a bias, for backends whose template takes one. */
export function fuseBias(graph: LoweredGraph): LoweredGraph {
  const counts = consumerCounts(graph.roots);
  return rewrite(graph, (b, node, inputs) => {
    if (node.op !== 'add') return undefined;
    for (const side of [0, 1]) {
      const [x, product] = [node.inputs[side], inputs[side]];
      if (x.op !== 'matmul' || counts.get(x.id) !== 1 || product.attrs.bias) continue;
      const row = repeatedRow(inputs[1 - side]);
      if (!row) continue;
      const bias = b.reshape(row, [numel(row.shape)]);
      return [b.apply('matmul', [...product.inputs, bias], { ...product.attrs, bias: true })];
    }
    return undefined;
  });
}

/** What takes a value of its result's shape as its third operand, and adds it. */
const isProduct = (x: Node) => x.op === 'matmul' || x.op === 'conv';

/** add(matmul(a, b), c) is one matmul with residual c, as is a convolution; add(scatter_add(0, i, u), c) scatters onto c. */
export function fuseAdditions(graph: LoweredGraph): LoweredGraph {
  const counts = consumerCounts(graph.roots);
  const absorbs = (x: Node) =>
    counts.get(x.id) === 1 &&
    ((isProduct(x) && !addends(x.inputs, x.attrs).residual) ||
      (x.op === 'scatter_add' && constantValue(x.inputs[0]) === 0));
  return rewrite(graph, (b, node, inputs) => {
    if (node.op !== 'add' || node.inputs[0] === node.inputs[1]) return undefined;
    // The younger operand absorbs the older, which is then certainly computed before it.
    const order = node.inputs[0].id > node.inputs[1].id ? [0, 1] : [1, 0];
    for (const side of order) {
      const x = node.inputs[side];
      if (!absorbs(x)) continue;
      const [producer, other] = [inputs[side], inputs[1 - side]];
      if (isProduct(producer) && !addends(producer.inputs, producer.attrs).residual) {
        // As a residual, a repeated row would be written out; a map kernel reads it as it is.
        if (repeatedRow(other)) continue;
        const [left, right, ...bias] = producer.inputs;
        return [b.apply(producer.op, [left, right, other, ...bias], producer.attrs)];
      }
      if (producer.op === 'scatter_add') {
        return [b.scatterAdd(other, producer.inputs[1], producer.inputs[2])];
      }
    }
    return undefined;
  });
}

const STAGE = 64;
const LONG_COLUMN = 256;
const LONG_ROW = 32768;

/** A divisor of n near `target`, or 1. */
function divisorNear(n: number, target: number): number {
  for (let d = target; d > 1; d--) if (n % d === 0) return d;
  return 1;
}

/** Long reductions with little parallelism become two stages with a fixed tree. */
export function splitLongReductions(graph: LoweredGraph): LoweredGraph {
  return rewrite(graph, (b, node, [x]) => {
    if (node.op !== 'sum' && node.op !== 'reduce_max') return undefined;
    const [from, to] = [node.attrs.from as number, node.attrs.to as number];
    const [outer, n, inner] = [x.shape.slice(0, from), x.shape.slice(from, to), x.shape.slice(to)].map(numel);
    const isColumn = inner > 1;
    if (isColumn ? n < LONG_COLUMN || outer > 1 : n < LONG_ROW || outer > 8) return undefined;
    const part = isColumn ? divisorNear(n, STAGE) : divisorNear(n, LONG_ROW / 8);
    if (part < 16) return undefined;
    const staged = b.reduce(node.op, b.reshape(x, [outer, n / part, part, inner]), 2, 3);
    return [b.reshape(b.reduce(node.op, staged, 1, 2), node.shape)];
  });
}
