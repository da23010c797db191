// delta [B, Hq, T] = row sums of o * do, one warp a row: the term that the softmax's gradient subtracts.
// Reads 4 * D bytes a row.
GLOBAL void KERNEL(const QT *o, const QT *g, float *delta, i64 t, i64 hq, i64 d, i64 rows) {
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  if (row >= rows) return;
  float sum = 0.0f;
  for (i64 i = threadIdx.x & 31; i < d; i += 32) sum += ld(o + row * d + i) * ld(g + row * d + i);
  sum = warp_sum(sum);
  // Rows lie as [B, T, Hq], the result as [B, Hq, T].
  const i64 h = row % hq, at = row / hq;
  if ((threadIdx.x & 31) == 0) delta[(at / t * hq + h) * t + at % t] = sum;
}
