// Multi-tensor optimiser kernels. Tasks are fixed chunks of single tensors, listed after the tensors.
#include "prelude.h"

// a: partial, chunks, then per chunk (gradient address of the chunk, elements).
void ts_norm_partial(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  for (int64_t t = t0; t < t1; t++) {
    const float *g = (const float *)a[2 + 2 * t];
    const int64_t n = a[3 + 2 * t];
    vf sums = {0};
    int64_t j = 0;
    for (; j + 16 <= n; j += 16) sums += load_f(g + j) * load_f(g + j);
    float sum = lanes_sum_f(sums);
    for (; j < n; j++) sum += g[j] * g[j];
    ((float *)a[0])[t] = sum;
  }
}

// a: partial, chunks, out.
void ts_norm_total(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch, (void)t0, (void)t1;
  double sum = 0;
  for (int64_t i = 0; i < a[1]; i++) sum += ((const float *)a[0])[i];
  *(float *)a[2] = (float)sqrt(sum);
}

static float bits(int64_t x) {
  float f;
  memcpy(&f, &x, 4);
  return f;
}

// a: hyper, scale, beta1, beta2, eps, 1 - beta1, 1 - beta2, then per chunk
// (p, g, m, v, p', m', v', elements, decay).
void ts_adamw(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const float *hyper = (const float *)a[0];
  const float lr = hyper[0], c1 = hyper[1], c2 = hyper[2], scale = *(const float *)a[1];
  const float beta1 = bits(a[2]), beta2 = bits(a[3]), eps = bits(a[4]), rest1 = bits(a[5]), rest2 = bits(a[6]);
  const float rate = lr * c1;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t *s = a + 7 + 9 * t, n = s[7];
    const float *p = (const float *)s[0], *g = (const float *)s[1];
    const float *m = (const float *)s[2], *v = (const float *)s[3];
    float *p1 = (float *)s[4], *m1 = (float *)s[5], *v1 = (float *)s[6];
    const float keep = 1.0f - lr * bits(s[8]);
    int64_t j = 0;
    for (; j + 16 <= n; j += 16) {
      const vf gj = load_f(g + j) * scale;
      const vf mj = load_f(m + j) * beta1 + gj * rest1;
      const vf vj = load_f(v + j) * beta2 + (gj * gj) * rest2;
      store_f(m1 + j, mj);
      store_f(v1 + j, vj);
      store_f(p1 + j, load_f(p + j) * keep - rate * (mj / (v_sqrt(vj) * c2 + eps)));
    }
    for (; j < n; j++) {
      const float gj = g[j] * scale;
      const float mj = m[j] * beta1 + gj * rest1;
      const float vj = v[j] * beta2 + (gj * gj) * rest2;
      m1[j] = mj;
      v1[j] = vj;
      p1[j] = p[j] * keep - rate * (mj / (sqrtf(vj) * c2 + eps));
    }
  }
}
