// Between many gradients and one contiguous buffer, one block a chunk: what an all-reduce over GPUs takes. A row of
// the table: address in the tensor, address in the flat buffer, count. FLAT 1 packs; FLAT 0 unpacks and scales by
// one over the number of GPUs. 8 bytes an element each way.
GLOBAL void __launch_bounds__(256) KERNEL(const u64 *table, float scale) {
  const u64 *row = table + (i64)blockIdx.x * 3;
  float *tensor = (float *)row[0], *flat = (float *)row[1];
  const i64 count = (i64)row[2];
  const float *from = FLAT ? tensor : flat;
  float *to = FLAT ? flat : tensor;
  for (i64 i = threadIdx.x * 8; i < count; i += 256 * 8) {
    if (i + 8 <= count) {
      f8 v = ld8(from + i);
#pragma unroll
      for (int e = 0; e < 8; e++) v.x[e] *= scale;
      st8(to + i, v);
    } else {
      for (i64 k = i; k < count; k++) to[k] = from[k] * scale;
    }
  }
}
