// What every CUDA text of this engine stands on. It includes no CUDA header, so that a driver and a
// run-time compiler are all a machine needs; under TS_SHIM the same kernels are compiled by g++ and run
// on the CPU (src/testing/cuda-shim).
#pragma once
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;
struct bf16 {
  u16 bits;
};

#ifdef TS_SHIM
#include "shim.h"
#else
typedef int int32_t;
typedef long long int64_t;
#define DEVICE static __device__ __forceinline__
#define GLOBAL extern "C" __global__
#define INFINITY __int_as_float(0x7f800000)
#define INT32_MIN (-2147483647 - 1)

/** Two floats rounded to nearest even; the first is the lower half. */
DEVICE u32 pack_bf16(float lo, float hi) {
  u32 out;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(hi), "f"(lo));
  return out;
}
DEVICE float fast_exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
/** c += a b: a is 16 x 16 by rows, b 16 x 8 by columns, c 16 x 8 (PTX ISA, mma.m16n8k16). */
DEVICE void mma_bf16(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
/** Four 8 x 8 tiles of 16-bit values; lane l names row l % 8 of tile l / 8. */
DEVICE void ldmatrix(u32 (&r)[4], const void *row) {
  const u32 at = (u32)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}
DEVICE void ldmatrix_trans(u32 (&r)[4], const void *row) {
  const u32 at = (u32)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}
/** Copies 16 bytes to shared memory in the background; zeros when not valid. */
DEVICE void cp_async(void *to, const void *from, bool valid) {
  const u32 at = (u32)__cvta_generic_to_shared(to);
  const int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(from), "r"(bytes) : "memory");
}
DEVICE void cp_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/** Waits until at most N groups are in flight. */
template <int N>
DEVICE void cp_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}
#define WARP_ALL 0xffffffffu
#endif

/** Shared memory whose size the launch names. */
#ifndef TS_SHIM
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) char name[]
#endif

DEVICE float widen(u16 bits) { return __uint_as_float((u32)bits << 16); }
DEVICE float low_half(u32 pair) { return __uint_as_float(pair << 16); }
DEVICE float high_half(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

// One element: arithmetic is float32 whatever the memory holds.
DEVICE float ld(const float *p) { return *p; }
DEVICE float ld(const bf16 *p) { return widen(p->bits); }
DEVICE int ld(const int *p) { return *p; }
DEVICE void st(float *p, float x) { *p = x; }
DEVICE void st(bf16 *p, float x) { p->bits = (u16)pack_bf16(x, 0.0f); }
DEVICE void st(int *p, int x) { *p = x; }

// Two neighbouring elements at an even index.
DEVICE void ld2(const float *p, float (&v)[2]) {
  const float2 a = *(const float2 *)p;
  v[0] = a.x, v[1] = a.y;
}
DEVICE void ld2(const bf16 *p, float (&v)[2]) {
  const u32 pair = *(const u32 *)p;
  v[0] = low_half(pair), v[1] = high_half(pair);
}
DEVICE void st2(float *p, const float (&v)[2]) {
  float2 a;
  a.x = v[0], a.y = v[1];
  *(float2 *)p = a;
}
DEVICE void st2(bf16 *p, const float (&v)[2]) { *(u32 *)p = pack_bf16(v[0], v[1]); }

// Eight neighbouring elements at an address aligned to 16 bytes: one or two 16-byte accesses.
struct f8 {
  float x[8];
};
DEVICE f8 ld8(const bf16 *p) {
  const uint4 raw = *(const uint4 *)p;
  f8 v;
  v.x[0] = low_half(raw.x), v.x[1] = high_half(raw.x), v.x[2] = low_half(raw.y), v.x[3] = high_half(raw.y);
  v.x[4] = low_half(raw.z), v.x[5] = high_half(raw.z), v.x[6] = low_half(raw.w), v.x[7] = high_half(raw.w);
  return v;
}
DEVICE f8 ld8(const float *p) {
  const float4 a = ((const float4 *)p)[0], b = ((const float4 *)p)[1];
  f8 v;
  v.x[0] = a.x, v.x[1] = a.y, v.x[2] = a.z, v.x[3] = a.w, v.x[4] = b.x, v.x[5] = b.y, v.x[6] = b.z, v.x[7] = b.w;
  return v;
}
DEVICE void st8(bf16 *p, const f8 &v) {
  uint4 raw;
  raw.x = pack_bf16(v.x[0], v.x[1]), raw.y = pack_bf16(v.x[2], v.x[3]);
  raw.z = pack_bf16(v.x[4], v.x[5]), raw.w = pack_bf16(v.x[6], v.x[7]);
  *(uint4 *)p = raw;
}
DEVICE void st8(float *p, const f8 &v) {
  float4 a, b;
  a.x = v.x[0], a.y = v.x[1], a.z = v.x[2], a.w = v.x[3], b.x = v.x[4], b.y = v.x[5], b.z = v.x[6], b.w = v.x[7];
  ((float4 *)p)[0] = a, ((float4 *)p)[1] = b;
}

DEVICE int clamp_index(int x, int low, int high) { return x < low ? low : x > high ? high : x; }
DEVICE i64 least(i64 a, i64 b) { return a < b ? a : b; }

// Fixed trees: the order of a sum never depends on timing.
DEVICE float warp_sum(float v) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) v += __shfl_xor_sync(WARP_ALL, v, step);
  return v;
}
DEVICE float warp_max(float v) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) v = fmaxf(v, __shfl_xor_sync(WARP_ALL, v, step));
  return v;
}
/** The sum over a block, known to all its threads. `shared` has 32 floats and may be used again at once. */
DEVICE float block_sum(float v, float *shared) {
  v = warp_sum(v);
  __syncthreads();
  if ((threadIdx.x & 31) == 0) shared[threadIdx.x >> 5] = v;
  __syncthreads();
  const int warps = (blockDim.x + 31) >> 5, lane = threadIdx.x & 31;
  return warp_sum(lane < warps ? shared[lane] : 0.0f);
}
DEVICE float block_max(float v, float *shared) {
  v = warp_max(v);
  __syncthreads();
  if ((threadIdx.x & 31) == 0) shared[threadIdx.x >> 5] = v;
  __syncthreads();
  const int warps = (blockDim.x + 31) >> 5, lane = threadIdx.x & 31;
  return warp_max(lane < warps ? shared[lane] : -3.0e38f);
}
