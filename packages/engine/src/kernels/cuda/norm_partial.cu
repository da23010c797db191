// Sums of squares of chunks of many tensors, one block a chunk; the table has (address, count) for each.
// Reads every element once.
GLOBAL void __launch_bounds__(256) KERNEL(const u64 *table, float *partial) {
  __shared__ float shared[32];
  const float *x = (const float *)table[blockIdx.x * 2];
  const i64 count = (i64)table[blockIdx.x * 2 + 1];
  float sum = 0.0f;
  for (i64 i = threadIdx.x * 8; i < count; i += 256 * 8) {
    if (i + 8 <= count) {
      const f8 v = ld8(x + i);
#pragma unroll
      for (int e = 0; e < 8; e++) sum += v.x[e] * v.x[e];
    } else {
      for (i64 k = i; k < count; k++) sum += x[k] * x[k];
    }
  }
  sum = block_sum(sum, shared);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}
