/*
 * Gram matrix, version 1: one thread for each entry, straight from global memory.
 *
 *   k[i][j] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * Where everything begins: the lanes of a warp read 16 different rows at the same column, 16 cache lines for one load.
 *
 * Launch: one block of 256 threads for each 16 × 16 entries, ⌈n/16⌉² blocks.
 */
#include "../src/device.cuh"

constexpr int EDGE = 16;
constexpr int THREADS = EDGE * EDGE;

extern "C" __global__ void __launch_bounds__(THREADS)
    gram_1_naive(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k, int64_t k_stride) {
  TileIndex tile = rectangle_tile(blockIdx.x, (n + EDGE - 1) / EDGE);
  int64_t i = tile.row * EDGE + threadIdx.x / EDGE;
  int64_t j = tile.col * EDGE + threadIdx.x % EDGE;
  if (i >= n || j >= n) {
    return;
  }
  float sum = 0;
  for (int64_t l = 0; l < d; l++) {
    sum = fma(x[i * x_stride + l], x[j * x_stride + l], sum);
  }
  k[i * k_stride + j] = sum;
}
