/*
 * A fully connected layer in one pass: z = x Wᵀ + 1 bᵀ and a = φ(z).
 *
 *   x n×k,  w m×k,  b m numbers or none,  z and a n×m
 *
 * The tiles of tile.cuh; bias and activation are done while the products wait in shared memory, so z is written once
 * and never read. Each entry is one sum over all of k whatever tile it is in: cutting n or m changes no bit.
 *
 * Launch: one block for each tile of EDGE × EDGE of z: ⌈n/EDGE⌉·⌈m/EDGE⌉.
 */
#include "activation.cuh"
#include "tile.cuh"

template <class Engine>
struct alignas(16) DenseMemory {
  union {
    typename Engine::Stages stages;
    typename Engine::Product strip[Engine::STRIP][Engine::PITCH];
  };
};

template <class Engine, class T>
__device__ __forceinline__ void dense_tile(const Operand<T>& x, const Operand<T>& w, const T* __restrict__ bias,
                                           const Activation& activation, T* z, int64_t z_stride, T* a,
                                           int64_t a_stride) {
  constexpr int64_t EDGE = Engine::EDGE;
  constexpr int WARPS = Engine::THREADS / WARP;
  using Memory = DenseMemory<Engine>;
  SHARED(Memory, memory);
  TileIndex tile = rectangle_tile(blockIdx.x, (w.rows + EDGE - 1) / EDGE);
  Engine engine;
  multiply_tile(engine, memory.stages, x, w, tile.row * EDGE, tile.col * EDGE);
NOT_UNROLLED
  for (int strip = 0; strip < Engine::EDGE / Engine::STRIP; strip++) {
    if (strip > 0) {
      __syncthreads();  // everybody has read the last strip
    }
    engine.store(strip, memory.strip);
    __syncthreads();  // the strip is complete
    int64_t first = tile.row * EDGE + strip * Engine::STRIP;
    int rows = static_cast<int>(min(x.rows - first, int64_t(Engine::STRIP)));
NOT_UNROLLED
    for (int r = warp_index(); r < rows; r += WARPS) {
NOT_UNROLLED
      for (int c = lane_index(); c < Engine::EDGE; c += WARP) {
        int64_t i = first + r;
        int64_t j = tile.col * EDGE + c;
        if (j < w.rows) {
          T value = static_cast<T>(memory.strip[r][c]);
          if (bias != nullptr) {
            value += bias[j];
          }
          if (z != nullptr) {
            z[i * z_stride + j] = value;
          }
          a[i * a_stride + j] = static_cast<T>(activation_value(activation, static_cast<double>(value)));
        }
      }
    }
  }
}

#define DENSE_PARAMETERS(T)                                                                                        \
  const T *__restrict__ x, int64_t x_stride, int64_t n, const T *__restrict__ w, int64_t w_stride, int64_t m,      \
      int64_t k, const T *__restrict__ bias, ACTIVATION_PARAMETERS, T *z, int64_t z_stride, T *a, int64_t a_stride

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS, 2) dense_forward_f32(DENSE_PARAMETERS(float)) {
  dense_tile<FloatTile, float>({x, n, k, x_stride, 1}, {w, m, k, w_stride, 1}, bias,
                               {activation, slope, coefficients, terms}, z, z_stride, a, a_stride);
}

extern "C" __global__ void __launch_bounds__(DoubleTile<double>::THREADS) dense_forward_f64(DENSE_PARAMETERS(double)) {
  dense_tile<DoubleTile<double>, double>({x, n, k, x_stride, 1}, {w, m, k, w_stride, 1}, bias,
                                         {activation, slope, coefficients, terms}, z, z_stride, a, a_stride);
}
