// Flash-attention backward for queries: a block owns 64 queries of one head, four warps with sixteen each, and
// walks the keys. The scores are computed a second time, which costs 4 * T * S * D FLOP a head more than adding
// into dq from the other kernel would, and gives the same bits every time.
#include "attention_tiles.cuh"
#define ROWS 64
#define KEYS (D <= 64 ? 64 : 32)
#define THREADS 128
GLOBAL void __launch_bounds__(THREADS, 1)
    KERNEL(const bf16 *q, const bf16 *k, const bf16 *v, const bf16 *g, const float *lse, const float *delta, bf16 *dq,
           i64 t, i64 s, i64 hq, i64 hk, float scale) {
  DYNAMIC_SHARED(shared);
  bf16 *qs = (bf16 *)shared, *gs = qs + ROWS * PITCH, *ks = gs + ROWS * PITCH, *vs = ks + 2 * KEYS * PITCH;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const i64 b = blockIdx.z, h = blockIdx.y, group = h / (hq / hk);
  const i64 q0 = (gridDim.x - 1 - blockIdx.x) * ROWS, offset = s - t;
  q += (b * t * hq + h) * D, g += (b * t * hq + h) * D, dq += (b * t * hq + h) * D;
  k += (b * s * hk + group) * D, v += (b * s * hk + group) * D;
  const i64 last = CAUSAL ? least(s, q0 + ROWS + offset) : s;
  const int tiles = (int)((last + KEYS - 1) / KEYS);
  load_rows<ROWS, THREADS>(qs, q, hq * D, q0, t);
  load_rows<ROWS, THREADS>(gs, g, hq * D, q0, t);
  load_rows<KEYS, THREADS>(ks, k, hk * D, 0, s);
  load_rows<KEYS, THREADS>(vs, v, hk * D, 0, s);
  cp_commit();
  float ls[2], de[2];
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const i64 row = q0 + warp * 16 + (lane >> 2) + half * 8, at = (b * hq + h) * t + row;
    ls[half] = row < t ? lse[at] * LOG2E : 0.0f;
    de[half] = row < t ? delta[at] : 0.0f;
  }
  float aq[D / 8][4];
  clear(aq);
  const float scale2 = scale * LOG2E;
  for (int tile = 0; tile < tiles; tile++) {
    if (tile + 1 < tiles) {
      load_rows<KEYS, THREADS>(ks + (tile + 1 & 1) * KEYS * PITCH, k, hk * D, (i64)(tile + 1) * KEYS, s);
      load_rows<KEYS, THREADS>(vs + (tile + 1 & 1) * KEYS * PITCH, v, hk * D, (i64)(tile + 1) * KEYS, s);
    }
    cp_commit();
    cp_wait<1>();
    __syncthreads();
    const bf16 *kt = ks + (tile & 1) * KEYS * PITCH, *vt = vs + (tile & 1) * KEYS * PITCH;
    const i64 row = q0 + warp * 16 + (lane >> 2), key0 = (i64)tile * KEYS;
    const int rows = (int)(t - row), limit = (int)(s - key0), diagonal = (int)(row + offset - key0);
    float p[KEYS / 8][4], dp[KEYS / 8][4];
    clear(p);
    clear(dp);
    product_over_d(p, qs, warp * 16, kt);
    product_over_d(dp, gs, warp * 16, vt);
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int column = n * 8 + (lane & 3) * 2 + (e & 1);
        const bool seen = (e >> 1) * 8 < rows && column < limit && !(CAUSAL && column > diagonal + (e >> 1) * 8);
        const float prob = seen ? fast_exp2(p[n][e] * scale2 - ls[e >> 1]) : 0.0f;
        dp[n][e] = prob * (dp[n][e] - de[e >> 1]);
      }
    }
    product_over_rows(aq, dp, kt);
    __syncthreads();
  }
  cp_wait<0>();
  store_rows(dq, hq * D, q0 + warp * 16, t, aq, scale, scale);
}
