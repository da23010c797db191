// out[index[i], ...] = base + updates, without float atomics: a block owns 32 rows by 256 columns of the table and
// walks all indices in order; those that fall into its rows are listed in order, then every thread adds its own
// column of the listed updates. The indices are read once by each block, from L2: (v / 32) * (width / 256) * 4 n
// bytes; the updates once. Macros: BT, UT, OUT (elements of base, updates and result).
#define ROWS 32
#define COLUMNS 256
#define LIST 1024
GLOBAL void __launch_bounds__(COLUMNS)
    KERNEL(const BT *base, const int *index, const UT *update, OUT *out, i64 n, i64 width, i64 v) {
  DYNAMIC_SHARED(shared);
  float *sums = (float *)shared;
  int *places = (int *)(sums + ROWS * COLUMNS), *rows = places + LIST, *counts = rows + LIST;
  const i64 first = (i64)blockIdx.x * ROWS, column = (i64)blockIdx.y * COLUMNS + threadIdx.x;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  for (int r = 0; r < ROWS; r++) {
    const bool in = first + r < v && column < width;
    sums[r * COLUMNS + threadIdx.x] = in ? ld(base + (first + r) * width + column) : 0.0f;
  }
  for (i64 begin = 0; begin < n; begin += LIST) {
    int row[LIST / COLUMNS];
    u32 hits[LIST / COLUMNS];
#pragma unroll
    for (int part = 0; part < LIST / COLUMNS; part++) {
      const i64 i = begin + part * COLUMNS + threadIdx.x;
      const i64 r = i < n ? index[i] - first : -1;
      row[part] = r >= 0 && r < ROWS ? (int)r : -1;
      hits[part] = __ballot_sync(WARP_ALL, row[part] >= 0);
      if (lane == 0) counts[part * 8 + warp] = __popc(hits[part]);
    }
    __syncthreads();
    int total = 0;
#pragma unroll
    for (int part = 0; part < LIST / COLUMNS; part++) {
      for (int w = 0; w < 8; w++) {
        if (w == warp && row[part] >= 0) {
          const int at = total + __popc(hits[part] & ((1u << lane) - 1));
          places[at] = (int)(begin + part * COLUMNS + threadIdx.x);
          rows[at] = row[part];
        }
        total += counts[part * 8 + w];
      }
    }
    __syncthreads();
    if (column < width) {
#pragma unroll 8
      for (int i = 0; i < total; i++) sums[rows[i] * COLUMNS + threadIdx.x] += ld(update + places[i] * width + column);
    }
    __syncthreads();
  }
  for (int r = 0; r < ROWS; r++)
    if (first + r < v && column < width) st(out + (first + r) * width + column, sums[r * COLUMNS + threadIdx.x]);
}
