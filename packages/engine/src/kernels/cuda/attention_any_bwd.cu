// The backward of attention_any: one warp owns one query (dq) or, with KEYWISE, one key (dk and dv) and walks
// the other side in order. Macros: QT, CAUSAL, KEYWISE.
#define SLOTS 8
GLOBAL void KERNEL(const QT *q, const QT *k, const QT *v, const QT *g, const float *lse, const float *delta, QT *first,
                   QT *second, i64 t, i64 s, i64 hq, i64 hk, float scale, i64 d, i64 rows) {
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  if (row >= rows) return;
  const int lane = threadIdx.x & 31;
  const i64 heads = hq / hk, mine = KEYWISE ? hk : hq, length = KEYWISE ? s : t;
  const i64 h = row % mine, i = row / mine % length, b = row / mine / length;
  // own: k and v of this key, or q and g of this query.
  const QT *own0 = (KEYWISE ? k : q) + row * d + lane, *own1 = (KEYWISE ? v : g) + row * d + lane;
  float x0[SLOTS], x1[SLOTS], a0[SLOTS], a1[SLOTS];
#pragma unroll
  for (int x = 0; x < SLOTS; x++) {
    const bool in = lane + x * 32 < d;
    x0[x] = in ? ld(own0 + x * 32) : 0.0f, x1[x] = in ? ld(own1 + x * 32) : 0.0f;
    a0[x] = 0.0f, a1[x] = 0.0f;
  }
  for (i64 other = 0; other < (KEYWISE ? heads : 1); other++) {
    const i64 head = KEYWISE ? h * heads + other : h, group = head / heads;
    for (i64 j = 0; j < (KEYWISE ? t : s); j++) {
      const i64 query = KEYWISE ? j : i, key = KEYWISE ? i : j;
      const bool hidden = CAUSAL && key > query + s - t;
      const i64 at = lane + (KEYWISE ? ((b * t + j) * hq + head) * d : ((b * s + j) * hk + group) * d);
      const QT *from0 = (KEYWISE ? q : k) + at, *from1 = (KEYWISE ? g : v) + at;
      float y0[SLOTS], y1[SLOTS], score = 0.0f, dp = 0.0f;
#pragma unroll
      for (int x = 0; x < SLOTS; x++) {
        const bool in = lane + x * 32 < d;
        y0[x] = in ? ld(from0 + x * 32) : 0.0f, y1[x] = in ? ld(from1 + x * 32) : 0.0f;
        score += x0[x] * y0[x], dp += x1[x] * y1[x];
      }
      score = warp_sum(score) * scale, dp = warp_sum(dp);
      const i64 stat = (b * hq + head) * t + query;
      const float p = expf((hidden ? -1e30f : score) - lse[stat]);
      const float ds = p * (dp - delta[stat]) * scale;
#pragma unroll
      for (int x = 0; x < SLOTS; x++) a0[x] += ds * y0[x], a1[x] += p * y1[x];
    }
  }
#pragma unroll
  for (int x = 0; x < SLOTS; x++) {
    if (lane + x * 32 >= d) continue;
    st(first + row * d + lane + x * 32, a0[x]);
    if (KEYWISE) st(second + row * d + lane + x * 32, a1[x]);
  }
}
