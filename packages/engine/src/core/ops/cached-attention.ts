// Attention of rows that belong to different sequences against a cache with one slot per sequence. The layout
// [slots, heads, positions, size] keeps what one head reads in one stretch.

import type { Builder, Node, OpRow } from '../graph.ts';
import { BYTES_PER_ELEMENT, expect, numel, sameShape, type TensorType } from '../shape.ts';

const MASKED = -1e30;

function checkPlaces(rows: number, slot: TensorType, position: TensorType): void {
  for (const t of [slot, position]) {
    expect(t.dtype === 'i32' && sameShape(t.shape, [rows]), `one i32 per row, got ${t.dtype} [${t.shape}]`);
  }
}

/**
 * The cache [Z, H, S, D] with rows [R, H, D] put at (slot, position), both i32 [R]. A row whose place is outside the
 * cache is dropped, so that padding rows carry slot -1; of two rows for one place the later wins.
 */
const cacheWrite: OpRow = {
  name: 'cache_write',
  kind: 'composite',
  infer([cache, rows, slot, position]) {
    const [, h, , d] = cache.shape;
    const fits = cache.shape.length === 4 && sameShape(rows.shape, [rows.shape[0], h, d]);
    expect(fits, `cache_write of [${rows.shape}] into [${cache.shape}]`);
    checkPlaces(rows.shape[0], slot, position);
    return [cache];
  },
  decompose(b, [cache, rows, slot, position]) {
    const [, h, , d] = cache.shape;
    const one = (x: Node, r: number) => b.reshape(b.slice(x, [r], [1]), [1, 1, 1, 1]);
    const at = (axis: number, x: Node, r: number) => b.toF32(b.cmpeq(b.iota(cache.shape, axis), one(x, r)));
    let out = cache;
    for (let r = 0; r < rows.shape[0]; r++) {
      const here = b.cmplt(0.5, b.mul(at(0, slot, r), at(2, position, r)));
      out = b.where(here, b.reshape(b.slice(rows, [r, 0, 0], [1, h, d]), [1, h, 1, d]), out);
    }
    return [out];
  },
};

/** [Z, H, S, D] to the slots of the rows, each head repeated for its group: [R, Hq, S, D]. */
function slotsOfRows(b: Builder, cache: Node, slot: Node, queryHeads: number): Node {
  const [z, h, s, d] = cache.shape;
  const rows = slot.shape[0];
  const picked = b.reshape(b.gather(b.reshape(cache, [z, h * s * d]), slot), [rows, h, 1, s, d]);
  return b.reshape(b.expand(picked, [rows, h, queryHeads / h, s, d]), [rows, queryHeads, s, d]);
}

/**
 * q [R, Hq, D], caches [Z, Hkv, S, D], slot and position i32 [R]: row r sees positions 0..position of its slot.
 * A row with slot -1 is padding; its result means nothing.
 */
const attentionRowsOp: OpRow = {
  name: 'attention_rows',
  kind: 'composite',
  infer([q, k, v, slot, position]) {
    const [rows, heads, size] = q.shape;
    const [, kv, , d] = k.shape;
    const fits = q.shape.length === 3 && k.shape.length === 4 && size === d && heads % kv === 0;
    expect(fits && sameShape(k.shape, v.shape), `attention_rows of [${q.shape}] and [${k.shape}]`);
    checkPlaces(rows, slot, position);
    return [q];
  },
  decompose(b, [q, k, v, slot, position], attrs) {
    const [rows, heads, d] = q.shape;
    const s = k.shape[2];
    const keys = slotsOfRows(b, k, slot, heads);
    const query = b.reshape(q, [rows, heads, 1, d]);
    const raw = b.mul(b.matmul(query, keys, { tb: true }), attrs.scale as number);
    const beyond = b.cmplt(b.reshape(position, [rows, 1, 1, 1]), b.iota([rows, heads, 1, s], 3));
    const p = b.apply('softmax', [b.where(beyond, MASKED, raw)]);
    return [b.reshape(b.matmul(p, slotsOfRows(b, v, slot, heads)), [rows, heads, d])];
  },
  cost: ([q, k]) => ({
    flops: 4 * numel(q.shape) * k.shape[2],
    bytes: BYTES_PER_ELEMENT * 2 * (numel(q.shape) + numel(k.shape)),
  }),
};

export const cachedAttentionRows: readonly OpRow[] = [cacheWrite, attentionRowsOp];
