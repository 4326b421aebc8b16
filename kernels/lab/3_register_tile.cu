/*
 * Gram matrix, version 3: 8 × 8 entries for each thread in registers.
 *
 *   k[i][j] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * This step: 16 shared loads feed 64 multiply-adds where two fed one. The tile grows to 128 × 128, so that each element
 * from global memory is used 128 times. A thread has rows y + 16 i and columns x + 16 j: the lanes of a warp read 16
 * neighbouring words of b and two of a, none twice from a bank. The pitch of 130 lets 16 columns of two rows be stored
 * without bank conflicts.
 *
 * Launch: one block of 256 threads for each 128 × 128 entries, ⌈n/128⌉² blocks.
 */
#include "../src/device.cuh"

constexpr int EDGE = 128;
constexpr int THREADS = 256;
constexpr int DEPTH = 16;
constexpr int PITCH = EDGE + 2;

namespace {

struct Stage {
  float a[DEPTH][PITCH];
  float b[DEPTH][PITCH];
};

/* Copies DEPTH columns of a tile's rows, turned; zeros beyond the ends. */
__device__ __forceinline__ void fill(float (*to)[PITCH], int64_t n, int64_t d, const float* __restrict__ x,
                                     int64_t x_stride, int64_t first_row, int64_t first_column) {
  int l = static_cast<int>(threadIdx.x) % DEPTH;
UNROLLED
  for (int step = 0; step < EDGE * DEPTH / THREADS; step++) {
    int row = static_cast<int>(threadIdx.x) / DEPTH + step * (THREADS / DEPTH);
    bool valid = first_row + row < n && first_column + l < d;
    to[l][row] = valid ? x[(first_row + row) * x_stride + first_column + l] : 0;
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    gram_3_register_tile(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k,
                         int64_t k_stride) {
  SHARED(Stage, stage);
  TileIndex tile = rectangle_tile(blockIdx.x, (n + EDGE - 1) / EDGE);
  int across = static_cast<int>(threadIdx.x) % 16;
  int down = static_cast<int>(threadIdx.x) / 16;
  float sums[8][8] = {};
  for (int64_t first = 0; first < d; first += DEPTH) {
    fill(stage.a, n, d, x, x_stride, tile.row * EDGE, first);
    fill(stage.b, n, d, x, x_stride, tile.col * EDGE, first);
    __syncthreads();  // the stage is complete
UNROLLED_BY_NVCC
    for (int l = 0; l < DEPTH; l++) {
      float b[8];
UNROLLED
      for (int j = 0; j < 8; j++) {
        b[j] = stage.b[l][across + 16 * j];
      }
UNROLLED
      for (int i = 0; i < 8; i++) {
        float a = stage.a[l][down + 16 * i];
UNROLLED
        for (int j = 0; j < 8; j++) {
          sums[i][j] = fma(a, b[j], sums[i][j]);
        }
      }
    }
    __syncthreads();  // everybody has read the stage
  }
UNROLLED
  for (int i = 0; i < 8; i++) {
UNROLLED
    for (int j = 0; j < 8; j++) {
      int64_t row = tile.row * EDGE + down + 16 * i;
      int64_t col = tile.col * EDGE + across + 16 * j;
      if (row < n && col < n) {
        k[row * k_stride + col] = sums[i][j];
      }
    }
  }
}
