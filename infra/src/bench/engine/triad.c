// STREAM's triad, a[i] = b[i] + s c[i], over arrays that together are as large as what it is compared with.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  float *a, *b, *c;
  int64_t from, to;
  int rounds;
} part;

static void *work(void *argument) {
  part *p = argument;
  for (int r = 0; r < p->rounds; r++) {
    const float s = 1.0f + r;
    float *restrict a = p->a;
    const float *restrict b = p->b, *restrict c = p->c;
    for (int64_t i = p->from; i < p->to; i++) a[i] = b[i] + s * c[i];
    __asm__ volatile("" ::: "memory");
  }
  return 0;
}

static float *a, *b, *c;
static int64_t n;

void triad_open(int64_t elements) {
  n = elements;
  float **all[] = {&a, &b, &c};
  for (int k = 0; k < 3; k++) {
    *all[k] = aligned_alloc(4096, (n * 4 + 4095) / 4096 * 4096);
    for (int64_t i = 0; i < n; i++) (*all[k])[i] = 1.0f;
  }
}

// Seconds.
double triad_run(int64_t threads, int64_t rounds) {
  struct timespec t0, t1;
  pthread_t ids[64];
  part parts[64];
  clock_gettime(CLOCK_MONOTONIC, &t0);
  for (int64_t t = 0; t < threads; t++) {
    parts[t] = (part){a, b, c, n / threads * t, t + 1 == threads ? n : n / threads * (t + 1), (int)rounds};
    if (t > 0) pthread_create(&ids[t], 0, work, &parts[t]);
  }
  work(&parts[0]);
  for (int64_t t = 1; t < threads; t++) pthread_join(ids[t], 0);
  clock_gettime(CLOCK_MONOTONIC, &t1);
  return (t1.tv_sec - t0.tv_sec) + 1e-9 * (t1.tv_nsec - t0.tv_nsec);
}
