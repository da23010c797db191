// CUDA C on the CPU, for tests: the threads of a block are fibres of one OS thread, so barriers, shuffles and
// the warp's matrix instructions mean what they mean on a GPU. Blocks run one after another. Asynchronous copies
// are carried out as late as a kernel's waits allow, shared memory starts as NaN, and a barrier that some threads
// never reach is an error, so that a kernel which leans on luck fails here.
#pragma once
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <sys/mman.h>
#include <initializer_list>
#include <utility>

#define DEVICE static inline __attribute__((unused))
#define GLOBAL static
#define __device__
#define __launch_bounds__(...)
#define __shared__ static
#define __align__(n) __attribute__((aligned(n)))
#define WARP_ALL 0xffffffffu
#define DYNAMIC_SHARED(name) char *name = shim::dynamic
#ifndef INT32_MIN
#define INT32_MIN (-2147483647 - 1)
#endif

struct uint3_ {
  unsigned x, y, z;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
static uint3_ threadIdx, blockIdx, blockDim, gridDim;

namespace shim {
enum State { ready, at_block, at_warp, done };
const int MAX_THREADS = 1024, STACK = 64 << 10, EXCHANGE = 32;
struct Copy {
  void *to;
  const void *from;
  bool valid;
  int group;
};
struct Fibre {
  void *sp;
  State state;
  unsigned phase;
  Copy *copies;
  int pending, room, group;
};
static Fibre fibres[MAX_THREADS];
static char *stacks;
static void *scheduler;
static int current, threads;
static char *dynamic;
static int dynamic_bytes;
static char exchange[MAX_THREADS / 32][2][32][EXCHANGE];
static void (*body)(void **);
static void **arguments;
static char failure[200];

static inline void fail(const char *what) {
  if (!failure[0]) snprintf(failure, sizeof failure, "%s (block %u, thread %d)", what, blockIdx.x, current);
}

#if defined(__x86_64__)
__attribute__((naked, noinline)) static void change(void **, void *) {
  __asm__("push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; mov %rsp, (%rdi); mov %rsi, %rsp;"
          "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp; ret");
}
static void *fresh(char *stack, void (*entry)()) {
  void **top = (void **)(stack + STACK) - 1;  // entered by ret: eight off a multiple of sixteen
  *--top = (void *)entry;
  return top - 6;
}
#else
// Slower, for other machines: the context itself lies at the bottom of the fibre's stack.
static ucontext_t home;
static void change(void **from, void *to) {
  ucontext_t *mine = from == &scheduler ? &home : (ucontext_t *)*from;
  swapcontext(mine, to == &home ? &home : (ucontext_t *)to);
}
static void *fresh(char *stack, void (*entry)()) {
  ucontext_t *context = (ucontext_t *)stack;
  getcontext(context);
  context->uc_stack.ss_sp = stack + sizeof(ucontext_t);
  context->uc_stack.ss_size = STACK - sizeof(ucontext_t);
  makecontext(context, entry, 0);
  return context;
}
#endif

static inline void wait_as(State state) {
  fibres[current].state = state;
  const uint3_ mine = threadIdx;
  const int self = current;
  change(&fibres[self].sp, scheduler);
  current = self;
  threadIdx = mine;
}
static void start() {
  body(arguments);
  wait_as(done);
}

/** Runs the lanes of a warp until each is done or at the block's barrier. */
static void run_warp(int warp, bool reversed) {
  const int first = warp * 32, last = first + 32 < threads ? first + 32 : threads;
  while (!failure[0]) {
    for (int i = first; i < last; i++) {
      const int t = reversed ? first + last - 1 - i : i;
      if (fibres[t].state != ready) continue;
      current = t;
      threadIdx = {(unsigned)t, 0, 0};
      change(&scheduler, fibres[t].sp);
    }
    int waiting = 0, others = 0;
    for (int t = first; t < last; t++) {
      if (fibres[t].state == at_warp) waiting++;
      else others++;
    }
    if (waiting == 0) return;
    if (others > 0 || last - first < 32) return fail("a warp instruction that some lanes never reach");
    for (int t = first; t < last; t++) fibres[t].state = ready;
  }
}

__attribute__((destructor)) static void release() {
  if (stacks) munmap(stacks, (size_t)MAX_THREADS * STACK);
  for (int t = 0; t < MAX_THREADS; t++) free(fibres[t].copies);
}

static void run_block(bool reversed) {
  if (!stacks) stacks = (char *)mmap(0, (size_t)MAX_THREADS * STACK, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  memset(dynamic, 0xff, dynamic_bytes);
  for (int t = 0; t < threads; t++) {
    fibres[t].sp = fresh(stacks + (size_t)t * STACK, start);
    fibres[t].state = ready;
    fibres[t].phase = fibres[t].pending = fibres[t].group = 0;
  }
  const int warps = (threads + 31) / 32;
  while (!failure[0]) {
    for (int i = 0; i < warps; i++) run_warp(reversed ? warps - 1 - i : i, reversed);
    int waiting = 0;
    for (int t = 0; t < threads; t++) waiting += fibres[t].state == at_block;
    if (waiting == 0) return;
    // Threads that have ended count as arrived, as on the device.
    for (int t = 0; t < threads; t++)
      if (fibres[t].state == at_block) fibres[t].state = ready;
  }
}

/** Every lane leaves a value and sees those of its warp. */
template <class T>
static const T *swap_values(const T &mine) {
  static_assert(sizeof(T) == EXCHANGE, "one slot of the exchange");
  auto slots = exchange[current / 32][fibres[current].phase++ & 1];
  memcpy(slots[current % 32], &mine, sizeof(T));
  wait_as(at_warp);
  return (const T *)slots;
}
struct Word {
  unsigned word;
  char pad[EXCHANGE - 4];
};
struct Fragments {
  unsigned a[4], b[2];
  char pad[EXCHANGE - 24];
};
struct Address {
  const void *row;
  char pad[EXCHANGE - sizeof(void *)];
};

template <class... A, size_t... I>
static void call(void (*f)(A...), void **a, std::index_sequence<I...>) {
  f(*(A *)a[I]...);
}
template <class... A>
static void spread(void (*f)(A...), void **a) {
  call(f, a, std::index_sequence_for<A...>());
}
template <class... A>
constexpr int arity(void (*)(A...)) {
  return sizeof...(A);
}

static const char *run(void (*f)(void **), void **args, const unsigned *grid, int block, int shared) {
  failure[0] = 0;
  body = f;
  arguments = args;
  threads = block;
  dynamic = (char *)aligned_alloc(16, (shared + 31) / 16 * 16);
  dynamic_bytes = shared;
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {(unsigned)block, 1, 1};
  unsigned n = 0;
  // Every other block runs its threads backwards: an order that a kernel relies on shows as different bits.
  for (unsigned z = 0; z < grid[2]; z++)
    for (unsigned y = 0; y < grid[1]; y++)
      for (unsigned x = 0; x < grid[0] && !failure[0]; x++) {
        blockIdx = {x, y, z};
        run_block(n++ & 1);
      }
  free(dynamic);
  return failure[0] ? failure : 0;
}
}  // namespace shim

/** What the mock driver looks up in a compiled kernel. */
#define SHIM_ENTRY(name)                                                                                   \
  extern "C" int shim_count_##name() { return shim::arity(name); }                                         \
  extern "C" const char *shim_run_##name(void **args, const unsigned *grid, int block, int shared) {       \
    return shim::run([](void **a) { shim::spread(name, a); }, args, grid, block, shared);                  \
  }

static inline void __syncthreads() { shim::wait_as(shim::at_block); }
static inline unsigned __float_as_uint(float x) {
  unsigned u;
  memcpy(&u, &x, 4);
  return u;
}
static inline float __uint_as_float(unsigned u) {
  float x;
  memcpy(&x, &u, 4);
  return x;
}
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline unsigned __ballot_sync(unsigned, bool yes) {
  const shim::Word *all = shim::swap_values(shim::Word{yes, {}});
  unsigned out = 0;
  for (int lane = 0; lane < 32; lane++) out |= all[lane].word << lane;
  return out;
}
static inline float __shfl_xor_sync(unsigned, float x, int mask) {
  const int lane = shim::current & 31;
  return __uint_as_float(shim::swap_values(shim::Word{__float_as_uint(x), {}})[lane ^ mask].word);
}
static inline int __shfl_xor_sync(unsigned, int x, int mask) {
  const int lane = shim::current & 31;
  return (int)shim::swap_values(shim::Word{(unsigned)x, {}})[lane ^ mask].word;
}
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }

static inline unsigned round_bf16(float x) {
  const unsigned u = __float_as_uint(x);
  if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return (u + 0x7fffu + (u >> 16 & 1)) >> 16;
}
static inline unsigned pack_bf16(float lo, float hi) { return round_bf16(lo) | round_bf16(hi) << 16; }
static inline float fast_exp2(float x) { return exp2f(x); }

static inline void mma_bf16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  const int lane = shim::current & 31, row = lane >> 2, column = (lane & 3) * 2;
  const shim::Fragments *all = shim::swap_values(shim::Fragments{{a[0], a[1], a[2], a[3]}, {b0, b1}, {}});
  auto half = [](unsigned pair, int which) { return __uint_as_float(which ? pair & 0xffff0000u : pair << 16); };
  for (int e = 0; e < 4; e++) {
    float sum = 0.0f;
    for (int k = 0; k < 16; k++) {
      const int from = (k & 7) >> 1, upper = k >> 3;
      const unsigned x = all[row * 4 + from].a[(e >> 1) + upper * 2];
      const unsigned y = all[(column + (e & 1)) * 4 + from].b[upper];
      sum += half(x, k & 1) * half(y, k & 1);
    }
    c[e] += sum;
  }
}
static inline unsigned short element(const shim::Address *all, int tile, int row, int column) {
  unsigned short x;
  memcpy(&x, (const char *)all[tile * 8 + row].row + column * 2, 2);
  return x;
}
static inline const shim::Address *rows_of(const void *row) {
  const char *at = (const char *)row;
  if ((unsigned long long)at % 16) shim::fail("ldmatrix of an address that is not a multiple of 16");
  if (at < shim::dynamic || at + 16 > shim::dynamic + shim::dynamic_bytes) shim::fail("ldmatrix outside shared memory");
  return shim::swap_values(shim::Address{row, {}});
}
static inline void ldmatrix(unsigned (&r)[4], const void *row) {
  const shim::Address *all = rows_of(row);
  const int lane = shim::current & 31;
  for (int i = 0; i < 4; i++)
    r[i] = element(all, i, lane >> 2, (lane & 3) * 2) | (unsigned)element(all, i, lane >> 2, (lane & 3) * 2 + 1) << 16;
}
static inline void ldmatrix_trans(unsigned (&r)[4], const void *row) {
  const shim::Address *all = rows_of(row);
  const int lane = shim::current & 31;
  for (int i = 0; i < 4; i++)
    r[i] = element(all, i, (lane & 3) * 2, lane >> 2) | (unsigned)element(all, i, (lane & 3) * 2 + 1, lane >> 2) << 16;
}

static inline void cp_async(void *to, const void *from, bool valid) {
  shim::Fibre &f = shim::fibres[shim::current];
  if ((unsigned long long)to % 16 || (unsigned long long)from % 16) shim::fail("cp.async of unaligned addresses");
  if (f.pending == f.room) {
    f.room = f.room ? f.room * 2 : 64;
    f.copies = (shim::Copy *)realloc(f.copies, f.room * sizeof(shim::Copy));
  }
  f.copies[f.pending++] = {to, from, valid, f.group};
}
static inline void cp_commit() { shim::fibres[shim::current].group++; }
template <int N>
static inline void cp_wait() {
  shim::Fibre &f = shim::fibres[shim::current];
  int kept = 0;
  for (int i = 0; i < f.pending; i++) {
    const shim::Copy &c = f.copies[i];
    if (c.group >= f.group - N) f.copies[kept++] = c;
    else if (c.valid) memcpy(c.to, c.from, 16);
    else memset(c.to, 0, 16);
  }
  f.pending = kept;
}
