// Composite layers that every backend may leave to the generated map and row kernels.
// RMSNorm: Zhang & Sennrich 2019 (arXiv 1910.07467). RoPE: Su et al. 2021 (arXiv 2104.09864), in the
// half-split form of Hugging Face's Llama. SwiGLU: Shazeer 2020 (arXiv 2002.05202).

import { type Builder, type Node, type OpRow, streamingCost } from '../graph.ts';
import { expect, sameShape } from '../shape.ts';

const leadingAxes = (x: Node) => x.shape.slice(0, -1).map((_, i) => i);

/** 1 / sqrt(mean(x^2) + eps) over the last axis, kept with size one. */
const inverseRms = (b: Builder, x: Node, eps: number) => b.rsqrt(b.add(b.mean(b.mul(x, x), [-1]), eps));

const rmsnorm: OpRow = {
  name: 'rmsnorm',
  kind: 'composite',
  infer([x, w]) {
    expect(sameShape(w.shape, x.shape.slice(-1)), `rmsnorm of [${x.shape}] with weight [${w.shape}]`);
    return [x];
  },
  decompose(b, [x, w], attrs) {
    return [b.mul(w, b.mul(x, inverseRms(b, x, attrs.eps as number)))];
  },
  vjp(b, node, [g]) {
    if (!g) return [undefined, undefined];
    const [x, w] = node.inputs;
    const r = inverseRms(b, x, node.attrs.eps as number);
    const normalized = b.mul(x, r);
    const gw = b.mul(g, w);
    const dx = b.mul(r, b.sub(gw, b.mul(normalized, b.mean(b.mul(gw, normalized), [-1]))));
    const dw = b.reshape(b.sum(b.mul(g, normalized), leadingAxes(x)), w.shape);
    return [dx, dw];
  },
  cost: streamingCost,
};

/** x [B, T, H, D] rotated by tables cos, sin [T, D/2]: pairs are (i, i + D/2). */
const rope: OpRow = {
  name: 'rope',
  kind: 'composite',
  infer([x, cos, sin]) {
    const [, t, , d] = x.shape;
    expect(x.shape.length === 4 && d % 2 === 0, `rope of [${x.shape}]`);
    expect(sameShape(cos.shape, [t, d / 2]) && sameShape(sin.shape, cos.shape), `rope tables [${cos.shape}]`);
    return [x];
  },
  decompose(b, [x, cos, sin]) {
    const [n, t, h, d] = x.shape;
    const half = d / 2;
    const pairs = b.reshape(x, [n, t, h, 2, half]);
    const part = (i: number) => b.slice(pairs, [0, 0, 0, i, 0], [n, t, h, 1, half]);
    const c = b.reshape(cos, [1, t, 1, 1, half]);
    const s = b.reshape(sin, [1, t, 1, 1, half]);
    const [x0, x1] = [part(0), part(1)];
    const y0 = b.sub(b.mul(x0, c), b.mul(x1, s));
    const y1 = b.add(b.mul(x1, c), b.mul(x0, s));
    return [b.reshape(b.concat([y0, y1], 3), x.shape)];
  },
  vjp(b, node, [g]) {
    const [, cos, sin] = node.inputs;
    // A rotation's transpose is the rotation by the opposite angle; the tables are constants.
    return [g && b.apply('rope', [g, cos, b.neg(sin)]), undefined, undefined];
  },
  cost: streamingCost,
};

const sigmoid = (b: Builder, x: Node) => b.recip(b.add(b.exp(b.neg(x)), 1));
const siluSlope = (b: Builder, x: Node) => {
  const s = sigmoid(b, x);
  return b.mul(s, b.add(b.mul(x, b.sub(1, s)), 1));
};

const silu: OpRow = {
  name: 'silu',
  kind: 'composite',
  infer: ([x]) => [x],
  decompose: (b, [x]) => [b.mul(x, sigmoid(b, x))],
  vjp: (b, node, [g]) => [g && b.mul(g, siluSlope(b, node.inputs[0]))],
  cost: streamingCost,
};

/** silu(gate) * up. */
const swiglu: OpRow = {
  name: 'swiglu',
  kind: 'composite',
  infer([gate, up]) {
    expect(sameShape(gate.shape, up.shape), `swiglu of [${gate.shape}] and [${up.shape}]`);
    return [gate];
  },
  decompose: (b, [gate, up]) => [b.mul(b.mul(gate, sigmoid(b, gate)), up)],
  vjp(b, node, [g]) {
    if (!g) return [undefined, undefined];
    const [gate, up] = node.inputs;
    const silu = b.mul(gate, sigmoid(b, gate));
    return [b.mul(b.mul(g, up), siluSlope(b, gate)), b.mul(g, silu)];
  },
  cost: streamingCost,
};

/** Over the last axis, shifted by the maximum. */
const softmax: OpRow = {
  name: 'softmax',
  kind: 'composite',
  infer: ([x]) => [x],
  decompose(b, [x]) {
    const e = b.exp(b.sub(x, b.reduceMax(x, [-1])));
    return [b.div(e, b.sum(e, [-1]))];
  },
  vjp: (b, node, [g]) => [g && b.mul(node, b.sub(g, b.sum(b.mul(g, node), [-1])))],
  cost: streamingCost,
};

export const layerRows: readonly OpRow[] = [rmsnorm, rope, silu, swiglu, softmax];
