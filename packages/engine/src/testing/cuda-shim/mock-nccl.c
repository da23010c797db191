// NCCL for tests: a group in which every other process holds the same numbers. The sum is then the number of
// processes times one's own. It joins the stream by a node of the mock driver (mock_node), so that it is part of a
// recorded graph as the real one is.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char internal[128];
} unique_id;
typedef struct {
  int world;
} group;

int (*mock_node)(void (*run)(float *, int64_t, int), float *at, int64_t count, int world, int64_t stream);
void mock_nccl_attach(int64_t node) { *(int64_t *)&mock_node = node; }

int ncclGetUniqueId(unique_id *id) { return memset(id, 7, sizeof *id), 0; }
int ncclCommInitRank(int64_t *out, int world, unique_id id, int rank) {
  if (id.internal[0] != 7 || id.internal[127] != 7 || rank < 0 || rank >= world) return 4;
  group *g = malloc(sizeof *g);
  g->world = world;
  return *out = (int64_t)g, 0;
}
static void sum(float *x, int64_t count, int world) {
  for (int64_t i = 0; i < count; i++) x[i] *= world;
}
int ncclAllReduce(int64_t from, int64_t to, size_t count, int type, int op, int64_t handle, int64_t stream) {
  if (from != to || type != 7 || op != 0) return 4;
  return mock_node(sum, (float *)to, count, ((group *)handle)->world, stream);
}
int ncclCommDestroy(int64_t handle) { return free((group *)handle), 0; }
const char *ncclGetErrorString(int code) { return code ? "invalid argument" : "no error"; }
