// Convolution as a matrix product whose operand of windows is never written out: its panels are gathered from the source
// as they are packed (decision record 0039). Rows of the product are positions of the result, its depth is taps times the
// channels of a group, its columns are the group's result channels. Where the kernel itself is the result, positions are
// the depth, rows are output channels, and columns are taps times channels, which is the kernel's own order.
#include "gemm.h"

// One spatial axis. Position r of this launch is `first + every * r` of the result, tap t is `tap + tap_every * t` of the
// kernel, and they read the source at (r * step + t * tap_step + offset) / spread, where that is one of its n places.
typedef struct {
  int64_t n, r, first, every, full, t, tap, tap_every, taps, step, tap_step, offset, spread;
} axis;

// Arguments. x: the source [batch, n..., groups * per]; w: the kernel, or the output where the kernel is the result; `made`
// result channels a group; w is read [taps * made of a group's per] if `turned`. Axes that a convolution lacks have size
// one. `packed` is the kernel in panels, or 0.
typedef struct {
  int64_t x, w, out, residual, bias, packed, batch, groups, per, made, turned, row_parts, column_parts;
  axis axes[3];
  int64_t run;
  int64_t operands[];
} conv;

// Taps in memory order: whole runs along the last axis where its taps are neighbours, else one tap a cell.
typedef struct {
  const conv *c;
  const float *x;  // the group's first channel
  int64_t wide, cell, depth, channels;
} view;

// A position of this launch, and where its windows begin.
typedef struct {
  int64_t batch, r[3], at[3];
} place;

// A depth of the product: the element of its cell, and how far into a window its tap lies.
typedef struct {
  int64_t element, ahead[3];
} reach;

static const float zeros[KC + 16];

static view view_of(const conv *c, int64_t group) {
  const axis *last = &c->axes[2];
  const int64_t wide = c->groups == 1 && last->tap_step == 1 && last->spread == 1 && last->t == last->taps;
  const int64_t cell = wide ? last->t * c->per : c->per;
  return (view){c, (const float *)c->x + group * c->per, wide, cell,
                c->axes[0].t * c->axes[1].t * last->t * c->per, c->groups * c->per};
}

static place place_of(const conv *c, int64_t m) {
  place p;
  for (int i = 2; i >= 0; i--) {
    p.r[i] = m % c->axes[i].r;
    p.at[i] = p.r[i] * c->axes[i].step + c->axes[i].offset;
    m /= c->axes[i].r;
  }
  p.batch = m;
  return p;
}

INLINE place next_place(const conv *c, place p) {
  for (int i = 2; i >= 0; i--) {
    p.at[i] += c->axes[i].step;
    if (++p.r[i] < c->axes[i].r) return p;
    p.r[i] = 0;
    p.at[i] = c->axes[i].offset;
  }
  p.batch++;
  return p;
}

static reach reach_of(const view *v, int64_t l) {
  const axis *a = v->c->axes;
  reach out = {l % v->cell, {0, 0, 0}};
  int64_t tap = l / v->cell;
  for (int i = v->wide ? 1 : 2; i >= 0; i--) {
    out.ahead[i] = tap % a[i].t * a[i].tap_step;
    tap /= a[i].t;
  }
  return out;
}

// The source's place on an axis, or -1.
INLINE int64_t source_of(const axis *a, int64_t at) {
  if (a->spread > 1) {
    if (at % a->spread) return -1;
    at /= a->spread;
  }
  return at >= 0 && at < a->n ? at : -1;
}

// `count` floats of the window at p from a depth on, all of one cell; in `stage` where only some of them exist.
INLINE const float *run_of(const view *v, const place *p, const reach *l, int64_t count, float *stage) {
  const axis *a = v->c->axes;
  const int64_t y = source_of(a, p->at[0] + l->ahead[0]), z = source_of(a + 1, p->at[1] + l->ahead[1]);
  if (y < 0 || z < 0) return zeros;
  const float *line = v->x + ((p->batch * a[0].n + y) * a[1].n + z) * a[2].n * v->channels;
  if (!v->wide) {
    const int64_t at = source_of(a + 2, p->at[2] + l->ahead[2]);
    return at < 0 ? zeros : line + at * v->channels + l->element;
  }
  const int64_t begin = p->at[2] * v->channels + l->element, end = a[2].n * v->channels;
  if (begin >= 0 && begin + count <= end) return line + begin;
  if (begin + count <= 0 || begin >= end) return zeros;
  const int64_t lead = begin < 0 ? -begin : 0, stop = begin + count < end ? count : end - begin;
  memset(stage, 0, count * 4);
  memcpy(stage + lead, line + begin + lead, (stop - lead) * 4);
  return stage;
}

// Floats until the end of the cell or of the block.
INLINE int64_t run_length(const view *v, int64_t l, int64_t end) {
  const int64_t rest = v->cell - l % v->cell;
  return rest < end - l ? rest : end - l;
}

// panel[l][MR] of the windows of rows [m0, m0 + m). May write 16 floats past the end. `stage` has MR * KC floats.
static void pack_rows(const view *v, int64_t m0, int64_t m, int64_t l0, int64_t depth, float *out, float *stage) {
  for (int64_t i0 = 0; i0 < m; i0 += MR, out += depth * MR) {
    const int rows = m - i0 < MR ? m - i0 : MR;
    place places[MR];
    places[0] = place_of(v->c, m0 + i0);
    for (int i = 1; i < rows; i++) places[i] = next_place(v->c, places[i - 1]);
    for (int64_t l = l0, count; l < l0 + depth; l += count) {
      count = run_length(v, l, l0 + depth);
      const reach at = reach_of(v, l);
      const float *from[MR];
      for (int i = 0; i < MR; i++) from[i] = i < rows ? run_of(v, &places[i], &at, count, stage + i * KC) : zeros;
      float *to = out + (l - l0) * MR;
      int64_t d = 0;
      for (; d + 16 <= count; d += 16) {
        vf r[16];
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) r[i] = i < MR ? load_f(from[i] + d) : (vf){0};
        store_turned(r, to + d * MR, MR);
      }
      for (; d < count; d++)
        for (int i = 0; i < MR; i++) to[d * MR + i] = from[i][d];
    }
  }
}

// panel[m][NR] of the windows of positions [m0, m0 + depth), columns [j0, j0 + n) of taps times channels.
static void pack_columns(const view *v, int64_t m0, int64_t depth, int64_t j0, int64_t n, float *out, float *stage) {
  const int64_t width = CEIL_TO(n, NR);
  place places[KC];
  places[0] = place_of(v->c, m0);
  for (int64_t l = 1; l < depth; l++) places[l] = next_place(v->c, places[l - 1]);
  if (n < width) memset(out + (width - NR) * depth, 0, depth * NR * 4);
  for (int64_t j = 0, count; j < n; j += count) {
    // Up to the end of the panel.
    count = run_length(v, j0 + j, j0 + (n < j / NR * NR + NR ? n : j / NR * NR + NR));
    const reach at = reach_of(v, j0 + j);
    float *to = out + j / NR * NR * depth + j % NR;
    for (int64_t l = 0; l < depth; l++, to += NR) {
      const float *from = run_of(v, &places[l], &at, count, stage);
      if (count == NR) memcpy(to, from, NR * 4);
      else for (int64_t i = 0; i < count; i++) to[i] = from[i];
    }
  }
}

// panel[l][NR] of the kernel's rows [l0, l0 + depth), columns [j0, j0 + n).
static void pack_kernel(const conv *c, int64_t group, int64_t l0, int64_t depth, int64_t j0, int64_t n, float *out) {
  const axis *a = c->axes;
  const int64_t taps = a[0].taps * a[1].taps * a[2].taps, per = c->per, made = c->made;
  const float *w = (const float *)c->w + group * made * taps * per;
  const int64_t used = a[0].t * a[1].t * a[2].t;
  if (!c->turned && used == taps) {
    pack_b(depth, n, w + j0 * taps * per + l0, 1, taps * per, out);
    return;
  }
  for (int64_t j = 0; j < n; j += NR) {
    const int64_t columns = n - j < NR ? n - j : NR;
    for (int64_t l = l0; l < l0 + depth; l++, out += NR) {
      const int64_t t = l / per, channel = l % per;
      const int64_t k0 = a[0].tap + t / (a[1].t * a[2].t) * a[0].tap_every;
      const int64_t k1 = a[1].tap + t / a[2].t % a[1].t * a[1].tap_every, k2 = a[2].tap + t % a[2].t * a[2].tap_every;
      const int64_t tap = (k0 * a[1].taps + k1) * a[2].taps + k2;
      const float *from = c->turned ? w + (channel * taps + tap) * made + j0 + j
                                    : w + ((j0 + j) * taps + tap) * per + channel;
      if (c->turned && columns == NR) memcpy(out, from, NR * 4);
      else for (int64_t i = 0; i < NR; i++) out[i] = i < columns ? from[c->turned ? i : i * taps * per] : 0;
    }
  }
}

#define PACKED_COLUMNS 96  // a whole number of panels for every width of panel

// Packs the kernel for ts_conv: a task is a strip of columns of a group.
void ts_conv_pack(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  (void)scratch;
  const conv *c = (const conv *)a;
  const int64_t depth = view_of(c, 0).depth, width = CEIL_TO(c->made, NR);
  const int64_t strips = (c->made + PACKED_COLUMNS - 1) / PACKED_COLUMNS;
  for (int64_t t = t0; t < t1; t++) {
    const int64_t group = t / strips, j = t % strips * PACKED_COLUMNS;
    const int64_t columns = c->made - j < PACKED_COLUMNS ? c->made - j : PACKED_COLUMNS;
    float *out = (float *)c->packed + group * depth * width;
    for (int64_t l = 0; l < depth; l += KC) {
      const int64_t block = depth - l < KC ? depth - l : KC;
      pack_kernel(c, group, l, block, j, columns, out + l * width + j * block);
    }
  }
}

// Where part p of `parts` begins: whole tiles, shared out evenly.
static int64_t part_at(int64_t n, int64_t tile, int64_t p, int64_t parts) {
  const int64_t at = (n + tile - 1) / tile * p / parts * tile;
  return at < n ? at : n;
}

typedef struct {
  int64_t group, row, rows, column, columns;
} part;

// Tasks are parts of rows and columns, group by group.
static part part_of_task(const conv *c, int64_t t, int64_t m, int64_t n) {
  const int64_t p = t / c->column_parts % c->row_parts, q = t % c->column_parts;
  const int64_t i = part_at(m, MR, p, c->row_parts), j = part_at(n, NR, q, c->column_parts);
  return (part){t / (c->row_parts * c->column_parts), i, part_at(m, MR, p + 1, c->row_parts) - i, j,
                part_at(n, NR, q + 1, c->column_parts) - j};
}

// What is computed from sums once they are final: a function over rows and columns of the whole result, or 0.
static void run_over(const conv *c, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  if (c->run)
    ((void (*)(const int64_t *, int64_t, int64_t, int64_t, int64_t))c->run)(c->operands, row, row + rows, column,
                                                                          column + columns);
}

// The row of the whole result that row m of this launch is.
static int64_t result_row(const conv *c, int64_t m) {
  const axis *a = c->axes;
  const int64_t k2 = m % a[2].r, k1 = m / a[2].r % a[1].r, rest = m / (a[2].r * a[1].r);
  const int64_t k0 = rest % a[0].r, batch = rest / a[0].r;
  const int64_t at = (batch * a[0].full + a[0].first + k0 * a[0].every) * a[1].full + a[1].first + k1 * a[1].every;
  return at * a[2].full + a[2].first + k2 * a[2].every;
}

static int is_whole(const conv *c) {
  for (int i = 0; i < 3; i++)
    if (c->axes[i].r != c->axes[i].full) return 0;
  return 1;
}

// Rows of a result that this launch has only some of: computed beside it, then put where they belong.
static void put_rows(const conv *c, const part *p, const float *from) {
  const int64_t ld = c->groups * c->made, column = p->group * c->made + p->column;
  for (int64_t i = 0; i < p->rows; i++) {
    const int64_t row = result_row(c, p->row + i);
    float *to = (float *)c->out + row * ld + column;
    const float *residual = c->residual ? (const float *)c->residual + row * ld + column : 0;
    for (int64_t j = 0; j < p->columns; j++) to[j] = from[i * p->columns + j] + (residual ? residual[j] : 0);
    run_over(c, row, 1, column, p->columns);
  }
}

#define SHALLOW 6144  // floats of the kernel's panels

// The result is the output, or the input (`turned`).
void ts_conv(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const conv *c = (const conv *)a;
  const int64_t m = c->batch * c->axes[0].r * c->axes[1].r * c->axes[2].r, ld = c->groups * c->made;
  const int whole = is_whole(c);
  for (int64_t t = t0; t < t1; t++) {
    const part p = part_of_task(c, t, m, c->made);
    if (p.rows == 0 || p.columns == 0) continue;
    const view v = view_of(c, p.group);
    float *stage = (float *)scratch, *pa = stage + MR * KC, *edge = pa + CEIL_TO(p.rows, MR) * KC + 16;
    float *pb = edge + MR * NR, *beside = pb + (c->packed ? 0 : CEIL_TO(p.columns, NR) * KC);
    const int64_t column = p.group * c->made + p.column;
    float *out = whole ? (float *)c->out + p.row * ld + column : beside;
    const int64_t ldc = whole ? ld : p.columns;
    const addend add = {whole && c->residual ? (const float *)c->residual + p.row * ld + column : 0,
                        c->bias ? (const float *)c->bias + column : 0, ld};
    if (v.depth == 0) no_depth(p.rows, p.columns, out, ldc, add);
    for (int64_t l = 0; l < v.depth; l += KC) {
      const int64_t block = v.depth - l < KC ? v.depth - l : KC, width = CEIL_TO(c->made, NR);
      pack_rows(&v, p.row, p.rows, l, block, pa, stage);
      if (!c->packed) pack_kernel(c, p.group, l, block, p.column, p.columns, pb);
      const float *panels =
          c->packed ? (const float *)c->packed + (p.group * v.depth + l) * width + p.column * block : pb;
      // A shallow kernel stays in the first cache: whole rows of the result are then written one after another.
      const int64_t step = block * p.columns <= SHALLOW ? MR : CEIL_TO(p.rows, MR);
      for (int64_t i = 0; i < p.rows; i += step) {
        addend part_add = addend_at(l, add, out, ldc);
        if (part_add.c0) part_add.c0 += i * part_add.ldc0;
        tiles(p.rows - i < step ? p.rows - i : step, p.columns, block, pa + i * block, panels, out + i * ldc, ldc,
              part_add, edge);
      }
    }
    if (whole) run_over(c, p.row, p.rows, column, p.columns);
    else put_rows(c, &p, beside);
  }
}

// The result is the kernel; w is the output [batch, r..., groups * made].
void ts_conv_kernel(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {
  const conv *c = (const conv *)a;
  const int64_t positions = c->batch * c->axes[0].r * c->axes[1].r * c->axes[2].r, ldy = c->groups * c->made;
  for (int64_t t = t0; t < t1; t++) {
    const view v = view_of(c, t / (c->row_parts * c->column_parts));
    const part p = part_of_task(c, t, c->made, v.depth);
    if (p.rows == 0 || p.columns == 0) continue;
    float *stage = (float *)scratch, *pa = stage + MR * KC, *edge = pa + CEIL_TO(p.rows, MR) * KC + 16;
    float *pb = edge + MR * NR;
    const int64_t row = p.group * c->made + p.row, at = row * v.depth + p.column;
    float *out = (float *)c->out + at;
    const addend add = {c->residual ? (const float *)c->residual + at : 0, 0, v.depth};
    for (int64_t l = 0; l < positions; l += KC) {
      const int64_t block = positions - l < KC ? positions - l : KC;
      pack_a(p.rows, block, (const float *)c->w + l * ldy + row, 1, ldy, pa);
      pack_columns(&v, l, block, p.column, p.columns, pb, stage);
      tiles(p.rows, p.columns, block, pa, pb, out, v.depth, addend_at(l, add, out, v.depth), edge);
    }
  }
}
