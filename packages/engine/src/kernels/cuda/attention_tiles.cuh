// Pieces shared by the three flash-attention kernels: tiles of one head, [rows][D] in shared memory with rows
// padded by 16 bytes (an odd number of 16-byte chunks, so ldmatrix meets no bank twice).
#define PITCH (D + 8)
#define LOG2E 1.4426950408889634f

/** ROWS rows of one head, `stride` elements apart in memory; rows from `count` on are zero. */
template <int ROWS, int THREADS>
DEVICE void load_rows(bf16 *tile, const bf16 *from, i64 stride, i64 first, i64 count) {
  const int chunks = D / 8;
  for (int i = threadIdx.x; i < ROWS * chunks; i += THREADS) {
    const int row = i / chunks, col = i % chunks * 8;
    const bool valid = first + row < count;
    cp_async(tile + row * PITCH + col, valid ? from + (first + row) * stride + col : from, valid);
  }
}

/** The 16 x 16 left operand at (row0, col0) of a tile kept by rows. */
DEVICE void left(u32 (&f)[4], const bf16 *tile, int row0, int col0) {
  const int lane = threadIdx.x & 31;
  ldmatrix(f, tile + (row0 + (lane & 15)) * PITCH + col0 + (lane >> 4) * 8);
}
/** Right operands [k = D part][n = rows]: f[0..1] for rows 0-7 of the sixteen, f[2..3] for 8-15. */
DEVICE void right_by_rows(u32 (&f)[4], const bf16 *tile, int row0, int col0) {
  const int lane = threadIdx.x & 31;
  ldmatrix(f, tile + (row0 + (lane >> 4) * 8 + (lane & 7)) * PITCH + col0 + (lane >> 3 & 1) * 8);
}
/** Right operands [k = rows][n = D part]: f[0..1] for columns 0-7 of the sixteen, f[2..3] for 8-15. */
DEVICE void right_by_columns(u32 (&f)[4], const bf16 *tile, int row0, int col0) {
  const int lane = threadIdx.x & 31;
  ldmatrix_trans(f, tile + (row0 + (lane & 15)) * PITCH + col0 + (lane >> 4) * 8);
}

/** s[N] (16 x 8 each) += sixteen rows of x times the transpose of N * 8 rows of y, over D. */
template <int N>
DEVICE void product_over_d(float (&s)[N][4], const bf16 *x, int row0, const bf16 *y) {
#pragma unroll
  for (int d = 0; d < D; d += 16) {
    u32 fx[4];
    left(fx, x, row0, d);
#pragma unroll
    for (int n = 0; n < N; n += 2) {
      u32 fy[4];
      right_by_rows(fy, y, n * 8, d);
      mma_bf16(s[n], fx, fy[0], fy[1]);
      mma_bf16(s[n + 1], fx, fy[2], fy[3]);
    }
  }
}
/** out [16 x D] += p [16 x N * 8] times N * 8 rows of y; p is in the layout of an accumulator. */
template <int N>
DEVICE void product_over_rows(float (&out)[D / 8][4], const float (&p)[N][4], const bf16 *y) {
#pragma unroll
  for (int n = 0; n < N; n += 2) {
    const u32 fp[4] = {pack_bf16(p[n][0], p[n][1]), pack_bf16(p[n][2], p[n][3]),
                       pack_bf16(p[n + 1][0], p[n + 1][1]), pack_bf16(p[n + 1][2], p[n + 1][3])};
#pragma unroll
    for (int d = 0; d < D / 8; d += 2) {
      u32 fy[4];
      right_by_columns(fy, y, n * 8, d * 8);
      mma_bf16(out[d], fp, fy[0], fy[1]);
      mma_bf16(out[d + 1], fp, fy[2], fy[3]);
    }
  }
}
template <int N>
DEVICE void clear(float (&x)[N][4]) {
#pragma unroll
  for (int i = 0; i < N; i++)
#pragma unroll
    for (int e = 0; e < 4; e++) x[i][e] = 0.0f;
}
/** Writes sixteen rows of D values, `stride` apart; rows from `count` on are left out. */
DEVICE void store_rows(bf16 *to, i64 stride, i64 first, i64 count, const float (&x)[D / 8][4], float f0, float f1) {
  const int lane = threadIdx.x & 31;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const i64 row = first + (lane >> 2) + half * 8;
    const float f = half ? f1 : f0;
    if (row >= count) continue;
#pragma unroll
    for (int d = 0; d < D / 8; d++) {
      *(u32 *)(to + row * stride + d * 8 + (lane & 3) * 2) = pack_bf16(x[d][half * 2] * f, x[d][half * 2 + 1] * f);
    }
  }
}
