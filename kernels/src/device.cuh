/*
 * What every device function needs of the compiler: nvcc's own words, or their emulation by g++.
 *
 * Arithmetic is the same in both: the build turns contraction off (-fmad=false, -ffp-contract=off), so a fused
 * multiply-add stands exactly where the source says fma. Only the elementary functions differ in last bits.
 */
#pragma once

#ifdef __CUDACC__

#include <cstdint>

#define UNROLLED _Pragma("unroll")
#define UNROLLED_BY_NVCC _Pragma("unroll")
#define NOT_UNROLLED _Pragma("unroll 1")
#define SHARED(type, name) __shared__ type name
#define SHARED_DYNAMIC(type, name) extern __shared__ type name[]

#if __CUDA_ARCH__ >= 800
#define MMA_F64 1
#define MMA_TF32 1
#else
#define MMA_F64 0
#define MMA_TF32 0
#endif

/* Copies to shared memory without waiting; zeros where the source is not valid. */
__device__ __forceinline__ void copy_async_4(void* to, const void* from, bool valid) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(
                   static_cast<uint32_t>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(valid ? 4 : 0)
               : "memory");
#else
  *static_cast<uint32_t*>(to) = valid ? *static_cast<const uint32_t*>(from) : 0u;
#endif
}
__device__ __forceinline__ void copy_async_8(void* to, const void* from, bool valid) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(
                   static_cast<uint32_t>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(valid ? 8 : 0)
               : "memory");
#else
  *static_cast<uint64_t*>(to) = valid ? *static_cast<const uint64_t*>(from) : 0u;
#endif
}
/* Copies the first `valid` of 16 bytes and sets the others to 0. */
__device__ __forceinline__ void copy_async_16(void* to, const void* from, int valid) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   static_cast<uint32_t>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(valid)
               : "memory");
#else
  for (int i = 0; i < 4; i++) {
    static_cast<uint32_t*>(to)[i] = 4 * i < valid ? static_cast<const uint32_t*>(from)[i] : 0u;
  }
#endif
}
__device__ __forceinline__ void copy_async_commit() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
/* Waits for all but the newest groups of this thread's copies; others see them after a barrier. */
template <int GROUPS_LEFT>
__device__ __forceinline__ void copy_async_wait() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS_LEFT) : "memory");
#endif
}

#if MMA_F64
/* c += a b for fragments of 8×4, 4×8 and 8×8. */
__device__ __forceinline__ void mma_f64(double c[2], double a, double b) {
  asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
               : "+d"(c[0]), "+d"(c[1])
               : "d"(a), "d"(b));
}
#endif

#if MMA_TF32
/* Rounds to 11 significant bits, ties away from zero. */
__device__ __forceinline__ uint32_t to_tf32(float value) {
  uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}

/* c += a b for fragments of 16×8, 8×8 and 16×8. */
__device__ __forceinline__ void mma_tf32(float c[4], const uint32_t a[4], const uint32_t b[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

#else
#include "../emulation/device.h"
#endif

constexpr int WARP = 32;
constexpr uint32_t ALL_LANES = 0xffffffffu;

__device__ __forceinline__ int lane_index() {
  return static_cast<int>(threadIdx.x) % WARP;
}

__device__ __forceinline__ int warp_index() {
  return static_cast<int>(threadIdx.x) / WARP;
}

/* The sum over the lanes of a warp, in all lanes, always in the same order. */
__device__ __forceinline__ double warp_sum(double value) {
  for (int step = WARP / 2; step > 0; step /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, step);
  }
  return value;
}

/* Row and column of a tile in the lower triangle, tiles counted row by row. */
struct TileIndex {
  int64_t row, col;
};

__device__ __forceinline__ TileIndex lower_tile(int64_t index) {
  int64_t row = static_cast<int64_t>((sqrt(8.0 * static_cast<double>(index) + 1.0) - 1.0) / 2.0);
  // The square root may be off by one unit.
  while (row * (row + 1) / 2 > index) {
    row--;
  }
  while ((row + 1) * (row + 2) / 2 <= index) {
    row++;
  }
  return {row, index - row * (row + 1) / 2};
}

__device__ __forceinline__ TileIndex rectangle_tile(int64_t index, int64_t columns) {
  return {index / columns, index % columns};
}
