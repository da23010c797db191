#include "gemm.h"

// a: A, B, C, residual or 0, batch, m, n, k, ta, tb, row parts, column parts.
// A task is one block of one batch entry; parts are whole tiles as far as that goes.
void ts_matmul(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const int64_t m = a[5], n = a[6], k = a[7], mb = a[10], nb = a[11];
  const int64_t mc = CEIL_TO((m + mb - 1) / mb, MR), nc = CEIL_TO((n + nb - 1) / nb, NR);
  const int64_t ars = a[8] ? 1 : k, acs = a[8] ? m : 1, brs = a[9] ? 1 : n, bcs = a[9] ? k : 1;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t z = t / (mb * nb), i = t / nb % mb * mc, j = t % nb * nc;
    if (i >= m || j >= n) continue;  // rounding up to tiles can leave nothing for the last part
    const float *x = (const float *)a[0] + z * m * k + i * ars;
    const float *y = (const float *)a[1] + z * k * n + j * bcs;
    float *c = (float *)a[2] + z * m * n + i * n + j;
    const float *c0 = a[3] ? (const float *)a[3] + z * m * n + i * n + j : 0;
    gemm_block(m - i < mc ? m - i : mc, n - j < nc ? n - j : nc, k, x, ars, acs, y, brs, bcs, c, n, c0, n,
               (float *)scratch);
  }
}

// Few rows against a transposed matrix: every row of B is read once. a as above without parts;
// a[10] is the number of B rows per task.
void ts_matvec(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t m = a[5], n = a[6], k = a[7], per = a[10];
  const float *x = (const float *)a[0], *y = (const float *)a[1], *c0 = (const float *)a[3];
  float *c = (float *)a[2];
  for (int64_t j = t0 * per; j < t1 * per && j < n; j++) {
    for (int64_t i = 0; i < m; i++) {
      vf acc0 = {0}, acc1 = {0};
      int64_t l = 0;
      for (; l + 32 <= k; l += 32) {
        acc0 += load_f(x + i * k + l) * load_f(y + j * k + l);
        acc1 += load_f(x + i * k + l + 16) * load_f(y + j * k + l + 16);
      }
      float sum = lanes_sum_f(acc0 + acc1);
      for (; l < k; l++) sum += x[i * k + l] * y[j * k + l];
      c[i * n + j] = sum + (c0 ? c0[i * n + j] : 0);
    }
  }
}
