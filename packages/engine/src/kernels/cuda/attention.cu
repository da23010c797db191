// Flash-attention forward (Dao 2023, arXiv 2307.08691): a block owns 128 queries of one head, eight warps with
// sixteen each; keys and values come in tiles of 64, the next tile while this one is used. Probabilities never
// leave registers. 4 * T * S * D FLOP a head (half when causal) against (T + S) * 4 * D bytes.
//
// q [B, T, Hq, D], k and v [B, S, Hk, D] to o like q and the log-sum-exp [B, Hq, T]. Macros: D, CAUSAL. EPILOGUE: as in
// matmul.cu, pairs at once, with the element type OUT of what is at o.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#define OUT bf16
#endif
#include "attention_tiles.cuh"
#define ROWS 128
#define KEYS 64
#define THREADS 256
GLOBAL void __launch_bounds__(THREADS, 1)
    KERNEL(const bf16 *q, const bf16 *k, const bf16 *v, OUT *o, float *lse, i64 t, i64 s, i64 hq, i64 hk, float scale
           EPILOGUE_PARAMS) {
  DYNAMIC_SHARED(shared);
  bf16 *qs = (bf16 *)shared, *ks = qs + ROWS * PITCH, *vs = ks + 2 * KEYS * PITCH;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const i64 b = blockIdx.z, h = blockIdx.y, group = h / (hq / hk);
  // Long rows first: blocks that start late are short ones.
  const i64 q0 = (gridDim.x - 1 - blockIdx.x) * ROWS, offset = s - t;
  OUT *const whole = o;
  (void)whole;
  q += (b * t * hq + h) * D, o += (b * t * hq + h) * D;
  k += (b * s * hk + group) * D, v += (b * s * hk + group) * D;
  const i64 last = CAUSAL ? least(s, q0 + ROWS + offset) : s;
  const int tiles = (int)((last + KEYS - 1) / KEYS);

  load_rows<ROWS, THREADS>(qs, q, hq * D, q0, t);
  load_rows<KEYS, THREADS>(ks, k, hk * D, 0, s);
  load_rows<KEYS, THREADS>(vs, v, hk * D, 0, s);
  cp_commit();

  float out[D / 8][4], top[2] = {-1e30f, -1e30f}, total[2] = {0.0f, 0.0f};
  clear(out);
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
    float p[KEYS / 8][4];
    clear(p);
    product_over_d(p, qs, warp * 16, kt);
    const i64 key0 = (i64)tile * KEYS;
    const bool edge = key0 + KEYS > s || (CAUSAL && key0 + KEYS > q0 + warp * 16 + offset + 1);
    const int limit = (int)(s - key0), diagonal = (int)(q0 + warp * 16 + (lane >> 2) + offset - key0);
    float high[2] = {top[0], top[1]};
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        p[n][e] *= scale2;
        if (edge) {
          const int column = n * 8 + (lane & 3) * 2 + (e & 1);
          if (column >= limit || (CAUSAL && column > diagonal + (e >> 1) * 8)) p[n][e] = -1e30f;
        }
        high[e >> 1] = fmaxf(high[e >> 1], p[n][e]);
      }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
      high[half] = fmaxf(high[half], __shfl_xor_sync(WARP_ALL, high[half], 1));
      high[half] = fmaxf(high[half], __shfl_xor_sync(WARP_ALL, high[half], 2));
      const float shrink = fast_exp2(top[half] - high[half]);
      top[half] = high[half];
      total[half] *= shrink;
#pragma unroll
      for (int d = 0; d < D / 8; d++) out[d][half * 2] *= shrink, out[d][half * 2 + 1] *= shrink;
    }
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        p[n][e] = fast_exp2(p[n][e] - top[e >> 1]);
        total[e >> 1] += p[n][e];
      }
    }
    product_over_rows(out, p, vt);
    __syncthreads();
  }
#pragma unroll
  for (int half = 0; half < 2; half++) {
    total[half] += __shfl_xor_sync(WARP_ALL, total[half], 1);
    total[half] += __shfl_xor_sync(WARP_ALL, total[half], 2);
    const i64 row = q0 + warp * 16 + (lane >> 2) + half * 8;
    if ((lane & 3) == 0 && row < t) lse[(b * hq + h) * t + row] = top[half] / LOG2E + logf(total[half]);
  }
#ifdef EPILOGUE
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const i64 row = q0 + warp * 16 + (lane >> 2) + half * 8;
    const float f = 1.0f / total[half];
    if (row >= t) continue;
#pragma unroll
    for (int d = 0; d < D / 8; d++) {
      const float sums[2] = {out[d][half * 2] * f, out[d][half * 2 + 1] * f};
      EPILOGUE((int)((b * t + row) * hq + h), d * 8 + (lane & 3) * 2, sums, whole EPILOGUE_ARGS);
    }
  }
#else
  store_rows(o, hq * D, q0 + warp * 16, t, out, 1.0f / total[0], 1.0f / total[1]);
#endif
}
