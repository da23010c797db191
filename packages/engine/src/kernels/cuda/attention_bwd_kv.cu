// Flash-attention backward for keys and values: a block owns 64 keys of one key/value head, four warps with
// sixteen each, and walks the queries of its whole group in a fixed order, so that no atomics are needed.
// Scores are computed transposed (keys x queries): the probabilities are then already the left operand of the
// two products that follow. 6 * T * S * D FLOP a query head (half when causal).
#include "attention_tiles.cuh"
#define KEYS 64
#define ROWS (D <= 64 ? 64 : 32)
#define THREADS 128
GLOBAL void __launch_bounds__(THREADS, 1)
    KERNEL(const bf16 *q, const bf16 *k, const bf16 *v, const bf16 *g, const float *lse, const float *delta, bf16 *dk,
           bf16 *dv, i64 t, i64 s, i64 hq, i64 hk, float scale) {
  DYNAMIC_SHARED(shared);
  bf16 *ks = (bf16 *)shared, *vs = ks + KEYS * PITCH, *qs = vs + KEYS * PITCH, *gs = qs + 2 * ROWS * PITCH;
  float *ls = (float *)(gs + 2 * ROWS * PITCH), *ds = ls + 2 * ROWS;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const i64 b = blockIdx.z, h = blockIdx.y, key0 = (i64)blockIdx.x * KEYS, offset = s - t, heads = hq / hk;
  k += (b * s * hk + h) * D, v += (b * s * hk + h) * D, dk += (b * s * hk + h) * D, dv += (b * s * hk + h) * D;
  load_rows<KEYS, THREADS>(ks, k, hk * D, key0, s);
  load_rows<KEYS, THREADS>(vs, v, hk * D, key0, s);

  // Queries before this one see none of these keys.
  const i64 begin = CAUSAL && key0 > offset ? (key0 - offset) / ROWS : 0;
  const i64 tiles = (t + ROWS - 1) / ROWS - begin, steps = tiles > 0 ? heads * tiles : 0;
  auto fetch = [&](i64 step) {
    const i64 head = h * heads + step / tiles, q0 = (begin + step % tiles) * ROWS, slot = step & 1;
    load_rows<ROWS, THREADS>(qs + slot * ROWS * PITCH, q + (b * t * hq + head) * D, hq * D, q0, t);
    load_rows<ROWS, THREADS>(gs + slot * ROWS * PITCH, g + (b * t * hq + head) * D, hq * D, q0, t);
    for (int i = threadIdx.x; i < ROWS; i += THREADS) {
      const i64 row = q0 + i, at = (b * hq + head) * t + row;
      ls[slot * ROWS + i] = row < t ? lse[at] * LOG2E : 0.0f;
      ds[slot * ROWS + i] = row < t ? delta[at] : 0.0f;
    }
  };
  if (steps > 0) fetch(0);
  cp_commit();

  float ak[D / 8][4], av[D / 8][4];
  clear(ak);
  clear(av);
  const float scale2 = scale * LOG2E;
  for (i64 step = 0; step < steps; step++) {
    if (step + 1 < steps) fetch(step + 1);
    cp_commit();
    cp_wait<1>();
    __syncthreads();
    const int slot = step & 1;
    const bf16 *qt = qs + slot * ROWS * PITCH, *gt = gs + slot * ROWS * PITCH;
    const i64 q0 = (begin + step % tiles) * ROWS;
    // Relative to this thread's first key and this tile's first query, so that plain ints do.
    const i64 key = key0 + warp * 16 + (lane >> 2);
    const int rows = (int)least(t - q0, ROWS), keys = (int)(s - key), diagonal = (int)(key - q0 - offset);
    float p[ROWS / 8][4], dp[ROWS / 8][4];
    clear(p);
    clear(dp);
    product_over_d(p, ks, warp * 16, qt);
    product_over_d(dp, vs, warp * 16, gt);
#pragma unroll
    for (int n = 0; n < ROWS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int column = n * 8 + (lane & 3) * 2 + (e & 1);
        const bool seen = column < rows && (e >> 1) * 8 < keys && !(CAUSAL && (e >> 1) * 8 > column - diagonal);
        p[n][e] = seen ? fast_exp2(p[n][e] * scale2 - ls[slot * ROWS + column]) : 0.0f;
        dp[n][e] = p[n][e] * (dp[n][e] - ds[slot * ROWS + column]);
      }
    }
    product_over_rows(av, p, gt);
    product_over_rows(ak, dp, qt);
    __syncthreads();
  }
  cp_wait<0>();
  store_rows(dk, hk * D, key0 + warp * 16, s, ak, scale, scale);
  store_rows(dv, hk * D, key0 + warp * 16, s, av, 1.0f, 1.0f);
}
