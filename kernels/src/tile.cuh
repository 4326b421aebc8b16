/*
 * Tiles of a matrix product: P[i][j] = Σ_k a(i, k) b(j, k) for EDGE × EDGE entries by one block of threads.
 *
 * All three engines walk through k in steps of DEPTH with two stages in shared memory: while one is multiplied the
 * next is copied (cp.async). Elements beyond the operands' ends are 0. An engine keeps its part of the products in
 * registers and hands them over strip by strip through shared memory, which gives the epilogues one layout whatever
 * the engine's is.
 *
 *   FloatTile   128 × 128 by 256 threads with 8 × 8 products each; fused multiply-adds in float32.
 *   DoubleTile  64 × 64 by 128 threads in float64, elements float or double. Tensor cores (m8n8k4) where there are;
 *               a warp has 32 × 32 products.
 *   Tf32Tile    128 × 128 by 256 threads on tensor cores (m16n8k8), a warp has 64 × 32 products, half of them in each strip. TERMS = 1 rounds the
 *               factors to TF32; TERMS = 3 splits each into two TF32 numbers and adds three products (Markidis et
 *               al. 2018), the small ones first.
 *
 * Stages are [row][k] with a pitch of 20 elements: the 8 rows × 4 columns of a fragment lie in different banks, and so
 * do 8 rows read as float4.
 */
#pragma once

#include "device.cuh"

constexpr int DEPTH = 16;

/* A matrix with any strides; rows run along the tile's edge, columns along k. */
template <class T>
struct Operand {
  const T* __restrict__ data;
  int64_t rows, depth;
  int64_t row_stride, col_stride;

  /* Whether 16 bytes along k can be copied at once. */
  __device__ __forceinline__ bool wide() const {
    return col_stride == 1 && reinterpret_cast<uint64_t>(data) % 16 == 0 &&
           row_stride * static_cast<int64_t>(sizeof(T)) % 16 == 0;
  }
};

template <class T>
__device__ __forceinline__ void copy_element(T* to, const T* from, bool valid) {
  if constexpr (sizeof(T) == 4) {
    copy_async_4(to, from, valid);
  } else {
    copy_async_8(to, from, valid);
  }
}

/*
 * The copies are loops and not unrolled: the compiler would keep all their addresses in registers that the products
 * need.
 */

/* Begins to copy rows first_row … and columns first_k … to a stage, `at(row, k)` being the place of an element. */
template <int EDGE, int THREADS, class T, class At>
__device__ __forceinline__ void copy_panel(const Operand<T>& from, int64_t first_row, int64_t first_k, At at) {
NOT_UNROLLED
  for (int step = 0; step < EDGE * DEPTH / THREADS; step++) {
    int index = static_cast<int>(threadIdx.x) + step * THREADS;
    // Neighbouring threads read neighbouring elements.
    bool along_k = from.col_stride == 1;
    int k = along_k ? index % DEPTH : index / EDGE;
    int row = along_k ? index / DEPTH : index % EDGE;
    bool valid = first_row + row < from.rows && first_k + k < from.depth;
    const T* source =
        valid ? from.data + (first_row + row) * from.row_stride + (first_k + k) * from.col_stride : from.data;
    copy_element(at(row, k), source, valid);
  }
}

/* The same with 16 bytes at a time, for stages in which k is contiguous. */
template <int EDGE, int THREADS, class T, class At>
__device__ __forceinline__ void copy_panel_wide(const Operand<T>& from, int64_t first_row, int64_t first_k, At at) {
  constexpr int WIDTH = 16 / static_cast<int>(sizeof(T));
NOT_UNROLLED
  for (int step = 0; step < EDGE * DEPTH / WIDTH / THREADS; step++) {
    int index = static_cast<int>(threadIdx.x) + step * THREADS;
    int k = index % (DEPTH / WIDTH) * WIDTH;
    int row = index / (DEPTH / WIDTH);
    int64_t left = first_row + row < from.rows ? from.depth - first_k - k : 0;
    int valid = static_cast<int>(max(int64_t(0), min(left, int64_t(WIDTH))));
    const T* source = valid > 0 ? from.data + (first_row + row) * from.row_stride + first_k + k : from.data;
    copy_async_16(at(row, k), source, valid * static_cast<int>(sizeof(T)));
  }
}

/*
 * Goes through k: Engine::copy begins to fill a stage, Engine::multiply adds its products.
 * `steps` is how many of the DEPTH columns there are in the last stage.
 */
template <class Engine, class T>
__device__ __forceinline__ void multiply_tile(Engine& engine, typename Engine::Stages& stages, const Operand<T>& a,
                                              const Operand<T>& b, int64_t row, int64_t col) {
  engine.clear();
  int64_t depth = a.depth;
  if (depth > 0) {
    engine.copy(stages, 0, a, b, row, col, 0);
  }
  copy_async_commit();
  for (int64_t k = 0; k < depth; k += DEPTH) {
    int stage = static_cast<int>(k / DEPTH % 2);
    if (k + DEPTH < depth) {
      engine.copy(stages, 1 - stage, a, b, row, col, k + DEPTH);
    }
    copy_async_commit();
    copy_async_wait<1>();
    __syncthreads();  // everybody's copies of this stage have arrived
    engine.multiply(stages, stage, static_cast<int>(min(depth - k, int64_t(DEPTH))));
    __syncthreads();  // before the next round overwrites this stage
  }
  copy_async_wait<0>();
}

constexpr int FRAGMENT_PITCH = DEPTH + 4;

template <int EDGE, int THREADS, class T>
__device__ __forceinline__ void copy_rows(const Operand<T>& from, int64_t row, int64_t k, T (*to)[FRAGMENT_PITCH]) {
  auto at = [&](int r, int c) { return &to[r][c]; };
  if (from.wide()) {
    copy_panel_wide<EDGE, THREADS>(from, row, k, at);
  } else {
    copy_panel<EDGE, THREADS>(from, row, k, at);
  }
}

struct FloatTile {
  using Product = float;
  static constexpr int EDGE = 128;
  static constexpr int THREADS = 256;
  static constexpr int STRIP = 64;
  static constexpr int PITCH = EDGE + 16;

  struct alignas(16) Stages {
    float a[2][EDGE][FRAGMENT_PITCH];
    float b[2][EDGE][FRAGMENT_PITCH];
  };

  float products[8][8];  // rows y + 16 i, columns x + 16 j

  __device__ __forceinline__ static int x() {
    return static_cast<int>(threadIdx.x) % 16;
  }
  __device__ __forceinline__ static int y() {
    return static_cast<int>(threadIdx.x) / 16;
  }

  __device__ __forceinline__ void clear() {
UNROLLED
    for (int i = 0; i < 8; i++) {
UNROLLED
      for (int j = 0; j < 8; j++) {
        products[i][j] = 0;
      }
    }
  }

  __device__ __forceinline__ void copy(Stages& stages, int stage, const Operand<float>& a, const Operand<float>& b,
                                       int64_t row, int64_t col, int64_t k) {
    copy_rows<EDGE, THREADS>(a, row, k, stages.a[stage]);
    copy_rows<EDGE, THREADS>(b, col, k, stages.b[stage]);
  }

  /* Four columns at a time: the rows of b in registers, those of a one after the other. */
  __device__ __forceinline__ void multiply(const Stages& stages, int stage, int count) {
NOT_UNROLLED
    for (int k = 0; k < DEPTH; k += 4) {
      if (k >= count) {
        break;
      }
      float4 b[8];
UNROLLED
      for (int j = 0; j < 8; j++) {
        b[j] = *reinterpret_cast<const float4*>(&stages.b[stage][x() + 16 * j][k]);
      }
UNROLLED
      for (int i = 0; i < 8; i++) {
        float4 a = *reinterpret_cast<const float4*>(&stages.a[stage][y() + 16 * i][k]);
UNROLLED
        for (int j = 0; j < 8; j++) {
          float sum = fma(a.x, b[j].x, products[i][j]);
          sum = fma(a.y, b[j].y, sum);
          sum = fma(a.z, b[j].z, sum);
          products[i][j] = fma(a.w, b[j].w, sum);
        }
      }
    }
  }

  /* Writes rows STRIP·strip … of the products. */
  __device__ __forceinline__ void store(int strip, float (*to)[PITCH]) const {
UNROLLED
    for (int i = 0; i < 8; i++) {
      if (i / 4 == strip) {
UNROLLED
        for (int j = 0; j < 8; j++) {
          to[y() + 16 * (i % 4)][x() + 16 * j] = products[i][j];
        }
      }
    }
  }
};

template <class T>
struct DoubleTile {
  using Product = double;
  static constexpr int EDGE = 64;
  static constexpr int THREADS = 128;
  static constexpr int STRIP = 64;
  static constexpr int PITCH = EDGE + 2;

  struct alignas(16) Stages {
    T a[2][EDGE][FRAGMENT_PITCH];
    T b[2][EDGE][FRAGMENT_PITCH];
  };

  __device__ __forceinline__ void copy(Stages& stages, int stage, const Operand<T>& a, const Operand<T>& b,
                                       int64_t row, int64_t col, int64_t k) {
    copy_rows<EDGE, THREADS>(a, row, k, stages.a[stage]);
    copy_rows<EDGE, THREADS>(b, col, k, stages.b[stage]);
  }

#if MMA_F64
  double products[4][4][2];  // fragments of 8 × 8: row lane / 4, columns 2 (lane mod 4) + {0, 1}

  __device__ __forceinline__ static int warp_row() {
    return warp_index() / 2 * 32;
  }
  __device__ __forceinline__ static int warp_col() {
    return warp_index() % 2 * 32;
  }

  __device__ __forceinline__ void clear() {
UNROLLED
    for (int i = 0; i < 4; i++) {
UNROLLED
      for (int j = 0; j < 4; j++) {
        products[i][j][0] = products[i][j][1] = 0;
      }
    }
  }

  __device__ __forceinline__ void multiply(const Stages& stages, int stage, int count) {
    int group = lane_index() / 4;
UNROLLED_BY_NVCC
    for (int step = 0; step < DEPTH; step += 4) {
      if (step >= count) {
        break;
      }
      int k = step + lane_index() % 4;
      double a[4], b[4];
UNROLLED
      for (int i = 0; i < 4; i++) {
        a[i] = static_cast<double>(stages.a[stage][warp_row() + 8 * i + group][k]);
        b[i] = static_cast<double>(stages.b[stage][warp_col() + 8 * i + group][k]);
      }
UNROLLED
      for (int i = 0; i < 4; i++) {
UNROLLED
        for (int j = 0; j < 4; j++) {
          mma_f64(products[i][j], a[i], b[j]);
        }
      }
    }
  }

  __device__ __forceinline__ void store(int, double (*to)[PITCH]) const {
UNROLLED
    for (int i = 0; i < 4; i++) {
UNROLLED
      for (int j = 0; j < 4; j++) {
        int row = warp_row() + 8 * i + lane_index() / 4;
        int col = warp_col() + 8 * j + lane_index() % 4 * 2;
        *reinterpret_cast<double2*>(&to[row][col]) = double2{products[i][j][0], products[i][j][1]};
      }
    }
  }
#else
  double products[8][4];  // rows y + 8 i, columns x + 16 j

  __device__ __forceinline__ static int x() {
    return static_cast<int>(threadIdx.x) % 16;
  }
  __device__ __forceinline__ static int y() {
    return static_cast<int>(threadIdx.x) / 16;
  }

  __device__ __forceinline__ void clear() {
UNROLLED
    for (int i = 0; i < 8; i++) {
UNROLLED
      for (int j = 0; j < 4; j++) {
        products[i][j] = 0;
      }
    }
  }

  __device__ __forceinline__ void multiply(const Stages& stages, int stage, int count) {
NOT_UNROLLED
    for (int k = 0; k < count; k++) {
      double a[8], b[4];
UNROLLED
      for (int i = 0; i < 8; i++) {
        a[i] = static_cast<double>(stages.a[stage][y() + 8 * i][k]);
      }
UNROLLED
      for (int j = 0; j < 4; j++) {
        b[j] = static_cast<double>(stages.b[stage][x() + 16 * j][k]);
      }
UNROLLED
      for (int i = 0; i < 8; i++) {
UNROLLED
        for (int j = 0; j < 4; j++) {
          products[i][j] = fma(a[i], b[j], products[i][j]);
        }
      }
    }
  }

  __device__ __forceinline__ void store(int, double (*to)[PITCH]) const {
UNROLLED
    for (int i = 0; i < 8; i++) {
UNROLLED
      for (int j = 0; j < 4; j++) {
        to[y() + 8 * i][x() + 16 * j] = products[i][j];
      }
    }
  }
#endif
};

#if MMA_TF32
template <int TERMS>
struct Tf32Tile {
  using Product = float;
  static constexpr int EDGE = 128;
  static constexpr int THREADS = 256;
  static constexpr int STRIP = 64;
  static constexpr int PITCH = EDGE + 4;

  struct alignas(16) Stages {
    float a[2][EDGE][FRAGMENT_PITCH];
    float b[2][EDGE][FRAGMENT_PITCH];
  };

  float products[4][4][4];  // fragments of 16 × 8: rows lane / 4 + {0, 8}, columns 2 (lane mod 4) + {0, 1}

  /* First row of a fragment: those of the first strip come first, so that the others alone stay in registers. */
  __device__ __forceinline__ static int fragment_row(int i) {
    return i / 2 * STRIP + warp_index() / 4 * 32 + i % 2 * 16;
  }
  __device__ __forceinline__ static int warp_col() {
    return warp_index() % 4 * 32;
  }

  __device__ __forceinline__ void clear() {
UNROLLED
    for (int i = 0; i < 4; i++) {
UNROLLED
      for (int j = 0; j < 4; j++) {
UNROLLED
        for (int r = 0; r < 4; r++) {
          products[i][j][r] = 0;
        }
      }
    }
  }

  __device__ __forceinline__ void copy(Stages& stages, int stage, const Operand<float>& a, const Operand<float>& b,
                                       int64_t row, int64_t col, int64_t k) {
    copy_rows<EDGE, THREADS>(a, row, k, stages.a[stage]);
    copy_rows<EDGE, THREADS>(b, col, k, stages.b[stage]);
  }

  /* value = large + small up to 2⁻²² of it. */
  __device__ __forceinline__ static void split(float value, uint32_t& large, uint32_t& small) {
    large = to_tf32(value);
    if (TERMS > 1) {
      small = to_tf32(value - __uint_as_float(large));
    }
  }

  __device__ __forceinline__ void multiply(const Stages& stages, int stage, int count) {
    int group = lane_index() / 4;
UNROLLED_BY_NVCC
    for (int step = 0; step < DEPTH; step += 8) {
      if (step >= count) {
        break;
      }
      int k = step + lane_index() % 4;
      uint32_t b[4][2], b_small[4][2];
UNROLLED
      for (int j = 0; j < 4; j++) {
        const float* row = stages.b[stage][warp_col() + 8 * j + group];
        split(row[k], b[j][0], b_small[j][0]);
        split(row[k + 4], b[j][1], b_small[j][1]);
      }
UNROLLED
      for (int i = 0; i < 4; i++) {
        uint32_t a[4], a_small[4];
        const float(*rows)[FRAGMENT_PITCH] = &stages.a[stage][fragment_row(i) + group];
        split(rows[0][k], a[0], a_small[0]);
        split(rows[8][k], a[1], a_small[1]);
        split(rows[0][k + 4], a[2], a_small[2]);
        split(rows[8][k + 4], a[3], a_small[3]);
UNROLLED
        for (int j = 0; j < 4; j++) {
          if (TERMS > 1) {
            mma_tf32(products[i][j], a_small, b[j]);
            mma_tf32(products[i][j], a, b_small[j]);
          }
          mma_tf32(products[i][j], a, b[j]);
        }
      }
    }
  }

  __device__ __forceinline__ void store(int strip, float (*to)[PITCH]) const {
UNROLLED
    for (int i = 0; i < 4; i++) {
      if (i / 2 != strip) {
        continue;
      }
UNROLLED
      for (int j = 0; j < 4; j++) {
        int row = fragment_row(i) - STRIP * strip + lane_index() / 4;
        int col = warp_col() + 8 * j + lane_index() % 4 * 2;
        *reinterpret_cast<float2*>(&to[row][col]) = float2{products[i][j][0], products[i][j][1]};
        *reinterpret_cast<float2*>(&to[row + 8][col]) = float2{products[i][j][2], products[i][j][3]};
      }
    }
  }
};
#endif

/* Shared memory of a block: first the stages, then a strip of products with room for transposing. */
template <class Engine, class C, int E>
struct alignas(16) TileMemory {
  union {
    typename Engine::Stages stages;
    struct {
      typename Engine::Product strip[Engine::STRIP][Engine::PITCH];
      C mirror[Engine::THREADS / WARP][E][36];
    } end;
  };
};
