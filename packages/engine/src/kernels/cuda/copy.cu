// Copies elements, converting between float32 and bfloat16. Macros: IN, OUT.
GLOBAL void KERNEL(const IN *from, OUT *to, i64 count) {
  const i64 i = ((i64)blockIdx.x * blockDim.x + threadIdx.x) * 8;
  if (i + 8 <= count) st8(to + i, ld8(from + i));
  else
    for (i64 k = i; k < count; k++) st(to + k, ld(from + k));
}
