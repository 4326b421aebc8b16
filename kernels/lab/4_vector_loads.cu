/*
 * Gram matrix, version 4: shared memory is read 16 bytes at a time.
 *
 *   k[i][j] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * This step: stages are [row][column], and a load takes four columns of a row: 16 loads for 256 multiply-adds. The
 * columns are contiguous as in global memory, so nothing need be turned, which the next version's copies cannot do. The
 * pitch of 20 puts eight rows of four columns into different banks.
 *
 * Launch: one block of 256 threads for each 128 × 128 entries, ⌈n/128⌉² blocks.
 */
#include "../src/device.cuh"

constexpr int EDGE = 128;
constexpr int THREADS = 256;
constexpr int DEPTH = 16;
constexpr int PITCH = DEPTH + 4;

namespace {

struct alignas(16) Stage {
  float a[EDGE][PITCH];
  float b[EDGE][PITCH];
};

/* Copies DEPTH columns of a tile's rows; zeros beyond the ends. */
__device__ __forceinline__ void fill(float (*to)[PITCH], int64_t n, int64_t d, const float* __restrict__ x,
                                     int64_t x_stride, int64_t first_row, int64_t first_column) {
  int l = static_cast<int>(threadIdx.x) % DEPTH;
UNROLLED
  for (int step = 0; step < EDGE * DEPTH / THREADS; step++) {
    int row = static_cast<int>(threadIdx.x) / DEPTH + step * (THREADS / DEPTH);
    bool valid = first_row + row < n && first_column + l < d;
    to[row][l] = valid ? x[(first_row + row) * x_stride + first_column + l] : 0;
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    gram_4_vector_loads(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k,
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
NOT_UNROLLED
    for (int l = 0; l < DEPTH; l += 4) {
      float4 b[8];
UNROLLED
      for (int j = 0; j < 8; j++) {
        b[j] = *reinterpret_cast<const float4*>(&stage.b[across + 16 * j][l]);
      }
UNROLLED
      for (int i = 0; i < 8; i++) {
        float4 a = *reinterpret_cast<const float4*>(&stage.a[down + 16 * i][l]);
UNROLLED
        for (int j = 0; j < 8; j++) {
          float sum = fma(a.x, b[j].x, sums[i][j]);
          sum = fma(a.y, b[j].y, sum);
          sum = fma(a.z, b[j].z, sum);
          sums[i][j] = fma(a.w, b[j].w, sum);
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
