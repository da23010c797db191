// Packed single-precision matrix product in GCC vector extensions (facts: a tile of MR x NV vectors is
// kept in registers; A is packed in panels of MR rows, B in panels of NV vectors, zero padded).
// Loops over the tile are unrolled by pragma, so that -O2 keeps it in registers and compiles in half the time.
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

// Lane l of an exchange of two vectors at distance `step`, for the first and the second of them.
#define LOW(l, step) ((l) & (step) ? (l) - (step) + 16 : (l))
#define HIGH(l, step) ((l) & (step) ? (l) + 16 : (l) + (step))
#define LANES_4(F, l, s) F(l, s), F(l + 1, s), F(l + 2, s), F(l + 3, s)
#define LANES_16(F, s) LANES_4(F, 0, s), LANES_4(F, 4, s), LANES_4(F, 8, s), LANES_4(F, 12, s)

// Writes the lanes of r across: out[j * stride + i] = r[i][j]. Rows of `out` are stored in order and 16 wide, so a stride
// below 16 lets each overwrite its predecessor's rest.
INLINE void store_turned(vf *r, float *out, int64_t stride) {
  vf s[16];
#define PAIR(D, S, STEP)                                                                        \
  _Pragma("GCC unroll 16") for (int i = 0; i < 16; i++)                                         \
    if (!(i & STEP)) {                                                                          \
      D[i] = __builtin_shufflevector(S[i], S[i + STEP], LANES_16(LOW, STEP));                   \
      D[i + STEP] = __builtin_shufflevector(S[i], S[i + STEP], LANES_16(HIGH, STEP));           \
    }
  PAIR(s, r, 8)
  PAIR(r, s, 4)
  PAIR(s, r, 2)
  PAIR(r, s, 1)
#undef PAIR
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) store_f(out + i * stride, r[i]);
}

// Transposes up to 16 x 16 floats: out[j * stride + i] = in[i * rs + j], zero for i >= rows.
INLINE void transpose16(const float *in, int64_t rs, int rows, float *out, int64_t stride) {
  vf r[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) r[i] = i < rows ? load_f(in + i * rs) : (vf){0};
  store_turned(r, out, stride);
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

// c[MR][nv vectors] = a . b (+ bias row) (+ c0 with its own row stride); bias and c0 may be null, c0 may be c itself.
INLINE void micro_of(const int nv, int64_t k, const float *a, const float *b, float *c, int64_t ldc, const float *c0,
                     int64_t ldc0, const float *bias) {
  gv acc[MR][NV];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
    for (int v = 0; v < nv; v++) acc[i][v] = (gv){0};
  for (int64_t l = 0; l < k; l++) {
    gv x[NV];
#pragma GCC unroll 4
    for (int v = 0; v < nv; v++) x[v] = *(const gvu *)(b + l * NR + v * GEMM_VL);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int v = 0; v < nv; v++) acc[i][v] += x[v] * a[l * MR + i];
  }
  if (bias) {
    gv row[NV];
#pragma GCC unroll 4
    for (int v = 0; v < nv; v++) row[v] = *(const gvu *)(bias + v * GEMM_VL);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int v = 0; v < nv; v++) acc[i][v] += row[v];
  }
  if (c0) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int v = 0; v < nv; v++)
        *(gvu *)(c + i * ldc + v * GEMM_VL) = acc[i][v] + *(const gvu *)(c0 + i * ldc0 + v * GEMM_VL);
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
      for (int v = 0; v < nv; v++) *(gvu *)(c + i * ldc + v * GEMM_VL) = acc[i][v];
  }
}

// A whole tile, and the first vector of each of its rows alone, where no more columns are left.
static void micro(int64_t k, const float *a, const float *b, float *c, int64_t ldc, const float *c0, int64_t ldc0,
                  const float *bias) {
  micro_of(NV, k, a, b, c, ldc, c0, ldc0, bias);
}
static void micro_narrow(int64_t k, const float *a, const float *b, float *c, int64_t ldc, const float *c0, int64_t ldc0,
                         const float *bias) {
  micro_of(1, k, a, b, c, ldc, c0, ldc0, bias);
}

// What is added to a product: rows of c0 (own stride, may be c itself) and one bias row; either may be null.
typedef struct {
  const float *c0, *bias;
  int64_t ldc0;
} addend;

// c[m x n] = packed a . packed b (+ c0 + bias) over one block of k. While a panel of b is in use, each tile asks for its
// share of the next one: after a launch of its own packed it, b comes from far away.
static void tiles(int64_t m, int64_t n, int64_t depth, const float *pa, const float *pb, float *c, int64_t ldc,
                  addend add, float *edge) {
  const int64_t panel = NR * depth * 4, share = CEIL_TO(panel * MR / (m + MR), 64);
  for (int64_t j = 0; j < n; j += NR) {
    const char *next = (const char *)(pb + (j + NR) * depth), *end = next + (j + NR < n ? panel : 0);
    for (int64_t i = 0; i < m; i += MR) {
      for (const char *stop = next + share; next < stop && next < end; next += 64) __builtin_prefetch(next, 0, 2);
      const float *ap = pa + i * depth, *bp = pb + j * depth;
      float *cp = c + i * ldc + j;
      const float *fp = add.c0 ? add.c0 + i * add.ldc0 + j : 0;
      const int64_t rows = m - i < MR ? m - i : MR, cols = n - j < NR ? n - j : NR;
      if (rows == MR && cols == NR) {
        micro(depth, ap, bp, cp, ldc, fp, add.ldc0, add.bias ? add.bias + j : 0);
      } else if (rows == MR && cols == GEMM_VL) {
        micro_narrow(depth, ap, bp, cp, ldc, fp, add.ldc0, add.bias ? add.bias + j : 0);
      } else {
        if (cols > GEMM_VL) micro(depth, ap, bp, edge, NR, 0, 0, 0);
        else micro_narrow(depth, ap, bp, edge, NR, 0, 0, 0);
        for (int64_t y = 0; y < rows; y++)
          for (int64_t x = 0; x < cols; x++)
            cp[y * ldc + x] = (edge[y * NR + x] + (add.bias ? add.bias[j + x] : 0)) + (fp ? fp[y * add.ldc0 + x] : 0);
      }
    }
  }
}

// The addend of the block of k that starts at l: the caller's first, then what is there already.
static addend addend_at(int64_t l, addend first, const float *c, int64_t ldc) {
  return l == 0 ? first : (addend){c, 0, ldc};
}

static void no_depth(int64_t m, int64_t n, float *c, int64_t ldc, addend add) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++)
      c[i * ldc + j] = (add.bias ? add.bias[j] : 0) + (add.c0 ? add.c0[i * add.ldc0 + j] : 0);
}

// One block: c[m x n] = a . b (+ addend). Element strides (row, column) of a and b; c row-major.
static void gemm_block(int64_t m, int64_t n, int64_t k, const float *a, int64_t ars, int64_t acs,
                       const float *b, int64_t brs, int64_t bcs, float *c, int64_t ldc, addend add, float *scratch) {
  float *pa = scratch;
  float *pb = pa + CEIL_TO(m, MR) * KC;
  float *edge = pb + CEIL_TO(n, NR) * KC;  // pack_a's overhang falls into pb, pb has no overhang
  if (k == 0) no_depth(m, n, c, ldc, add);
  for (int64_t l = 0; l < k; l += KC) {
    const int64_t depth = k - l < KC ? k - l : KC;
    pack_a(m, depth, a + l * acs, ars, acs, pa);
    pack_b(depth, n, b + l * brs, brs, bcs, pb);
    tiles(m, n, depth, pa, pb, c, ldc, addend_at(l, add, c, ldc), edge);
  }
}

// The same with b packed before, for all blocks of rows: panels of all `width` columns for each block of k in turn.
// `first` is the block's first column, a whole number of panels.
static void gemm_packed(int64_t m, int64_t n, int64_t k, const float *a, int64_t ars, int64_t acs,
                        const float *packed, int64_t first, int64_t width, float *c, int64_t ldc, addend add,
                        float *scratch) {
  float *pa = scratch, *edge = pa + CEIL_TO(m, MR) * KC + 16;
  if (k == 0) no_depth(m, n, c, ldc, add);
  for (int64_t l = 0; l < k; l += KC) {
    const int64_t depth = k - l < KC ? k - l : KC;
    pack_a(m, depth, a + l * acs, ars, acs, pa);
    tiles(m, n, depth, pa, packed + l * width + first * depth, c, ldc, addend_at(l, add, c, ldc), edge);
  }
}

// What is computed from a product once its sums are final: `run` takes rows [first, last) and columns [from, to), counted
// in the whole of the result, with the rows of all batch entries one below the other. It is called for a block, whose
// sums are then in the second cache: tile by tile they would be in the first, but other operands would be read in pieces
// of 128 bytes (0040). Nothing where `run` is null.
typedef struct {
  void (*run)(const int64_t *operands, int64_t first, int64_t last, int64_t from, int64_t to);
  const int64_t *operands;
  int64_t row, column;  // of the block's first element
} epilogue;

static void run_epilogue(epilogue e, int64_t rows, int64_t columns) {
  if (e.run) e.run(e.operands, e.row, e.row + rows, e.column, e.column + columns);
}

// The same for rows that are `step` apart in the whole of the result, as those of a head are.
static void run_epilogue_apart(epilogue e, int64_t rows, int64_t step, int64_t columns) {
  for (int64_t i = 0; e.run && i < rows; i++, e.row += step) run_epilogue(e, 1, columns);
}

// The epilogue of a block, from the argument that is its function or 0; the addresses of its operands follow.
static epilogue epilogue_at(const int64_t *at, int64_t row, int64_t column) {
  return (epilogue){(void (*)(const int64_t *, int64_t, int64_t, int64_t, int64_t))at[0], at + 1, row, column};
}

// Of a product's block, from the product's arguments (matmul.c).
static epilogue epilogue_of(const int64_t *a, int64_t row, int64_t column) { return epilogue_at(a + 13, row, column); }
