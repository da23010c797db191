// Products with weights kept in ggml's blocks (ggml repository, docs/gguf.md): Q8_0 is a binary16 scale and 32 signed
// bytes, Q4_0 a binary16 scale and 16 bytes whose low halves are the first 16 values and whose high halves the rest,
// 8 standing for zero. Activations stay float32, so a product differs from one with the dequantised matrix only by
// rounding. Few rows read every block once, straight into registers (34 or 18 bytes for 32 values); many rows
// dequantise a strip of the matrix and use the packed product.
//
// Few rows are meant to run at the speed of memory, which allows about four cycles for a block: scales are converted
// eight at a time, loops over accumulators are unrolled by pragma (-O2 keeps them in memory otherwise), and bytes are
// widened by intrinsics, because gcc 12 takes __builtin_convertvector of a load apart into 16 scalar moves.
#include "gemm.h"

typedef int8_t bytes16 __attribute__((vector_size(16)));
typedef uint8_t ubytes16 __attribute__((vector_size(16)));
typedef bytes16 bytes16u __attribute__((aligned(1), may_alias));
typedef ubytes16 ubytes16u __attribute__((aligned(1), may_alias));

#define BLOCK 32
#define Q8_BYTES 34
#define Q4_BYTES 18
#define MOST_ROWS 8    // rows of x that a matvec takes; templates/matmul.ts knows it too
#define AHEAD 4096     // bytes asked for before they are needed, of each of the streams
#define GROUP 8        // blocks whose scales are converted together

#if defined(__F16C__)
#include <immintrin.h>
INLINE float half(const uint8_t *p) {
  uint16_t bits;
  memcpy(&bits, p, 2);
  return _cvtsh_ss(bits);
}
#elif defined(__FLT16_MANT_DIG__)
INLINE float half(const uint8_t *p) {
  _Float16 value;
  memcpy(&value, p, 2);
  return (float)value;
}
#else
// The exponent is rebased by a multiplication, which also makes subnormal numbers right.
INLINE float half(const uint8_t *p) {
  uint16_t bits;
  memcpy(&bits, p, 2);
  const float magnitude = s_float((bits & 0x7fff) << 13) * 0x1p112f;
  return bits & 0x8000 ? -magnitude : magnitude;
}
#endif

// Scales of `count` <= GROUP blocks, `bytes` apart.
INLINE void scales(const uint8_t *w, int64_t bytes, int64_t count, float *to) {
#if defined(__F16C__)
  if (count == GROUP) {
    uint16_t bits[GROUP] __attribute__((aligned(16)));
#pragma GCC unroll 8
    for (int i = 0; i < GROUP; i++) {
      memcpy(bits + i, w + i * bytes, 2);
      __asm__("" : "+m"(bits[i]));  // by memory: insertions into a register take the port that widening needs
    }
    _mm256_storeu_ps(to, _mm256_cvtph_ps(*(const __m128i *)bits));
    return;
  }
#endif
  for (int64_t i = 0; i < count; i++) to[i] = half(w + i * bytes);
}

INLINE vf widen(bytes16 q) {
#if defined(__AVX512F__)
  return (vf)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32((__m128i)q));
#elif defined(__AVX2__)
  const __m128i low = (__m128i)q;
  const __m256 first = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(low));
  const __m256 second = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_unpackhi_epi64(low, low)));
  vf out;
  memcpy(&out, &first, 32);
  memcpy((char *)&out + 32, &second, 32);
  return out;
#else
  return v_i2f(__builtin_convertvector(q, vi));
#endif
}

// The 32 values of a block without their scale.
INLINE void values_q8(const uint8_t *block, vf *low, vf *high) {
  *low = widen(*(const bytes16u *)(block + 2));
  *high = widen(*(const bytes16u *)(block + 18));
}
INLINE void values_q4(const uint8_t *block, vf *low, vf *high) {
  const ubytes16 q = *(const ubytes16u *)(block + 2);
#if defined(__AVX512F__)
  // A table of the sixteen values; the permutation looks at the lowest four bits of an index only.
  const vf table = v_i2f(ramp(-8, 1));
  const __m512i index = _mm512_cvtepu8_epi32((__m128i)q);
  *low = (vf)_mm512_permutexvar_ps(index, (__m512)table);
  *high = (vf)_mm512_permutexvar_ps(_mm512_srli_epi32(index, 4), (__m512)table);
#else
  *low = widen((bytes16)(q & 15) - 8);
  *high = widen((bytes16)(q >> 4) - 8);
#endif
}

// The tree of lanes_sum_f without the way through memory.
typedef float vf8 __attribute__((vector_size(32)));
typedef float vf4 __attribute__((vector_size(16)));
INLINE float total(vf x) {
  const vf8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const vf4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

// `count` rows of the matrix, `gap` bytes apart, against m rows of x. m and count are constants where this is inlined, so
// sums stay in registers; each row of x is summed in the same order whatever m is.
#define DEFINE_STRIP(NAME, BYTES, VALUES)                                                                              \
  INLINE void strip_##NAME(const float *x, const uint8_t *w, int64_t gap, float *sums, int64_t k, const int m,         \
                           const int count) {                                                                          \
    vf acc[MOST_ROWS * 2];                                                                                             \
    float d[4][GROUP];                                                                                                 \
    const int64_t blocks = k / BLOCK;                                                                                  \
    _Pragma("GCC unroll 16") for (int i = 0; i < m * count; i++) acc[i] = (vf){0};                                     \
    for (int64_t group = 0; group < blocks; group += GROUP) {                                                          \
      const int64_t some = blocks - group < GROUP ? blocks - group : GROUP;                                            \
      _Pragma("GCC unroll 4") for (int c = 0; c < count; c++)                                                          \
        scales(w + c * gap + group * BYTES, BYTES, some, d[c]);                                                        \
      for (int64_t l = 0; l < some; l++) {                                                                             \
        const float *xl = x + (group + l) * BLOCK;                                                                     \
        _Pragma("GCC unroll 4") for (int c = 0; c < count; c++) {                                                      \
          const uint8_t *block = w + c * gap + (group + l) * BYTES;                                                    \
          if (l % 2 == 0) __builtin_prefetch(block + AHEAD, 0, 3);                                                     \
          vf low, high;                                                                                                \
          VALUES(block, &low, &high);                                                                                  \
          const vf scale = splat_f(d[c][l]);                                                                           \
          _Pragma("GCC unroll 8") for (int i = 0; i < m; i++)                                                          \
            acc[i * count + c] += scale * (high * load_f(xl + i * k + 16) + low * load_f(xl + i * k));                 \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
    _Pragma("GCC unroll 16") for (int i = 0; i < m * count; i++) sums[i] = total(acc[i]);                              \
  }

// a: x [m, k], blocks [n, k], c, residual or 0, bias or 0, 1, m, n, k, 0, 1, rows of the matrix per task, 0, epilogue or 0,
// its operands.
#define ROWS_CASE(NAME, M, COUNT) \
  case M:                         \
    strip_##NAME(x, w, gap, sums, k, M, COUNT); \
    break;
#define DEFINE_MATVEC(NAME, BYTES, VALUES)                                                           \
  DEFINE_STRIP(NAME, BYTES, VALUES)                                                                  \
  static void rows_##NAME##_wide(const float *x, const uint8_t *w, int64_t gap, float *sums, int64_t k, int64_t m) {   \
    switch (m) {                                                                                                       \
      ROWS_CASE(NAME, 1, 4) ROWS_CASE(NAME, 2, 4) ROWS_CASE(NAME, 3, 4) ROWS_CASE(NAME, 4, 4)                          \
      ROWS_CASE(NAME, 5, 2) ROWS_CASE(NAME, 6, 2) ROWS_CASE(NAME, 7, 2) ROWS_CASE(NAME, 8, 2)                          \
    }                                                                                                                  \
  }                                                                                                                    \
  static void rows_##NAME##_1(const float *x, const uint8_t *w, float *sums, int64_t k, int64_t m) {                   \
    const int64_t gap = 0;                                                                                             \
    switch (m) {                                                                                                       \
      ROWS_CASE(NAME, 1, 1) ROWS_CASE(NAME, 2, 1) ROWS_CASE(NAME, 3, 1) ROWS_CASE(NAME, 4, 1)                          \
      ROWS_CASE(NAME, 5, 1) ROWS_CASE(NAME, 6, 1) ROWS_CASE(NAME, 7, 1) ROWS_CASE(NAME, 8, 1)                          \
    }                                                                                                                  \
  }                                                                                                                    \
  /* The rows of a call are read as `wide` streams far apart, more than one stream can bring from memory. */           \
  void ts_##NAME##_matvec(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {                                   \
    (void)scratch;                                                                                                     \
    const int64_t m = a[6], n = a[7], k = a[8], per = a[11], row = k / BLOCK * BYTES;                                  \
    const float *x = (const float *)a[0], *c0 = (const float *)a[3], *bias = (const float *)a[4];                      \
    float *out = (float *)a[2], sums[MOST_ROWS * 2];                                                                   \
    const int64_t first = t0 * per, last = t1 * per < n ? t1 * per : n, wide = m <= 4 ? 4 : 2;                         \
    const int64_t stream = last > first ? (last - first) / wide : 0;                                                   \
    for (int64_t j = first, count; j < last; j = count > 1 && j + 1 == first + stream ? first + wide * stream : j + 1) {\
      const uint8_t *w = (const uint8_t *)a[1] + j * row;                                                              \
      count = j < first + stream ? wide : 1;                                                                           \
      if (count > 1) rows_##NAME##_wide(x, w, stream * row, sums, k, m);                                               \
      else rows_##NAME##_1(x, w, sums, k, m);                                                                          \
      for (int64_t i = 0; i < m; i++)                                                                                  \
        for (int64_t c = 0; c < count; c++) {                                                                          \
          const int64_t to = j + c * stream, at = i * n + to;                                                          \
          out[at] = (sums[i * count + c] + (bias ? bias[to] : 0)) + (c0 ? c0[at] : 0);                                 \
        }                                                                                                              \
    }                                                                                                                  \
    if (first < last) run_epilogue(epilogue_of(a, 0, first), m, last - first);                                         \
  }                                                                                                                    \
  static void unpack_##NAME(const uint8_t *w, float *to, int64_t blocks) {                           \
    for (int64_t l = 0; l < blocks; l++) {                                                           \
      vf low, high;                                                                                  \
      VALUES(w + l * BYTES, &low, &high);                                                            \
      const vf d = splat_f(half(w + l * BYTES));                                                     \
      store_f(to + l * BLOCK, d * low);                                                              \
      store_f(to + l * BLOCK + 16, d * high);                                                        \
    }                                                                                                \
  }                                                                                                  \
  /* Many rows of x: a task is `per` rows of the matrix, dequantised into scratch. */                \
  void ts_##NAME##_matmul(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {                 \
    const int64_t m = a[6], n = a[7], k = a[8], per = a[11], row = k / BLOCK * BYTES;                \
    float *strip = (float *)scratch, *work = strip + per * k;                                        \
    for (int64_t t = t0; t < t1; t++) {                                                              \
      const int64_t j = t * per, count = n - j < per ? n - j : per;                                  \
      unpack_##NAME((const uint8_t *)a[1] + j * row, strip, count * k / BLOCK);                      \
      const addend add = {a[3] ? (const float *)a[3] + j : 0, a[4] ? (const float *)a[4] + j : 0, n}; \
      gemm_block(m, count, k, (const float *)a[0], k, 1, strip, 1, k, (float *)a[2] + j, n, add, work); \
      run_epilogue(epilogue_of(a, 0, j), m, count);                                                    \
    }                                                                                                \
  }                                                                                                  \
  /* a: table, index, out, N, width, V, rows per task. A bad index gives a row of NaN. */            \
  void ts_##NAME##_gather(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {                 \
    (void)scratch;                                                                                   \
    const int64_t N = a[3], width = a[4], V = a[5], per = a[6], row = width / BLOCK * BYTES;         \
    const int32_t *index = (const int32_t *)a[1];                                                    \
    for (int64_t r = t0 * per; r < t1 * per && r < N; r++) {                                         \
      float *out = (float *)a[2] + r * width;                                                        \
      if (index[r] >= 0 && index[r] < V)                                                             \
        unpack_##NAME((const uint8_t *)a[0] + index[r] * row, out, width / BLOCK);                   \
      else                                                                                           \
        for (int64_t j = 0; j < width; j++) out[j] = NAN;                                            \
    }                                                                                                \
  }

DEFINE_MATVEC(q8, Q8_BYTES, values_q8)
DEFINE_MATVEC(q4, Q4_BYTES, values_q4)
