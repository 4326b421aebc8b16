/*
 * A fully connected ReLU layer of infinite width on kernel matrices that are stored (Cho and Saul 2009, (3) and (6) with
 * n = 1), and the way back.
 *
 * With K_ii = m_i 4^e_i, 1 <= m_i < 4, u = K_ij 2^-e_i 2^-e_j and w = sqrt(m_i m_j), the complement of |cos θ| is
 * r = (m_i m_j − u²)/(w (w + |u|)), its numerator from exact products; φ is the acute one of θ and π − θ:
 *
 *   2π k1 = π max(K, 0) + s (sin φ − φ cos φ),   2π k0 = π − φ or φ,   sin θ = sqrt(r (2 − r)).
 *
 * Computed in float64 in the order of ArcCosine.java (cpu-backend) and rounded once, from operations that IEEE 754
 * defines: beside the sums of rows, equal arguments give equal bits on both backends. Only entries on and below the
 * diagonal are read; a tile goes through shared memory to its mirrored place. Launch geometry and parameters:
 * DeviceFunction.java.
 */
#include "angle.cuh"

constexpr int EDGE = 64;
constexpr int HALVES = EDGE / WARP;
constexpr int WARPS = 8;

/* ---- values of rows ---- */

/* What is kept of a row: m, 2^-e, 2^e and sqrt(K_ii); the last three are 0 if K_ii is. */
struct RowValues {
  double mantissa, down, up, root;

  __device__ __forceinline__ RowValues(const double* __restrict__ values, int64_t pitch, int64_t row)
      : mantissa(values[row]), down(values[pitch + row]), up(values[2 * pitch + row]), root(values[3 * pitch + row]) {}
};

template <class T>
__device__ __forceinline__ void wide_rows(const T* __restrict__ k, int64_t n, int64_t stride,
                                          double* __restrict__ values, int64_t pitch) {
  int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double variance = static_cast<double>(k[i * stride + i]);
  double mantissa = 1;
  double down = 0;
  double up = 0;
  double root = 0;
  if (variance > 0 && variance < INFINITY) {
    int exponent;
    double fraction = frexp(variance, &exponent);
    int half = (exponent - 1) >> 1;
    mantissa = ldexp(fraction, exponent - 2 * half);
    down = ldexp(1.0, -half);
    up = ldexp(1.0, half);
    root = sqrt(variance);
  } else if (variance != 0) {
    mantissa = NAN;
    root = NAN;
  }
  values[i] = mantissa;
  values[pitch + i] = down;
  values[2 * pitch + i] = up;
  values[3 * pitch + i] = root;
}

extern "C" __global__ void __launch_bounds__(256)
    wide_rows_f32(const float* k, int64_t n, int64_t stride, double* values, int64_t pitch) {
  wide_rows(k, n, stride, values, pitch);
}

extern "C" __global__ void __launch_bounds__(256)
    wide_rows_f64(const double* k, int64_t n, int64_t stride, double* values, int64_t pitch) {
  wide_rows(k, n, stride, values, pitch);
}

/* ---- pairs ---- */

/* r and w of a pair. */
struct Pair {
  double r, root;

  __device__ __forceinline__ Pair(double value, const RowValues& x, const RowValues& z) {
    double size = fabs(value * x.down * z.down);
    double product = z.mantissa * x.mantissa;
    double square = size * size;
    double low = fma(z.mantissa, x.mantissa, -product);
    double low_square = fma(size, size, -square);
    root = sqrt(product);
    double complement = ((product - square) + (low - low_square)) / (root * (root + size));
    r = complement < 0 ? 0.0 : complement;  // NaN stays
  }
};

/* The part of a matrix that a block computes. */
struct Part {
  int64_t row, col;  // of its first entry
  int64_t n, m;
  bool diagonal;  // only entries below the diagonal are wanted

  __device__ __forceinline__ Part(int64_t rows, int64_t cols, bool symmetric) : n(rows), m(cols) {
    TileIndex at = symmetric ? lower_tile(blockIdx.x) : rectangle_tile(blockIdx.x, (cols + EDGE - 1) / EDGE);
    row = at.row * EDGE;
    col = at.col * EDGE;
    diagonal = symmetric && at.row == at.col;
  }

  __device__ __forceinline__ bool has(int r, int c) const {
    return row + r < n && col + c < m && (!diagonal || c < r);
  }
};

template <class T>
struct WideTile {
  T entries[EDGE][EDGE + 1];
};

/* Writes a tile's entries to their mirrored places, if there are any. */
template <class T>
__device__ __forceinline__ void store_mirrored(const WideTile<T>& tile, const Part& part, T* out, int64_t stride) {
  if (out == nullptr) {
    return;
  }
NOT_UNROLLED
  for (int c = warp_index(); c < EDGE; c += WARPS) {
    for (int r = lane_index(); r < EDGE; r += WARP) {
      if (part.has(r, c)) {
        out[(part.col + c) * stride + part.row + r] = tile.entries[r][c];
      }
    }
  }
}

/* ---- forward ---- */

template <class T>
__device__ __forceinline__ void wide_layer(const T* k, int64_t n, int64_t m, int64_t k_stride,
                                           const double* __restrict__ x, const double* __restrict__ z, int64_t pitch,
                                           int64_t symmetric, T* out, int64_t out_stride, T* mirrored,
                                           int64_t mirrored_stride, double weight, double bias) {
  using Tile = WideTile<T>;
  SHARED(Tile, tile);
  Part part(n, m, symmetric != 0);
  double half = weight / 2;
NOT_UNROLLED
  for (int h = 0; h < HALVES; h++) {
    int c = lane_index() + h * WARP;
    int64_t j = part.col + c;
    if (j >= m) {
      break;
    }
    RowValues other(z, pitch, j);
NOT_UNROLLED
    for (int r = warp_index(); r < EDGE; r += WARPS) {
      int64_t i = part.row + r;
      if (!part.has(r, c) && !(part.diagonal && r == c && i < n)) {
        continue;
      }
      RowValues own(x, pitch, i);
      double value = static_cast<double>(k[i * k_stride + j]);
      Pair pair(value, own, other);
      double excess = angle_q(pair.r) * sqrt(pair.r) * pair.r;
      double scale = pair.root * (half / PI * own.up) * other.up;
      double positive = value < 0 ? 0.0 : value;
      T result = static_cast<T>(positive * half + excess * scale + bias);
      out[i * out_stride + j] = result;
      tile.entries[r][c] = result;
    }
  }
  __syncthreads();  // the tile is whole
  store_mirrored(tile, part, mirrored, mirrored_stride);
}

#define WIDE_PARAMETERS(T)                                                                                        \
  const T *k, int64_t n, int64_t m, int64_t k_stride, const double *x, const double *z, int64_t pitch,            \
      int64_t symmetric, T *out, int64_t out_stride, T *mirrored, int64_t mirrored_stride, double weight, double bias

extern "C" __global__ void __launch_bounds__(256) wide_layer_f32(WIDE_PARAMETERS(float)) {
  wide_layer(k, n, m, k_stride, x, z, pitch, symmetric, out, out_stride, mirrored, mirrored_stride, weight, bias);
}

extern "C" __global__ void __launch_bounds__(256) wide_layer_f64(WIDE_PARAMETERS(double)) {
  wide_layer(k, n, m, k_stride, x, z, pitch, symmetric, out, out_stride, mirrored, mirrored_stride, weight, bias);
}

/* ---- backward ---- */

struct WideSums {
  double rows[EDGE];
  double columns[WARPS][EDGE];
};

/* Writes what a tile adds to the sums of its rows and, for the mirrored entries, of its columns. */
__device__ __forceinline__ void store_sums(const WideSums& tile, const Part& part, double* __restrict__ sums,
                                           int64_t sums_pitch, int64_t first_row, int64_t first_col) {
  int c = static_cast<int>(threadIdx.x);
  if (c >= EDGE) {
    return;
  }
  double column = 0;
  for (int w = 0; w < WARPS; w++) {
    column += tile.columns[w][c];
  }
  int64_t i = first_row + part.row;
  int64_t j = first_col + part.col;
  if (part.diagonal) {
    if (part.row + c < part.n) {
      sums[i / EDGE * sums_pitch + i + c] = tile.rows[c] + column;
    }
    return;
  }
  if (part.row + c < part.n) {
    sums[j / EDGE * sums_pitch + i + c] = tile.rows[c];
  }
  if (part.col + c < part.m) {
    sums[i / EDGE * sums_pitch + j + c] = column;
  }
}

template <class T>
__device__ __forceinline__ void wide_layer_backward(const T* __restrict__ k, int64_t n, int64_t m, int64_t k_stride,
                                                    const double* __restrict__ x, const double* __restrict__ z,
                                                    int64_t pitch, int64_t symmetric, T* g, int64_t g_stride,
                                                    T* mirrored, int64_t mirrored_stride, double weight, double* sums,
                                                    int64_t sums_pitch, int64_t first_row, int64_t first_col) {
  using Tile = WideTile<T>;
  SHARED(Tile, tile);
  SHARED(WideSums, tile_sums);
  Part part(n, m, symmetric != 0);
  double columns[HALVES] = {};
NOT_UNROLLED
  for (int r = warp_index(); r < EDGE; r += WARPS) {
    double row = 0;
UNROLLED
    for (int h = 0; h < HALVES; h++) {
      int c = lane_index() + h * WARP;
      if (!part.has(r, c)) {
        continue;
      }
      int64_t i = part.row + r;
      int64_t j = part.col + c;
      RowValues own(x, pitch, i);
      RowValues other(z, pitch, j);
      double value = static_cast<double>(k[i * k_stride + j]);
      Pair pair(value, own, other);
      double share = angle_a(pair.r) * sqrt(pair.r) * (1 / (2 * PI));
      share = value >= 0 ? 0.5 - share : share;
      double gradient = static_cast<double>(g[i * g_stride + j]);
      bool dead = own.root == 0 || other.root == 0;
      T result = static_cast<T>(dead ? 0.0 : gradient * share * weight);
      g[i * g_stride + j] = result;
      tile.entries[r][c] = result;
      double through = sqrt((2 - pair.r) * pair.r) * gradient;
      row += through * other.root;
      columns[h] += through * own.root;
    }
    row = warp_sum(row);
    if (lane_index() == 0) {
      tile_sums.rows[r] = row;
    }
  }
  for (int h = 0; h < HALVES; h++) {
    tile_sums.columns[warp_index()][lane_index() + h * WARP] = columns[h];
  }
  __syncthreads();  // the tile and its sums are whole
  store_mirrored(tile, part, mirrored, mirrored_stride);
  store_sums(tile_sums, part, sums, sums_pitch, first_row, first_col);
}

#define WIDE_BACKWARD_PARAMETERS(T)                                                                             \
  const T *k, int64_t n, int64_t m, int64_t k_stride, const double *x, const double *z, int64_t pitch,          \
      int64_t symmetric, T *g, int64_t g_stride, T *mirrored, int64_t mirrored_stride, double weight, double *sums, \
      int64_t sums_pitch, int64_t first_row, int64_t first_col

extern "C" __global__ void __launch_bounds__(256) wide_layer_backward_f32(WIDE_BACKWARD_PARAMETERS(float)) {
  wide_layer_backward(k, n, m, k_stride, x, z, pitch, symmetric, g, g_stride, mirrored, mirrored_stride, weight, sums,
                      sums_pitch, first_row, first_col);
}

extern "C" __global__ void __launch_bounds__(256) wide_layer_backward_f64(WIDE_BACKWARD_PARAMETERS(double)) {
  wide_layer_backward(k, n, m, k_stride, x, z, pitch, symmetric, g, g_stride, mirrored, mirrored_stride, weight, sums,
                      sums_pitch, first_row, first_col);
}

/* g_ii ← weight (g_ii/2 + Σ/(2π sqrt(K_ii))), the sums over tiles in their order. */
template <class T>
__device__ __forceinline__ void wide_diagonal(T* g, int64_t n, int64_t stride, const double* __restrict__ roots,
                                              const double* __restrict__ sums, int64_t sums_pitch, int64_t tiles,
                                              double weight) {
  int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double sum = 0;
  for (int64_t t = 0; t < tiles; t++) {
    sum += sums[t * sums_pitch + i];
  }
  double through = roots[i] == 0 ? 0.0 : sum / (2 * PI * roots[i]);
  T* entry = g + i * stride + i;
  *entry = static_cast<T>(weight * (static_cast<double>(*entry) / 2 + through));
}

extern "C" __global__ void __launch_bounds__(256)
    wide_diagonal_f32(float* g, int64_t n, int64_t stride, const double* roots, const double* sums, int64_t sums_pitch,
                      int64_t tiles, double weight) {
  wide_diagonal(g, n, stride, roots, sums, sums_pitch, tiles, weight);
}

extern "C" __global__ void __launch_bounds__(256)
    wide_diagonal_f64(double* g, int64_t n, int64_t stride, const double* roots, const double* sums,
                      int64_t sums_pitch, int64_t tiles, double weight) {
  wide_diagonal(g, n, stride, roots, sums, sums_pitch, tiles, weight);
}
