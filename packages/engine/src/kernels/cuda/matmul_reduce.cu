// Adds the parts of a product whose k was split, in their order: out = sum of parts [+ residual].
// Reads parts + 1 and writes one element for each element of c, of n columns. EPILOGUE: as in matmul.cu, one element at a
// time.
#ifndef EPILOGUE
#define EPILOGUE_PARAMS
#endif
GLOBAL void KERNEL(const float *parts, OUT *c, const RES *residual, i64 count, i64 splits, i64 n EPILOGUE_PARAMS) {
  const i64 i = ((i64)blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= count) return;
  float sum = parts[i];
  for (i64 s = 1; s < splits; s++) sum += parts[s * count + i];
  if (RESIDUAL) sum += ld(residual + i);
#ifdef EPILOGUE
  EPILOGUE((int)(i / n), (int)(i % n), sum, c EPILOGUE_ARGS);
#else
  st(c + i, sum);
#endif
}
