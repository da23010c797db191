// Gradient of the logits, in place where the plan allows it: (exp(logit - lse) - [target]) * g. Reads and writes
// every logit once. Macros: LT and OUT (elements of logits and gradient), VECTOR (vocabulary a multiple of eight).
GLOBAL void __launch_bounds__(512) KERNEL(const LT *logits, const int *targets, const float *lses, const float *gs,
                                          OUT *out, i64 n, i64 v) {
  const LT *row = logits + (i64)blockIdx.x * v;
  OUT *to = out + (i64)blockIdx.x * v;
  const float lse = lses[blockIdx.x], g = gs[blockIdx.x];
  const int target = targets[blockIdx.x];
  if (VECTOR) {
    for (i64 i = threadIdx.x * 8; i < v; i += 512 * 8) {
      f8 x = ld8(row + i);
#pragma unroll
      for (int e = 0; e < 8; e++) x.x[e] = (expf(x.x[e] - lse) - (i + e == target ? 1.0f : 0.0f)) * g;
      st8(to + i, x);
    }
  } else {
    for (i64 i = threadIdx.x; i < v; i += 512) st(to + i, (expf(ld(row + i) - lse) - (i == target ? 1.0f : 0.0f)) * g);
  }
}
