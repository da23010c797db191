// The run list and the thread pool: one call runs a whole program. Workers take tasks from a shared
// counter in small chunks, spin briefly between launches and then sleep, because donated machines are
// busy machines. Which thread runs a task never changes its result.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

typedef void (*kernel)(const int64_t *args, int64_t first, int64_t last, char *scratch);

typedef struct {
  kernel fn;
  const int64_t *args;
  int64_t tasks;
  int64_t nanoseconds;  // filled when timing is asked for
} launch;

typedef struct pool {
  int64_t threads;  // including the caller
  char **scratch;
  pthread_t *workers;
  pthread_mutex_t mutex;
  pthread_cond_t wake, idle;
  // The launch of an epoch, at its parity. A worker that was held up between reading the epoch and reading its launch
  // must never meet the next launch under the old ticket, so the next one is prepared in the other place.
  _Atomic(const launch *) current[2];
  // Epoch in the upper half, next task in the lower: a worker that wakes late finds another epoch and
  // takes nothing, so the caller never waits for a worker that has no task.
  _Atomic uint64_t ticket;
  _Atomic int64_t done;  // finished tasks of this epoch
  _Atomic int64_t stopping;
  int64_t sleeping;  // workers inside pthread_cond_wait, under mutex
} pool;

typedef struct {
  pool *p;
  int64_t index;
} worker_arg;

// Some tens of microseconds: about what a sleep and a wake cost.
#define SPINS 500

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  atomic_thread_fence(memory_order_seq_cst);
#endif
}

#define EPOCH(ticket) ((ticket) >> 32)
#define TASK(ticket) ((int64_t)((ticket) & 0xffffffffu))

static int64_t chunk_of(const pool *p, const launch *l) {
  const int64_t chunk = l->tasks / (p->threads * 8);
  return chunk > 0 ? chunk : 1;
}

// Takes chunks while the epoch lasts. Returns after the last free task of the epoch.
static void take_tasks(pool *p, uint64_t epoch, char *scratch) {
  const launch *l = atomic_load(&p->current[epoch & 1]);
  for (;;) {
    uint64_t ticket = atomic_load(&p->ticket);
    if (EPOCH(ticket) != epoch || TASK(ticket) >= l->tasks) return;
    // With the epoch still current, `l` is its launch: it cannot be replaced before these tasks end.
    const int64_t first = TASK(ticket), chunk = chunk_of(p, l);
    const int64_t last = first + chunk < l->tasks ? first + chunk : l->tasks;
    if (!atomic_compare_exchange_weak(&p->ticket, &ticket, epoch << 32 | (uint64_t)last)) continue;
    l->fn(l->args, first, last, scratch);
    if (atomic_fetch_add(&p->done, last - first) + last - first == l->tasks) {
      pthread_mutex_lock(&p->mutex);
      pthread_cond_signal(&p->idle);
      pthread_mutex_unlock(&p->mutex);
    }
  }
}

static void *work(void *argument) {
  worker_arg *w = argument;
  pool *p = w->p;
  char *scratch = p->scratch[w->index];
  free(w);
  uint64_t seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS && EPOCH(atomic_load(&p->ticket)) == seen; i++) relax();
    if (EPOCH(atomic_load(&p->ticket)) == seen) {
      pthread_mutex_lock(&p->mutex);
      p->sleeping++;
      while (EPOCH(atomic_load(&p->ticket)) == seen) pthread_cond_wait(&p->wake, &p->mutex);
      p->sleeping--;
      pthread_mutex_unlock(&p->mutex);
    }
    seen = EPOCH(atomic_load(&p->ticket));
    if (atomic_load(&p->stopping)) return 0;
    take_tasks(p, seen, scratch);
  }
}

// Opens the next epoch with its launch and returns it. All tasks of the last one are done.
static uint64_t publish(pool *p, const launch *l) {
  pthread_mutex_lock(&p->mutex);
  const uint64_t epoch = (EPOCH(atomic_load(&p->ticket)) + 1) & 0xffffffffu;
  atomic_store(&p->current[epoch & 1], l);
  atomic_store(&p->done, 0);
  atomic_store(&p->ticket, epoch << 32);
  if (p->sleeping > 0) pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->mutex);
  return epoch;
}

static void run_shared(pool *p, const launch *l) {
  take_tasks(p, publish(p, l), p->scratch[0]);
  for (int i = 0; i < SPINS && atomic_load(&p->done) < l->tasks; i++) relax();
  if (atomic_load(&p->done) < l->tasks) {
    pthread_mutex_lock(&p->mutex);
    while (atomic_load(&p->done) < l->tasks) pthread_cond_wait(&p->idle, &p->mutex);
    pthread_mutex_unlock(&p->mutex);
  }
}

// Where a thread of JavaScript is ended in the middle of its work, nobody destroys its pools, and this library is closed with
// it: what their threads are executing has to stay mapped.
static void stay_loaded(void) {
  Dl_info self;
  if (dladdr((void *)stay_loaded, &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

void *ts_pool_create(int64_t threads, int64_t scratch_bytes) {
  stay_loaded();
  pool *p = calloc(1, sizeof *p);
  if (!p) return 0;
  p->threads = threads;
  p->scratch = calloc(threads, sizeof *p->scratch);
  p->workers = calloc(threads, sizeof *p->workers);
  pthread_mutex_init(&p->mutex, 0);
  pthread_cond_init(&p->wake, 0);
  pthread_cond_init(&p->idle, 0);
  for (int64_t i = 0; i < threads; i++) {
    if (posix_memalign((void **)&p->scratch[i], 4096, scratch_bytes + 4096)) return 0;
  }
  for (int64_t i = 1; i < threads; i++) {
    worker_arg *w = malloc(sizeof *w);
    *w = (worker_arg){p, i};
    if (pthread_create(&p->workers[i], 0, work, w)) {
      free(w);
      p->threads = i;  // fewer threads give the same results
      break;
    }
  }
  return p;
}

void ts_pool_destroy(pool *p) {
  atomic_store(&p->stopping, 1);
  publish(p, 0);
  for (int64_t i = 1; i < p->threads; i++) pthread_join(p->workers[i], 0);
  for (int64_t i = 0; i < p->threads; i++) free(p->scratch[i]);
  free(p->scratch);
  free(p->workers);
  pthread_mutex_destroy(&p->mutex);
  pthread_cond_destroy(&p->wake);
  pthread_cond_destroy(&p->idle);
  free(p);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Runs the launches in order; each starts when the one before it is complete.
void ts_run(pool *p, launch *list, int64_t count, int64_t timed) {
  for (int64_t i = 0; i < count; i++) {
    const int64_t start = timed ? now() : 0;
    if (p->threads == 1 || list[i].tasks == 1) list[i].fn(list[i].args, 0, list[i].tasks, p->scratch[0]);
    else run_shared(p, &list[i]);
    if (timed) list[i].nanoseconds += now() - start;
  }
}

// Wakes the threads for every launch and gives them no task: what is left is the cost of launching.
void ts_dry_run(pool *p, const launch *list, int64_t count) {
  static const launch nothing = {0};
  for (int64_t i = 0; i < count; i++)
    if (p->threads > 1 && list[i].tasks > 1) run_shared(p, &nothing);
}

int64_t ts_open(const char *path) { return (int64_t)dlopen(path, RTLD_NOW | RTLD_LOCAL); }
int64_t ts_symbol(int64_t library, const char *name) { return (int64_t)dlsym((void *)library, name); }
void ts_close(int64_t library) { dlclose((void *)library); }

// Zeroed memory, in huge pages where the system gives them. Returns 0 when there is none.
int64_t ts_map(int64_t bytes) {
  void *at = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return 0;
#ifdef MADV_HUGEPAGE
  madvise(at, bytes, MADV_HUGEPAGE);
#endif
  return (int64_t)at;
}
void ts_unmap(int64_t address, int64_t bytes) { munmap((void *)address, bytes); }
void ts_fill(int64_t address, int64_t words, int32_t value) {
  for (int64_t i = 0; i < words; i++) ((int32_t *)address)[i] = value;
}
void ts_read(int64_t address, void *to, int64_t bytes) { memcpy(to, (void *)address, bytes); }
void ts_write(int64_t address, const void *from, int64_t bytes) { memcpy((void *)address, from, bytes); }
