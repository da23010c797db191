// Shared by generated kernels and templates. Sixteen float lanes; comparisons give 0 or -1 per lane.
#pragma once
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES 16
typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));
typedef float vfu __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t viu __attribute__((vector_size(64), aligned(4), may_alias));
#define INLINE static inline __attribute__((always_inline, unused))

INLINE vf load_f(const float *p) { return *(const vfu *)p; }
INLINE vi load_i(const int32_t *p) { return *(const viu *)p; }
INLINE void store_f(float *p, vf x) { *(vfu *)p = x; }
INLINE void store_i(int32_t *p, vi x) { *(viu *)p = x; }
INLINE vf splat_f(float x) { return x - (vf){0}; }  // x - 0 keeps the sign of zero
INLINE vi splat_i(int32_t x) { return x - (vi){0}; }
INLINE vf gather_f(const float *p, int64_t stride) {
  vf out;
  for (int l = 0; l < LANES; l++) out[l] = p[l * stride];
  return out;
}
INLINE vi gather_i(const int32_t *p, int64_t stride) {
  vi out;
  for (int l = 0; l < LANES; l++) out[l] = p[l * stride];
  return out;
}
INLINE vi ramp(int64_t first, int32_t step) {
  const vi k = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (int32_t)first + k * step;
}
INLINE int64_t clamp_index(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

INLINE vf v_where_f(vi c, vf x, vf y) { return (vf)((c & (vi)x) | (~c & (vi)y)); }
INLINE vi v_where_i(vi c, vi x, vi y) { return (c & x) | (~c & y); }
INLINE float s_where_f(int32_t c, float x, float y) { return c ? x : y; }
INLINE int32_t s_where_i(int32_t c, int32_t x, int32_t y) { return c ? x : y; }
INLINE vf v_max_f(vf x, vf y) { return v_where_f(x < y, y, x); }
INLINE vf v_min_f(vf x, vf y) { return v_where_f(y < x, y, x); }
INLINE vi v_max_i(vi x, vi y) { return v_where_i(x < y, y, x); }
INLINE vi v_min_i(vi x, vi y) { return v_where_i(y < x, y, x); }
INLINE float s_max_f(float x, float y) { return x < y ? y : x; }
INLINE float s_min_f(float x, float y) { return y < x ? y : x; }
INLINE int32_t s_max_i(int32_t x, int32_t y) { return x < y ? y : x; }
INLINE int32_t s_min_i(int32_t x, int32_t y) { return y < x ? y : x; }

INLINE vf v_i2f(vi x) { return __builtin_convertvector(x, vf); }
INLINE vi v_f2i(vf x) { return __builtin_convertvector(x, vi); }
INLINE vf v_b2f(vi x) { return __builtin_convertvector(x & 1, vf); }
INLINE float s_i2f(int32_t x) { return (float)x; }
INLINE int32_t s_f2i(float x) { return (int32_t)x; }
INLINE float s_b2f(int32_t x) { return (float)(x & 1); }

// exp by range reduction to [-ln2/2, ln2/2] and a degree-5 polynomial (Cephes' coefficients), about one
// ulp; below -87.3 it is zero, above 88.7 infinite. The same text serves lanes and scalars.
#define EXP_BODY(F, I, CONVERT, WHERE)                                              \
  const F low = WHERE(x < -88.8f, (F){0} - 88.8f, x);                               \
  const F y = WHERE(low > 88.8f, (F){0} + 88.8f, low);                              \
  const F n = (y * 1.44269504088896341f + 12582912.0f) - 12582912.0f;               \
  const F r = (y - n * 0.693359375f) + n * 2.12194440e-4f;                          \
  F p = r * 1.9875691500e-4f + 1.3981999507e-3f;                                    \
  p = p * r + 8.3334519073e-3f;                                                     \
  p = p * r + 4.1665795894e-2f;                                                     \
  p = p * r + 1.6666665459e-1f;                                                     \
  p = p * r + 5.0000001201e-1f;                                                     \
  p = (p * r) * r + r + 1.0f;

INLINE vf v_exp(vf x) {
  EXP_BODY(vf, vi, __builtin_convertvector, v_where_f)
  const vi e = (__builtin_convertvector(n, vi) + 127) << 23;
  return v_where_f(x < -87.3f, (vf){0}, p * (vf)e);
}
#define S_WHERE(c, x, y) ((c) ? (x) : (y))
INLINE float s_exp(float x) {
  EXP_BODY(float, int32_t, , S_WHERE)
  const int32_t e = (int32_t)(((uint32_t)((int32_t)(n == n ? n : 0) + 127)) << 23);
  float power;
  memcpy(&power, &e, 4);
  return x < -87.3f ? 0.0f : p * power;
}

// tanh: an odd polynomial (Cephes) up to 0.625, where 1 - 2 / (exp(2x) + 1) would lose digits, beyond it that form;
// about two ulp.
#define TANH_BODY(F, EXP, WHERE, ABS)                                       \
  const F z = ABS(x), q = x * x;                                            \
  F p = q * -5.70498872745e-3f + 2.06390887954e-2f;                         \
  p = p * q - 5.37397155531e-2f;                                            \
  p = p * q + 1.33314422036e-1f;                                            \
  p = p * q - 3.33332819422e-1f;                                            \
  const F small = p * q * x + x;                                            \
  const F large = 1.0f - 2.0f / (EXP(z + z) + 1.0f);                        \
  return WHERE(z < 0.625f, small, WHERE(x < 0.0f, -large, large));

INLINE vf v_abs(vf x) { return (vf)((vi)x & 0x7fffffff); }
INLINE vf v_tanh(vf x) { TANH_BODY(vf, v_exp, v_where_f, v_abs) }
INLINE float s_tanh(float x) { TANH_BODY(float, s_exp, S_WHERE, fabsf) }

// log by splitting into 2^e and a mantissa in [sqrt(1/2), sqrt(2)), and a polynomial (Cephes); about one ulp.
// Subnormal numbers are lifted into the normal range first.
#define LOG_BODY(F, I, CONVERT, WHERE, BITS, FLOAT)                                          \
  const I tiny = x < 1.17549435e-38f;                                                        \
  const F lifted = WHERE(tiny, x * 8388608.0f, x);                                           \
  const I word = BITS(lifted);                                                               \
  F m = FLOAT((word & 0x007fffff) | 0x3f000000);                                             \
  F e = CONVERT((word >> 23) - 126) - WHERE(tiny, (F){0} + 23.0f, (F){0});                   \
  const I low = m < 0.70710678118f;                                                          \
  e = e - WHERE(low, (F){0} + 1.0f, (F){0});                                                 \
  m = m + WHERE(low, m, (F){0}) - 1.0f;                                                      \
  const F z = m * m;                                                                         \
  F p = m * 7.0376836292e-2f - 1.1514610310e-1f;                                             \
  p = p * m + 1.1676998740e-1f;                                                              \
  p = p * m - 1.2420140846e-1f;                                                              \
  p = p * m + 1.4249322787e-1f;                                                              \
  p = p * m - 1.6668057665e-1f;                                                              \
  p = p * m + 2.0000714765e-1f;                                                              \
  p = p * m - 2.4999993993e-1f;                                                              \
  p = p * m + 3.3333331174e-1f;                                                              \
  F y = p * m * z + e * -2.12194440e-4f - z * 0.5f;                                          \
  y = (m + y) + e * 0.693359375f;                                                            \
  y = WHERE(x == 0.0f, (F){0} - INFINITY, y);                                                \
  y = WHERE(x < 0.0f, (F){0} + NAN, y);                                                      \
  return WHERE(x < INFINITY, y, x); /* infinity and NaN stay what they are */

#define V_BITS(x) ((vi)(x))
#define V_FLOAT(x) ((vf)(x))
INLINE int32_t s_bits(float x) {
  int32_t word;
  memcpy(&word, &x, 4);
  return word;
}
INLINE float s_float(int32_t x) {
  float value;
  memcpy(&value, &x, 4);
  return value;
}
INLINE vf v_log(vf x) { LOG_BODY(vf, vi, v_i2f, v_where_f, V_BITS, V_FLOAT) }
INLINE float s_log(float x) { LOG_BODY(float, int32_t, s_i2f, S_WHERE, s_bits, s_float) }

#define EACH_LANE(NAME, CALL)            \
  INLINE vf v_##NAME(vf x) {             \
    vf out;                              \
    for (int l = 0; l < LANES; l++) out[l] = CALL(x[l]); \
    return out;                          \
  }                                      \
  INLINE float s_##NAME(float x) { return CALL(x); }
EACH_LANE(sin, sinf)
EACH_LANE(cos, cosf)
EACH_LANE(sqrt, sqrtf)
EACH_LANE(floor, floorf)

// Fixed trees: halves are added until one lane is left.
#define LANE_TREE(NAME, V, T, COMBINE)                            \
  INLINE T NAME(V x) {                                            \
    T lane[LANES];                                                \
    memcpy(lane, &x, sizeof x);                                   \
    for (int half = LANES / 2; half > 0; half /= 2)               \
      for (int l = 0; l < half; l++) lane[l] = COMBINE(lane[l], lane[l + half]); \
    return lane[0];                                               \
  }
#define PLUS(x, y) ((x) + (y))
LANE_TREE(lanes_sum_f, vf, float, PLUS)
LANE_TREE(lanes_sum_i, vi, int32_t, PLUS)
LANE_TREE(lanes_reduce_max_f, vf, float, s_max_f)
LANE_TREE(lanes_reduce_max_i, vi, int32_t, s_max_i)
