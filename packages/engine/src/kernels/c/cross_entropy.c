// Softmax cross-entropy over rows of logits [N, V]; a task is `rows` rows, one row stays in cache.
#include "prelude.h"

// a: logits, targets, losses, lse, N, V, rows per task.
// An index outside the vocabulary gives NaN, which the caller sees in the loss.
void ts_cross_entropy(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t N = a[4], V = a[5], per = a[6];
  const int32_t *targets = (const int32_t *)a[1];
  for (int64_t r = t0 * per; r < t1 * per && r < N; r++) {
    const float *x = (const float *)a[0] + r * V;
    vf tops = splat_f(-INFINITY), sums = {0};
    int64_t j = 0;
    for (; j + 16 <= V; j += 16) tops = v_max_f(tops, load_f(x + j));
    float top = lanes_reduce_max_f(tops);
    for (; j < V; j++) top = s_max_f(top, x[j]);
    for (j = 0; j + 16 <= V; j += 16) sums += v_exp(load_f(x + j) - top);
    float sum = lanes_sum_f(sums);
    for (; j < V; j++) sum += s_exp(x[j] - top);
    const float lse = top + logf(sum);
    const int32_t target = targets[r];
    ((float *)a[3])[r] = lse;
    ((float *)a[2])[r] = target >= 0 && target < V ? lse - x[target] : NAN;
  }
}

// a: logits, targets, lse, g, dlogits, N, V, rows per task. dlogits may be logits.
void ts_cross_entropy_bwd(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t N = a[5], V = a[6], per = a[7];
  for (int64_t r = t0 * per; r < t1 * per && r < N; r++) {
    const float *x = (const float *)a[0] + r * V;
    const float lse = ((const float *)a[2])[r], g = ((const float *)a[3])[r];
    const int32_t target = ((const int32_t *)a[1])[r];
    float *d = (float *)a[4] + r * V;
    int64_t j = 0;
    for (; j + 16 <= V; j += 16) store_f(d + j, v_exp(load_f(x + j) - lse) * g);
    for (; j < V; j++) d[j] = s_exp(x[j] - lse) * g;
    if (target >= 0 && target < V) d[target] -= g;
  }
}
