/*
 * Gram matrix, version 6: only tiles on or below the diagonal; each is stored twice.
 *
 *   k[i][j] = k[j][i] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * This step: half of the products are not computed. The sums are those of version 5, as it stands in tile.cuh. They go
 * through shared memory in two strips of 64 rows, so that warps store neighbouring elements both of k's rows and of its
 * columns; with a pitch of 145 a warp reads down a column without bank conflicts.
 *
 * Launch: one block of 256 threads for each tile of 128 × 128 entries, T (T + 1)/2 blocks with T = ⌈n/128⌉.
 */
#include "../src/tile.cuh"

constexpr int STRIP = FloatTile::EDGE / 2;
constexpr int PITCH = FloatTile::EDGE + 17;
constexpr int WARPS = FloatTile::THREADS / WARP;

namespace {

union Memory {
  FloatTile::Stages stages;
  float strip[STRIP][PITCH];
};

/* Stores rows row … of the strip, and their mirror image to the same columns. */
__device__ __forceinline__ void store_strip(const float (*strip)[PITCH], int64_t n, float* k, int64_t k_stride,
                                            int64_t row, int64_t col) {
  for (int r = warp_index(); r < STRIP && row + r < n; r += WARPS) {
    for (int c = lane_index(); c < FloatTile::EDGE && col + c <= row + r; c += WARP) {
      k[(row + r) * k_stride + col + c] = strip[r][c];
    }
  }
  for (int c = warp_index(); c < FloatTile::EDGE; c += WARPS) {
    for (int r = lane_index(); r < STRIP && row + r < n; r += WARP) {
      if (col + c < row + r) {
        k[(col + c) * k_stride + row + r] = strip[r][c];
      }
    }
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS, 2)
    gram_6_lower_triangle(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k,
                          int64_t k_stride) {
  SHARED(Memory, memory);
  TileIndex tile = lower_tile(blockIdx.x);
  int64_t row = tile.row * FloatTile::EDGE;
  int64_t col = tile.col * FloatTile::EDGE;
  Operand<float> rows = {x, n, d, x_stride, 1};
  FloatTile tile_sums;
  multiply_tile(tile_sums, memory.stages, rows, rows, row, col);
UNROLLED
  for (int strip = 0; strip < 2; strip++) {
    if (strip > 0) {
      __syncthreads();  // everybody has stored the last strip
    }
UNROLLED
    for (int i = 0; i < 4; i++) {
UNROLLED
      for (int j = 0; j < 8; j++) {
        memory.strip[FloatTile::y() + 16 * i][FloatTile::x() + 16 * j] = tile_sums.products[4 * strip + i][j];
      }
    }
    __syncthreads();  // the strip is complete
    store_strip(memory.strip, n, k, k_stride, row + strip * STRIP, col);
  }
}
