// Attention for any head size up to 256 and any storage: one warp owns one query, lanes share the head's
// values. Slow and simple; it serves float32 programs, small models and shapes the fast kernels refuse.
// Scores that the mask hides are the large finite value of the op's definition, not left out, so that a row
// which sees nothing is uniform here as it is there. Macros: QT (element type), CAUSAL. EPILOGUE: as in matmul.cu, one
// element at a time, with the element type OUT of what is at o.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#define OUT QT
#endif
#define SLOTS 8
GLOBAL void KERNEL(const QT *q, const QT *k, const QT *v, OUT *o, float *lse, i64 t, i64 s, i64 hq, i64 hk, float scale,
                   i64 d, i64 rows EPILOGUE_PARAMS) {
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  if (row >= rows) return;
  const int lane = threadIdx.x & 31;
  const i64 h = row % hq, i = row / hq % t, b = row / hq / t, group = h / (hq / hk);
  float query[SLOTS], out[SLOTS];
#pragma unroll
  for (int x = 0; x < SLOTS; x++) {
    query[x] = lane + x * 32 < d ? ld(q + row * d + lane + x * 32) : 0.0f;
    out[x] = 0.0f;
  }
  float top = -3.0e38f, total = 0.0f;
  for (i64 j = 0; j < s; j++) {
    const i64 at = ((b * s + j) * hk + group) * d + lane;
    float score = 0.0f;
    if (CAUSAL && j > i + s - t) {
      score = -1e30f;
    } else {
#pragma unroll
      for (int x = 0; x < SLOTS; x++)
        if (lane + x * 32 < d) score += query[x] * ld(k + at + x * 32);
      score = warp_sum(score) * scale;
    }
    const float high = fmaxf(top, score), shrink = expf(top - high), p = expf(score - high);
    top = high;
    total = total * shrink + p;
#pragma unroll
    for (int x = 0; x < SLOTS; x++) out[x] = out[x] * shrink + (lane + x * 32 < d ? p * ld(v + at + x * 32) : 0.0f);
  }
#pragma unroll
  for (int x = 0; x < SLOTS; x++)
    if (lane + x * 32 < d)
#ifdef EPILOGUE
      EPILOGUE((int)row, lane + x * 32, out[x] / total, o EPILOGUE_ARGS);
#else
      st(o + row * d + lane + x * 32, out[x] / total);
#endif
  if (lane == 0) lse[(b * hq + h) * t + i] = top + logf(total);
}
