/*
 * What is done to the parameters of networks entry by entry: sums, steps of optimisers, Gaussian noise.
 *
 * Computed in the order of UpdateLoops.java, FloatLoops.java and GaussianNoise.java (cpu-backend) from operations that
 * IEEE 754 defines: equal arguments give equal bits on both backends. Optimisers compute in the type of the parameters,
 * everything else in float64, rounded once. Launch geometry and parameters:
 * DeviceFunction.java.
 */
#include "entries.cuh"

/* ---- sums ---- */

template <class T>
__device__ __forceinline__ void add(const T* __restrict__ x, int64_t x_stride, T* y, int64_t y_stride, int64_t n,
                                    int64_t m, double alpha, double beta) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    T* entry = y + i * y_stride + j;
    double value = alpha * static_cast<double>(x[i * x_stride + j]);
    if (beta != 0) {
      value += beta * static_cast<double>(*entry);
    }
    *entry = static_cast<T>(value);
  });
}

#define ADD_PARAMETERS(T) \
  const T *x, int64_t x_stride, T *y, int64_t y_stride, int64_t n, int64_t m, double alpha, double beta

extern "C" __global__ void __launch_bounds__(256) add_f32(ADD_PARAMETERS(float)) {
  add(x, x_stride, y, y_stride, n, m, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(256) add_f64(ADD_PARAMETERS(double)) {
  add(x, x_stride, y, y_stride, n, m, alpha, beta);
}

/* ---- optimisers ---- */

struct Sgd {
  double of_gradient, of_velocity, momentum, l2;

  /* h = g + l2·w, v ← momentum·v + h, w ← w − (of_gradient·h + of_velocity·v). */
  __device__ __forceinline__ void apply(double& w, double g, double& v) const {
    double h = g + l2 * w;
    v = momentum * v + h;
    w -= of_gradient * h + of_velocity * v;
  }

  __device__ __forceinline__ void apply(float& w, float g, float& v) const {
    float h = fma(static_cast<float>(l2), w, g);
    v = fma(static_cast<float>(momentum), v, h);
    w = fma(static_cast<float>(-of_velocity), v, fma(static_cast<float>(-of_gradient), h, w));
  }
};

template <class T>
__device__ __forceinline__ void sgd_step(T* w, int64_t w_stride, const T* g, int64_t g_stride, T* v, int64_t v_stride,
                                         int64_t n, int64_t m, const Sgd& step) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    step.apply(w[i * w_stride + j], g[i * g_stride + j], v[i * v_stride + j]);
  });
}

#define SGD_PARAMETERS(T)                                                                                        \
  T *w, int64_t w_stride, const T *g, int64_t g_stride, T *v, int64_t v_stride, int64_t n, int64_t m,            \
      double of_gradient, double of_velocity, double momentum, double l2

extern "C" __global__ void __launch_bounds__(256) sgd_step_f32(SGD_PARAMETERS(float)) {
  sgd_step(w, w_stride, g, g_stride, v, v_stride, n, m, {of_gradient, of_velocity, momentum, l2});
}

extern "C" __global__ void __launch_bounds__(256) sgd_step_f64(SGD_PARAMETERS(double)) {
  sgd_step(w, w_stride, g, g_stride, v, v_stride, n, m, {of_gradient, of_velocity, momentum, l2});
}

struct Adam {
  double rate, beta1, beta2, epsilon, l2, shrink;

  /* h = g + l2·w, m ← β₁m + (1 − β₁)h, v ← β₂v + (1 − β₂)h², w ← (1 − shrink)w − rate·m/(√v + ε). */
  __device__ __forceinline__ void apply(double& w, double g, double& mean, double& square) const {
    double h = g + l2 * w;
    mean = beta1 * mean + (1 - beta1) * h;
    square = beta2 * square + (1 - beta2) * (h * h);
    w = (1 - shrink) * w - rate * mean / (sqrt(square) + epsilon);
  }

  /* The same with m + (1 − β)(h − m): 1 − β rounded alone leaves h as the limit. */
  __device__ __forceinline__ void apply(float& w, float g, float& mean, float& square) const {
    float h = fma(static_cast<float>(l2), w, g);
    mean = fma(static_cast<float>(1 - beta1), h - mean, mean);
    square = fma(static_cast<float>(1 - beta2), h * h - square, square);
    float moved = mean * static_cast<float>(rate) / (sqrt(square) + static_cast<float>(epsilon));
    w = fma(static_cast<float>(-shrink), w, w) - moved;
  }
};

template <class T>
__device__ __forceinline__ void adam_step(T* w, int64_t w_stride, const T* g, int64_t g_stride, T* first,
                                          int64_t first_stride, T* second, int64_t second_stride, int64_t n, int64_t m,
                                          const Adam& step) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    step.apply(w[i * w_stride + j], g[i * g_stride + j], first[i * first_stride + j], second[i * second_stride + j]);
  });
}

#define ADAM_PARAMETERS(T)                                                                                           \
  T *w, int64_t w_stride, const T *g, int64_t g_stride, T *first, int64_t first_stride, T *second,                  \
      int64_t second_stride, int64_t n, int64_t m, double rate, double beta1, double beta2, double epsilon,         \
      double l2, double shrink

extern "C" __global__ void __launch_bounds__(256) adam_step_f32(ADAM_PARAMETERS(float)) {
  adam_step(w, w_stride, g, g_stride, first, first_stride, second, second_stride, n, m,
            {rate, beta1, beta2, epsilon, l2, shrink});
}

extern "C" __global__ void __launch_bounds__(256) adam_step_f64(ADAM_PARAMETERS(double)) {
  adam_step(w, w_stride, g, g_stride, first, first_stride, second, second_stride, n, m,
            {rate, beta1, beta2, epsilon, l2, shrink});
}

/* ---- noise ---- */

constexpr uint64_t GAMMA = 0x9e3779b97f4a7c15u;
constexpr double UNIT = 0x1p-53;

/* The upper 53 bits of the output function of SplittableRandom (Steele, Lea and Flood 2014) over 2⁵³. */
__device__ __forceinline__ double uniform(uint64_t state) {
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * UNIT;
}

/* ln(1 + x) for −1 < x ≤ 0 as in Elementary.java (cpu-backend), bit for bit. */
__device__ __forceinline__ double log_one_plus(double x) {
  constexpr double LN2_HIGH = 0x1.62e42fefa39efp-1, LN2_LOW = 0x1.abc9e3b39803fp-56, ROUNDER = 0x1.8p52;
  if (fabs(x) < 0x1p-54) {
    return x;
  }
  // 1 + x = 2^k(1 + f) with 1 + f in [√½, √2]; 0x3fe6a09e667f3bcd are the bits of √½.
  uint64_t bits = static_cast<uint64_t>(__double_as_longlong(x + 1));
  uint64_t k1024 = (bits - (0x3fe6a09e667f3bcdu - (uint64_t(1024) << 52))) >> 52;
  double k = __longlong_as_double(static_cast<int64_t>(k1024 + 0x4338000000000000u - 1024)) - ROUNDER;
  // 4·2^−k, because 2^−k can be subnormal
  double scale = __longlong_as_double(static_cast<int64_t>((1023 + 1024 + 2 - k1024) << 52));
  double f = fma(x * 0.25, scale, scale * 0.25 - 1);
  double s = f / (f + 2);
  double w = s * s;
  double tail = fma(w, 0.1466094286163971, 0.15327685163203472);
  tail = fma(tail, w, 0.18183027423017306);
  tail = fma(tail, w, 0.22222208928049653);
  tail = fma(tail, w, 0.2857142864215372);
  tail = fma(tail, w, 0.3999999999985484);
  tail = fma(tail, w, 0.6666666666666672);
  double half = f * f * 0.5;
  // log(1 + f) = f − f²/2 + s(f²/2 + s² tail)
  double low = s * fma(tail, w, half);
  low = fma(k, LN2_LOW, low) - half + f;
  return fma(k, LN2_HIGH, low);
}

/* cos 2πv for v in [0, 1) with the polynomials of fdlibm's k_sin.c and k_cos.c (Sun 1993). */
__device__ __forceinline__ double cosine_of_turns(double v) {
  double quarters = v * 4;
  // Adding 1.5·2⁵² rounds to an integer, which then stands in the lowest bits.
  double shifted = quarters + 0x1.8p52;
  double r = (quarters - (shifted - 0x1.8p52)) * 1.5707963267948966;
  int64_t quarter = __double_as_longlong(shifted);
  double w = r * r;
  // cos(r + kπ/2) is cos, −sin, −cos, sin for k = 0, 1, 2, 3
  double size;
  if (quarter & 1) {
    double p = 1.58969099521155e-10;
    p = p * w + -2.5050760253406863e-08;
    p = p * w + 2.7557313707070068e-06;
    p = p * w + -0.0001984126982985795;
    p = p * w + 0.00833333333332249;
    p = p * w + -0.16666666666666632;
    size = p * w * r + r;
  } else {
    double p = -1.1359647557788195e-11;
    p = p * w + 2.087572321298175e-09;
    p = p * w + -2.7557314351390663e-07;
    p = p * w + 2.480158728947673e-05;
    p = p * w + -0.001388888888887411;
    p = p * w + 0.0416666666666666;
    size = p * w * w + (w * -0.5 + 1);
  }
  return ((quarter + 1) & 2) != 0 ? -size : size;
}

/* w_ij ← w_ij + scale·ξ(first + i·m + j): the noise of NoiseKey.java (api). */
template <class T>
__device__ __forceinline__ void add_gaussian(T* w, int64_t w_stride, int64_t n, int64_t m, double scale, uint64_t key,
                                             int64_t first) {
  for_entries(n, m, [&](int64_t i, int64_t j) {
    uint64_t number = static_cast<uint64_t>(first + i * m + j);
    uint64_t state = key + (2 * number + 1) * GAMMA;
    double u = uniform(state) + UNIT;
    double v = uniform(state + GAMMA);
    double noise = sqrt(log_one_plus(u - 1) * -2) * cosine_of_turns(v);  // u − 1 is exact
    T* entry = w + i * w_stride + j;
    *entry = static_cast<T>(static_cast<double>(*entry) + scale * noise);
  });
}

extern "C" __global__ void __launch_bounds__(256)
    add_gaussian_f32(float* w, int64_t w_stride, int64_t n, int64_t m, double scale, int64_t key, int64_t first) {
  add_gaussian(w, w_stride, n, m, scale, static_cast<uint64_t>(key), first);
}

extern "C" __global__ void __launch_bounds__(256)
    add_gaussian_f64(double* w, int64_t w_stride, int64_t n, int64_t m, double scale, int64_t key, int64_t first) {
  add_gaussian(w, w_stride, n, m, scale, static_cast<uint64_t>(key), first);
}
