/*
 * What is done to rows, columns and single elements: norms, sums, scans, dots, centring, copies, and the vector updates
 * of conjugate gradients and pivoted Cholesky.
 *
 * Sums are taken in float64 and always in the same order: each thread goes through its elements in order, then lanes
 * and warps are added by fixed trees. Launch geometry and parameters: DeviceFunction.java.
 */
#include "sums.cuh"

constexpr int ROWS_PER_BLOCK = 8;  // one warp each
constexpr int ELEMENTS_PER_BLOCK = 1024;
constexpr int DOT_ELEMENTS = 8192;
constexpr int COLUMN_ROWS = 1024;

struct Candidate {
  double value;
  double index;  // of the element; as float64, exact up to 2^53
};

/* a if it is better than b; equal values are decided by the smaller index. */
template <class Better>
__device__ __forceinline__ Candidate choose(const Candidate& a, const Candidate& b, Better better) {
  if (better(a.value, b.value)) {
    return a;
  }
  if (better(b.value, a.value)) {
    return b;
  }
  return a.index < b.index ? a : b;
}

struct BlockCandidates {
  Candidate parts[MAX_WARPS];
};

/* The best candidate of a block's threads, in thread 0. */
template <class Better>
__device__ Candidate block_best(Candidate own, Better better) {
  SHARED(BlockCandidates, best);
  for (int step = WARP / 2; step > 0; step /= 2) {
    Candidate other{__shfl_xor_sync(ALL_LANES, own.value, step), __shfl_xor_sync(ALL_LANES, own.index, step)};
    own = choose(own, other, better);
  }
  __syncthreads();  // an earlier choice has been read
  if (lane_index() == 0) {
    best.parts[warp_index()] = own;
  }
  __syncthreads();  // all warps have written
  if (threadIdx.x == 0) {
    for (int w = 0; w < static_cast<int>(blockDim.x) / WARP; w++) {
      own = choose(own, best.parts[w], better);
    }
  }
  return own;
}

__device__ __forceinline__ int64_t warp_row() {
  return static_cast<int64_t>(blockIdx.x) * ROWS_PER_BLOCK + warp_index();
}

/* Calls body(element) for this thread's elements of count. */
template <class Body>
__device__ __forceinline__ void for_elements(int64_t count, Body body) {
  int64_t first = static_cast<int64_t>(blockIdx.x) * ELEMENTS_PER_BLOCK + threadIdx.x;
  for (int step = 0; step < ELEMENTS_PER_BLOCK; step += static_cast<int>(blockDim.x)) {
    if (first + step < count) {
      body(first + step);
    }
  }
}

/* ---- norms and sums of rows ---- */

template <class T>
__device__ __forceinline__ double row_square(const T* __restrict__ row, int64_t d) {
  double sum = 0;
  for (int64_t k = lane_index(); k < d; k += WARP) {
    double v = static_cast<double>(row[k]);
    sum = fma(v, v, sum);
  }
  return warp_sum(sum);
}

template <class T>
__device__ __forceinline__ void row_norms_squared(const T* __restrict__ x, int64_t n, int64_t d, int64_t x_stride,
                                                  double* __restrict__ norms, int64_t pitch) {
  int64_t i = warp_row();
  if (i >= n) {
    return;
  }
  double square = row_square(x + i * x_stride, d);
  if (lane_index() == 0) {
    norms[i] = square;
    norms[pitch + i] = square == 0 ? 0 : 1 / sqrt(square);
  }
}

/* ‖x‖ without overflow: rows whose squares leave the range are divided by their largest entry first. */
template <class T>
__device__ __forceinline__ void row_norms(const T* __restrict__ x, int64_t n, int64_t d, int64_t x_stride,
                                          T* __restrict__ out, int64_t out_stride) {
  int64_t i = warp_row();
  if (i >= n) {
    return;
  }
  const T* row = x + i * x_stride;
  double square = row_square(row, d);
  double norm = sqrt(square);
  if (!(square > 1e-280 && square < INFINITY)) {
    double largest = 0;
    bool nan = false;
    for (int64_t k = lane_index(); k < d; k += WARP) {
      double v = fabs(static_cast<double>(row[k]));
      nan |= v != v;
      largest = fmax(largest, v);
    }
    for (int step = WARP / 2; step > 0; step /= 2) {
      largest = fmax(largest, __shfl_xor_sync(ALL_LANES, largest, step));
    }
    if (__any_sync(ALL_LANES, nan)) {
      norm = NAN;
    } else if (largest == 0 || largest == INFINITY) {
      norm = largest;
    } else {
      double sum = 0;
      for (int64_t k = lane_index(); k < d; k += WARP) {
        double v = static_cast<double>(row[k]) / largest;
        sum = fma(v, v, sum);
      }
      norm = largest * sqrt(warp_sum(sum));
    }
  }
  if (lane_index() == 0) {
    out[i * out_stride] = static_cast<T>(norm);
  }
}

template <class T>
__device__ __forceinline__ void row_sums(const T* __restrict__ x, int64_t n, int64_t d, int64_t x_stride, double scale,
                                         double* __restrict__ sums) {
  int64_t i = warp_row();
  if (i >= n) {
    return;
  }
  double sum = 0;
  for (int64_t k = lane_index(); k < d; k += WARP) {
    sum += static_cast<double>(x[i * x_stride + k]);
  }
  sum = warp_sum(sum);
  if (lane_index() == 0) {
    sums[i] = scale * sum;
  }
}

extern "C" __global__ void __launch_bounds__(256)
    row_norms_squared_f32(const float* x, int64_t n, int64_t d, int64_t x_stride, double* norms, int64_t pitch) {
  row_norms_squared(x, n, d, x_stride, norms, pitch);
}

extern "C" __global__ void __launch_bounds__(256)
    row_norms_squared_f64(const double* x, int64_t n, int64_t d, int64_t x_stride, double* norms, int64_t pitch) {
  row_norms_squared(x, n, d, x_stride, norms, pitch);
}

extern "C" __global__ void __launch_bounds__(256)
    row_norms_f32(const float* x, int64_t n, int64_t d, int64_t x_stride, float* out, int64_t out_stride) {
  row_norms(x, n, d, x_stride, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    row_norms_f64(const double* x, int64_t n, int64_t d, int64_t x_stride, double* out, int64_t out_stride) {
  row_norms(x, n, d, x_stride, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    row_sums_f32(const float* x, int64_t n, int64_t d, int64_t x_stride, double scale, double* sums) {
  row_sums(x, n, d, x_stride, scale, sums);
}

extern "C" __global__ void __launch_bounds__(256)
    row_sums_f64(const double* x, int64_t n, int64_t d, int64_t x_stride, double scale, double* sums) {
  row_sums(x, n, d, x_stride, scale, sums);
}

/* ---- scans by one block ---- */

extern "C" __global__ void __launch_bounds__(1024)
    scan_norms(const double* __restrict__ norms, int64_t n, double* __restrict__ result) {
  double none = static_cast<double>(n);
  Candidate bad{0, none}, zero{0, none}, smallest{INFINITY, none}, largest{0, none};
  double sum = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    double value = norms[i];
    double index = static_cast<double>(i);
    if (!isfinite(value)) {
      bad.index = fmin(bad.index, index);
      continue;
    }
    sum += value;
    largest.value = fmax(largest.value, value);
    if (value == 0) {
      zero.index = fmin(zero.index, index);
    } else {
      smallest.value = fmin(smallest.value, value);
    }
  }
  // With equal values block_best takes the smallest index.
  auto less = [](double a, double b) { return a < b; };
  auto greater = [](double a, double b) { return a > b; };
  auto put = [&](int place, double value) {
    if (threadIdx.x == 0) {
      result[place] = value;
    }
  };
  // One after the other, so that few of them are in registers at a time.
  bad = block_best(bad, less);
  put(0, bad.index < none ? bad.index : -1);
  smallest = block_best(smallest, less);
  put(1, smallest.value);
  largest = block_best(largest, greater);
  put(2, largest.value);
  zero = block_best(zero, less);
  put(3, zero.index < none ? zero.index : -1);
  put(4, block_sum(sum));
}

template <class T>
__device__ __forceinline__ void first_bad_column(const T* __restrict__ row, int64_t d, double* __restrict__ result) {
  Candidate bad{0, static_cast<double>(d)};
  for (int64_t k = threadIdx.x; k < d; k += blockDim.x) {
    if (!isfinite(row[k])) {
      bad.index = fmin(bad.index, static_cast<double>(k));
    }
  }
  bad = block_best(bad, [](double a, double b) { return a < b; });
  if (threadIdx.x == 0) {
    bool found = bad.index < static_cast<double>(d);
    result[0] = found ? bad.index : -1;
    result[1] = found ? static_cast<double>(row[static_cast<int64_t>(bad.index)]) : 0;
  }
}

extern "C" __global__ void __launch_bounds__(256) first_bad_column_f32(const float* row, int64_t d, double* result) {
  first_bad_column(row, d, result);
}

extern "C" __global__ void __launch_bounds__(256) first_bad_column_f64(const double* row, int64_t d, double* result) {
  first_bad_column(row, d, result);
}

extern "C" __global__ void __launch_bounds__(1024)
    sum(const double* __restrict__ values, int64_t n, double scale, double* __restrict__ result) {
  double total = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    total += values[i];
  }
  total = block_sum(total);
  if (threadIdx.x == 0) {
    result[0] = scale * total;
  }
}

extern "C" __global__ void __launch_bounds__(1024)
    largest(const double* __restrict__ values, int64_t n, double* __restrict__ result) {
  Candidate best{-INFINITY, static_cast<double>(n)};
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    if (values[i] > best.value || (best.index == static_cast<double>(n) && values[i] == values[i])) {
      best = {values[i], static_cast<double>(i)};
    }
  }
  best = block_best(best, [](double a, double b) { return a > b; });
  if (threadIdx.x == 0) {
    result[0] = best.index;
    result[1] = best.value;
  }
}

/* ---- dots ---- */

template <class T>
__device__ __forceinline__ void dot(const T* __restrict__ a, int64_t a_stride, const T* __restrict__ b,
                                    int64_t b_stride, int64_t n, int64_t m, double* __restrict__ partial) {
  int64_t first = static_cast<int64_t>(blockIdx.x) * DOT_ELEMENTS;
  int64_t last = min(first + DOT_ELEMENTS, n * m);
  double total = 0;
  int64_t i = (first + threadIdx.x) / m;
  int64_t j = (first + threadIdx.x) % m;
  for (int64_t index = first + threadIdx.x; index < last; index += blockDim.x) {
    total = fma(static_cast<double>(a[i * a_stride + j]), static_cast<double>(b[i * b_stride + j]), total);
    j += blockDim.x;
    while (j >= m) {
      j -= m;
      i++;
    }
  }
  total = block_sum(total);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = total;
  }
}

extern "C" __global__ void __launch_bounds__(256) dot_f32(const float* a, int64_t a_stride, const float* b,
                                                          int64_t b_stride, int64_t n, int64_t m, double* partial) {
  dot(a, a_stride, b, b_stride, n, m, partial);
}

extern "C" __global__ void __launch_bounds__(256) dot_f64(const double* a, int64_t a_stride, const double* b,
                                                          int64_t b_stride, int64_t n, int64_t m, double* partial) {
  dot(a, a_stride, b, b_stride, n, m, partial);
}

/* ---- element by element ---- */

template <class T>
__device__ __forceinline__ void centre(T* k, int64_t n, int64_t stride, const double* __restrict__ means,
                                       const double* __restrict__ mean) {
  for_elements(n * n, [&](int64_t element) {
    int64_t i = element / n;
    int64_t j = element % n;
    T* entry = k + i * stride + j;
    // The sum of both means first: the result stays symmetric bit for bit.
    *entry = static_cast<T>(static_cast<double>(*entry) - (means[i] + means[j]) + mean[0]);
  });
}

extern "C" __global__ void __launch_bounds__(256)
    centre_f32(float* k, int64_t n, int64_t stride, const double* means, const double* mean) {
  centre(k, n, stride, means, mean);
}

extern "C" __global__ void __launch_bounds__(256)
    centre_f64(double* k, int64_t n, int64_t stride, const double* means, const double* mean) {
  centre(k, n, stride, means, mean);
}

template <class T>
__device__ __forceinline__ void fill(T* out, int64_t n, int64_t m, int64_t stride, double value) {
  for_elements(n * m, [&](int64_t element) { out[element / m * stride + element % m] = static_cast<T>(value); });
}

extern "C" __global__ void __launch_bounds__(256)
    fill_f32(float* out, int64_t n, int64_t m, int64_t stride, double value) {
  fill(out, n, m, stride, value);
}

extern "C" __global__ void __launch_bounds__(256)
    fill_f64(double* out, int64_t n, int64_t m, int64_t stride, double value) {
  fill(out, n, m, stride, value);
}

template <class From, class To>
__device__ __forceinline__ void copy(const From* x, int64_t n, int64_t m, int64_t x_stride, To* out,
                                     int64_t out_stride) {
  for_elements(n * m, [&](int64_t element) {
    int64_t i = element / m;
    int64_t j = element % m;
    out[i * out_stride + j] = static_cast<To>(x[i * x_stride + j]);
  });
}

extern "C" __global__ void __launch_bounds__(256)
    copy_f32_f32(const float* x, int64_t n, int64_t m, int64_t x_stride, float* out, int64_t out_stride) {
  copy(x, n, m, x_stride, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    copy_f32_f64(const float* x, int64_t n, int64_t m, int64_t x_stride, double* out, int64_t out_stride) {
  copy(x, n, m, x_stride, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    copy_f64_f32(const double* x, int64_t n, int64_t m, int64_t x_stride, float* out, int64_t out_stride) {
  copy(x, n, m, x_stride, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    copy_f64_f64(const double* x, int64_t n, int64_t m, int64_t x_stride, double* out, int64_t out_stride) {
  copy(x, n, m, x_stride, out, out_stride);
}

template <class T>
__device__ __forceinline__ void gather_rows(const T* __restrict__ a, int64_t a_stride,
                                            const int64_t* __restrict__ order, int64_t n, int64_t m,
                                            T* __restrict__ out, int64_t out_stride) {
  for_elements(n * m, [&](int64_t element) {
    int64_t i = element / m;
    int64_t j = element % m;
    out[i * out_stride + j] = a[order[i] * a_stride + j];
  });
}

extern "C" __global__ void __launch_bounds__(256)
    gather_rows_f32(const float* a, int64_t a_stride, const int64_t* order, int64_t n, int64_t m, float* out,
                    int64_t out_stride) {
  gather_rows(a, a_stride, order, n, m, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    gather_rows_f64(const double* a, int64_t a_stride, const int64_t* order, int64_t n, int64_t m, double* out,
                    int64_t out_stride) {
  gather_rows(a, a_stride, order, n, m, out, out_stride);
}

/* x_i ← factors_i x_i. */
template <class T>
__device__ __forceinline__ void scale_rows(T* x, int64_t n, int64_t m, int64_t stride, const T* __restrict__ factors,
                                           int64_t factors_stride) {
  for_elements(n * m, [&](int64_t element) {
    int64_t i = element / m;
    T* entry = x + i * stride + element % m;
    *entry = static_cast<T>(static_cast<double>(*entry) * static_cast<double>(factors[i * factors_stride]));
  });
}

extern "C" __global__ void __launch_bounds__(256)
    scale_rows_f32(float* x, int64_t n, int64_t m, int64_t stride, const float* factors, int64_t factors_stride) {
  scale_rows(x, n, m, stride, factors, factors_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    scale_rows_f64(double* x, int64_t n, int64_t m, int64_t stride, const double* factors, int64_t factors_stride) {
  scale_rows(x, n, m, stride, factors, factors_stride);
}

constexpr int MIRROR_EDGE = 32;

template <class T>
struct MirrorTile {
  T entries[MIRROR_EDGE][MIRROR_EDGE + 1];
};

/* Tile (I, J) of one triangle through shared memory to (J, I), so that both sides are coalesced. */
template <class T>
__device__ __forceinline__ void mirror(T* a, int64_t n, int64_t stride, int64_t from_upper) {
  using Tile = MirrorTile<T>;
  SHARED(Tile, tile);
  TileIndex at = lower_tile(blockIdx.x);
  int64_t from_row = (from_upper ? at.col : at.row) * MIRROR_EDGE;
  int64_t from_col = (from_upper ? at.row : at.col) * MIRROR_EDGE;
  int c = lane_index();
  for (int r = warp_index(); r < MIRROR_EDGE; r += static_cast<int>(blockDim.x) / WARP) {
    if (from_row + r < n && from_col + c < n) {
      tile.entries[r][c] = a[(from_row + r) * stride + from_col + c];
    }
  }
  __syncthreads();  // the whole tile is read before any of it is written elsewhere
  for (int r = warp_index(); r < MIRROR_EDGE; r += static_cast<int>(blockDim.x) / WARP) {
    int64_t i = from_col + r;
    int64_t j = from_row + c;
    bool wanted = from_upper ? j < i : j > i;
    if (i < n && j < n && wanted) {
      a[i * stride + j] = tile.entries[c][r];
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) mirror_f32(float* a, int64_t n, int64_t stride, int64_t from_upper) {
  mirror(a, n, stride, from_upper);
}

extern "C" __global__ void __launch_bounds__(256)
    mirror_f64(double* a, int64_t n, int64_t stride, int64_t from_upper) {
  mirror(a, n, stride, from_upper);
}

template <class T>
__device__ __forceinline__ void set_diagonal(T* a, int64_t n, int64_t stride, const double* __restrict__ values,
                                             double add) {
  int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) {
    T* entry = a + i * stride + i;
    *entry = static_cast<T>((values != nullptr ? values[i] : static_cast<double>(*entry)) + add);
  }
}

extern "C" __global__ void __launch_bounds__(256)
    set_diagonal_f32(float* a, int64_t n, int64_t stride, const double* values, double add) {
  set_diagonal(a, n, stride, values, add);
}

extern "C" __global__ void __launch_bounds__(256)
    set_diagonal_f64(double* a, int64_t n, int64_t stride, const double* values, double add) {
  set_diagonal(a, n, stride, values, add);
}

template <class T>
__device__ __forceinline__ void get_diagonal(const T* __restrict__ a, int64_t n, int64_t stride,
                                             double* __restrict__ values) {
  int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) {
    values[i] = static_cast<double>(a[i * stride + i]);
  }
}

extern "C" __global__ void __launch_bounds__(256)
    get_diagonal_f32(const float* a, int64_t n, int64_t stride, double* values) {
  get_diagonal(a, n, stride, values);
}

extern "C" __global__ void __launch_bounds__(256)
    get_diagonal_f64(const double* a, int64_t n, int64_t stride, double* values) {
  get_diagonal(a, n, stride, values);
}

template <class T>
__device__ __forceinline__ void multiply_sum(const double* __restrict__ partial, int64_t splits, int64_t n, int64_t t,
                                             T* __restrict__ out, int64_t out_stride) {
  int64_t element = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (element < n * t) {
    double total = 0;
    for (int64_t s = 0; s < splits; s++) {
      total += partial[s * n * t + element];
    }
    out[element / t * out_stride + element % t] = static_cast<T>(total);
  }
}

extern "C" __global__ void __launch_bounds__(256)
    multiply_sum_f32(const double* partial, int64_t splits, int64_t n, int64_t t, float* out, int64_t out_stride) {
  multiply_sum(partial, splits, n, t, out, out_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    multiply_sum_f64(const double* partial, int64_t splits, int64_t n, int64_t t, double* out, int64_t out_stride) {
  multiply_sum(partial, splits, n, t, out, out_stride);
}

/* ---- columns side by side ---- */

extern "C" __global__ void __launch_bounds__(256)
    column_dots(const double* __restrict__ a, int64_t a_stride, const double* __restrict__ b, int64_t b_stride,
                int64_t n, int64_t t, double* __restrict__ partial) {
  int64_t first = static_cast<int64_t>(blockIdx.x) * COLUMN_ROWS;
  int64_t last = min(first + COLUMN_ROWS, n);
  int64_t c = blockIdx.y;
  double total = 0;
  for (int64_t i = first + threadIdx.x; i < last; i += blockDim.x) {
    total = fma(a[i * a_stride + c], b[i * b_stride + c], total);
  }
  total = block_sum(total);
  if (threadIdx.x == 0) {
    partial[blockIdx.x * t + c] = total;
  }
}

extern "C" __global__ void __launch_bounds__(256)
    column_largest(const double* __restrict__ a, int64_t a_stride, int64_t n, int64_t t,
                   double* __restrict__ partial) {
  int64_t first = static_cast<int64_t>(blockIdx.x) * COLUMN_ROWS;
  int64_t last = min(first + COLUMN_ROWS, n);
  int64_t c = blockIdx.y;
  Candidate best{0, 0};
  for (int64_t i = first + threadIdx.x; i < last; i += blockDim.x) {
    double value = fabs(a[i * a_stride + c]);
    best.value = fmax(best.value, value != value ? INFINITY : value);
  }
  best = block_best(best, [](double a, double b) { return a > b; });
  if (threadIdx.x == 0) {
    partial[blockIdx.x * t + c] = best.value;
  }
}

extern "C" __global__ void __launch_bounds__(256)
    column_sums(const double* __restrict__ partial, int64_t blocks, int64_t t, double* __restrict__ out) {
  int64_t c = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (c < t) {
    double total = 0;
    for (int64_t b = 0; b < blocks; b++) {
      total += partial[b * t + c];
    }
    out[c] = total;
  }
}

extern "C" __global__ void __launch_bounds__(256)
    column_maxima(const double* __restrict__ partial, int64_t blocks, int64_t t, double* __restrict__ out) {
  int64_t c = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (c < t) {
    double best = 0;
    for (int64_t b = 0; b < blocks; b++) {
      best = fmax(best, partial[b * t + c]);
    }
    out[c] = best;
  }
}

extern "C" __global__ void __launch_bounds__(256)
    column_combine(const double* x, int64_t x_stride, const double* __restrict__ factor,
                   const double* __restrict__ keep, double* y, int64_t y_stride, int64_t n, int64_t t) {
  for_elements(n * t, [&](int64_t element) {
    int64_t i = element / t;
    int64_t c = element % t;
    double* target = y + i * y_stride + c;
    double old = keep[c] == 0 ? 0 : *target * keep[c];
    *target = fma(x[i * x_stride + c], factor[c], old);
  });
}

template <class T>
__device__ __forceinline__ void pivot_step(const T* __restrict__ row, int64_t n, double* factor, int64_t factor_stride,
                                           int64_t step, int64_t pivot, double root, double* __restrict__ rest) {
  int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double value = static_cast<double>(row[i]);
  for (int64_t k = 0; k < step; k++) {
    value = fma(-factor[k * factor_stride + i], factor[k * factor_stride + pivot], value);
  }
  value /= root;
  factor[step * factor_stride + i] = value;
  rest[i] = i == pivot ? 0 : fma(-value, value, rest[i]);
}

extern "C" __global__ void __launch_bounds__(256)
    pivot_step_f32(const float* row, int64_t n, double* factor, int64_t factor_stride, int64_t step, int64_t pivot,
                   double root, double* rest) {
  pivot_step(row, n, factor, factor_stride, step, pivot, root, rest);
}

extern "C" __global__ void __launch_bounds__(256)
    pivot_step_f64(const double* row, int64_t n, double* factor, int64_t factor_stride, int64_t step, int64_t pivot,
                   double root, double* rest) {
  pivot_step(row, n, factor, factor_stride, step, pivot, root, rest);
}
