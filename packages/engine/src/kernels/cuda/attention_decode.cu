// One query row against a cache, one block a head: eight warps take every eighth key, each with an online
// softmax; their results are joined in order. Reads the valid part of the cache once for each query head.
// Macros: QT (query and result), CT (cache). EPILOGUE: as in matmul.cu, one element at a time, with the element type OUT
// of what is at o.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#define OUT QT
#endif
#define SLOTS 8
GLOBAL void __launch_bounds__(256)
    KERNEL(const QT *q, const CT *k, const CT *v, const int *position, OUT *o, i64 hq, i64 hk, i64 d, float scale
           EPILOGUE_PARAMS) {
  __shared__ float tops[8], totals[8], parts[8][256];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const i64 h = blockIdx.x, group = h / (hq / hk), count = position[0] + 1;
  float query[SLOTS], out[SLOTS], top = -3.0e38f, total = 0.0f;
#pragma unroll
  for (int x = 0; x < SLOTS; x++) query[x] = lane + x * 32 < d ? ld(q + h * d + lane + x * 32) : 0.0f, out[x] = 0.0f;
  for (i64 j = warp; j < count; j += 8) {
    const i64 at = (j * hk + group) * d + lane;
    float score = 0.0f;
#pragma unroll
    for (int x = 0; x < SLOTS; x++)
      if (lane + x * 32 < d) score += query[x] * ld(k + at + x * 32);
    score = warp_sum(score) * scale;
    const float high = fmaxf(top, score), shrink = expf(top - high), p = expf(score - high);
    top = high, total = total * shrink + p;
#pragma unroll
    for (int x = 0; x < SLOTS; x++) out[x] = out[x] * shrink + (lane + x * 32 < d ? p * ld(v + at + x * 32) : 0.0f);
  }
  if (lane == 0) tops[warp] = top, totals[warp] = total;
#pragma unroll
  for (int x = 0; x < SLOTS; x++)
    if (lane + x * 32 < d) parts[warp][lane + x * 32] = out[x];
  __syncthreads();
  if (threadIdx.x >= d) return;
  float high = tops[0], sum = 0.0f, value = 0.0f;
  for (int w = 1; w < 8; w++) high = fmaxf(high, tops[w]);
  for (int w = 0; w < 8; w++) {
    const float f = expf(tops[w] - high);
    sum += totals[w] * f, value += parts[w][threadIdx.x] * f;
  }
#ifdef EPILOGUE
  EPILOGUE((int)h, (int)threadIdx.x, value / sum, o EPILOGUE_ARGS);
#else
  st(o + h * d + threadIdx.x, value / sum);
#endif
}
