// Softmax cross-entropy of one row a block, in one pass over the logits: every thread keeps a running maximum and
// a sum scaled to it, and the pairs are joined at the end in a fixed order. Reads 2 or 4 bytes a logit, once.
// Macros: LT (element of the logits), VECTOR (the vocabulary is a multiple of eight).
GLOBAL void __launch_bounds__(512)
    KERNEL(const LT *logits, const int *targets, float *losses, float *lses, i64 n, i64 v) {
  __shared__ float shared[32];
  const LT *row = logits + (i64)blockIdx.x * v;
  float top = -3.0e38f, sum = 0.0f;
  if (VECTOR) {
    for (i64 i = threadIdx.x * 8; i < v; i += 512 * 8) {
      const f8 x = ld8(row + i);
      float high = top;
#pragma unroll
      for (int e = 0; e < 8; e++) high = fmaxf(high, x.x[e]);
      sum *= expf(top - high);
#pragma unroll
      for (int e = 0; e < 8; e++) sum += expf(x.x[e] - high);
      top = high;
    }
  } else {
    for (i64 i = threadIdx.x; i < v; i += 512) {
      const float x = ld(row + i), high = fmaxf(top, x);
      sum = sum * expf(top - high) + expf(x - high);
      top = high;
    }
  }
  const float high = block_max(top, shared);
  const float total = block_sum(sum * expf(top - high), shared);
  if (threadIdx.x != 0) return;
  const float lse = high + logf(total);
  const int target = targets[blockIdx.x];
  lses[blockIdx.x] = lse;
  // A target outside the vocabulary is a NaN loss, never a read out of bounds.
  losses[blockIdx.x] = target >= 0 && target < v ? lse - ld(row + target) : lse * (INFINITY - INFINITY);
}
