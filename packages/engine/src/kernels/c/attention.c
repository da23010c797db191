// Attention on q [B, T, Hq, D], k and v [B, S, Hkv, D]. A block of query rows against all keys it may
// see: scores in scratch (L2), softmax, product with v. No T x T matrix is kept: the backward recomputes
// the probabilities from the log-sum-exp.
#include "gemm.h"

#define QB 64  // query rows per block

static float dot(const float *x, const float *y, int64_t n) {
  vf sums = {0};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) sums += load_f(x + i) * load_f(y + i);
  float sum = lanes_sum_f(sums);
  for (; i < n; i++) sum += x[i] * y[i];
  return sum;
}

// y += a x
static void add_scaled(float *y, float a, const float *x, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) store_f(y + i, load_f(y + i) + a * load_f(x + i));
  for (; i < n; i++) y[i] += a * x[i];
}

static int64_t visible(int64_t causal, int64_t last_row, int64_t t, int64_t s) {
  const int64_t n = causal ? last_row + 1 + s - t : s;
  return n < s ? n : s;
}

// Row of scores to probabilities in place; columns [keep, n) become zero. Returns the log-sum-exp.
static float softmax_row(float *row, int64_t keep, int64_t n, float scale) {
  float top = -INFINITY;
  int64_t j = 0;
  vf tops = splat_f(-INFINITY);
  for (; j + 16 <= keep; j += 16) tops = v_max_f(tops, load_f(row + j));
  top = lanes_reduce_max_f(tops);
  for (; j < keep; j++) top = s_max_f(top, row[j]);
  top *= scale;
  vf sums = {0};
  for (j = 0; j + 16 <= keep; j += 16) {
    const vf e = v_exp(load_f(row + j) * scale - top);
    store_f(row + j, e);
    sums += e;
  }
  float sum = lanes_sum_f(sums);
  for (; j < keep; j++) sum += row[j] = s_exp(row[j] * scale - top);
  const float inverse = 1.0f / sum;
  for (j = 0; j + 16 <= keep; j += 16) store_f(row + j, load_f(row + j) * inverse);
  for (; j < keep; j++) row[j] *= inverse;
  for (; j < n; j++) row[j] = 0;
  return top + logf(sum);
}

// a: q, k, v, o, lse, B, T, S, Hq, Hkv, D, causal, scale (float bits), an epilogue or 0, and its operands. A task is
// (batch, head, block).
void ts_attention(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const int64_t T = a[6], S = a[7], hq = a[8], hk = a[9], D = a[10], causal = a[11];
  float scale;
  memcpy(&scale, &a[12], 4);
  const int64_t blocks = (T + QB - 1) / QB;
  float *s = (float *)scratch;
  float *work = s + QB * S;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t block = t % blocks, h = t / blocks % hq, z = t / blocks / hq;
    const int64_t first = block * QB, rows = T - first < QB ? T - first : QB;
    const int64_t n = visible(causal, first + rows - 1, T, S);
    const float *q = (const float *)a[0] + ((z * T + first) * hq + h) * D;
    const float *k = (const float *)a[1] + (z * S * hk + h / (hq / hk)) * D;
    const float *v = (const float *)a[2] + (z * S * hk + h / (hq / hk)) * D;
    float *o = (float *)a[3] + ((z * T + first) * hq + h) * D;
    float *lse = (float *)a[4] + (z * hq + h) * T + first;
    gemm_block(rows, n, D, q, hq * D, 1, k, 1, hk * D, s, n, (addend){0}, work);
    for (int64_t i = 0; i < rows; i++) lse[i] = softmax_row(s + i * n, visible(causal, first + i, T, S), n, scale);
    gemm_block(rows, D, n, s, n, 1, v, hk * D, 1, o, hq * D, (addend){0}, work);
    run_epilogue_apart(epilogue_at(a + 13, (z * T + first) * hq + h, 0), rows, hq, D);
  }
}

// a: q, k, v, o, lse, do, dq, dk, dv, B, T, S, Hq, Hkv, D, causal, scale. A task is (batch, key head):
// it owns dk and dv of that head and adds its query heads and blocks in order.
void ts_attention_bwd(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const int64_t T = a[10], S = a[11], hq = a[12], hk = a[13], D = a[14], causal = a[15], group = hq / hk;
  float scale;
  memcpy(&scale, &a[16], 4);
  float *p = (float *)scratch;
  float *ds = p + QB * S;
  float *work = ds + QB * S;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t z = t / hk, head = t % hk;
    const float *k = (const float *)a[1] + (z * S * hk + head) * D;
    const float *v = (const float *)a[2] + (z * S * hk + head) * D;
    float *dk = (float *)a[7] + (z * S * hk + head) * D;
    float *dv = (float *)a[8] + (z * S * hk + head) * D;
    for (int64_t i = 0; i < S; i++) {
      memset(dk + i * hk * D, 0, D * 4);
      memset(dv + i * hk * D, 0, D * 4);
    }
    for (int64_t h = head * group; h < (head + 1) * group; h++) {
      for (int64_t first = 0; first < T; first += QB) {
        const int64_t rows = T - first < QB ? T - first : QB;
        const int64_t n = visible(causal, first + rows - 1, T, S), at = ((z * T + first) * hq + h) * D;
        const float *q = (const float *)a[0] + at, *o = (const float *)a[3] + at, *g = (const float *)a[5] + at;
        float *dq = (float *)a[6] + at;
        const float *lse = (const float *)a[4] + (z * hq + h) * T + first;
        gemm_block(rows, n, D, q, hq * D, 1, k, 1, hk * D, p, n, (addend){0}, work);
        gemm_block(rows, n, D, g, hq * D, 1, v, 1, hk * D, ds, n, (addend){0}, work);
        for (int64_t i = 0; i < rows; i++) {
          const int64_t keep = visible(causal, first + i, T, S);
          float *pi = p + i * n, *di = ds + i * n;
          const float delta = dot(o + i * hq * D, g + i * hq * D, D);
          int64_t j = 0;
          for (; j + 16 <= keep; j += 16) {
            const vf e = v_exp(load_f(pi + j) * scale - lse[i]);
            store_f(pi + j, e);
            store_f(di + j, e * (load_f(di + j) - delta) * scale);
          }
          for (; j < keep; j++) {
            pi[j] = s_exp(pi[j] * scale - lse[i]);
            di[j] = pi[j] * (di[j] - delta) * scale;
          }
          for (; j < n; j++) pi[j] = di[j] = 0;
        }
        gemm_block(rows, D, n, ds, n, 1, k, hk * D, 1, dq, hq * D, (addend){0}, work);
        gemm_block(n, D, rows, ds, 1, n, q, hq * D, 1, dk, hk * D, (addend){dk, 0, hk * D}, work);
        gemm_block(n, D, rows, p, 1, n, g, hq * D, 1, dv, hk * D, (addend){dv, 0, hk * D}, work);
      }
    }
  }
}

// a: q [Hq, D], k, v [S, Hkv, D], position, o, Hq, Hkv, D, scale, an epilogue or 0, and its operands. A task is one
// query head.
void ts_attention_decode(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const int64_t hq = a[5], hk = a[6], D = a[7], n = *(const int32_t *)a[3] + 1;
  float scale, *s = (float *)scratch;
  memcpy(&scale, &a[8], 4);
  for (int64_t h = t0; h < t1; h++) {
    const float *q = (const float *)a[0] + h * D;
    const float *k = (const float *)a[1] + h / (hq / hk) * D, *v = (const float *)a[2] + h / (hq / hk) * D;
    float *o = (float *)a[4] + h * D;
    for (int64_t j = 0; j < n; j++) s[j] = dot(q, k + j * hk * D, D);
    softmax_row(s, n, n, scale);
    for (int64_t d = 0; d < D; d++) o[d] = 0;
    for (int64_t j = 0; j < n; j++) add_scaled(o, s[j], v + j * hk * D, D);
    run_epilogue(epilogue_at(a + 9, h, 0), 1, D);
  }
}
