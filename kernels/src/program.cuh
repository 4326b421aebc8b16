/*
 * Entry programs: what is done for every pair of rows (x_i, z_j) once x_i·z_j is known.
 *
 * A warp takes a block of E rows × 32 columns of the kernel matrix: lane l has column j = col + l and, in registers,
 * one value for each of the E rows. All lanes run the same instruction at the same time, so the only divergence is
 * within single instructions. The encoding is that of ProgramCode.java:
 *
 *   header: instructions, uniform, registers, outputs, near complement, near distance (float64), 4 unused words
 *   instruction: word 0 operation | target << 8 | source << 16 | second << 24 | slot << 32, word 1 a number,
 *   words 2 … 9 constants (float64)
 *
 * Template parameters: T element type of the matrices, P type of products and pair statistics, C type that programs
 * compute in, E rows of a warp's block.
 */
#pragma once

#include "angle.cuh"

constexpr int HEADER_WORDS = 10;
constexpr int INSTRUCTION_WORDS = 10;
constexpr int MAX_REGISTERS = 32;
constexpr int NO_REGISTER = 255;

enum Operation {
  LOAD,
  COPY,
  FILL,
  POWER,
  STATIONARY,
  ADD,
  MULTIPLY,
  ANGLE_DUAL,
  ANGLE_OF,
  ARC_COSINE_2,
  UNIFORM_LAYER,
  SMOOTH_DUAL,
  SERIES_DUAL,
  BLEND_START,
  BLEND_SHARE,
  BLEND_END,
  COMPOSE,
  VALUE,
  EMIT,
  EMIT_VALUE,
  EMIT_ANGLE
};

enum Statistic { DOT, COMPLEMENT, SQUARED_DISTANCE };
enum Shape { GAUSSIAN, MATERN_HALF_INTEGER, RATIONAL_QUADRATIC, MATERN_GENERAL };
enum SmoothFunction { ERF, GELU, SIN, COS, EXP };

/* Rows of x or of z with their row values; see DeviceFunction.java. */
template <class T>
struct Rows {
  const T* __restrict__ data;
  int64_t count;
  int64_t stride;
  const double* __restrict__ norms;
  const void* __restrict__ slots;
  int64_t pitch;
};

struct Output {
  int64_t address, stride, mirror, mirror_stride;
};

/* Everything about a kernel matrix that does not depend on the entry. */
template <class T>
struct Task {
  Rows<T> x, z;
  int64_t d;
  const int64_t* __restrict__ program;
  const Output* __restrict__ outputs;
  const double* __restrict__ diagonal;
  bool symmetric;
};

/* One slot of one row. */
template <class C>
struct Slot {
  C value;
  C rest;  // what rounding the value left; 0 in float64
};

template <class T>
__device__ __forceinline__ Slot<float> slot_of(const Rows<T>& rows, int slot, int64_t row, float) {
  const float* column = static_cast<const float*>(rows.slots) + 2 * slot * rows.pitch + row;
  return {__ldg(column), __ldg(column + rows.pitch)};
}

template <class T>
__device__ __forceinline__ Slot<double> slot_of(const Rows<T>& rows, int slot, int64_t row, double) {
  return {__ldg(static_cast<const double*>(rows.slots) + slot * rows.pitch + row), 0.0};
}

struct Instruction {
  const int64_t* __restrict__ words;

  __device__ __forceinline__ Instruction(const int64_t* program, int index)
      : words(program + HEADER_WORDS + INSTRUCTION_WORDS * index) {}

  __device__ __forceinline__ int number() const {
    return static_cast<int>(__ldg(words + 1));
  }

  template <class C>
  __device__ __forceinline__ C constant(int index) const {
    return static_cast<C>(__longlong_as_double(__ldg(words + 2 + index)));
  }
};

/* A warp's block of entries. */
template <class T, class P, class C, int E>
struct Entries {
  const Task<T>& task;
  int64_t row;  // of the first entry
  int64_t col;  // of this lane

  __device__ __forceinline__ Entries(const Task<T>& task, int64_t row, int64_t first_col)
      : task(task), row(row), col(first_col + lane_index()) {}

  /* Rows and columns beyond the end read the values of the last one; they are never stored. */
  __device__ __forceinline__ int64_t row_read(int e) const {
    return min(row + e, task.x.count - 1);
  }
  __device__ __forceinline__ int64_t col_read() const {
    return min(col, task.z.count - 1);
  }

  __device__ __forceinline__ bool inside(int e) const {
    return row + e < task.x.count && col < task.z.count && (!task.symmetric || col <= row + e);
  }

  /* A diagonal entry of a symmetric matrix, whose value is known. */
  __device__ __forceinline__ bool on_diagonal(int e) const {
    return task.symmetric && col == row + e;
  }

  /*
   * ‖x − z‖² for every entry of `wanted`; if SCALED the complement instead, ½‖x/‖x‖ − z/‖z‖‖² of nearly parallel rows
   * and 2 − ½‖x/‖x‖ + z/‖z‖‖² of nearly opposite ones. One entry at a time by the whole warp, so that reading the rows
   * is coalesced; in float64 and always in the same order.
   */
  template <bool SCALED>
  __device__ void recompute(const bool (&wanted)[E], P (&target)[E]) const {
    bool any = false;
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      any |= wanted[e];
    }
    if (!__any_sync(ALL_LANES, any)) {
      return;
    }
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      uint32_t votes = __ballot_sync(ALL_LANES, wanted[e]);
      while (votes != 0) {
        int lane = __ffs(static_cast<int>(votes)) - 1;
        votes &= votes - 1;
        int64_t other = col - lane_index() + lane;
        const T* __restrict__ x = task.x.data + (row + e) * task.x.stride;
        const T* __restrict__ z = task.z.data + other * task.z.stride;
        double scale_x = SCALED ? __ldg(task.x.norms + task.x.pitch + row + e) : 1.0;
        double scale_z = SCALED ? __ldg(task.z.norms + task.z.pitch + other) : 1.0;
        if (SCALED && __shfl_sync(ALL_LANES, target[e], lane) > P(1)) {
          scale_z = -scale_z;  // the sum of the rows
        }
        double sum = 0;
        for (int64_t k = lane_index(); k < task.d; k += WARP) {
          double difference =
              static_cast<double>(__ldg(x + k)) * scale_x - static_cast<double>(__ldg(z + k)) * scale_z;
          sum = fma(difference, difference, sum);
        }
        sum = warp_sum(sum);
        if (lane == lane_index()) {
          double value = SCALED ? 0.5 * sum : sum;
          target[e] = static_cast<P>(scale_z < 0 ? 2 - value : value);
        }
      }
    }
  }

  /* 1 − x·z/(‖x‖‖z‖), from the difference or sum of the normalised rows where it is near 0 or 2. */
  __device__ __forceinline__ void complements(const P (&dot)[E], C (&target)[E]) const {
    P near = static_cast<P>(__longlong_as_double(__ldg(task.program + 4)));
    P inverse_z = static_cast<P>(__ldg(task.z.norms + task.z.pitch + col_read()));
    P s[E];
    bool wanted[E];
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      P inverse_x = static_cast<P>(__ldg(task.x.norms + task.x.pitch + row_read(e)));
      s[e] = fmin(fma(-dot[e] * inverse_x, inverse_z, P(1)), P(2));
      wanted[e] = fabs(s[e] - P(1)) > P(1) - near && inside(e) && !on_diagonal(e);
    }
    recompute<true>(wanted, s);
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      target[e] = static_cast<C>(s[e]);
    }
  }

  /* ‖x − z‖², from the difference of the rows where it is small. */
  __device__ __forceinline__ void distances(const P (&dot)[E], C (&target)[E]) const {
    P near = static_cast<P>(__longlong_as_double(__ldg(task.program + 5)));
    P norm_z = static_cast<P>(__ldg(task.z.norms + col_read()));
    P distance[E];
    bool wanted[E];
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      P sum = static_cast<P>(__ldg(task.x.norms + row_read(e))) + norm_z;
      distance[e] = fma(P(-2), dot[e], sum);
      wanted[e] = distance[e] < sum * near && inside(e) && !on_diagonal(e);
    }
    recompute<false>(wanted, distance);
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      target[e] = static_cast<C>(distance[e]);
    }
  }

  __device__ __forceinline__ void load(int statistic, const P (&dot)[E], C (&target)[E]) const {
    if (statistic == COMPLEMENT) {
      complements(dot, target);
    } else if (statistic == SQUARED_DISTANCE) {
      distances(dot, target);
    } else {
UNROLLED_BY_NVCC
      for (int e = 0; e < E; e++) {
        target[e] = static_cast<C>(dot[e]);
      }
    }
  }

  /* a(x) a(z) (1 − s). */
  __device__ __forceinline__ void value(int slot, const C (&s)[E], C (&target)[E]) const {
    C other = slot_of(task.z, slot, col_read(), C()).value;
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      C scale = slot_of(task.x, slot, row_read(e), C()).value * other;
      target[e] = fma(-scale, s[e], scale);
    }
  }
};

/*
 * One layer of a fully connected network with equal shares (Instruction.UniformAngleLayer), s and u in registers.
 * About 40 instructions in float32 for both kernels, two of them on the special function unit.
 */
template <class C, int E>
__device__ __forceinline__ void uniform_layer(const Instruction& in, bool tangent, C (&s)[E], C (&u)[E]) {
  C kappa = in.constant<C>(0), left = in.constant<C>(1), back = in.constant<C>(2);
  C skip = in.constant<C>(3), keep = in.constant<C>(4), own = in.constant<C>(5);
  C skip_tangent = in.constant<C>(6), slope = in.constant<C>(7);
UNROLLED_BY_NVCC
  for (int e = 0; e < E; e++) {
    Angle<C> angle(s[e]);
    C dual = angle.dual(s[e], kappa, left, back);
    if (tangent) {
      C delta = angle.theta() * kappa;
      C composed = fma(-delta, u[e], delta + u[e]);
      u[e] = fma(dual, own, fma(u[e], skip_tangent, composed * slope));
    }
    s[e] = fma(s[e], skip, dual * keep);
  }
}

template <class C>
__device__ __forceinline__ C power(C base, int exponent) {
  C result = C(1);
  for (int bits = exponent; bits > 0; bits >>= 1) {
    if (bits & 1) {
      result = result * base;
    }
    base = base * base;
  }
  return result;
}

/*
 * 2^(1−ν)/Γ(ν) aᵛ K_ν(a) by the trapezoidal rule on K_ν(a) = ∫₀^∞ exp(−a cosh t) cosh(νt) dt (Abramowitz and Stegun
 * 9.6.24), which converges exponentially; everything inside one exponential so that nothing overflows.
 */
__device__ inline double matern_general(double a, double nu, double log_factor) {
  constexpr double STEP = 0.2;  // error exp(−π²/STEP)
  if (!(a > 0)) {
    return 1;
  }
  double shift = log_factor + nu * log(a);
  double sum = 0.5 * exp(shift - a);
  for (int k = 1;; k++) {
    double t = STEP * k;
    double exponent = shift - a * cosh(t) + nu * t;
    double term = 0.5 * exp(exponent) * (1 + exp(-2 * nu * t));
    sum += term;
    // Past the maximum, where a sinh t > ν, the terms fall faster than any power.
    bool past = a * sinh(t) > nu;
    if (past && term < 1e-18 * sum) {
      return fmin(1.0, sum * STEP);
    }
    if (past && !(sum > 0) && exponent < -745) {
      return 0;
    }
  }
}

template <class C>
__device__ __forceinline__ C stationary(const Instruction& in, C distance) {
  C c0 = in.constant<C>(0), c1 = in.constant<C>(1);
  switch (in.number()) {
    case GAUSSIAN:
      return exp(-c0 * distance);
    case MATERN_HALF_INTEGER: {
      C a = sqrt(distance) * c0;
      C p = fma(fma(fma(in.constant<C>(3), a, in.constant<C>(2)), a, c1), a, C(1));
      return exp(-a) * p;
    }
    case RATIONAL_QUADRATIC:
      return exp(-c1 * log1p(c0 * distance));
    default:
      if constexpr (sizeof(C) == 8) {
        return matern_general(c0 * sqrt(distance), c1, in.constant<double>(2));
      } else {
        return C(NAN);  // runs in float64 only
      }
  }
}

/* Complements of the duals of a smooth activation and of its derivative; see smooth_dual. */
struct SmoothPair {
  double value, slope;
};

/*
 * The smooth duals in closed form from the complement s of the pre-activations; x and z are the four slots that
 * SmoothDuals.java fills for each row.
 *
 * erf: E[erf erf] = (2/π) asin ρ, ρ = ρ₀(1 − s) (Williams 1997, (11)); asin ρ₀ − asin ρ as one angle without
 * cancellation. gelu: by Gaussian integration by parts. sin, cos: e^(−(a+b)/2) sinh c and cosh c. exp: e^(−D/2).
 */
__device__ inline SmoothPair smooth_dual(int function, double s, const double (&x)[4], const double (&z)[4]) {
  SmoothPair pair;
  double cosine = 1 - s;
  if (function == ERF) {
    double rho0 = x[0] * z[0];
    double rho02 = rho0 * rho0;
    double two_minus = 2 - s;
    double cos02 = fma(-x[3], z[3], z[3]) + x[3];
    double cos2 = fma(rho02 * s, two_minus, cos02);
    double cos0 = sqrt(cos02);
    double cos1 = sqrt(cos2);
    double sine = rho0 * s * (rho02 * two_minus / (cos0 + cos1) + cos0);
    double difference = atan2(sine, cos0 * cos1 + rho02 * cosine);
    double unequal = fmax(1 - atan2(rho0, cos0) * (x[1] * z[1]), 0.0);
    pair.value = unequal + difference * (x[1] * z[1]);
    pair.slope = fmax(1 - x[2] * z[2] / cos1, 0.0);
  } else if (function == GELU) {
    // With Δ = (1 + a)(1 + b) − c² = 1 + a + b + ab s (2 − s), which does not cancel for large variances,
    // P = ¼ + asin(c/√((1 + a)(1 + b)))/2π and R = 1/(2π√Δ): E[gelu gelu] = cP + R(ab − c² + c²(1/(1 + a) + 1/(1 + b)))
    // and E[gelu′ gelu′] = P + cR(1/(1 + a) + 1/(1 + b) + 1/Δ).
    double a = x[0], b = z[0];
    double geometric = x[3] * z[3];
    double c = geometric * cosine;
    double sine2 = s * (2 - s) * geometric * geometric;
    double root = sqrt(fma(z[3], z[3], sine2) + (1 + x[3] * x[3]));
    double p = atan2(c, root) * (1 / (2 * PI)) + 0.25;
    double inverse = 1 / root;
    double r = inverse * (1 / (2 * PI));
    double sum = (b + (2 + a)) / ((b + 1) * (a + 1));  // 1/(1 + a) + 1/(1 + b)
    double value = fma(fma(c * c, sum, sine2), r, c * p);
    double slope = fma(fma(inverse, inverse, sum), c * r, p);
    pair.value = fmax(1 - value * (x[1] * z[1]), 0.0);
    pair.slope = fmax(1 - slope * (x[2] * z[2]), 0.0);
  } else {
    // D/2 = (a + b)/2 − c = (√a − √b)²/2 + √(ab) s
    double difference = z[3] - x[3];
    double half = difference * difference * 0.5 + x[3] * z[3] * s;
    if (function == EXP) {
      pair.value = -expm1(-half);
      pair.slope = pair.value;
    } else {
      // (e^|c| ∓ e^−|c|)/2 · e^(−(a+b)/2), and |c| − (a + b)/2 = −D/2 for c ≥ 0
      double c = x[3] * z[3] * cosine;
      double size = fabs(c);
      double large = 0.5 * exp(size - c - half);
      double sinh_part = -large * expm1(-2 * size);
      double cosh_part = large * (1 + exp(-2 * size));
      sinh_part = c < 0 ? -sinh_part : sinh_part;
      double value = function == SIN ? sinh_part : cosh_part;
      double slope = function == SIN ? cosh_part : sinh_part;
      pair.value = fmax(1 - value * (x[1] * z[1]), 0.0);
      pair.slope = fmax(1 - slope * (x[2] * z[2]), 0.0);
    }
  }
  // Equal inputs: rounding would leave 1e-16, and the next layer may take its square root.
  if (s == 0 && x[0] == z[0]) {
    pair.value = 0;
    pair.slope = 0;
  }
  return pair;
}

/* Runs a uniform program: nothing but angle layers on two registers. `sink` takes (output, values). */
template <class T, class P, class C, int E, class Sink>
__device__ __forceinline__ void run_uniform(const Entries<T, P, C, E>& entries, const P (&dot)[E], Sink& sink) {
  const int64_t* __restrict__ program = entries.task.program;
  int count = static_cast<int>(__ldg(program));
  C s[E], u[E];
UNROLLED_BY_NVCC
  for (int e = 0; e < E; e++) {
    s[e] = u[e] = C(0);
  }
  for (int k = 0; k < count; k++) {
    Instruction in(program, k);
    int64_t word = __ldg(in.words);
    int source = static_cast<int>(word >> 16) & 255;
    int second = static_cast<int>(word >> 24) & 255;
    int slot = static_cast<int>(word >> 32);
    switch (static_cast<int>(word & 255)) {
      case LOAD:
        entries.complements(dot, s);
        break;
      case COPY:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          u[e] = s[e];
        }
        break;
      case UNIFORM_LAYER:
        uniform_layer(in, second != NO_REGISTER, s, u);
        break;
      default: {
        C values[E];
        bool angle = static_cast<int>(word & 255) == EMIT_ANGLE;
        if (source == 0) {
UNROLLED_BY_NVCC
          for (int e = 0; e < E; e++) {
            values[e] = s[e];
          }
        } else {
UNROLLED_BY_NVCC
          for (int e = 0; e < E; e++) {
            values[e] = u[e];
          }
        }
        if (angle) {
UNROLLED_BY_NVCC
          for (int e = 0; e < E; e++) {
            values[e] = Angle<C>(values[e]).theta();
          }
        } else {
          entries.value(slot, values, values);
        }
        sink.emit(entries, in.number(), values);
      }
    }
  }
}

/* Runs any program: registers lie in local memory, as their numbers are known at run time only. */
template <class T, class P, class C, int E, class Sink>
__device__ __forceinline__ void run_general(const Entries<T, P, C, E>& entries, const P (&dot)[E], Sink& sink) {
  const int64_t* __restrict__ program = entries.task.program;
  int count = static_cast<int>(__ldg(program));
  C registers[MAX_REGISTERS][E];
  C sum[E];
UNROLLED_BY_NVCC
  for (int e = 0; e < E; e++) {
    sum[e] = C(0);
  }
  int64_t j = entries.col_read();
  for (int k = 0; k < count; k++) {
    Instruction in(program, k);
    int64_t word = __ldg(in.words);
    C(&target)[E] = registers[(word >> 8 & 255) % MAX_REGISTERS];
    int source = static_cast<int>(word >> 16) & 255;
    int second = static_cast<int>(word >> 24) & 255;
    int slot = static_cast<int>(word >> 32);
    C left[E], right[E];
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      left[e] = registers[source % MAX_REGISTERS][e];
      right[e] = registers[second % MAX_REGISTERS][e];
    }
    switch (static_cast<int>(word & 255)) {
      case LOAD:
        entries.load(in.number(), dot, target);
        break;
      case COPY:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = left[e];
        }
        break;
      case FILL:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = in.constant<C>(0);
        }
        break;
      case POWER:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = power(fma(in.constant<C>(0), left[e], in.constant<C>(1)), in.number());
        }
        break;
      case STATIONARY:
NOT_UNROLLED
        for (int e = 0; e < E; e++) {
          target[e] = stationary(in, left[e]);
        }
        break;
      case ADD:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = left[e] + right[e];
        }
        break;
      case MULTIPLY:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = left[e] * right[e];
        }
        break;
      case ANGLE_DUAL: {
        C kappa = in.constant<C>(0), beyond = in.constant<C>(1), back = in.constant<C>(2);
        C(&derivative)[E] = registers[second % MAX_REGISTERS];
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          Angle<C> angle(left[e]);
          target[e] = angle.dual(left[e], kappa, beyond, back);
          if (second != NO_REGISTER) {
            derivative[e] = angle.theta() * kappa;
          }
        }
        break;
      }
      case ANGLE_OF:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = Angle<C>(left[e]).theta() * in.constant<C>(0);
        }
        break;
      case ARC_COSINE_2:
        // 3π − 3 sin cos − (π − θ)(1 + 2 cos²) = (2π + θ) sin² − 3 cos (sin − θ cos)
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          Angle<C> angle(left[e]);
          C excess = angle.excess();
          if (angle.obtuse) {
            excess = fma(C(1) - angle.r, C(PI), excess);
          }
          C sine2 = angle.r * (C(2) - angle.r);
          C cosine = C(1) - left[e];
          target[e] = ((angle.theta() + C(2 * PI)) * sine2 - cosine * excess * C(3)) * C(1 / (3 * PI));
        }
        break;
      case UNIFORM_LAYER: {
        C s[E], u[E];
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          s[e] = target[e];
          u[e] = right[e];
        }
        uniform_layer(in, second != NO_REGISTER, s, u);
        C(&tangent)[E] = registers[second % MAX_REGISTERS];
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = s[e];
          if (second != NO_REGISTER) {
            tangent[e] = u[e];
          }
        }
        break;
      }
      case SMOOTH_DUAL:
        if constexpr (sizeof(C) == 8) {
          double other[4];
UNROLLED_BY_NVCC
          for (int i = 0; i < 4; i++) {
            other[i] = slot_of(entries.task.z, slot + i, j, C()).value;
          }
          C(&derivative)[E] = registers[second % MAX_REGISTERS];
NOT_UNROLLED
          for (int e = 0; e < E; e++) {
            double own[4];
UNROLLED_BY_NVCC
            for (int i = 0; i < 4; i++) {
              own[i] = slot_of(entries.task.x, slot + i, entries.row_read(e), C()).value;
            }
            SmoothPair pair = smooth_dual(in.number(), left[e], own, other);
            target[e] = pair.value;
            if (second != NO_REGISTER) {
              derivative[e] = pair.slope;
            }
          }
        }
        break;
      case SERIES_DUAL:
        // With m_n = 1 − cⁿ, m_(n+1) = m_n + s (1 − m_n): no term of ½ Σ (a_n(x) − a_n(z))² + Σ a_n(x) a_n(z) m_n
        // cancels.
        if constexpr (sizeof(C) == 8) {
          C m[E], total[E];
UNROLLED_BY_NVCC
          for (int e = 0; e < E; e++) {
            m[e] = total[e] = C(0);
          }
          for (int n = slot; n < slot + in.number(); n++) {
            C a = slot_of(entries.task.z, n, j, C()).value;
UNROLLED_BY_NVCC
            for (int e = 0; e < E; e++) {
              C own = slot_of(entries.task.x, n, entries.row_read(e), C()).value;
              C difference = a - own;
              total[e] = fma(difference * C(0.5), difference, total[e]);
              total[e] = fma(a * own, m[e], total[e]);
              m[e] = fma(-left[e], m[e], left[e]) + m[e];
            }
          }
UNROLLED_BY_NVCC
          for (int e = 0; e < E; e++) {
            target[e] = total[e];
          }
        }
        break;
      case BLEND_START:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          sum[e] = C(0);
        }
        break;
      case BLEND_SHARE: {
        Slot<C> other = slot_of(entries.task.z, slot, j, C());
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          Slot<C> own = slot_of(entries.task.x, slot, entries.row_read(e), C());
          C difference = (other.value - own.value) + (other.rest - own.rest);
          sum[e] = fma(difference * C(0.5), difference, sum[e]);
          if (source != NO_REGISTER) {
            sum[e] = fma(other.value * own.value, left[e], sum[e]);
          }
        }
        break;
      }
      case BLEND_END:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = sum[e];
        }
        break;
      case COMPOSE:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          target[e] = fma(-left[e], right[e], left[e] + right[e]);
        }
        break;
      case VALUE:
        entries.value(slot, left, target);
        break;
      case EMIT:
        sink.emit(entries, in.number(), left);
        break;
      case EMIT_VALUE:
        entries.value(slot, left, left);
        sink.emit(entries, in.number(), left);
        break;
      case EMIT_ANGLE:
UNROLLED_BY_NVCC
        for (int e = 0; e < E; e++) {
          left[e] = Angle<C>(left[e]).theta();
        }
        sink.emit(entries, in.number(), left);
        break;
    }
  }
}

/* Whether a program consists of nothing but angle layers on two registers: run_uniform can run it. */
__device__ __forceinline__ bool is_uniform(const int64_t* program) {
  return __ldg(program + 1) != 0;
}

/* Lanes write rows of E numbers apart by this many: reading them by columns then meets every bank once. */
constexpr int MIRROR_PITCH = 36;

/* Stores results in the output matrices and, through a little shared memory of the warp, transposed. */
template <class T, class C, int E>
struct MatrixSink {
  C (*mirror)[MIRROR_PITCH];  // E rows, this warp's own

  template <class P>
  __device__ __forceinline__ void emit(const Entries<T, P, C, E>& entries, int output, C (&values)[E]) {
    const Task<T>& task = entries.task;
    Output out;
    const int64_t* __restrict__ words = reinterpret_cast<const int64_t*>(task.outputs + output);
    out.address = __ldg(words);
    out.stride = __ldg(words + 1);
    out.mirror = __ldg(words + 2);
    out.mirror_stride = __ldg(words + 3);
    T* direct = reinterpret_cast<T*>(out.address);
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      if (entries.on_diagonal(e) && entries.row + e < task.x.count) {
        values[e] = static_cast<C>(__ldg(task.diagonal + output * task.x.pitch + entries.row + e));
      }
      if (entries.inside(e)) {
        direct[(entries.row + e) * out.stride + entries.col] = static_cast<T>(values[e]);
      }
    }
    if (out.mirror == 0) {
      return;
    }
    T* mirrored = reinterpret_cast<T*>(out.mirror);
UNROLLED_BY_NVCC
    for (int e = 0; e < E; e++) {
      mirror[e][lane_index()] = values[e];
    }
    __syncwarp();  // every lane reads what the others wrote
    int e = lane_index() % E;
    int64_t i = entries.row + e;
UNROLLED_BY_NVCC
    for (int step = 0; step < E; step++) {
      int c = step * (WARP / E) + lane_index() / E;
      int64_t j = entries.col - lane_index() + c;
      if (i < task.x.count && j < task.z.count && (!task.symmetric || j < i)) {
        mirrored[j * out.mirror_stride + i] = static_cast<T>(mirror[e][c]);
      }
    }
    __syncwarp();  // before the next output overwrites it
  }
};
