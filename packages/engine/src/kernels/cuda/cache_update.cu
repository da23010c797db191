// The cache with one row replaced. In place only that row is touched. Macros: CT (cache), RT (row).
GLOBAL void KERNEL(const CT *cache, const RT *row, const int *position, CT *out, i64 rows, i64 width) {
  const i64 at = position[0];
  for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < rows * width; i += (i64)gridDim.x * blockDim.x) {
    if (i / width == at) st(out + i, ld(row + i % width));
    else if (out != cache) out[i] = cache[i];
  }
}
