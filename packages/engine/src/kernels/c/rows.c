// Rows by index: embedding, its deterministic gradient, cache rows, copies.
#include "prelude.h"

// a: table, index, out, N, width, V, rows per task. A bad index gives a row of NaN.
void ts_gather(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t N = a[3], width = a[4], V = a[5], per = a[6];
  const int32_t *index = (const int32_t *)a[1];
  for (int64_t r = t0 * per; r < t1 * per && r < N; r++) {
    float *out = (float *)a[2] + r * width;
    if (index[r] >= 0 && index[r] < V) memcpy(out, (const float *)a[0] + index[r] * width, width * 4);
    else for (int64_t j = 0; j < width; j++) out[j] = NAN;
  }
}

// a: base, index, update, out, N, width, V, table rows per task. A task owns table rows [t per, ...)
// and adds the updates in order of position: no atomics, the same bits every time.
void ts_scatter_add(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const int64_t N = a[4], width = a[5], V = a[6], per = a[7];
  const int32_t *index = (const int32_t *)a[1];
  for (int64_t t = t0; t < t1; t++) {
    const int64_t low = t * per, high = low + per < V ? low + per : V;
    if (a[0] != a[3])
      memcpy((float *)a[3] + low * width, (const float *)a[0] + low * width, (high - low) * width * 4);
    for (int64_t r = 0; r < N; r++) {
      if (index[r] < low || index[r] >= high) continue;
      float *out = (float *)a[3] + index[r] * width;
      const float *from = (const float *)a[2] + r * width;
      int64_t j = 0;
      for (; j + 16 <= width; j += 16) store_f(out + j, load_f(out + j) + load_f(from + j));
      for (; j < width; j++) out[j] += from[j];
    }
  }
}

// a: cache, row, position, out, S, width.
void ts_cache_update(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch, (void)t0, (void)t1;
  const int64_t S = a[4], width = a[5], at = *(const int32_t *)a[2];
  if (a[0] != a[3]) memcpy((float *)a[3], (const float *)a[0], S * width * 4);
  if (at >= 0 && at < S) memcpy((float *)a[3] + at * width, (const float *)a[1], width * 4);
}

// a: from, to, elements.
void ts_copy(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch, (void)t0, (void)t1;
  memcpy((void *)a[1], (const void *)a[0], a[2] * 4);
}
