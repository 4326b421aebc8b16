/*
 * C ← alpha op(A) op(B) + beta C for matrices with any strides, whole or on and below the diagonal.
 *
 *   a(i, l) = a[i·a_row + l·a_col]  m×k,  b(l, j) = b[l·b_row + j·b_col]  k×n,  c m×n
 *
 * The same tiles as the fused functions (tile.cuh). beta = 0 ignores the old C even if it is NaN.
 *
 * Launch: one block for each tile of EDGE × EDGE: ⌈m/EDGE⌉·⌈n/EDGE⌉, or T(T + 1)/2 with T = ⌈m/EDGE⌉ if lower ≠ 0.
 */
#include "program.cuh"
#include "tile.cuh"

enum Triangle { WHOLE, LOWER, MIRRORED };

template <class Engine, class T>
__device__ __forceinline__ void gemm_tile(int64_t m, int64_t n, const Operand<T>& a, const Operand<T>& b, double alpha,
                                          double beta, T* c, int64_t c_stride, int64_t triangle) {
  constexpr int E = 32 / static_cast<int>(sizeof(T));
  constexpr int WARPS = Engine::THREADS / WARP;
  constexpr int ACROSS = Engine::EDGE / WARP;
  constexpr int64_t EDGE = Engine::EDGE;
  using Memory = TileMemory<Engine, T, E>;
  SHARED(Memory, memory);
  TileIndex tile =
      triangle != WHOLE ? lower_tile(blockIdx.x) : rectangle_tile(blockIdx.x, (n + EDGE - 1) / EDGE);
  Engine engine;
  multiply_tile(engine, memory.stages, a, b, tile.row * EDGE, tile.col * EDGE);
  T (*mirror)[MIRROR_PITCH] = memory.end.mirror[warp_index()];
  T factor = static_cast<T>(alpha);
  T keep = static_cast<T>(beta);
NOT_UNROLLED
  for (int strip = 0; strip < Engine::EDGE / Engine::STRIP; strip++) {
    if (strip > 0) {
      __syncthreads();  // everybody has read the last strip
    }
    engine.store(strip, memory.end.strip);
    __syncthreads();  // the strip is complete
NOT_UNROLLED
    for (int block = warp_index(); block < Engine::STRIP / E * ACROSS; block += WARPS) {
      int r = block / ACROSS * E;
      int across = block % ACROSS * WARP;
      int64_t row = tile.row * EDGE + strip * Engine::STRIP + r;
      int64_t first_col = tile.col * EDGE + across;
      int64_t col = first_col + lane_index();
      if (row >= m || first_col >= n || (triangle != WHOLE && first_col > row + E - 1)) {
        continue;
      }
UNROLLED
      for (int e = 0; e < E; e++) {
        int64_t i = row + e;
        T value = 0;
        if (i < m && col < n && (triangle == WHOLE || col <= i)) {
          T* target = c + i * c_stride + col;
          value = factor * static_cast<T>(memory.end.strip[r + e][across + lane_index()]);
          if (keep != 0) {
            value = fma(keep, *target, value);
          }
          *target = value;
        }
        mirror[e][lane_index()] = value;
      }
      if (triangle != MIRRORED) {
        continue;
      }
      __syncwarp();  // every lane reads what the others wrote
      int64_t i = row + lane_index() % E;
UNROLLED
      for (int step = 0; step < E; step++) {
        int l = step * (WARP / E) + lane_index() / E;
        int64_t j = first_col + l;
        if (i < m && j < i) {
          c[j * c_stride + i] = mirror[lane_index() % E][l];
        }
      }
      __syncwarp();  // before the next block overwrites it
    }
  }
}

#define GEMM_PARAMETERS(T)                                                                                  \
  int64_t m, int64_t n, int64_t k, double alpha, const T *__restrict__ a, int64_t a_row, int64_t a_col,     \
      const T *__restrict__ b, int64_t b_row, int64_t b_col, double beta, T *c, int64_t c_stride, int64_t lower

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS, 2) gemm_f32(GEMM_PARAMETERS(float)) {
  gemm_tile<FloatTile, float>(m, n, {a, m, k, a_row, a_col}, {b, n, k, b_col, b_row}, alpha, beta, c, c_stride, lower);
}

extern "C" __global__ void __launch_bounds__(DoubleTile<double>::THREADS) gemm_f64(GEMM_PARAMETERS(double)) {
  gemm_tile<DoubleTile<double>, double>(m, n, {a, m, k, a_row, a_col}, {b, n, k, b_col, b_row}, alpha, beta, c,
                                        c_stride, lower);
}
