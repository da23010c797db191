// A plain C trainer of the GPT of gpt-shape.ts, written from the description of llm.c's CPU reference: one function per
// layer forward and backward, row-major float32, loops over positions shared out with OpenMP, matrix products that keep
// eight positions in registers forward and go row by row backward, whole attention matrices kept, AdamW over one flat
// array. Built with llm.c's own flags. Arguments: V T L H C B WEIGHTS TOKENS. Commands on stdin: "losses N" and
// "measure MS"; each answers one line of JSON.
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  float *ln1w, *ln1b, *qkvw, *qkvb, *projw, *projb, *ln2w, *ln2b, *fcw, *fcb, *outw, *outb;
} layer_params;
typedef struct {
  float *wte, *wpe, *lnfw, *lnfb;
  layer_params *layer;
} params;
typedef struct {
  float *ln1, *mean1, *rstd1, *qkv, *att, *y, *proj, *mid, *ln2, *mean2, *rstd2, *fc, *gelu, *out, *res;
} layer_acts;
typedef struct {
  float *embedded, *lnf, *meanf, *rstdf, *logits, *losses;
  layer_acts *layer;
} acts;

static int V, T, L, H, C, B;
static size_t parameters;
static float *weights, *grads, *m1, *m2;
static params P, G;
static acts A, D;
static int *ids, *targets;
static long steps;

static float *take(float **at, size_t n) {
  float *p = *at;
  *at += n;
  return p;
}

static size_t bind(params *p, float *base) {
  float *at = base;
  p->wte = take(&at, (size_t)V * C);
  p->wpe = take(&at, (size_t)T * C);
  p->layer = calloc(L, sizeof *p->layer);
  for (int l = 0; l < L; l++) {
    layer_params *q = &p->layer[l];
    q->ln1w = take(&at, C), q->ln1b = take(&at, C);
    q->qkvw = take(&at, 3 * C * C), q->qkvb = take(&at, 3 * C);
    q->projw = take(&at, C * C), q->projb = take(&at, C);
    q->ln2w = take(&at, C), q->ln2b = take(&at, C);
    q->fcw = take(&at, 4 * C * C), q->fcb = take(&at, 4 * C);
    q->outw = take(&at, 4 * C * C), q->outb = take(&at, C);
  }
  p->lnfw = take(&at, C), p->lnfb = take(&at, C);
  return at - base;
}

static float *fresh(size_t n) { return calloc(n, sizeof(float)); }

static void allocate(acts *a) {
  const size_t n = (size_t)B * T;
  a->embedded = fresh(n * C), a->lnf = fresh(n * C), a->meanf = fresh(n), a->rstdf = fresh(n);
  a->logits = fresh(n * V), a->losses = fresh(n);
  a->layer = calloc(L, sizeof *a->layer);
  for (int l = 0; l < L; l++) {
    layer_acts *q = &a->layer[l];
    q->ln1 = fresh(n * C), q->mean1 = fresh(n), q->rstd1 = fresh(n), q->qkv = fresh(n * 3 * C);
    q->att = fresh((size_t)B * H * T * T), q->y = fresh(n * C), q->proj = fresh(n * C), q->mid = fresh(n * C);
    q->ln2 = fresh(n * C), q->mean2 = fresh(n), q->rstd2 = fresh(n), q->fc = fresh(n * 4 * C);
    q->gelu = fresh(n * 4 * C), q->out = fresh(n * C), q->res = fresh(n * C);
  }
}

static void zero(acts *a) {
  const size_t n = (size_t)B * T * sizeof(float);
  memset(a->embedded, 0, n * C), memset(a->lnf, 0, n * C), memset(a->logits, 0, n * V);
  for (int l = 0; l < L; l++) {
    layer_acts *q = &a->layer[l];
    memset(q->ln1, 0, n * C), memset(q->qkv, 0, n * 3 * C);
    memset(q->att, 0, (size_t)B * H * T * T * sizeof(float));
    memset(q->y, 0, n * C), memset(q->proj, 0, n * C), memset(q->mid, 0, n * C), memset(q->ln2, 0, n * C);
    memset(q->fc, 0, n * 4 * C), memset(q->gelu, 0, n * 4 * C), memset(q->out, 0, n * C), memset(q->res, 0, n * C);
  }
}

static void layernorm(float *out, float *mean, float *rstd, const float *x, const float *w, const float *b) {
#pragma omp parallel for
  for (int r = 0; r < B * T; r++) {
    const float *xr = x + (size_t)r * C;
    float m = 0, v = 0;
    for (int i = 0; i < C; i++) m += xr[i];
    m /= C;
    for (int i = 0; i < C; i++) v += (xr[i] - m) * (xr[i] - m);
    const float s = 1.0f / sqrtf(v / C + 1e-5f);
    for (int i = 0; i < C; i++) out[(size_t)r * C + i] = (xr[i] - m) * s * w[i] + b[i];
    mean[r] = m, rstd[r] = s;
  }
}

static void layernorm_back(float *dx, float *dw, float *db, const float *dout, const float *x, const float *w,
                           const float *mean, const float *rstd) {
  for (int r = 0; r < B * T; r++) {
    const float *g = dout + (size_t)r * C, *xr = x + (size_t)r * C;
    float a = 0, b = 0;
    for (int i = 0; i < C; i++) {
      const float n = (xr[i] - mean[r]) * rstd[r], gw = g[i] * w[i];
      a += gw, b += gw * n;
    }
    a /= C, b /= C;
    for (int i = 0; i < C; i++) {
      const float n = (xr[i] - mean[r]) * rstd[r];
      db[i] += g[i], dw[i] += n * g[i];
      dx[(size_t)r * C + i] += (g[i] * w[i] - a - n * b) * rstd[r];
    }
  }
}

// out[r][o] = b[o] + x[r] . w[o], eight positions at a time so that a row of w is read once for them.
static void linear(float *out, const float *x, const float *w, const float *b, int n, int in, int o_count) {
#pragma omp parallel for
  for (int r0 = 0; r0 < n; r0 += 8) {
    for (int o = 0; o < o_count; o++) {
      float sum[8];
      for (int r = 0; r < 8; r++) sum[r] = b ? b[o] : 0;
      for (int i = 0; i < in; i++) {
        const float wi = w[(size_t)o * in + i];
        for (int r = 0; r < 8; r++) sum[r] += x[(size_t)(r0 + r) * in + i] * wi;
      }
      for (int r = 0; r < 8; r++) out[(size_t)(r0 + r) * o_count + o] = sum[r];
    }
  }
}

static void linear_back(float *dx, float *dw, float *db, const float *dout, const float *x, const float *w, int n,
                        int in, int o_count) {
#pragma omp parallel for
  for (int r = 0; r < n; r++) {
    float *d = dx + (size_t)r * in;
    for (int o = 0; o < o_count; o++) {
      const float g = dout[(size_t)r * o_count + o];
      for (int i = 0; i < in; i++) d[i] += w[(size_t)o * in + i] * g;
    }
  }
#pragma omp parallel for
  for (int o = 0; o < o_count; o++) {
    float *d = dw + (size_t)o * in;
    for (int r = 0; r < n; r++) {
      const float g = dout[(size_t)r * o_count + o];
      if (db) db[o] += g;
      for (int i = 0; i < in; i++) d[i] += x[(size_t)r * in + i] * g;
    }
  }
}

static void attention(float *out, float *att, const float *qkv) {
  const int S = C / H;
  const float scale = 1.0f / sqrtf(S);
#pragma omp parallel for collapse(3)
  for (int z = 0; z < B; z++)
    for (int t = 0; t < T; t++)
      for (int h = 0; h < H; h++) {
        const float *q = qkv + (size_t)(z * T + t) * 3 * C + h * S;
        float *p = att + ((size_t)(z * H + h) * T + t) * T, *o = out + (size_t)(z * T + t) * C + h * S;
        float top = -1e30f, sum = 0;
        for (int j = 0; j <= t; j++) {
          const float *k = qkv + (size_t)(z * T + j) * 3 * C + C + h * S;
          float s = 0;
          for (int i = 0; i < S; i++) s += q[i] * k[i];
          p[j] = s * scale;
          if (p[j] > top) top = p[j];
        }
        for (int j = 0; j <= t; j++) sum += p[j] = expf(p[j] - top);
        for (int j = 0; j < T; j++) p[j] = j <= t ? p[j] / sum : 0;
        for (int i = 0; i < S; i++) o[i] = 0;
        for (int j = 0; j <= t; j++) {
          const float *v = qkv + (size_t)(z * T + j) * 3 * C + 2 * C + h * S;
          for (int i = 0; i < S; i++) o[i] += p[j] * v[i];
        }
      }
}

static void attention_back(float *dqkv, const float *dout, const float *qkv, const float *att) {
  const int S = C / H;
  const float scale = 1.0f / sqrtf(S);
#pragma omp parallel for collapse(2)
  for (int z = 0; z < B; z++)
    for (int h = 0; h < H; h++) {
      float dp[T];
      for (int t = 0; t < T; t++) {
        const float *p = att + ((size_t)(z * H + h) * T + t) * T, *g = dout + (size_t)(z * T + t) * C + h * S;
        const float *q = qkv + (size_t)(z * T + t) * 3 * C + h * S;
        float *dq = dqkv + (size_t)(z * T + t) * 3 * C + h * S, dot = 0;
        for (int j = 0; j <= t; j++) {
          const float *v = qkv + (size_t)(z * T + j) * 3 * C + 2 * C + h * S;
          float *dv = dqkv + (size_t)(z * T + j) * 3 * C + 2 * C + h * S, s = 0;
          for (int i = 0; i < S; i++) s += v[i] * g[i], dv[i] += p[j] * g[i];
          dp[j] = s, dot += s * p[j];
        }
        for (int j = 0; j <= t; j++) {
          const float *k = qkv + (size_t)(z * T + j) * 3 * C + C + h * S;
          float *dk = dqkv + (size_t)(z * T + j) * 3 * C + C + h * S;
          const float ds = p[j] * (dp[j] - dot) * scale;
          for (int i = 0; i < S; i++) dq[i] += ds * k[i], dk[i] += ds * q[i];
        }
      }
    }
}

#define K 0.7978845608f
static void gelu(float *out, const float *x, size_t n) {
#pragma omp parallel for
  for (size_t i = 0; i < n; i++) out[i] = 0.5f * x[i] * (1 + tanhf(K * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
}
static void gelu_back(float *dx, const float *x, const float *dout, size_t n) {
#pragma omp parallel for
  for (size_t i = 0; i < n; i++) {
    const float t = tanhf(K * (x[i] + 0.044715f * x[i] * x[i] * x[i]));
    dx[i] += dout[i] * (0.5f * (1 + t) + 0.5f * x[i] * (1 - t * t) * K * (1 + 3 * 0.044715f * x[i] * x[i]));
  }
}
static void add(float *out, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}
static void add_back(float *da, float *db, const float *g, size_t n) {
  for (size_t i = 0; i < n; i++) da[i] += g[i], db[i] += g[i];
}

static float forward(void) {
  const int n = B * T;
  for (int r = 0; r < n; r++)
    add(A.embedded + (size_t)r * C, P.wte + (size_t)ids[r] * C, P.wpe + (size_t)(r % T) * C, C);
  const float *x = A.embedded;
  for (int l = 0; l < L; l++) {
    layer_acts *a = &A.layer[l];
    const layer_params *p = &P.layer[l];
    layernorm(a->ln1, a->mean1, a->rstd1, x, p->ln1w, p->ln1b);
    linear(a->qkv, a->ln1, p->qkvw, p->qkvb, n, C, 3 * C);
    attention(a->y, a->att, a->qkv);
    linear(a->proj, a->y, p->projw, p->projb, n, C, C);
    add(a->mid, x, a->proj, (size_t)n * C);
    layernorm(a->ln2, a->mean2, a->rstd2, a->mid, p->ln2w, p->ln2b);
    linear(a->fc, a->ln2, p->fcw, p->fcb, n, C, 4 * C);
    gelu(a->gelu, a->fc, (size_t)n * 4 * C);
    linear(a->out, a->gelu, p->outw, p->outb, n, 4 * C, C);
    add(a->res, a->mid, a->out, (size_t)n * C);
    x = a->res;
  }
  layernorm(A.lnf, A.meanf, A.rstdf, x, P.lnfw, P.lnfb);
  linear(A.logits, A.lnf, P.wte, 0, n, C, V);
#pragma omp parallel for
  for (int r = 0; r < n; r++) {  // probabilities over the logits, and their gradient over them
    float *z = A.logits + (size_t)r * V, top = -1e30f, sum = 0;
    for (int i = 0; i < V; i++) top = z[i] > top ? z[i] : top;
    for (int i = 0; i < V; i++) sum += z[i] = expf(z[i] - top);
    for (int i = 0; i < V; i++) z[i] /= sum;
    A.losses[r] = -logf(z[targets[r]]);
  }
  double loss = 0;
  for (int r = 0; r < n; r++) loss += A.losses[r];
  return (float)(loss / n);
}

static void backward(void) {
  const int n = B * T;
  memset(grads, 0, parameters * sizeof(float));
  zero(&D);
#pragma omp parallel for
  for (int r = 0; r < n; r++)
    for (int i = 0; i < V; i++)
      D.logits[(size_t)r * V + i] = (A.logits[(size_t)r * V + i] - (i == targets[r])) / n;
  linear_back(D.lnf, G.wte, 0, D.logits, A.lnf, P.wte, n, C, V);
  layernorm_back(D.layer[L - 1].res, G.lnfw, G.lnfb, D.lnf, A.layer[L - 1].res, P.lnfw, A.meanf, A.rstdf);
  for (int l = L - 1; l >= 0; l--) {
    const layer_acts *a = &A.layer[l];
    layer_acts *d = &D.layer[l];
    const layer_params *p = &P.layer[l];
    layer_params *g = &G.layer[l];
    const float *x = l ? A.layer[l - 1].res : A.embedded;
    float *dx = l ? D.layer[l - 1].res : D.embedded;
    add_back(d->mid, d->out, d->res, (size_t)n * C);
    linear_back(d->gelu, g->outw, g->outb, d->out, a->gelu, p->outw, n, 4 * C, C);
    gelu_back(d->fc, a->fc, d->gelu, (size_t)n * 4 * C);
    linear_back(d->ln2, g->fcw, g->fcb, d->fc, a->ln2, p->fcw, n, C, 4 * C);
    layernorm_back(d->mid, g->ln2w, g->ln2b, d->ln2, a->mid, p->ln2w, a->mean2, a->rstd2);
    add_back(dx, d->proj, d->mid, (size_t)n * C);
    linear_back(d->y, g->projw, g->projb, d->proj, a->y, p->projw, n, C, C);
    attention_back(d->qkv, d->y, a->qkv, a->att);
    linear_back(d->ln1, g->qkvw, g->qkvb, d->qkv, a->ln1, p->qkvw, n, C, 3 * C);
    layernorm_back(dx, g->ln1w, g->ln1b, d->ln1, x, p->ln1w, a->mean1, a->rstd1);
  }
  for (int r = 0; r < n; r++)
    add_back(G.wte + (size_t)ids[r] * C, G.wpe + (size_t)(r % T) * C, D.embedded + (size_t)r * C, C);
}

static void update(void) {
  const float b1 = 0.9f, b2 = 0.999f, lr = 3e-4f;
  const float c1 = 1 / (1 - powf(b1, ++steps)), c2 = 1 / (1 - powf(b2, steps));
  for (size_t i = 0; i < parameters; i++) {
    m1[i] = b1 * m1[i] + (1 - b1) * grads[i];
    m2[i] = b2 * m2[i] + (1 - b2) * grads[i] * grads[i];
    weights[i] -= lr * (m1[i] * c1) / (sqrtf(m2[i] * c2) + 1e-8f);
  }
}

static float step(void) {
  const float loss = forward();
  backward();
  update();
  return loss;
}

static void load(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fread(weights, sizeof(float), parameters, f) != parameters) exit(1);
  fclose(f);
  memset(m1, 0, parameters * sizeof(float));
  memset(m2, 0, parameters * sizeof(float));
  steps = 0;
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  V = atoi(argv[1]), T = atoi(argv[2]), L = atoi(argv[3]), H = atoi(argv[4]), C = atoi(argv[5]), B = atoi(argv[6]);
  params counted;
  parameters = bind(&counted, 0);
  weights = fresh(parameters), grads = fresh(parameters), m1 = fresh(parameters), m2 = fresh(parameters);
  bind(&P, weights);
  bind(&G, grads);
  allocate(&A);
  allocate(&D);
  ids = malloc(B * T * sizeof *ids), targets = malloc(B * T * sizeof *targets);
  FILE *f = fopen(argv[8], "rb");
  for (int z = 0; z < B; z++)
    for (int t = 0; t <= T; t++) {
      int32_t token;
      if (fread(&token, 4, 1, f) != 1) return 1;
      if (t < T) ids[z * T + t] = token;
      if (t > 0) targets[z * T + t - 1] = token;
    }
  fclose(f);
  load(argv[7]);
  char command[16];
  int amount;
  while (scanf("%15s %d", command, &amount) == 2) {
    if (!strcmp(command, "losses")) {
      load(argv[7]);
      for (int i = 0; i < amount; i++) printf("%s%.9g", i ? "," : "[", step());
      printf("]\n");
    } else {
      const double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
      long done = 0;
      do step(), done += B * T;
      while ((seconds(CLOCK_MONOTONIC) - wall) * 1000 < amount);
      printf("{\"perSecond\":%g,\"perCpuSecond\":%g}\n", done / (seconds(CLOCK_MONOTONIC) - wall),
             done / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu));
    }
    fflush(stdout);
  }
  return 0;
}
