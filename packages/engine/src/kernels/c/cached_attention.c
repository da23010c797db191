// Rows of different sequences against a cache [slots, heads, positions, size]: what serving does at every step.
#include "gemm.h"

#define ROWS 32  // rows of a task; templates/attention.ts knows it too
#define WIDTH 4  // vectors of a head's output that are summed in registers at once

// a: cache, rows, slot, position, out, Z, H, S, D, R.
void ts_cache_write(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch, (void)t0, (void)t1;
  const int64_t Z = a[5], H = a[6], S = a[7], D = a[8], R = a[9];
  const int32_t *slot = (const int32_t *)a[2], *position = (const int32_t *)a[3];
  const float *rows = (const float *)a[1];
  float *out = (float *)a[4];
  if (a[0] != a[4]) memcpy(out, (const float *)a[0], Z * H * S * D * 4);
  for (int64_t r = 0; r < R; r++) {
    if (slot[r] < 0 || slot[r] >= Z || position[r] < 0 || position[r] >= S) continue;
    for (int64_t h = 0; h < H; h++)
      memcpy(out + ((slot[r] * H + h) * S + position[r]) * D, rows + (r * H + h) * D, D * 4);
  }
}

// Scores to probabilities in place. Columns [keep, n) become zero.
static void probabilities(float *row, int64_t keep, int64_t n, float scale) {
  vf tops = splat_f(-INFINITY), sums = {0};
  int64_t j = 0;
  for (; j + 16 <= keep; j += 16) tops = v_max_f(tops, load_f(row + j));
  float top = lanes_reduce_max_f(tops);
  for (; j < keep; j++) top = s_max_f(top, row[j]);
  for (j = 0; j + 16 <= keep; j += 16) {
    const vf e = v_exp((load_f(row + j) - top) * scale);
    store_f(row + j, e);
    sums += e;
  }
  float sum = lanes_sum_f(sums);
  for (; j < keep; j++) sum += row[j] = s_exp((row[j] - top) * scale);
  const float inverse = 1.0f / sum;
  for (j = 0; j < keep; j++) row[j] *= inverse;
  for (; j < n; j++) row[j] = 0;
}

// One row against n positions: k and v are read once, in order.
static void one_row(const float *q, const float *k, const float *v, float *o, int64_t n, int64_t D, float scale,
                    float *s) {
  for (int64_t j = 0; j < n; j++) {
    vf sums = {0};
    int64_t d = 0;
    for (; d + 16 <= D; d += 16) sums += load_f(q + d) * load_f(k + j * D + d);
    float sum = lanes_sum_f(sums);
    for (; d < D; d++) sum += q[d] * k[j * D + d];
    s[j] = sum;
  }
  probabilities(s, n, n, scale);
  int64_t d = 0;
  for (; d + 16 * WIDTH <= D; d += 16 * WIDTH) {
    vf sums[WIDTH] = {0};
    for (int64_t j = 0; j < n; j++)
#pragma GCC unroll 4
      for (int w = 0; w < WIDTH; w++) sums[w] += s[j] * load_f(v + j * D + d + 16 * w);
#pragma GCC unroll 4
    for (int w = 0; w < WIDTH; w++) store_f(o + d + 16 * w, sums[w]);
  }
  for (; d < D; d++) {
    float sum = 0;
    for (int64_t j = 0; j < n; j++) sum += s[j] * v[j * D + d];
    o[d] = sum;
  }
}

// a: q, k, v, slot, position, o, R, Hq, Hkv, D, Z, S, scale (float bits), an epilogue or 0, and its operands. A task is
// (head, block of ROWS rows). Rows of one sequence in a row are products of matrices, the way a prompt comes; which way
// a row takes depends on its own sequence only, so that its bits never depend on its neighbours.
void ts_attention_rows(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const int64_t R = a[6], hq = a[7], hk = a[8], D = a[9], Z = a[10], S = a[11];
  const int32_t *slot = (const int32_t *)a[3], *position = (const int32_t *)a[4];
  float scale, *s = (float *)scratch, *work = s + ROWS * S;
  memcpy(&scale, &a[12], 4);
  const int64_t blocks = (R + ROWS - 1) / ROWS;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t h = t / blocks, first = t % blocks * ROWS, last = first + ROWS < R ? first + ROWS : R;
    for (int64_t r = first, rows; r < last; r += rows) {
      rows = 1;
      const float *q = (const float *)a[0] + (r * hq + h) * D;
      float *o = (float *)a[5] + (r * hq + h) * D;
      if (slot[r] < 0 || slot[r] >= Z || position[r] < 0 || position[r] >= S) {
        memset(o, 0, D * 4);
        continue;
      }
      while (r + rows < last && slot[r + rows] == slot[r] && position[r + rows] == position[r] + rows &&
             position[r + rows] < S)
        rows++;
      const int64_t n = position[r] + rows, at = (slot[r] * hk + h / (hq / hk)) * S * D;
      const float *k = (const float *)a[1] + at, *v = (const float *)a[2] + at;
      if (rows == 1) {
        one_row(q, k, v, o, n, D, scale, s);
        continue;
      }
      gemm_block(rows, n, D, q, hq * D, 1, k, 1, D, s, n, (addend){0}, work);
      for (int64_t i = 0; i < rows; i++) probabilities(s + i * n, position[r] + i + 1, n, scale);
      gemm_block(rows, D, n, s, n, 1, v, D, 1, o, hq * D, (addend){0}, work);
    }
    run_epilogue_apart(epilogue_at(a + 13, first * hq + h, 0), last - first, hq, D);
  }
}
