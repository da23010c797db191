// Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450) with weight and bias.

import { type Builder, type Node, type OpRow, streamingCost } from '../graph.ts';
import { expect, sameShape } from '../shape.ts';

const leadingAxes = (x: Node) => x.shape.slice(0, -1).map((_, i) => i);

/** (x - mean) / sqrt(variance + eps) and the reciprocal root, kept with size one. The variance is of centred values. */
function normalized(b: Builder, x: Node, eps: number): { y: Node; r: Node } {
  const centred = b.sub(x, b.mean(x, [-1]));
  const r = b.rsqrt(b.add(b.mean(b.mul(centred, centred), [-1]), eps));
  return { y: b.mul(centred, r), r };
}

const layernorm: OpRow = {
  name: 'layernorm',
  kind: 'composite',
  infer([x, w, bias]) {
    const fits = sameShape(w.shape, x.shape.slice(-1)) && sameShape(bias.shape, w.shape);
    expect(fits, `layernorm of [${x.shape}] with weight [${w.shape}] and bias [${bias.shape}]`);
    return [x];
  },
  decompose(b, [x, w, bias], attrs) {
    return [b.add(b.mul(normalized(b, x, attrs.eps as number).y, w), bias)];
  },
  vjp(b, node, [g]) {
    if (!g) return [undefined, undefined, undefined];
    const [x, w] = node.inputs;
    const { y, r } = normalized(b, x, node.attrs.eps as number);
    const gw = b.mul(g, w);
    const projected = b.add(b.mean(gw, [-1]), b.mul(y, b.mean(b.mul(gw, y), [-1])));
    const overRows = (v: Node) => b.reshape(b.sum(v, leadingAxes(x)), w.shape);
    return [b.mul(r, b.sub(gw, projected)), overRows(b.mul(g, y)), overRows(g)];
  },
  cost: streamingCost,
};

export const layernormRows: readonly OpRow[] = [layernorm];
