/*
 * Gram matrix, version 2: a block brings 32 columns of its rows to shared memory and uses each element 32 times.
 *
 *   k[i][j] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * This step: global loads run along the rows, so that a warp reads 128 consecutive bytes. The pitch of 33 puts the 32
 * rows that a warp reads at one column into different banks.
 *
 * Launch: one block of 1024 threads for each 32 × 32 entries, ⌈n/32⌉² blocks.
 */
#include "../src/device.cuh"

constexpr int EDGE = 32;
constexpr int THREADS = EDGE * EDGE;

namespace {

struct Stage {
  float a[EDGE][EDGE + 1];
  float b[EDGE][EDGE + 1];
};

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS)
    gram_2_shared_tile(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k,
                       int64_t k_stride) {
  SHARED(Stage, stage);
  TileIndex tile = rectangle_tile(blockIdx.x, (n + EDGE - 1) / EDGE);
  int across = static_cast<int>(threadIdx.x) % EDGE;
  int down = static_cast<int>(threadIdx.x) / EDGE;
  int64_t row_a = tile.row * EDGE + down;
  int64_t row_b = tile.col * EDGE + down;
  float sum = 0;
  for (int64_t first = 0; first < d; first += EDGE) {
    int64_t column = first + across;
    stage.a[down][across] = row_a < n && column < d ? x[row_a * x_stride + column] : 0;
    stage.b[down][across] = row_b < n && column < d ? x[row_b * x_stride + column] : 0;
    __syncthreads();  // the stage is complete
UNROLLED_BY_NVCC
    for (int l = 0; l < EDGE; l++) {
      sum = fma(stage.a[down][l], stage.b[across][l], sum);
    }
    __syncthreads();  // everybody has read the stage
  }
  int64_t j = tile.col * EDGE + across;
  if (row_a < n && j < n) {
    k[row_a * k_stride + j] = sum;
  }
}
