/* Sums over the threads of a block in a fixed order. */
#pragma once

#include "device.cuh"

constexpr int MAX_WARPS = 32;

struct BlockSums {
  double parts[MAX_WARPS];
};

/* The sum over a block's threads, in thread 0. */
__device__ inline double block_sum(double value) {
  SHARED(BlockSums, sums);
  value = warp_sum(value);
  __syncthreads();  // an earlier sum has been read
  if (lane_index() == 0) {
    sums.parts[warp_index()] = value;
  }
  __syncthreads();  // all warps have written
  double total = 0;
  if (threadIdx.x == 0) {
    for (int w = 0; w < static_cast<int>(blockDim.x) / WARP; w++) {
      total += sums.parts[w];
    }
  }
  return total;
}
