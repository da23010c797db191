// A CUDA driver without a GPU, for tests: device memory is host memory, an image is the path of an object that
// g++ made of a kernel (shim.h), and streams run at once. It keeps a log of calls, refuses what the real driver
// refuses (no current context, memory it does not own, a capture that was never begun) and fails on demand.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK = 0, INVALID = 1, OUT_OF_MEMORY = 2, NO_CONTEXT = 201, NOT_FOUND = 500, LAUNCH_FAILED = 719 };
enum { MAX_ARGS = 32 };

static char *log_text;
static size_t log_size, log_room;
static void note(const char *line) {
  const size_t n = strlen(line);
  if (log_size + n + 2 > log_room) log_text = realloc(log_text, log_room = (log_size + n + 2) * 2);
  memcpy(log_text + log_size, line, n);
  log_size += n;
  log_text[log_size++] = '\n';
  log_text[log_size] = 0;
}
const char *mock_log(void) { return log_text ? log_text : ""; }

static char fail_name[64];
static int fail_after, fail_code;
/** The call of this name after `after` more of them gives `code`. */
void mock_fail(const char *name, int after, int code) {
  snprintf(fail_name, sizeof fail_name, "%s", name);
  fail_after = after;
  fail_code = code;
}
static char kernel_error[256];
const char *mock_kernel_error(void) { return kernel_error; }

static int64_t memory_limit = INT64_MAX, memory_used;
void mock_memory(int64_t bytes) { memory_limit = bytes; }

static int dead;
static __thread int current_context;
static int initialised, retained;

static int entered(const char *name, int needs_context) {
  note(name);
  if (dead) return dead;
  if (fail_name[0] && strcmp(name, fail_name) == 0 && fail_after-- == 0) {
    fail_name[0] = 0;
    if (fail_code >= 700) dead = fail_code;  // such errors stick to the context
    return fail_code;
  }
  if (needs_context && !current_context) return NO_CONTEXT;
  return OK;
}
#define ENTER(needs_context)                             \
  const int error_ = entered(__func__, needs_context);   \
  if (error_) return error_

typedef struct block {
  struct block *next;
  char *at;
  int64_t bytes;
} block;
static block *blocks;
static int modules, streams, graphs, execs, events;

void mock_reset(void) {
  log_size = 0;
  if (log_text) log_text[0] = 0;
  fail_name[0] = kernel_error[0] = 0;
  dead = 0;
  memory_limit = INT64_MAX;
}
/** Things made and not yet given back. */
int mock_live(void) {
  int n = modules + streams + graphs + execs + events + retained;
  for (block *b = blocks; b; b = b->next) n++;
  return n;
}
static int owned(const char *at, int64_t bytes) {
  for (block *b = blocks; b; b = b->next)
    if (at >= b->at && at + bytes <= b->at + b->bytes) return 1;
  return 0;
}

int cuInit(unsigned flags) {
  ENTER(0);
  initialised = flags == 0;
  return OK;
}
int cuDriverGetVersion(int *version) { return *version = 12080, OK; }
int cuDeviceGetCount(int *count) {
  ENTER(0);
  return *count = 1, initialised ? OK : 3;
}
int cuDeviceGet(int *device, int ordinal) { return *device = ordinal, ordinal == 0 ? OK : 101; }
int cuDeviceGetName(char *name, int length, int device) { return snprintf(name, length, "Mock GPU %d", device), OK; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  *value = attribute == 75 ? 8 : attribute == 76 ? 0 : attribute == 97 ? 163 << 10 : attribute == 16 ? 108 : 0;
  return OK;
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) { return (void)device, *bytes = 80ull << 30, OK; }
int cuDevicePrimaryCtxRetain(int64_t *context, int device) {
  ENTER(0);
  retained++;
  return *context = 1000 + device, OK;
}
int cuDevicePrimaryCtxRelease_v2(int device) {
  (void)device;
  note(__func__);
  return retained--, OK;
}
int cuCtxSetCurrent(int64_t context) {
  ENTER(0);
  return current_context = context != 0, OK;
}
int cuMemGetInfo_v2(size_t *available, size_t *total) {
  *total = 80ull << 30;
  return *available = memory_limit == INT64_MAX ? *total : (size_t)(memory_limit - memory_used), OK;
}
int cuMemAlloc_v2(int64_t *at, size_t bytes) {
  ENTER(1);
  if ((int64_t)bytes > memory_limit - memory_used) return OUT_OF_MEMORY;
  block *b = malloc(sizeof *b);
  b->at = aligned_alloc(256, (bytes + 255) / 256 * 256);
  b->bytes = bytes;
  b->next = blocks;
  blocks = b;
  memory_used += bytes;
  memset(b->at, 0xff, bytes);
  return *at = (int64_t)b->at, OK;
}
int cuMemFree_v2(int64_t at) {
  note(__func__);
  for (block **b = &blocks; *b; b = &(*b)->next) {
    if ((int64_t)(*b)->at != at) continue;
    block *gone = *b;
    *b = gone->next;
    memory_used -= gone->bytes;
    free(gone->at);
    free(gone);
    return OK;
  }
  return INVALID;
}
int cuMemcpyHtoD_v2(int64_t to, const void *from, size_t bytes) {
  ENTER(1);
  if (!owned((char *)to, bytes)) return INVALID;
  return memcpy((char *)to, from, bytes), OK;
}
int cuMemcpyDtoH_v2(void *to, int64_t from, size_t bytes) {
  ENTER(1);
  if (!owned((char *)from, bytes)) return INVALID;
  return memcpy(to, (char *)from, bytes), OK;
}
int cuMemsetD32_v2(int64_t to, unsigned value, size_t words) {
  ENTER(1);
  if (!owned((char *)to, words * 4)) return INVALID;
  for (size_t i = 0; i < words; i++) ((unsigned *)to)[i] = value;
  return OK;
}

typedef struct {
  void *library;
} module;
typedef struct {
  const char *(*run)(void **, const unsigned *, int, int);
  int count, dynamic;
  char name[200];
} function;

int cuModuleLoadData(int64_t *out, const void *image) {
  ENTER(1);
  if (strncmp(image, "shim:", 5) != 0) return 200;
  void *library = dlopen((const char *)image + 5, RTLD_NOW | RTLD_LOCAL);
  if (!library) return snprintf(kernel_error, sizeof kernel_error, "%s", dlerror()), 200;
  modules++;
  module *m = malloc(sizeof *m);
  m->library = library;
  return *out = (int64_t)m, OK;
}
int cuModuleUnload(int64_t handle) {
  note(__func__);
  modules--;
  dlclose(((module *)handle)->library);
  free((module *)handle);
  return OK;
}
int cuModuleGetFunction(int64_t *out, int64_t handle, const char *name) {
  ENTER(1);
  char symbol[256];
  snprintf(symbol, sizeof symbol, "shim_run_%s", name);
  function *f = calloc(1, sizeof *f);
  *(void **)&f->run = dlsym(((module *)handle)->library, symbol);
  snprintf(symbol, sizeof symbol, "shim_count_%s", name);
  int (*count)(void);
  *(void **)&count = dlsym(((module *)handle)->library, symbol);
  if (!f->run || !count) return free(f), NOT_FOUND;
  f->count = count();
  f->dynamic = 48 << 10;
  snprintf(f->name, sizeof f->name, "%s", name);
  return *out = (int64_t)f, OK;
}
int cuFuncSetAttribute(int64_t handle, int attribute, int value) {
  ENTER(1);
  if (attribute == 8) ((function *)handle)->dynamic = value;
  return value <= 163 << 10 ? OK : INVALID;
}

typedef struct {
  function *f;
  unsigned grid[3];
  int block, shared;
  uint64_t words[MAX_ARGS];
  /** Work of another library in the same stream. */
  void (*foreign)(float *, int64_t, int);
} node;
typedef struct {
  node *nodes;
  int count, room;
} graph;
typedef struct {
  graph *capturing;
} stream;

static int execute(const node *n) {
  if (n->foreign) return n->foreign((float *)n->words[0], n->words[1], n->words[2]), OK;
  void *args[MAX_ARGS];
  for (int i = 0; i < n->f->count; i++) args[i] = (void *)&n->words[i];
  const char *problem = n->f->run(args, n->grid, n->block, n->shared);
  if (!problem) return OK;
  snprintf(kernel_error, sizeof kernel_error, "%s: %s", n->f->name, problem);
  return dead = LAUNCH_FAILED;
}
int cuStreamCreate(int64_t *out, unsigned flags) {
  ENTER(1);
  if (flags != 0) return INVALID;  // copies go through the default stream, which such a stream does not wait for
  streams++;
  return *out = (int64_t)calloc(1, sizeof(stream)), OK;
}
int cuStreamDestroy_v2(int64_t handle) {
  note(__func__);
  return streams--, free((stream *)handle), OK;
}
int cuStreamSynchronize(int64_t handle) {
  (void)handle;
  ENTER(1);
  return OK;
}
int cuStreamBeginCapture_v2(int64_t handle, int mode) {
  (void)mode;
  ENTER(1);
  stream *s = (stream *)handle;
  if (s->capturing) return INVALID;
  return s->capturing = calloc(1, sizeof(graph)), OK;
}
int cuStreamEndCapture(int64_t handle, int64_t *out) {
  ENTER(1);
  stream *s = (stream *)handle;
  if (!s->capturing) return INVALID;
  graphs++;
  *out = (int64_t)s->capturing;
  return s->capturing = 0, OK;
}
int cuGraphInstantiateWithFlags(int64_t *out, int64_t handle, uint64_t flags) {
  (void)flags;
  ENTER(1);
  const graph *from = (graph *)handle;
  graph *copy = malloc(sizeof *copy);
  *copy = *from;
  copy->nodes = malloc(sizeof(node) * (from->count + 1));
  memcpy(copy->nodes, from->nodes, sizeof(node) * from->count);
  execs++;
  return *out = (int64_t)copy, OK;
}
static void drop(graph *g) {
  free(g->nodes);
  free(g);
}
int cuGraphDestroy(int64_t handle) { return note(__func__), graphs--, drop((graph *)handle), OK; }
int cuGraphExecDestroy(int64_t handle) { return note(__func__), execs--, drop((graph *)handle), OK; }
int cuGraphLaunch(int64_t handle, int64_t where) {
  (void)where;
  ENTER(1);
  const graph *g = (graph *)handle;
  for (int i = 0; i < g->count; i++) {
    const int error = execute(&g->nodes[i]);
    if (error) return error;
  }
  return OK;
}
/** Runs a node, or adds it to the graph that its stream records. */
static int put(const node *n, int64_t where) {
  stream *s = (stream *)where;
  if (!s || !s->capturing) return execute(n);
  graph *g = s->capturing;
  if (g->count == g->room) g->nodes = realloc(g->nodes, sizeof(node) * (g->room = g->room * 2 + 16));
  g->nodes[g->count++] = *n;
  return OK;
}
int cuLaunchKernel(int64_t handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, int64_t where, void **params, void **extra) {
  ENTER(1);
  function *f = (function *)handle;
  if (extra || by != 1 || bz != 1 || bx == 0 || bx > 1024 || !gx || !gy || !gz || gy > 65535 || gz > 65535)
    return INVALID;
  if ((int)shared > f->dynamic || f->count > MAX_ARGS) return INVALID;
  node n = {.f = f, .grid = {gx, gy, gz}, .block = bx, .shared = shared};
  for (int i = 0; i < f->count; i++) n.words[i] = *(uint64_t *)params[i];
  char line[256];
  snprintf(line, sizeof line, "  %s", f->name);
  note(line);
  return put(&n, where);
}
/** For the mock of NCCL. */
int mock_node(void (*run)(float *, int64_t, int), float *at, int64_t count, int world, int64_t where) {
  const node n = {.foreign = run, .words = {(uint64_t)at, count, world}};
  return owned((char *)at, count * 4) ? put(&n, where) : INVALID;
}
int64_t mock_node_address(void) { return (int64_t)mock_node; }

int cuEventCreate(int64_t *out, unsigned flags) {
  (void)flags;
  ENTER(1);
  events++;
  return *out = (int64_t)calloc(1, sizeof(struct timespec)), OK;
}
int cuEventDestroy_v2(int64_t handle) { return events--, free((void *)handle), OK; }
int cuEventRecord(int64_t handle, int64_t where) {
  (void)where;
  ENTER(1);
  return clock_gettime(CLOCK_MONOTONIC, (struct timespec *)handle), OK;
}
int cuEventSynchronize(int64_t handle) { return (void)handle, OK; }
int cuEventElapsedTime(float *milliseconds, int64_t from, int64_t to) {
  const struct timespec *a = (struct timespec *)from, *b = (struct timespec *)to;
  return *milliseconds = (b->tv_sec - a->tv_sec) * 1e3f + (b->tv_nsec - a->tv_nsec) * 1e-6f, OK;
}
int cuGetErrorName(int error, const char **name) {
  *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 719 ? "CUDA_ERROR_LAUNCH_FAILED" : "CUDA_ERROR_MOCK";
  return OK;
}
