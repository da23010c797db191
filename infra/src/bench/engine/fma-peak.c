// Independent fused multiply-adds of registers: what one core can do at most. Prints GFLOP/s, the best of ten tries.
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define VL 16
#elif defined(__AVX2__)
#define VL 8
#else
#define VL 4
#endif
#define CHAINS 12
typedef float v __attribute__((vector_size(VL * 4)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
  volatile float seed = 0.999f;
  v x[CHAINS], a = (v){0} + seed, c = (v){0} + seed * 1e-3f;
  for (int i = 0; i < CHAINS; i++) x[i] = c * (float)i;
  double best = 0;
  const long steps = 4000000;
  for (int round = 0; round < 10; round++) {
    const double begin = now();
    for (long s = 0; s < steps; s++)
#pragma GCC unroll 12
      for (int i = 0; i < CHAINS; i++) x[i] = x[i] * a + c;
    const double rate = 2.0 * VL * CHAINS * steps / (now() - begin) / 1e9;
    if (rate > best) best = rate;
  }
  v sum = {0};
  for (int i = 0; i < CHAINS; i++) sum += x[i];
  volatile float sink = sum[0];
  (void)sink;
  printf("%f\n", best);
  return 0;
}
