// Packed single-precision matrix product in GCC vector extensions (facts: a tile of MR x NV vectors is
// kept in registers; A is packed in panels of MR rows, B in panels of NV vectors, zero padded).
// Sums run over k in order, in blocks of KC, whatever the tile or thread: results depend on shapes only.
#pragma once
#include "prelude.h"

#if defined(__AVX512F__)
#define GEMM_VL 16
#define MR 14
#define NV 2
#elif defined(__AVX2__)
#define GEMM_VL 8
#define MR 6
#define NV 2
#else
#define GEMM_VL 4
#define MR 8
#define NV 3
#endif
#define NR (GEMM_VL * NV)
#define KC 384

typedef float gv __attribute__((vector_size(GEMM_VL * 4)));
typedef float gvu __attribute__((vector_size(GEMM_VL * 4), aligned(4), may_alias));

#define CEIL_TO(n, step) (((n) + (step) - 1) / (step) * (step))

// Floats of packing space for a block of m x n.
#define GEMM_SCRATCH(m, n) ((CEIL_TO(m, MR) + CEIL_TO(n, NR)) * KC + MR * NR)

// Transposes up to 16 x 16 floats: out[j * stride + i] = in[i * rs + j], zero for i >= rows. Rows of
// `out` are stored in order and 16 wide, so a stride below 16 lets each overwrite its predecessor's rest.
INLINE void transpose16(const float *in, int64_t rs, int rows, float *out, int64_t stride) {
  vf r[16], s[16];
  for (int i = 0; i < 16; i++) r[i] = i < rows ? load_f(in + i * rs) : (vf){0};
#define PAIR(D, S, STEP)                                                                        \
  for (int i = 0; i < 16; i++)                                                                  \
    if (!(i & STEP)) {                                                                          \
      vi lo, hi;                                                                                \
      for (int l = 0; l < 16; l++) {                                                            \
        lo[l] = (l & STEP) ? (l - STEP) + 16 : l;                                               \
        hi[l] = (l & STEP) ? l + 16 : l + STEP;                                                 \
      }                                                                                         \
      D[i] = __builtin_shuffle(S[i], S[i + STEP], lo);                                          \
      D[i + STEP] = __builtin_shuffle(S[i], S[i + STEP], hi);                                   \
    }
  PAIR(s, r, 8)
  PAIR(r, s, 4)
  PAIR(s, r, 2)
  PAIR(r, s, 1)
#undef PAIR
  for (int i = 0; i < 16; i++) store_f(out + i * stride, r[i]);
}

// panel[k][MR] from a[i * rs + k * cs]. May write two floats past the end, before pack_b fills them.
static void pack_a(int64_t m, int64_t k, const float *a, int64_t rs, int64_t cs, float *out) {
  int64_t i0 = 0;
  if (rs == 1) {  // whole panels at once, so that memory is read in order
    const int64_t whole = m / MR * MR;
    for (int64_t l = 0; l < k; l++)
      for (int64_t i = 0; i < whole; i += MR) memcpy(out + i * k + l * MR, a + l * cs + i, MR * 4);
    i0 = whole;
    out += whole * k;
  }
  for (; i0 < m; i0 += MR, out += k * MR) {
    const int64_t rows = m - i0 < MR ? m - i0 : MR;
    const float *from = a + i0 * rs;
    int64_t l = 0;
    if (MR == 14 && rows == MR && cs == 1) {
      for (; l + 16 <= k; l += 16) transpose16(from + l, rs, MR, out + l * MR, MR);
    }
    for (; l < k; l++) {
      for (int64_t i = 0; i < rows; i++) out[l * MR + i] = from[i * rs + l * cs];
      for (int64_t i = rows; i < MR; i++) out[l * MR + i] = 0;
    }
  }
}

// panel[k][NR] from b[k * rs + j * cs]
static void pack_b(int64_t k, int64_t n, const float *b, int64_t rs, int64_t cs, float *out) {
  int64_t j0 = 0;
  if (cs == 1) {
    const int64_t whole = n / NR * NR;
    for (int64_t l = 0; l < k; l++)
      for (int64_t j = 0; j < whole; j += NR) memcpy(out + j * k + l * NR, b + l * rs + j, NR * 4);
    j0 = whole;
    out += whole * k;
  }
  for (; j0 < n; j0 += NR, out += k * NR) {
    const int64_t cols = n - j0 < NR ? n - j0 : NR;
    int64_t l = 0;
    if (cols == NR && rs == 1 && NR % 16 == 0) {
      for (; l + 16 <= k; l += 16)
        for (int64_t j = 0; j < NR; j += 16) transpose16(b + (j0 + j) * cs + l, cs, 16, out + l * NR + j, NR);
    }
    for (; l < k; l++) {
      for (int64_t j = 0; j < cols; j++) out[l * NR + j] = b[l * rs + (j0 + j) * cs];
      for (int64_t j = cols; j < NR; j++) out[l * NR + j] = 0;
    }
  }
}

// c[MR][NR] = a . b (+ c0 with its own row stride); c0 may be null or c itself.
static void micro(int64_t k, const float *a, const float *b, float *c, int64_t ldc, const float *c0, int64_t ldc0) {
  gv acc[MR][NV];
  for (int i = 0; i < MR; i++)
    for (int v = 0; v < NV; v++) acc[i][v] = (gv){0};
  for (int64_t l = 0; l < k; l++) {
    gv x[NV];
    for (int v = 0; v < NV; v++) x[v] = *(const gvu *)(b + l * NR + v * GEMM_VL);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) acc[i][v] += x[v] * a[l * MR + i];
  }
  if (c0) {
    for (int i = 0; i < MR; i++)
      for (int v = 0; v < NV; v++)
        *(gvu *)(c + i * ldc + v * GEMM_VL) = acc[i][v] + *(const gvu *)(c0 + i * ldc0 + v * GEMM_VL);
  } else {
    for (int i = 0; i < MR; i++)
      for (int v = 0; v < NV; v++) *(gvu *)(c + i * ldc + v * GEMM_VL) = acc[i][v];
  }
}

// One block: c[m x n] = a . b (+ c0). Element strides (row, column) of a and b; c and c0 row-major.
static void gemm_block(int64_t m, int64_t n, int64_t k, const float *a, int64_t ars, int64_t acs,
                       const float *b, int64_t brs, int64_t bcs, float *c, int64_t ldc, const float *c0,
                       int64_t ldc0, float *scratch) {
  float *pa = scratch;
  float *pb = pa + CEIL_TO(m, MR) * KC;
  float *edge = pb + CEIL_TO(n, NR) * KC;  // pack_a's overhang falls into pb, pb has no overhang
  if (k == 0) {
    for (int64_t i = 0; i < m; i++)
      for (int64_t j = 0; j < n; j++) c[i * ldc + j] = c0 ? c0[i * ldc0 + j] : 0;
    return;
  }
  for (int64_t l = 0; l < k; l += KC) {
    const int64_t depth = k - l < KC ? k - l : KC;
    pack_a(m, depth, a + l * acs, ars, acs, pa);
    pack_b(depth, n, b + l * brs, brs, bcs, pb);
    const float *from = l == 0 ? c0 : c;
    const int64_t ldf = l == 0 ? ldc0 : ldc;
    for (int64_t j = 0; j < n; j += NR) {
      for (int64_t i = 0; i < m; i += MR) {
        const float *ap = pa + i * depth, *bp = pb + j * depth;
        float *cp = c + i * ldc + j;
        const float *fp = from ? from + i * ldf + j : 0;
        const int64_t rows = m - i < MR ? m - i : MR, cols = n - j < NR ? n - j : NR;
        if (rows == MR && cols == NR) {
          micro(depth, ap, bp, cp, ldc, fp, ldf);
        } else {
          micro(depth, ap, bp, edge, NR, 0, 0);
          for (int64_t y = 0; y < rows; y++)
            for (int64_t x = 0; x < cols; x++)
              cp[y * ldc + x] = edge[y * NR + x] + (fp ? fp[y * ldf + x] : 0);
        }
      }
    }
  }
}
