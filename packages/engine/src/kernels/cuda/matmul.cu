// c = op(a) op(b) [+ residual] in bfloat16 with float32 sums. Blocks of 128 x 128, depth 32, four stages in
// flight by cp.async, eight warps of 64 x 32 on mma.m16n8k16.
//
// Per block and depth 32: 16 KiB come from L2 for 1 MFLOP, 64 FLOP a byte; shared memory rows are padded by 16
// bytes so that the eight rows of an ldmatrix fall into different banks.
//
// TA, TB: operand is stored transposed. OUT, RES: element types. RESIDUAL: whether there is one.
// ALIGNED: both leading dimensions are multiples of eight, so that rows can be read 16 bytes at a time.
// PAIRS: n is even, so that two bfloat16 results can leave in one word.
// SPLIT: k is cut into gridDim.z / batch parts whose float32 sums go to a workspace (matmul_reduce adds them).
// EPILOGUE: where defined, the function that takes sums in place of a store: pairs of them with PAIRS. It has the operands
// EPILOGUE_PARAMS, passed as EPILOGUE_ARGS.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#endif
#define BM 128
#define BN 128
#define BK 32
#define STAGES 4

// A tile is kept as it lies in memory: [rows][BK] or, transposed, [BK][rows].
#define A_ROWS (TA ? BK : BM)
#define A_COLS (TA ? BM : BK)
#define B_ROWS (TB ? BN : BK)
#define B_COLS (TB ? BK : BN)
#define A_PITCH (A_COLS + 8)
#define B_PITCH (B_COLS + 8)
#define A_TILE (A_ROWS * A_PITCH)
#define B_TILE (B_ROWS * B_PITCH)

/** Rows x COLS of a matrix [limit_r, limit_c] from (r0, c0), zeros outside. */
template <int ROWS, int COLS, int PITCH>
DEVICE void load_tile(bf16 *tile, const bf16 *from, i64 r0, i64 c0, i64 limit_r, i64 limit_c) {
  const int chunks = COLS / 8;
#pragma unroll
  for (int i = 0; i < ROWS * chunks / 256; i++) {
    const int n = i * 256 + threadIdx.x, row = n / chunks, col = n % chunks * 8;
    const i64 r = r0 + row, c = c0 + col;
    bf16 *to = tile + row * PITCH + col;
    if (ALIGNED) {
      const bool valid = r < limit_r && c < limit_c;
      cp_async(to, valid ? from + r * limit_c + c : from, valid);
    } else {
      for (int k = 0; k < 8; k++) {
        bf16 zero;
        zero.bits = 0;
        to[k] = r < limit_r && c + k < limit_c ? from[r * limit_c + c + k] : zero;
      }
    }
  }
}

GLOBAL void __launch_bounds__(256, 2)
    KERNEL(const bf16 *a, const bf16 *b, OUT *c, const RES *residual, i64 batch, i64 m, i64 n, i64 k, i64 depth
           EPILOGUE_PARAMS) {
  DYNAMIC_SHARED(shared);
  bf16 *as = (bf16 *)shared;
  bf16 *bs = as + STAGES * A_TILE;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const int warp_m = warp >> 2, warp_n = warp & 3;

  // Neighbouring blocks share operands: walk the blocks of eight block rows column by column.
  const i64 tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
  const i64 group = 8 * tiles_n, first = blockIdx.x / group * 8, height = least(8, tiles_m - first);
  const i64 tile_m = first + blockIdx.x % group % height, tile_n = blockIdx.x % group / height;
  const i64 z = blockIdx.z % batch, part = blockIdx.z / batch;
  a += z * m * k, b += z * k * n;
  const i64 k_begin = part * depth, k_end = least(k, k_begin + depth);
  const int steps = (int)((k_end - k_begin + BK - 1) / BK);

  auto fetch = [&](int step) {
    bf16 *at = as + step % STAGES * A_TILE, *bt = bs + step % STAGES * B_TILE;
    const i64 k0 = k_begin + (i64)step * BK;
    if (TA) load_tile<A_ROWS, A_COLS, A_PITCH>(at, a, k0, tile_m * BM, k_end, m);
    else load_tile<A_ROWS, A_COLS, A_PITCH>(at, a, tile_m * BM, k0, m, k);
    if (TB) load_tile<B_ROWS, B_COLS, B_PITCH>(bt, b, tile_n * BN, k0, n, k);
    else load_tile<B_ROWS, B_COLS, B_PITCH>(bt, b, k0, tile_n * BN, k_end, n);
  };

  float acc[4][4][4];
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) acc[i][j][e] = 0.0f;

  for (int step = 0; step < STAGES - 1; step++) {
    if (step < steps) fetch(step);
    cp_commit();
  }
  for (int step = 0; step < steps; step++) {
    cp_wait<STAGES - 2>();
    __syncthreads();
    if (step + STAGES - 1 < steps) fetch(step + STAGES - 1);
    cp_commit();
    const bf16 *at = as + step % STAGES * A_TILE, *bt = bs + step % STAGES * B_TILE;
#pragma unroll
    for (int kk = 0; kk < BK; kk += 16) {
      u32 fa[4][4], fb[2][4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const int m0 = warp_m * 64 + i * 16;
        // Tiles in the order rows 0-7, rows 8-15, then the same for the upper half of k.
        if (TA) ldmatrix_trans(fa[i], at + (kk + (lane >> 4) * 8 + (lane & 7)) * A_PITCH + m0 + (lane >> 3 & 1) * 8);
        else ldmatrix(fa[i], at + (m0 + (lane & 15)) * A_PITCH + kk + (lane >> 4) * 8);
      }
#pragma unroll
      for (int j = 0; j < 2; j++) {
        const int n0 = warp_n * 32 + j * 16;
        // Columns 0-7 with both halves of k, then columns 8-15.
        if (TB) ldmatrix(fb[j], bt + (n0 + (lane >> 4) * 8 + (lane & 7)) * B_PITCH + kk + (lane >> 3 & 1) * 8);
        else ldmatrix_trans(fb[j], bt + (kk + (lane & 15)) * B_PITCH + n0 + (lane >> 4) * 8);
      }
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) mma_bf16(acc[i][j], fa[i], fb[j >> 1][(j & 1) * 2], fb[j >> 1][(j & 1) * 2 + 1]);
    }
  }
  cp_wait<0>();

  OUT *const whole = c;
  (void)whole;
  c += (SPLIT ? part * batch + z : z) * m * n;
  if (RESIDUAL) residual += z * m * n;
#pragma unroll
  for (int i = 0; i < 4; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const i64 row = tile_m * BM + warp_m * 64 + i * 16 + (lane >> 2) + (e >> 1) * 8;
        const i64 col = tile_n * BN + warp_n * 32 + j * 8 + (lane & 3) * 2 + (e & 1);
        if (row >= m || col >= n) continue;
        const i64 at = row * n + col;
        const float sum = acc[i][j][e] + (RESIDUAL ? ld(residual + at) : 0.0f);
        // An even column and its neighbour leave together where the row allows it.
#ifdef EPILOGUE
#if PAIRS
        if (e & 1) continue;
        const float sums[2] = {sum, acc[i][j][e | 1] + (RESIDUAL ? ld(residual + at + 1) : 0.0f)};
        EPILOGUE((int)(z * m + row), (int)col, sums, whole EPILOGUE_ARGS);
#else
        EPILOGUE((int)(z * m + row), (int)col, sum, whole EPILOGUE_ARGS);
#endif
#else
        if (PAIRS && sizeof(OUT) == 2) {
          if (e & 1) continue;
          const float next = acc[i][j][e | 1] + (RESIDUAL ? ld(residual + at + 1) : 0.0f);
          *(u32 *)(c + at) = pack_bf16(sum, next);
        } else {
          st(c + at, sum);
        }
#endif
      }
    }
  }
}
