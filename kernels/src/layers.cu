/*
 * Layers beside their matrix products: activations, the way back to a layer's bias, batch normalisation, losses.
 *
 * Everything is computed in float64 and rounded once. Sums over columns: a block has COLUMNS columns, each thread goes
 * down its own rows of one of them in order, then lanes and warps are added in a fixed order; 32 bytes of a row of
 * float32 are read together. Sums over rows: one warp for each row. Launch geometry and parameters:
 * DeviceFunction.java.
 */
#include "activation.cuh"
#include "entries.cuh"

constexpr int COLUMNS = 8;
constexpr int ROWS_PER_BLOCK = 8;  // of losses, one warp each
constexpr int DELTA_ROWS = 1024;   // that a block of dense_delta adds up
constexpr int MOST_WARPS = 32;

/* ---- activations ---- */

template <class T>
__device__ __forceinline__ void activate(T* z, int64_t z_stride, int64_t n, int64_t m, const T* __restrict__ bias,
                                         const Activation& activation, T* a, int64_t a_stride) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    T value = z[i * z_stride + j];
    if (bias != nullptr) {
      value += bias[j];
      if (z != a) {
        z[i * z_stride + j] = value;
      }
    }
    a[i * a_stride + j] = static_cast<T>(activation_value(activation, static_cast<double>(value)));
  });
}

#define ACTIVATE_PARAMETERS(T)                                                                                  \
  T *z, int64_t z_stride, int64_t n, int64_t m, const T *__restrict__ bias, ACTIVATION_PARAMETERS, T *a,        \
      int64_t a_stride

extern "C" __global__ void __launch_bounds__(256) activate_f32(ACTIVATE_PARAMETERS(float)) {
  activate(z, z_stride, n, m, bias, {activation, slope, coefficients, terms}, a, a_stride);
}

extern "C" __global__ void __launch_bounds__(256) activate_f64(ACTIVATE_PARAMETERS(double)) {
  activate(z, z_stride, n, m, bias, {activation, slope, coefficients, terms}, a, a_stride);
}

template <class T>
__device__ __forceinline__ T times_derivative(const Activation& activation, T z, T delta) {
  double slope = activation_derivative(activation, static_cast<double>(z));
  return static_cast<T>(static_cast<double>(delta) * slope);
}

template <class T>
__device__ __forceinline__ void activate_backward(const T* __restrict__ z, int64_t z_stride, int64_t n, int64_t m,
                                                  const Activation& activation, T* delta, int64_t delta_stride) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    T* entry = delta + i * delta_stride + j;
    *entry = times_derivative(activation, z[i * z_stride + j], *entry);
  });
}

#define ACTIVATE_BACKWARD_PARAMETERS(T) \
  const T *z, int64_t z_stride, int64_t n, int64_t m, ACTIVATION_PARAMETERS, T *delta, int64_t delta_stride

extern "C" __global__ void __launch_bounds__(256) activate_backward_f32(ACTIVATE_BACKWARD_PARAMETERS(float)) {
  activate_backward(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride);
}

extern "C" __global__ void __launch_bounds__(256) activate_backward_f64(ACTIVATE_BACKWARD_PARAMETERS(double)) {
  activate_backward(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride);
}

/* delta ← delta ∘ φ″(z). */
template <class T>
__device__ __forceinline__ void activate_curvature(const T* __restrict__ z, int64_t z_stride, int64_t n, int64_t m,
                                                   const Activation& activation, T* delta, int64_t delta_stride) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    T* entry = delta + i * delta_stride + j;
    double bend = activation_curvature(activation, static_cast<double>(z[i * z_stride + j]));
    *entry = static_cast<T>(static_cast<double>(*entry) * bend);
  });
}

extern "C" __global__ void __launch_bounds__(256) activate_curvature_f32(ACTIVATE_BACKWARD_PARAMETERS(float)) {
  activate_curvature(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride);
}

extern "C" __global__ void __launch_bounds__(256) activate_curvature_f64(ACTIVATE_BACKWARD_PARAMETERS(double)) {
  activate_curvature(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride);
}

/* t ← slope ∘ t + bend ∘ other for blocks of k columns side by side; without bend the first term alone. */
template <class T>
__device__ __forceinline__ void scale_tangents(const T* __restrict__ slope, int64_t slope_stride, int64_t k,
                                               const T* __restrict__ bend, int64_t bend_stride,
                                               const T* __restrict__ other, int64_t other_stride, T* tangents,
                                               int64_t tangents_stride, int64_t n, int64_t m) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    int64_t unit = m <= UINT32_MAX ? static_cast<uint32_t>(j) % static_cast<uint32_t>(k) : j % k;
    T* entry = tangents + i * tangents_stride + j;
    double value = static_cast<double>(slope[i * slope_stride + unit]) * static_cast<double>(*entry);
    if (bend != nullptr) {
      value = fma(static_cast<double>(bend[i * bend_stride + unit]), static_cast<double>(other[i * other_stride + j]),
                  value);
    }
    *entry = static_cast<T>(value);
  });
}

#define SCALE_TANGENTS_PARAMETERS(T)                                                                              \
  const T *slope, int64_t slope_stride, int64_t k, const T *bend, int64_t bend_stride, const T *other,           \
      int64_t other_stride, T *tangents, int64_t tangents_stride, int64_t n, int64_t m

extern "C" __global__ void __launch_bounds__(256) scale_tangents_f32(SCALE_TANGENTS_PARAMETERS(float)) {
  scale_tangents(slope, slope_stride, k, bend, bend_stride, other, other_stride, tangents, tangents_stride, n, m);
}

extern "C" __global__ void __launch_bounds__(256) scale_tangents_f64(SCALE_TANGENTS_PARAMETERS(double)) {
  scale_tangents(slope, slope_stride, k, bend, bend_stride, other, other_stride, tangents, tangents_stride, n, m);
}

/* ---- sums over columns ---- */

struct ColumnParts {
  double parts[MOST_WARPS][COLUMNS];
};

__device__ __forceinline__ int own_column() {
  return static_cast<int>(threadIdx.x) % COLUMNS;
}

__device__ __forceinline__ int own_row() {
  return static_cast<int>(threadIdx.x) / COLUMNS;
}

__device__ __forceinline__ int rows_at_once() {
  return static_cast<int>(blockDim.x) / COLUMNS;
}

/* The sum over a block's threads with the same column, in all of them, always in the same order. */
__device__ __forceinline__ double column_sum(ColumnParts& memory, double value) {
UNROLLED
  for (int step = COLUMNS; step < WARP; step *= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, step);
  }
  __syncthreads();  // an earlier sum has been read
  if (lane_index() < COLUMNS) {
    memory.parts[warp_index()][lane_index()] = value;
  }
  __syncthreads();  // all warps have written
  double total = 0;
NOT_UNROLLED
  for (int w = 0; w < static_cast<int>(blockDim.x) / WARP; w++) {
    total += memory.parts[w][own_column()];
  }
  return total;
}

/* delta ← delta ∘ φ′(z) unless z is 0, and the sums of its columns over DELTA_ROWS rows. */
template <class T>
__device__ __forceinline__ void dense_delta(const T* __restrict__ z, int64_t z_stride, int64_t n, int64_t m,
                                            const Activation& activation, T* delta, int64_t delta_stride,
                                            double* __restrict__ partial, T* __restrict__ bias) {
  SHARED(ColumnParts, memory);
  int64_t col = static_cast<int64_t>(blockIdx.x) * COLUMNS + own_column();
  int64_t first = static_cast<int64_t>(blockIdx.y) * DELTA_ROWS;
  int64_t last = min(first + DELTA_ROWS, n);
  double sum = 0;
  if (col < m) {
NOT_UNROLLED
    for (int64_t i = first + own_row(); i < last; i += rows_at_once()) {
      T value = delta[i * delta_stride + col];
      if (z != nullptr) {
        value = times_derivative(activation, z[i * z_stride + col], value);
        delta[i * delta_stride + col] = value;
      }
      sum += static_cast<double>(value);
    }
  }
  sum = column_sum(memory, sum);
  if (own_row() == 0 && col < m) {
    if (partial != nullptr) {
      partial[blockIdx.y * m + col] = sum;
    } else {
      bias[col] = static_cast<T>(sum);
    }
  }
}

#define DENSE_DELTA_PARAMETERS(T)                                                                                    \
  const T *z, int64_t z_stride, int64_t n, int64_t m, ACTIVATION_PARAMETERS, T *delta, int64_t delta_stride,         \
      double *partial, T *bias

extern "C" __global__ void __launch_bounds__(256) dense_delta_f32(DENSE_DELTA_PARAMETERS(float)) {
  dense_delta(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride, partial, bias);
}

extern "C" __global__ void __launch_bounds__(256) dense_delta_f64(DENSE_DELTA_PARAMETERS(double)) {
  dense_delta(z, z_stride, n, m, {activation, slope, coefficients, terms}, delta, delta_stride, partial, bias);
}

/* ---- batch normalisation ---- */

/*
 * y = γ (z − mean)·spread + β with spread = 1/√(variance + ε); running ← running + momentum (batch − running). Two
 * passes for the variance, so that a large mean does not cancel it. y may be z.
 */
template <class T>
__device__ __forceinline__ void normalise(const T* z, int64_t z_stride, int64_t n, int64_t m,
                                          const T* __restrict__ scale, const T* __restrict__ shift,
                                          T* __restrict__ running_mean, T* __restrict__ running_variance,
                                          double momentum, double epsilon, T* __restrict__ statistics,
                                          int64_t statistics_stride, T* y, int64_t y_stride) {
  SHARED(ColumnParts, memory);
  int64_t col = static_cast<int64_t>(blockIdx.x) * COLUMNS + own_column();
  bool valid = col < m;
  double rows = static_cast<double>(n);
  double sum = 0;
  for (int64_t i = own_row(); valid && i < n; i += rows_at_once()) {
    sum += static_cast<double>(z[i * z_stride + col]);
  }
  double mean = column_sum(memory, sum) / rows;
  sum = 0;
  for (int64_t i = own_row(); valid && i < n; i += rows_at_once()) {
    double d = static_cast<double>(z[i * z_stride + col]) - mean;
    sum = fma(d, d, sum);
  }
  double variance = column_sum(memory, sum) / rows;  // and all threads have read z
  if (!valid) {
    return;
  }
  // Backward will see the stored, rounded numbers: they are used here too.
  T stored_mean = static_cast<T>(mean);
  if (own_row() == 0) {
    double old_mean = static_cast<double>(running_mean[col]);
    running_mean[col] = static_cast<T>(old_mean + momentum * (mean - old_mean));
    double old_variance = static_cast<double>(running_variance[col]);
    double unbiased = rows / (rows - 1) * variance;
    running_variance[col] = static_cast<T>(old_variance + momentum * (unbiased - old_variance));
  }
  T stored_spread = static_cast<T>(1 / sqrt(variance + epsilon));
  if (own_row() == 0) {
    statistics[col] = stored_mean;
    statistics[statistics_stride + col] = stored_spread;
  }
  double factor = static_cast<double>(stored_spread) * static_cast<double>(scale[col]);
  double offset = static_cast<double>(shift[col]);
  for (int64_t i = own_row(); i < n; i += rows_at_once()) {
    double centred = static_cast<double>(z[i * z_stride + col]) - static_cast<double>(stored_mean);
    y[i * y_stride + col] = static_cast<T>(centred * factor + offset);
  }
}

#define NORMALISE_PARAMETERS(T)                                                                                      \
  const T *z, int64_t z_stride, int64_t n, int64_t m, const T *scale, const T *shift, T *running_mean,              \
      T *running_variance, double momentum, double epsilon, T *statistics, int64_t statistics_stride, T *y,         \
      int64_t y_stride

extern "C" __global__ void __launch_bounds__(1024) normalise_f32(NORMALISE_PARAMETERS(float)) {
  normalise(z, z_stride, n, m, scale, shift, running_mean, running_variance, momentum, epsilon, statistics,
            statistics_stride, y, y_stride);
}

extern "C" __global__ void __launch_bounds__(1024) normalise_f64(NORMALISE_PARAMETERS(double)) {
  normalise(z, z_stride, n, m, scale, shift, running_mean, running_variance, momentum, epsilon, statistics,
            statistics_stride, y, y_stride);
}

/* With x̂ = (z − mean)·spread: ∂β = Σ δ, ∂γ = Σ δ x̂, δ ← γ·spread·(δ − (∂β + x̂ ∂γ)/n). */
template <class T>
__device__ __forceinline__ void normalise_backward(const T* __restrict__ z, int64_t z_stride, int64_t n, int64_t m,
                                                   const T* __restrict__ scale, const T* __restrict__ statistics,
                                                   int64_t statistics_stride, T* delta, int64_t delta_stride,
                                                   T* to_scale, T* to_shift) {
  SHARED(ColumnParts, memory);
  int64_t col = static_cast<int64_t>(blockIdx.x) * COLUMNS + own_column();
  bool valid = col < m;
  double mean = valid ? static_cast<double>(statistics[col]) : 0;
  double spread = valid ? static_cast<double>(statistics[statistics_stride + col]) : 0;
  double sum = 0;
  double weighted = 0;
  for (int64_t i = own_row(); valid && i < n; i += rows_at_once()) {
    double standardised = (static_cast<double>(z[i * z_stride + col]) - mean) * spread;
    double d = static_cast<double>(delta[i * delta_stride + col]);
    sum += d;
    weighted = fma(d, standardised, weighted);
  }
  sum = column_sum(memory, sum);
  weighted = column_sum(memory, weighted);
  if (!valid) {
    return;
  }
  if (own_row() == 0) {
    to_scale[col] = static_cast<T>(weighted);
    to_shift[col] = static_cast<T>(sum);
  }
  double factor = static_cast<double>(scale[col]) * spread;
  double share = 1 / static_cast<double>(n);
  for (int64_t i = own_row(); i < n; i += rows_at_once()) {
    double standardised = (static_cast<double>(z[i * z_stride + col]) - mean) * spread;
    T* entry = delta + i * delta_stride + col;
    *entry = static_cast<T>(factor * (static_cast<double>(*entry) - (sum + standardised * weighted) * share));
  }
}

#define NORMALISE_BACKWARD_PARAMETERS(T)                                                                      \
  const T *z, int64_t z_stride, int64_t n, int64_t m, const T *scale, const T *statistics,                    \
      int64_t statistics_stride, T *delta, int64_t delta_stride, T *to_scale, T *to_shift

extern "C" __global__ void __launch_bounds__(1024) normalise_backward_f32(NORMALISE_BACKWARD_PARAMETERS(float)) {
  normalise_backward(z, z_stride, n, m, scale, statistics, statistics_stride, delta, delta_stride, to_scale, to_shift);
}

extern "C" __global__ void __launch_bounds__(1024) normalise_backward_f64(NORMALISE_BACKWARD_PARAMETERS(double)) {
  normalise_backward(z, z_stride, n, m, scale, statistics, statistics_stride, delta, delta_stride, to_scale, to_shift);
}

template <class T>
__device__ __forceinline__ double fixed_factor(const T* __restrict__ scale, const T* __restrict__ variance,
                                               double epsilon, int64_t col) {
  return static_cast<double>(scale[col]) / sqrt(static_cast<double>(variance[col]) + epsilon);
}

template <class T>
__device__ __forceinline__ void normalise_fixed(const T* z, int64_t z_stride, int64_t n, int64_t m,
                                                const T* __restrict__ scale, const T* __restrict__ shift,
                                                const T* __restrict__ mean, const T* __restrict__ variance,
                                                double epsilon, T* y, int64_t y_stride) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    double factor = fixed_factor(scale, variance, epsilon, j);
    double centred = static_cast<double>(z[i * z_stride + j]) - static_cast<double>(mean[j]);
    y[i * y_stride + j] = static_cast<T>(centred * factor + static_cast<double>(shift[j]));
  });
}

#define NORMALISE_FIXED_PARAMETERS(T)                                                                                \
  const T *z, int64_t z_stride, int64_t n, int64_t m, const T *scale, const T *shift, const T *mean,                \
      const T *variance, double epsilon, T *y, int64_t y_stride

extern "C" __global__ void __launch_bounds__(256) normalise_fixed_f32(NORMALISE_FIXED_PARAMETERS(float)) {
  normalise_fixed(z, z_stride, n, m, scale, shift, mean, variance, epsilon, y, y_stride);
}

extern "C" __global__ void __launch_bounds__(256) normalise_fixed_f64(NORMALISE_FIXED_PARAMETERS(double)) {
  normalise_fixed(z, z_stride, n, m, scale, shift, mean, variance, epsilon, y, y_stride);
}

template <class T>
__device__ __forceinline__ void normalise_fixed_backward(T* delta, int64_t delta_stride, int64_t n, int64_t m,
                                                         const T* __restrict__ scale, const T* __restrict__ variance,
                                                         double epsilon) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    T* entry = delta + i * delta_stride + j;
    *entry = static_cast<T>(static_cast<double>(*entry) * fixed_factor(scale, variance, epsilon, j));
  });
}

#define NORMALISE_FIXED_BACKWARD_PARAMETERS(T) \
  T *delta, int64_t delta_stride, int64_t n, int64_t m, const T *scale, const T *variance, double epsilon

extern "C" __global__ void __launch_bounds__(256)
    normalise_fixed_backward_f32(NORMALISE_FIXED_BACKWARD_PARAMETERS(float)) {
  normalise_fixed_backward(delta, delta_stride, n, m, scale, variance, epsilon);
}

extern "C" __global__ void __launch_bounds__(256)
    normalise_fixed_backward_f64(NORMALISE_FIXED_BACKWARD_PARAMETERS(double)) {
  normalise_fixed_backward(delta, delta_stride, n, m, scale, variance, epsilon);
}

/* ---- losses ---- */

__device__ __forceinline__ int64_t loss_row() {
  return static_cast<int64_t>(blockIdx.x) * ROWS_PER_BLOCK + warp_index();
}

/*
 * losses[i] = factor·Σ_c t_ic (log Σ_k exp s_ik − s_ic), gradient = factor·(softmax(s)·Σ t − t). A class without
 * probability costs nothing, even if its logit is −∞.
 */
template <class T>
__device__ __forceinline__ void softmax_cross_entropy(const T* __restrict__ logits, int64_t logits_stride,
                                                      const T* __restrict__ targets, int64_t targets_stride, int64_t n,
                                                      int64_t m, double factor, T* __restrict__ losses,
                                                      int64_t losses_stride, T* __restrict__ gradient,
                                                      int64_t gradient_stride) {
  int64_t row = loss_row();
  if (row >= n) {
    return;
  }
  const T* s = logits + row * logits_stride;
  const T* t = targets + row * targets_stride;
  double largest = -INFINITY;
  for (int64_t c = lane_index(); c < m; c += WARP) {
    largest = fmax(largest, static_cast<double>(s[c]));  // NaN comes back with the exponentials
  }
  for (int step = WARP / 2; step > 0; step /= 2) {
    largest = fmax(largest, __shfl_xor_sync(ALL_LANES, largest, step));
  }
  double sum = 0;
  double mass = 0;
  for (int64_t c = lane_index(); c < m; c += WARP) {
    sum += exp(static_cast<double>(s[c]) - largest);
    mass += static_cast<double>(t[c]);
  }
  sum = warp_sum(sum);
  mass = warp_sum(mass);
  double log_sum = largest + log(sum);
  double loss = 0;
NOT_UNROLLED
  for (int64_t c = lane_index(); c < m; c += WARP) {
    double score = static_cast<double>(s[c]);
    double target = static_cast<double>(t[c]);
    loss += target == 0 ? 0 : target * (log_sum - score);
    double share = exp(score - largest) / sum;
    gradient[row * gradient_stride + c] = static_cast<T>(factor * (share * mass - target));
  }
  loss = warp_sum(loss);
  if (lane_index() == 0) {
    losses[row * losses_stride] = static_cast<T>(factor * loss);
  }
}

#define LOSS_PARAMETERS(T)                                                                                           \
  const T *outputs, int64_t outputs_stride, const T *targets, int64_t targets_stride, int64_t n, int64_t m,         \
      double factor, T *losses, int64_t losses_stride, T *gradient, int64_t gradient_stride

extern "C" __global__ void __launch_bounds__(256) softmax_cross_entropy_f32(LOSS_PARAMETERS(float)) {
  softmax_cross_entropy(outputs, outputs_stride, targets, targets_stride, n, m, factor, losses, losses_stride, gradient,
                        gradient_stride);
}

extern "C" __global__ void __launch_bounds__(256) softmax_cross_entropy_f64(LOSS_PARAMETERS(double)) {
  softmax_cross_entropy(outputs, outputs_stride, targets, targets_stride, n, m, factor, losses, losses_stride, gradient,
                        gradient_stride);
}

/* losses[i] = factor·‖f_i − t_i‖², gradient = 2·factor·(f − t). */
template <class T>
__device__ __forceinline__ void squared_error(const T* __restrict__ outputs, int64_t outputs_stride,
                                              const T* __restrict__ targets, int64_t targets_stride, int64_t n,
                                              int64_t m, double factor, T* __restrict__ losses, int64_t losses_stride,
                                              T* __restrict__ gradient, int64_t gradient_stride) {
  int64_t row = loss_row();
  if (row >= n) {
    return;
  }
  double sum = 0;
  for (int64_t c = lane_index(); c < m; c += WARP) {
    double d = static_cast<double>(outputs[row * outputs_stride + c]) -
               static_cast<double>(targets[row * targets_stride + c]);
    sum = fma(d, d, sum);
    gradient[row * gradient_stride + c] = static_cast<T>(2 * factor * d);
  }
  sum = warp_sum(sum);
  if (lane_index() == 0) {
    losses[row * losses_stride] = static_cast<T>(factor * sum);
  }
}

extern "C" __global__ void __launch_bounds__(256) squared_error_f32(LOSS_PARAMETERS(float)) {
  squared_error(outputs, outputs_stride, targets, targets_stride, n, m, factor, losses, losses_stride, gradient,
                gradient_stride);
}

extern "C" __global__ void __launch_bounds__(256) squared_error_f64(LOSS_PARAMETERS(double)) {
  squared_error(outputs, outputs_stride, targets, targets_stride, n, m, factor, losses, losses_stride, gradient,
                gradient_stride);
}

/* The index of the first of the largest of a row's numbers, −1 if there is a NaN; in all lanes of a warp. */
template <class T>
__device__ __forceinline__ int64_t first_largest(const T* __restrict__ row, int64_t m) {
  double value = -INFINITY;
  int64_t index = m;
  bool nan = false;
  for (int64_t c = lane_index(); c < m; c += WARP) {
    double v = static_cast<double>(row[c]);
    nan |= v != v;
    if (v > value || index == m) {
      value = v;
      index = c;
    }
  }
  for (int step = WARP / 2; step > 0; step /= 2) {
    double other = __shfl_xor_sync(ALL_LANES, value, step);
    int64_t other_index = __shfl_xor_sync(ALL_LANES, index, step);
    if (other > value || (other == value && other_index < index)) {
      value = other;
      index = other_index;
    }
  }
  return __any_sync(ALL_LANES, nan) ? -1 : index;
}

template <class T>
__device__ __forceinline__ void hits(const T* __restrict__ outputs, int64_t outputs_stride,
                                     const T* __restrict__ targets, int64_t targets_stride, int64_t n, int64_t m,
                                     T* __restrict__ marks, int64_t marks_stride) {
  int64_t row = loss_row();
  if (row >= n) {
    return;
  }
  int64_t said = first_largest(outputs + row * outputs_stride, m);
  int64_t right = first_largest(targets + row * targets_stride, m);
  if (lane_index() == 0) {
    marks[row * marks_stride] = static_cast<T>(said >= 0 && said == right ? 1 : 0);
  }
}

extern "C" __global__ void __launch_bounds__(256)
    hits_f32(const float* outputs, int64_t outputs_stride, const float* targets, int64_t targets_stride, int64_t n,
             int64_t m, float* marks, int64_t marks_stride) {
  hits(outputs, outputs_stride, targets, targets_stride, n, m, marks, marks_stride);
}

extern "C" __global__ void __launch_bounds__(256)
    hits_f64(const double* outputs, int64_t outputs_stride, const double* targets, int64_t targets_stride, int64_t n,
             int64_t m, double* marks, int64_t marks_stride) {
  hits(outputs, outputs_stride, targets, targets_stride, n, m, marks, marks_stride);
}
