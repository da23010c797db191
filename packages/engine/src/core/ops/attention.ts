// Scaled dot-product attention with grouped queries, its backward, and its decoding form.
// Layouts keep the heads inside: q [B, T, Hq, D], k and v [B, S, Hkv, D], so that no transpose is
// needed between the projections and attention. The backward recomputes the probabilities from the
// saved log-sum-exp (Dao et al. 2022, arXiv 2205.14135).

import type { Attrs, Builder, Node, OpRow } from '../graph.ts';
import { BYTES_PER_ELEMENT, expect, numel, sameShape, type TensorType } from '../shape.ts';

/** Large and finite: no algorithm here depends on arithmetic with infinities. */
const MASKED = -1e30;

/** [B, T, H, D] to [B, H, T, D]. */
const headsFirst = (b: Builder, x: Node) => b.permute(x, [0, 2, 1, 3]);

/** Repeats each key/value head for the queries of its group. */
function repeatHeads(b: Builder, x: Node, queryHeads: number): Node {
  const [n, s, h, d] = x.shape;
  if (h === queryHeads) return x;
  const wide = b.expand(b.reshape(x, [n, s, h, 1, d]), [n, s, h, queryHeads / h, d]);
  return b.reshape(wide, [n, s, queryHeads, d]);
}

/** Sums the gradients of repeated heads back to their group's head. */
function sumHeads(b: Builder, x: Node, heads: number): Node {
  const [n, s, h, d] = x.shape;
  if (h === heads) return x;
  return b.reshape(b.sum(b.reshape(x, [n, s, heads, h / heads, d]), [3]), [n, s, heads, d]);
}

function scores(b: Builder, q: Node, k: Node, attrs: Attrs): Node {
  const raw = b.matmul(headsFirst(b, q), headsFirst(b, repeatHeads(b, k, q.shape[2])), { tb: true });
  const scaled = b.mul(raw, attrs.scale as number);
  if (!attrs.causal) return scaled;
  const [t, s] = raw.shape.slice(2);
  const row = b.add(b.iota([t, s], 0), b.full([t, s], s - t, 'i32'));
  return b.where(b.cmplt(row, b.iota([t, s], 1)), MASKED, scaled);
}

function checkQkv(q: TensorType, k: TensorType, v: TensorType): void {
  const [n, , hq, d] = q.shape;
  const [nk, , hk, dk] = k.shape;
  const fits = q.shape.length === 4 && n === nk && d === dk && hq % hk === 0 && sameShape(k.shape, v.shape);
  expect(fits, `attention of q [${q.shape}], k [${k.shape}], v [${v.shape}]`);
}

const attentionFlops = (q: TensorType, k: TensorType, products: number) =>
  2 * products * numel(q.shape) * k.shape[1];

/** Results: o [B, T, Hq, D] and the log-sum-exp of each row of scores [B, Hq, T]. */
const attention: OpRow = {
  name: 'attention',
  kind: 'composite',
  infer([q, k, v]) {
    checkQkv(q, k, v);
    const [n, t, h] = q.shape;
    return [q, { shape: [n, h, t], dtype: 'f32' }];
  },
  decompose(b, [q, k, v], attrs) {
    const s = scores(b, q, k, attrs);
    const top = b.reduceMax(s, [-1]);
    const e = b.exp(b.sub(s, top));
    const total = b.sum(e, [-1]);
    const values = headsFirst(b, repeatHeads(b, v, q.shape[2]));
    const o = headsFirst(b, b.matmul(b.div(e, total), values));
    return [o, b.reshape(b.add(top, b.log(total)), s.shape.slice(0, 3))];
  },
  vjp(b, node, [g, glse]) {
    if (glse) throw new Error('the log-sum-exp of attention is not differentiable here');
    if (!g) return node.inputs.map(() => undefined);
    const inputs = [...node.inputs, b.pick(node, 0), b.pick(node, 1), g];
    const back = b.apply('attention_bwd', inputs, node.attrs);
    return [0, 1, 2].map((i) => b.pick(back, i));
  },
  cost: ([q, k, v]) => ({
    flops: attentionFlops(q, k, 2),
    bytes: BYTES_PER_ELEMENT * (2 * numel(q.shape) + numel(k.shape) + numel(v.shape)),
  }),
};

/** (q, k, v, o, lse, do) to (dq, dk, dv). */
const attentionBackward: OpRow = {
  name: 'attention_bwd',
  kind: 'composite',
  infer([q, k, v]) {
    checkQkv(q, k, v);
    return [q, k, v];
  },
  decompose(b, [q, k, v, o, lse, g], attrs) {
    const heads = q.shape[2];
    const s = scores(b, q, k, attrs);
    const p = b.exp(b.sub(s, b.reshape(lse, [...lse.shape, 1])));
    const go = headsFirst(b, g);
    const dp = b.matmul(go, headsFirst(b, repeatHeads(b, v, heads)), { tb: true });
    const delta = b.sum(b.mul(go, headsFirst(b, o)), [-1]);
    const ds = b.mul(b.mul(p, b.sub(dp, delta)), attrs.scale as number);
    const dq = headsFirst(b, b.matmul(ds, headsFirst(b, repeatHeads(b, k, heads))));
    const dk = headsFirst(b, b.matmul(ds, headsFirst(b, q), { ta: true }));
    const dv = headsFirst(b, b.matmul(p, go, { ta: true }));
    return [dq, sumHeads(b, dk, k.shape[2]), sumHeads(b, dv, v.shape[2])];
  },
  cost: ([q, k, v]) => ({
    flops: attentionFlops(q, k, 5),
    bytes: BYTES_PER_ELEMENT * (4 * numel(q.shape) + 2 * numel(k.shape) + 2 * numel(v.shape)),
  }),
};

/** One query row against a cache: q [Hq, D], caches [S, Hkv, D], rows 0..position are valid. */
const attentionDecode: OpRow = {
  name: 'attention_decode',
  kind: 'composite',
  infer([q, k, v, position]) {
    const fits = q.shape.length === 2 && q.shape[1] === k.shape[2] && q.shape[0] % k.shape[1] === 0;
    expect(fits && sameShape(k.shape, v.shape), `attention_decode of [${q.shape}] and [${k.shape}]`);
    expect(
      position.dtype === 'i32' && numel(position.shape) === 1,
      'attention_decode takes one i32 position',
    );
    return [q];
  },
  decompose(b, [q, k, v, position], attrs) {
    const [h, d] = q.shape;
    const s = k.shape[0];
    const keys = headsFirst(b, repeatHeads(b, b.reshape(k, [1, ...k.shape]), h));
    const values = headsFirst(b, repeatHeads(b, b.reshape(v, [1, ...v.shape]), h));
    const raw = b.mul(b.matmul(b.reshape(q, [1, h, 1, d]), keys, { tb: true }), attrs.scale as number);
    const beyond = b.cmplt(b.reshape(position, [1, 1, 1, 1]), b.iota([1, h, 1, s], 3));
    const p = b.apply('softmax', [b.where(beyond, MASKED, raw)]);
    return [b.reshape(b.matmul(p, values), [h, d])];
  },
};

/** The cache with its row `position` replaced: cache [S, ...], row [...], position [1]. */
const cacheUpdate: OpRow = {
  name: 'cache_update',
  kind: 'composite',
  infer([cache, row, position]) {
    expect(
      sameShape(cache.shape.slice(1), row.shape),
      `cache_update of [${cache.shape}] with [${row.shape}]`,
    );
    expect(position.dtype === 'i32' && numel(position.shape) === 1, 'cache_update takes one i32 position');
    return [cache];
  },
  decompose(b, [cache, row, position]) {
    const at = b.reshape(
      position,
      cache.shape.map(() => 1),
    );
    return [b.where(b.cmpeq(b.iota(cache.shape, 0), at), row, cache)];
  },
};

export const attentionRows: readonly OpRow[] = [attention, attentionBackward, attentionDecode, cacheUpdate];
