// c = op(a) op(b) [+ residual] in float32 without tensor cores: blocks of 64 x 64, depth 16, 4 x 4 for each of
// 256 threads. For float32 programs and operands that are not kept in bfloat16; no alignment is asked.
// A, B, OUT, RES: element types. EPILOGUE: as in matmul.cu, one element at a time.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#endif
#define BM 64
#define BN 64
#define BK 16
GLOBAL void __launch_bounds__(256)
    KERNEL(const A *a, const B *b, OUT *c, const RES *residual, i64 batch, i64 m, i64 n, i64 k, i64 depth
           EPILOGUE_PARAMS) {
  __shared__ float as[BK][BM + 4], bs[BK][BN + 4];
  const i64 tiles_n = (n + BN - 1) / BN, m0 = blockIdx.x / tiles_n * BM, n0 = blockIdx.x % tiles_n * BN;
  const i64 z = blockIdx.z;
  OUT *const whole = c;
  (void)whole;
  a += z * m * k, b += z * k * n, c += z * m * n;
  if (RESIDUAL) residual += z * m * n;
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float acc[4][4] = {};
  for (i64 k0 = 0; k0 < k; k0 += BK) {
    for (int i = threadIdx.x; i < BM * BK; i += 256) {
      // Neighbouring threads read neighbouring memory in either layout.
      const int am = TA ? i % BM : i / BK, ak = TA ? i / BM : i % BK;
      const i64 row = m0 + am, kk = k0 + ak;
      as[ak][am] = row < m && kk < k ? ld(a + (TA ? kk * m + row : row * k + kk)) : 0.0f;
      const int bn = TB ? i / BK : i % BN, bk = TB ? i % BK : i / BN;
      const i64 col = n0 + bn, kb = k0 + bk;
      bs[bk][bn] = col < n && kb < k ? ld(b + (TB ? col * k + kb : kb * n + col)) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int kk = 0; kk < BK; kk++) {
      float x[4], y[4];
#pragma unroll
      for (int i = 0; i < 4; i++) x[i] = as[kk][ty * 4 + i], y[i] = bs[kk][tx * 4 + i];
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) acc[i][j] += x[i] * y[j];
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const i64 row = m0 + ty * 4 + i, col = n0 + tx * 4 + j;
      if (row >= m || col >= n) continue;
      const float sum = acc[i][j] + (RESIDUAL ? ld(residual + row * n + col) : 0.0f);
#ifdef EPILOGUE
      EPILOGUE((int)(z * m + row), (int)col, sum, whole EPILOGUE_ARGS);
#else
      st(c + row * n + col, sum);
#endif
    }
  }
}
