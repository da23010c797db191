// Softmax cross-entropy against class indices, and its backward from the saved log-sum-exp.

import type { Builder, Node, OpRow } from '../graph.ts';
import { BYTES_PER_ELEMENT, expect, numel } from '../shape.ts';

const oneHot = (b: Builder, targets: Node, shape: readonly number[]) =>
  b.toF32(b.cmpeq(b.reshape(targets, [shape[0], 1]), b.iota(shape, 1)));

/** logits [N, V], targets i32 [N] to losses [N] in nats and log-sum-exps [N]. */
const crossEntropy: OpRow = {
  name: 'cross_entropy',
  kind: 'composite',
  infer([logits, targets]) {
    const n = logits.shape[0];
    expect(logits.shape.length === 2 && targets.dtype === 'i32', `cross_entropy of [${logits.shape}]`);
    expect(targets.shape.length === 1 && targets.shape[0] === n, `cross_entropy targets [${targets.shape}]`);
    return [
      { shape: [n], dtype: 'f32' },
      { shape: [n], dtype: 'f32' },
    ];
  },
  decompose(b, [logits, targets]) {
    const n = logits.shape[0];
    const top = b.reduceMax(logits, [-1]);
    const lse = b.add(top, b.log(b.sum(b.exp(b.sub(logits, top)), [-1])));
    const hit = b.sum(b.mul(oneHot(b, targets, logits.shape), logits), [-1]);
    return [b.reshape(b.sub(lse, hit), [n]), b.reshape(lse, [n])];
  },
  vjp(b, node, [g, glse]) {
    const [logits, targets] = node.inputs;
    const lse = b.pick(node, 1);
    const ofLoss = g && b.apply('cross_entropy_bwd', [logits, targets, lse, g]);
    if (!glse) return [ofLoss, undefined];
    // The gradient of a log-sum-exp is the softmax (used by z-loss).
    const column = (x: Node) => b.reshape(x, [logits.shape[0], 1]);
    const ofLse = b.mul(b.exp(b.sub(logits, column(lse))), column(glse));
    return [ofLoss ? b.add(ofLoss, ofLse) : ofLse, undefined];
  },
  cost: ([logits]) => ({ flops: 5 * numel(logits.shape), bytes: BYTES_PER_ELEMENT * numel(logits.shape) }),
};

/** (logits, targets, lse, g [N]) to the gradient of the logits [N, V]. */
const crossEntropyBackward: OpRow = {
  name: 'cross_entropy_bwd',
  kind: 'composite',
  infer: ([logits]) => [logits],
  decompose(b, [logits, targets, lse, g]) {
    const n = logits.shape[0];
    const p = b.exp(b.sub(logits, b.reshape(lse, [n, 1])));
    return [b.mul(b.sub(p, oneHot(b, targets, logits.shape)), b.reshape(g, [n, 1]))];
  },
  cost: ([logits]) => ({
    flops: 5 * numel(logits.shape),
    bytes: 2 * BYTES_PER_ELEMENT * numel(logits.shape),
  }),
};

export const crossEntropyRows: readonly OpRow[] = [crossEntropy, crossEntropyBackward];
