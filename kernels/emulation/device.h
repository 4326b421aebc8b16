/*
 * What nvcc gives a .cu file, for g++: qualifiers, built-in variables, barriers, warp operations, shared memory,
 * atomics, asynchronous copies and the matrix instructions that kernels/src uses. src/device.cuh includes this file
 * when the compiler is not nvcc; emulation.cpp implements what is only declared here.
 *
 * Every load and store of the translation unit that includes it is checked, because the build compiles that unit with
 * -fsanitize=kernel-address and emulation.cpp defines the functions that this makes the compiler call.
 */
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
/* The build looks for this attribute in the preprocessed text to list the device functions. */
#define __global__ __attribute__((annotate_device_function))

#define UNROLLED _Pragma("GCC unroll 64")
/* Where unrolling is for the GPU's registers alone and would only make g++ slow. */
#define UNROLLED_BY_NVCC
#define NOT_UNROLLED _Pragma("GCC unroll 1")
#define __noinline__ __attribute__((noinline))

struct uint3 {
  uint32_t x, y, z;
};
struct dim3 {
  uint32_t x, y, z;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) double2 {
  double x, y;
};

namespace emulation {

/* The built-in variables of the thread that runs. */
struct Thread {
  uint3 thread_index;
  uint3 block_index;
  dim3 block_size;
  dim3 grid_size;
};

extern thread_local const Thread* current __attribute__((tls_model("initial-exec")));

/* Waits for all threads of the block. */
void barrier(const char* file, int line);

/* Waits for the threads of the warp in the mask. */
void warp_barrier(uint32_t mask, const char* file, int line);

/* Changes the slots of a warp when all its lanes have published. */
using Combine = void (*)(unsigned char* slots);

/*
 * Publishes up to 64 bytes of each lane in the mask and waits for all of them; returns the 64-byte slots of the warp,
 * which stay valid until the lane's next but one exchange.
 */
const unsigned char* exchange(uint32_t mask, const void* value, int bytes, const char* file, int line,
                              Combine combine = nullptr);

/* What a lane holds of the operands and the result of mma.sync.m8n8k4 in float64. */
struct alignas(32) F64Fragments {
  double c[2];
  double a, b;
};
void combine_mma_f64(unsigned char* slots);

/* What a lane holds of the operands and the result of mma.sync.m16n8k8 in TF32. */
struct alignas(64) Tf32Fragments {
  float c[4];
  uint32_t a[4], b[2];
};
void combine_mma_tf32(unsigned char* slots);

/* Returns the block's variable of this key: the same for all threads, poisoned with NaN, between guard zones. */
void* shared(const void* key, int64_t bytes);

/* Returns the dynamic shared memory. */
void* shared_dynamic();

/* Asynchronous copies happen when they are waited for, at the earliest. */
void copy_async(void* to, const void* from, int bytes, int valid);
void copy_async_commit();
void copy_async_wait(int groups_left);

inline int lane() {
  return static_cast<int>(current->thread_index.x & 31);
}

template <class T>
inline T slot(const unsigned char* slots, int lane) {
  T value;
  __builtin_memcpy(&value, slots + 64 * lane, sizeof(T));
  return value;
}

}  // namespace emulation

#define threadIdx (emulation::current->thread_index)
#define blockIdx (emulation::current->block_index)
#define blockDim (emulation::current->block_size)
#define gridDim (emulation::current->grid_size)

#define __syncthreads() emulation::barrier(__FILE__, __LINE__)
#define __syncwarp(...) emulation::warp_barrier(0xffffffffu, __FILE__, __LINE__)

#define SHARED(type, name)                                           \
  static const char name##_key = 0; /* one per template instance */ \
  type& name = *static_cast<type*>(emulation::shared(&name##_key, sizeof(type)))
#define SHARED_DYNAMIC(type, name) type* name = static_cast<type*>(emulation::shared_dynamic())

#define __shfl_sync(mask, value, source) emulation::shuffle(mask, value, source, __FILE__, __LINE__)
#define __shfl_xor_sync(mask, value, lanes) \
  emulation::shuffle(mask, value, emulation::lane() ^ (lanes), __FILE__, __LINE__)
#define __shfl_down_sync(mask, value, lanes) emulation::shuffle_down(mask, value, lanes, __FILE__, __LINE__)
#define __ballot_sync(mask, predicate) emulation::ballot(mask, predicate, __FILE__, __LINE__)
#define __any_sync(mask, predicate) (emulation::ballot(mask, predicate, __FILE__, __LINE__) != 0)
#define __all_sync(mask, predicate) (emulation::ballot(mask, predicate, __FILE__, __LINE__) == (mask))

namespace emulation {

template <class T>
inline T shuffle(uint32_t mask, T value, int source, const char* file, int line) {
  return slot<T>(exchange(mask, &value, sizeof(T), file, line), source & 31);
}

/* Lanes beyond the last keep their own value. */
template <class T>
inline T shuffle_down(uint32_t mask, T value, int lanes, const char* file, int line) {
  int source = lane() + lanes;
  const unsigned char* slots = exchange(mask, &value, sizeof(T), file, line);
  return source < 32 ? slot<T>(slots, source) : value;
}

inline uint32_t ballot(uint32_t mask, bool predicate, const char* file, int line) {
  uint32_t own = predicate;
  const unsigned char* slots = exchange(mask, &own, 4, file, line);
  uint32_t votes = 0;
  for (int i = 0; i < 32; i++) {
    if (mask >> i & 1) {
      votes |= slot<uint32_t>(slots, i) << i;
    }
  }
  return votes;
}

}  // namespace emulation

template <class T>
inline T __ldg(const T* address) {
  return *address;
}

inline uint32_t __float_as_uint(float value) {
  return std::bit_cast<uint32_t>(value);
}
inline float __uint_as_float(uint32_t value) {
  return std::bit_cast<float>(value);
}
inline double __longlong_as_double(int64_t value) {
  return std::bit_cast<double>(value);
}
inline int64_t __double_as_longlong(double value) {
  return std::bit_cast<int64_t>(value);
}
inline int __ffs(int value) {
  return __builtin_ffs(value);
}
inline int __popc(uint32_t value) {
  return __builtin_popcount(value);
}

inline unsigned long long atomicAdd(unsigned long long* address, unsigned long long value) {
  unsigned long long old = *address;  // a plain load first, so that the address is checked
  old = __atomic_fetch_add(address, value, __ATOMIC_RELAXED);
  return old;
}

using std::atan2;
using std::cos;
using std::cosh;
using std::erf;
using std::erfc;
using std::exp;
using std::expm1;
using std::fabs;
using std::fma;
using std::fmax;
using std::fmin;
using std::frexp;
using std::isfinite;
using std::ldexp;
using std::log;
using std::log1p;
using std::max;
using std::min;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tanh;

inline void copy_async_4(void* to, const void* from, bool valid) {
  emulation::copy_async(to, from, 4, valid ? 4 : 0);
}
inline void copy_async_8(void* to, const void* from, bool valid) {
  emulation::copy_async(to, from, 8, valid ? 8 : 0);
}
/* Copies the first `valid` of 16 bytes and sets the others to 0. */
inline void copy_async_16(void* to, const void* from, int valid) {
  emulation::copy_async(to, from, 16, valid);
}
inline void copy_async_commit() {
  emulation::copy_async_commit();
}
template <int GROUPS_LEFT>
inline void copy_async_wait() {
  emulation::copy_async_wait(GROUPS_LEFT);
}

#define MMA_F64 1
#define MMA_TF32 1

/* Rounds to 11 significant bits, ties away from zero: cvt.rna.tf32.f32. */
inline uint32_t to_tf32(float value) {
  uint32_t bits = __float_as_uint(value);
  return std::isfinite(value) ? (bits + 0x1000u) & 0xffffe000u : bits;
}

/*
 * c += a b for float64 fragments of 8×4, 4×8 and 8×8 (mma.sync.m8n8k4): one fused multiply-add after the other in the
 * order of k.
 */
inline void mma_f64(double c[2], double a, double b) {
  emulation::F64Fragments own{{c[0], c[1]}, a, b};
  const unsigned char* slots =
      emulation::exchange(0xffffffffu, &own, sizeof own, __FILE__, __LINE__, emulation::combine_mma_f64);
  own = emulation::slot<emulation::F64Fragments>(slots, emulation::lane());
  c[0] = own.c[0];
  c[1] = own.c[1];
}

/*
 * c += a b for TF32 fragments of 16×8, 8×8 and 16×8 (mma.sync.m16n8k8): exact products, their sum with c truncated
 * once to float32, as tensor cores do up to a few guard bits (Fasi et al. 2021).
 */
inline void mma_tf32(float c[4], const uint32_t a[4], const uint32_t b[2]) {
  emulation::Tf32Fragments own{{c[0], c[1], c[2], c[3]}, {a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
  const unsigned char* slots =
      emulation::exchange(0xffffffffu, &own, sizeof own, __FILE__, __LINE__, emulation::combine_mma_tf32);
  own = emulation::slot<emulation::Tf32Fragments>(slots, emulation::lane());
  for (int i = 0; i < 4; i++) {
    c[i] = own.c[i];
  }
}
