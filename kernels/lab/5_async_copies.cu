/*
 * Gram matrix, version 5: while one stage is multiplied the next is copied.
 *
 *   k[i][j] = Σ_l x[i][l] x[j][l]   x n×d, k n×n, rows x_stride and k_stride elements apart
 *
 * This step: cp.async brings 16 bytes from global to shared memory without passing through registers and without
 * waiting; four copies do the work of 16 loads and 16 stores. Two stages, 40 KB. Where rows do not begin at multiples
 * of 16 bytes the copies are of 4 bytes. The copies are loops that are not unrolled: the compiler would keep their
 * addresses in registers that the sums need.
 *
 * Launch: one block of 256 threads for each 128 × 128 entries, ⌈n/128⌉² blocks.
 */
#include "../src/device.cuh"

constexpr int EDGE = 128;
constexpr int THREADS = 256;
constexpr int DEPTH = 16;
constexpr int PITCH = DEPTH + 4;

namespace {

struct alignas(16) Stages {
  float a[2][EDGE][PITCH];
  float b[2][EDGE][PITCH];
};

/* Begins to copy DEPTH columns of a tile's rows; zeros beyond the ends. */
template <int WIDTH>
__device__ __forceinline__ void begin_fill(float (*to)[PITCH], int64_t n, int64_t d, const float* __restrict__ x,
                                           int64_t x_stride, int64_t first_row, int64_t first_column) {
NOT_UNROLLED
  for (int index = static_cast<int>(threadIdx.x); index < EDGE * DEPTH / WIDTH; index += THREADS) {
    int row = index / (DEPTH / WIDTH);
    int l = index % (DEPTH / WIDTH) * WIDTH;
    int64_t left = first_row + row < n ? d - first_column - l : 0;
    const float* from = left > 0 ? x + (first_row + row) * x_stride + first_column + l : x;
    if constexpr (WIDTH == 4) {
      copy_async_16(&to[row][l], from, static_cast<int>(max(int64_t(0), min(left, int64_t(4)))) * 4);
    } else {
      copy_async_4(&to[row][l], from, left > 0);
    }
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    gram_5_async_copies(int64_t n, int64_t d, const float* __restrict__ x, int64_t x_stride, float* k,
                        int64_t k_stride) {
  SHARED(Stages, stages);
  TileIndex tile = rectangle_tile(blockIdx.x, (n + EDGE - 1) / EDGE);
  int across = static_cast<int>(threadIdx.x) % 16;
  int down = static_cast<int>(threadIdx.x) / 16;
  bool wide = reinterpret_cast<uint64_t>(x) % 16 == 0 && x_stride % 4 == 0;
  auto begin = [&](int stage, int64_t first) {
    if (wide) {
      begin_fill<4>(stages.a[stage], n, d, x, x_stride, tile.row * EDGE, first);
      begin_fill<4>(stages.b[stage], n, d, x, x_stride, tile.col * EDGE, first);
    } else {
      begin_fill<1>(stages.a[stage], n, d, x, x_stride, tile.row * EDGE, first);
      begin_fill<1>(stages.b[stage], n, d, x, x_stride, tile.col * EDGE, first);
    }
  };
  float sums[8][8] = {};
  begin(0, 0);
  copy_async_commit();
  for (int64_t first = 0; first < d; first += DEPTH) {
    int stage = static_cast<int>(first / DEPTH % 2);
    if (first + DEPTH < d) {
      begin(1 - stage, first + DEPTH);
    }
    copy_async_commit();
    copy_async_wait<1>();
    __syncthreads();  // everybody's copies of this stage have arrived
NOT_UNROLLED
    for (int l = 0; l < DEPTH; l += 4) {
      float4 b[8];
UNROLLED
      for (int j = 0; j < 8; j++) {
        b[j] = *reinterpret_cast<const float4*>(&stages.b[stage][across + 16 * j][l]);
      }
UNROLLED
      for (int i = 0; i < 8; i++) {
        float4 a = *reinterpret_cast<const float4*>(&stages.a[stage][down + 16 * i][l]);
UNROLLED
        for (int j = 0; j < 8; j++) {
          float sum = fma(a.x, b[j].x, sums[i][j]);
          sum = fma(a.y, b[j].y, sum);
          sum = fma(a.z, b[j].z, sum);
          sums[i][j] = fma(a.w, b[j].w, sum);
        }
      }
    }
    __syncthreads();  // before the next round overwrites this stage
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
