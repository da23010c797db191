// Rows of a table [v, width] by index, one block a row; an index outside the table gives NaN. Reads and writes
// each element once. Macros: TT, OUT (elements), VECTOR (width is a multiple of eight).
GLOBAL void KERNEL(const TT *table, const int *index, OUT *out, i64 n, i64 width, i64 v) {
  const i64 row = index[blockIdx.x];
  const bool valid = row >= 0 && row < v;
  const TT *from = table + (valid ? row : 0) * width;
  OUT *to = out + (i64)blockIdx.x * width;
  const float bad = valid ? 0.0f : INFINITY - INFINITY;
  if (VECTOR) {
    for (i64 i = threadIdx.x * 8; i < width; i += blockDim.x * 8) {
      f8 x = ld8(from + i);
      for (int e = 0; e < 8; e++) x.x[e] += bad;
      st8(to + i, x);
    }
  } else {
    for (i64 i = threadIdx.x; i < width; i += blockDim.x) st(to + i, ld(from + i) + bad);
  }
}
