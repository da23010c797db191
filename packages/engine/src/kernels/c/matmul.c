#include "gemm.h"

// Arguments of all products: A, B, C, residual or 0, bias or 0, batch, m, n, k, ta, tb, two of their own, the function of
// an epilogue or 0, and its operands.
typedef struct {
  int64_t m, n, k, ars, acs, brs, bcs;
} sizes;

static sizes sizes_of(const int64_t *a) {
  const int64_t m = a[6], n = a[7], k = a[8];
  return (sizes){m, n, k, a[9] ? 1 : k, a[9] ? m : 1, a[10] ? 1 : n, a[10] ? k : 1};
}

// For the block at (row, column), the rows of all batch entries one below the other.
static addend addend_of(const int64_t *a, int64_t row, int64_t column, int64_t n) {
  return (addend){a[3] ? (const float *)a[3] + row * n + column : 0, a[4] ? (const float *)a[4] + column : 0, n};
}

// Where part p of `parts` begins: whole tiles, shared out evenly.
static int64_t part_of(int64_t n, int64_t tile, int64_t p, int64_t parts) {
  const int64_t at = (n + tile - 1) / tile * p / parts * tile;
  return at < n ? at : n;
}

// a[11], a[12]: row parts, column parts. A task is one block of one batch entry; parts are whole tiles as far as that
// goes.
void ts_matmul(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const sizes s = sizes_of(a);
  const int64_t m = s.m, n = s.n, k = s.k, mb = a[11], nb = a[12];
  for (int64_t t = t0; t < t1; t++) {
    const int64_t z = t / (mb * nb), p = t / nb % mb, q = t % nb;
    const int64_t i = part_of(m, MR, p, mb), j = part_of(n, NR, q, nb), row = z * m + i;
    const int64_t rows = part_of(m, MR, p + 1, mb) - i, columns = part_of(n, NR, q + 1, nb) - j;
    if (rows == 0 || columns == 0) continue;  // fewer tiles than parts
    const float *x = (const float *)a[0] + z * m * k + i * s.ars;
    const float *y = (const float *)a[1] + z * k * n + j * s.bcs;
    gemm_block(rows, columns, k, x, s.ars, s.acs, y, s.brs, s.bcs,
               (float *)a[2] + row * n + j, n, addend_of(a, row, j, n), (float *)scratch);
    run_epilogue(epilogue_of(a, row, j), rows, columns);
  }
}

// Packs B for ts_matmul_packed. a: B, packed, n, k, tb, columns per task (whole panels on every instruction set).
void ts_pack_b(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t n = a[2], k = a[3], brs = a[4] ? 1 : n, bcs = a[4] ? k : 1, per = a[5], width = CEIL_TO(n, NR);
  for (int64_t j = t0 * per; j < t1 * per && j < n; j += per) {
    const int64_t columns = n - j < per ? n - j : per;
    for (int64_t l = 0; l < k; l += KC) {
      const int64_t depth = k - l < KC ? k - l : KC;
      pack_b(depth, columns, (const float *)a[0] + l * brs + j * bcs, brs, bcs,
             (float *)a[1] + l * width + j * depth);
    }
  }
}

// As ts_matmul for one batch entry, with the packed B in place of B.
void ts_matmul_packed(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const sizes s = sizes_of(a);
  const int64_t m = s.m, n = s.n, mb = a[11], nb = a[12];
  for (int64_t t = t0; t < t1; t++) {
    const int64_t p = t / nb, q = t % nb, i = part_of(m, MR, p, mb), j = part_of(n, NR, q, nb);
    const int64_t rows = part_of(m, MR, p + 1, mb) - i, columns = part_of(n, NR, q + 1, nb) - j;
    if (rows == 0 || columns == 0) continue;
    gemm_packed(rows, columns, s.k, (const float *)a[0] + i * s.ars, s.ars, s.acs,
                (const float *)a[1], j, CEIL_TO(n, NR), (float *)a[2] + i * n + j, n, addend_of(a, i, j, n),
                (float *)scratch);
    run_epilogue(epilogue_of(a, i, j), rows, columns);
  }
}

#define STREAMS 4
#define AHEAD 4096  // bytes asked for before they are needed, of each stream

// sums[c] = x . row c of `count` rows, `gap` floats apart. Each is summed in the same order whatever count is.
INLINE void dots(const float *x, const float *y, int64_t gap, int64_t k, const int count, float *sums) {
  vf acc[STREAMS][2];
#pragma GCC unroll 4
  for (int c = 0; c < count; c++) acc[c][0] = acc[c][1] = (vf){0};
  int64_t l = 0;
  for (; l + 32 <= k; l += 32) {
#pragma GCC unroll 4
    for (int c = 0; c < count; c++) {
      const float *row = y + c * gap + l;
      __builtin_prefetch((const char *)row + AHEAD, 0, 3);
      __builtin_prefetch((const char *)row + AHEAD + 64, 0, 3);
      acc[c][0] += load_f(x + l) * load_f(row);
      acc[c][1] += load_f(x + l + 16) * load_f(row + 16);
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < count; c++) {
    sums[c] = lanes_sum_f(acc[c][0] + acc[c][1]);
    for (int64_t i = l; i < k; i++) sums[c] += x[i] * y[c * gap + i];
  }
}

// Few rows against a transposed matrix: every row of B is read once, four streams of rows at a time, because one alone
// does not bring what memory gives. a[11] is the number of B rows per task.
void ts_matvec(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t m = a[6], n = a[7], k = a[8], per = a[11];
  const float *x = (const float *)a[0], *y = (const float *)a[1];
  const float *c0 = (const float *)a[3], *bias = (const float *)a[4];
  float *out = (float *)a[2], sums[STREAMS];
  const int64_t first = t0 * per, last = t1 * per < n ? t1 * per : n;
  const int64_t stream = last > first ? (last - first) / STREAMS : 0, after = first + STREAMS * stream;
  for (int64_t j = stream ? first : after; j < last; j = j + 1 == first + stream ? after : j + 1) {
    const int count = j < first + stream ? STREAMS : 1;
    for (int64_t i = 0; i < m; i++) {
      if (count > 1) dots(x + i * k, y + j * k, stream * k, k, STREAMS, sums);
      else dots(x + i * k, y + j * k, 0, k, 1, sums);
      for (int c = 0; c < count; c++) {
        const int64_t to = j + c * stream, at = i * n + to;
        out[at] = (sums[c] + (bias ? bias[to] : 0)) + (c0 ? c0[at] : 0);
      }
    }
  }
  if (first < last) run_epilogue(epilogue_of(a, 0, first), m, last - first);
}
