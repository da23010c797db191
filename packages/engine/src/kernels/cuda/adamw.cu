// AdamW over all parameters in one launch, one block a chunk: float32 master weights and moments, and the
// bfloat16 copy that the products read, from one pass. 28 bytes a parameter, 30 with the copy.
//
// A row of the table: p, g, m, v, new p, new m, new v, copy (or 0), count, decay. hyper: (rate, 1 / (1 - beta1^t),
// 1 / sqrt(1 - beta2^t)). The order of operations is PyTorch's.
GLOBAL void __launch_bounds__(256) KERNEL(const u64 *table, const float *hyper, const float *scale, float beta1,
                                          float beta2, float eps, float gain1, float gain2) {
  const u64 *row = table + (i64)blockIdx.x * 10;
  const float *p = (const float *)row[0], *g = (const float *)row[1], *m = (const float *)row[2],
              *v = (const float *)row[3];
  float *p1 = (float *)row[4], *m1 = (float *)row[5], *v1 = (float *)row[6];
  bf16 *copy = (bf16 *)row[7];
  const i64 count = (i64)row[8];
  const float rate = hyper[0], c1 = hyper[1], c2 = hyper[2], s = scale[0];
  const float keep = 1.0f - rate * __uint_as_float((u32)row[9]);
  auto update = [&](float &pp, float gg, float &mm, float &vv) {
    gg *= s;
    mm = mm * beta1 + gg * gain1;
    vv = vv * beta2 + gg * gg * gain2;
    pp = pp * keep - rate * c1 * (mm / (sqrtf(vv) * c2 + eps));
  };
  for (i64 i = threadIdx.x * 8; i < count; i += 256 * 8) {
    if (i + 8 <= count) {
      f8 pp = ld8(p + i), gg = ld8(g + i), mm = ld8(m + i), vv = ld8(v + i);
#pragma unroll
      for (int e = 0; e < 8; e++) update(pp.x[e], gg.x[e], mm.x[e], vv.x[e]);
      st8(p1 + i, pp), st8(m1 + i, mm), st8(v1 + i, vv);
      if (copy) st8(copy + i, pp);
    } else {
      for (i64 k = i; k < count; k++) {
        float pp = p[k], mm = m[k], vv = v[k];
        update(pp, g[k], mm, vv);
        p1[k] = pp, m1[k] = mm, v1[k] = vv;
        if (copy) st(copy + k, pp);
      }
    }
  }
}
