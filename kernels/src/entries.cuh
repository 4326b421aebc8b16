/* Goes through all entries of matrices of one shape. */
#pragma once

#include "device.cuh"

constexpr int ENTRIES_PER_BLOCK = 1024;

/*
 * Calls body(i, j) for this thread's entries of n×m matrices. Callers describe matrices without gaps as one row, which
 * needs no division.
 */
template <class Body>
__device__ __forceinline__ void for_entries(int64_t n, int64_t m, Body body) {
  int64_t count = n * m;
  int64_t first = static_cast<int64_t>(blockIdx.x) * ENTRIES_PER_BLOCK + threadIdx.x;
NOT_UNROLLED
  for (int step = 0; step < ENTRIES_PER_BLOCK; step += static_cast<int>(blockDim.x)) {
    int64_t entry = first + step;
    if (entry >= count) {
      break;
    }
    int64_t i = 0;
    if (n > 1) {
      // 32-bit division takes a fraction of the time.
      i = count <= UINT32_MAX ? static_cast<uint32_t>(entry) / static_cast<uint32_t>(m) : entry / m;
    }
    body(i, entry - i * m);
  }
}
