/*
 * Activations φ and their derivatives, each formula once, in float64. Those of ActivationLoops.java (cpu-backend), with
 * the compiler's elementary functions. At the kink of a piecewise linear activation the derivative is the slope of the
 * left side.
 */
#pragma once

#include "device.cuh"

/* The numbers that ActivationCode.java (cuda-backend) writes. */
enum ActivationKind : int64_t {
  PIECEWISE_LINEAR,
  ERF,
  GELU,
  SIN,
  COS,
  EXP,
  TANH,
  SIGMOID,
  SOFTPLUS,
  SILU,
  SIGN,
  ELU,
  HARD_TANH,
  POLYNOMIAL,
  HERMITE
};

#define ACTIVATION_PARAMETERS \
  int64_t activation, double slope, const double *__restrict__ coefficients, int64_t terms

struct Activation {
  int64_t kind;
  double slope;                              // of a piecewise linear one for u ≤ 0
  const double* __restrict__ coefficients;   // of a polynomial or a Hermite series
  int64_t terms;
};

constexpr double SQRT_HALF = 0.70710678118654752440;
constexpr double TWO_OVER_SQRT_PI = 1.12837916709551257390;
constexpr double ONE_OVER_SQRT_2PI = 0.39894228040143267794;

/* Φ(u) without cancellation for u < 0. */
__device__ __forceinline__ double normal_cdf(double u) {
  return 0.5 * erfc(-u * SQRT_HALF);
}

/* 1/(1 + e^(−u)) without overflow. */
__device__ __forceinline__ double logistic(double u) {
  double e = exp(-fabs(u));
  return (u < 0 ? e : 1.0) / (e + 1);
}

__device__ __forceinline__ double piecewise_linear(double slope, double u) {
  if (slope == 0) {
    return u <= 0 ? 0 : u;  // 0·(−∞) would be NaN; NaN stays
  }
  return u > 0 ? u : slope * u;
}

/* Σ cₙ uⁿ, or its derivative. */
__device__ __forceinline__ double polynomial(const Activation& f, double u, bool derivative) {
  int first = derivative ? 1 : 0;
  double sum = 0;
NOT_UNROLLED
  for (int n = static_cast<int>(f.terms) - 1; n >= first; n--) {
    sum = sum * u + (derivative ? n * f.coefficients[n] : f.coefficients[n]);
  }
  return sum;
}

/* Σ cₙ hₙ(u) with h_(n+1) = (u hₙ − √n h_(n−1))/√(n+1), or its derivative: hₙ′ = √n h_(n−1). */
__device__ __forceinline__ double hermite(const Activation& f, double u, bool derivative) {
  int first = derivative ? 1 : 0;
  double sum = 0, previous = 0, h = 1;
NOT_UNROLLED
  for (int n = first; n < static_cast<int>(f.terms); n++) {
    double c = f.coefficients[n];
    sum += (derivative ? c * sqrt(static_cast<double>(n)) : c) * h;
    double next = (u * h - sqrt(static_cast<double>(n - first)) * previous) / sqrt(static_cast<double>(n - first + 1));
    previous = h;
    h = next;
  }
  return sum;
}

__device__ __forceinline__ double activation_value(const Activation& f, double u) {
  switch (f.kind) {
    case PIECEWISE_LINEAR:
      return piecewise_linear(f.slope, u);
    case ERF:
      return erf(u);
    case GELU:
      return u * normal_cdf(u);
    case SIN:
      return sin(u);
    case COS:
      return cos(u);
    case EXP:
      return exp(u);
    case TANH:
      return tanh(u);
    case SIGMOID:
      return logistic(u);
    case SOFTPLUS:
      return (u <= 0 ? 0 : u) + log1p(exp(-fabs(u)));
    case SILU:
      return u * logistic(u);
    case SIGN:
      return u > 0 ? 1 : u < 0 ? -1 : u;
    case ELU:
      return u > 0 ? u : expm1(u);
    case HARD_TANH:
      return u < -1 ? -1 : u > 1 ? 1 : u;
    case POLYNOMIAL:
      return polynomial(f, u, false);
    default:
      return hermite(f, u, false);
  }
}

__device__ __forceinline__ double activation_derivative(const Activation& f, double u) {
  switch (f.kind) {
    case PIECEWISE_LINEAR:
      return u > 0 ? 1 : f.slope;
    case ERF:
      return TWO_OVER_SQRT_PI * exp(-u * u);
    case GELU:
      return normal_cdf(u) + u * exp(-u * u / 2) * ONE_OVER_SQRT_2PI;
    case SIN:
      return cos(u);
    case COS:
      return -sin(u);
    case EXP:
      return exp(u);
    case TANH: {  // 1 − tanh² = 4e/(1 + e)² with e = e^(−2|u|)
      double e = exp(-2 * fabs(u));
      return 4 * e / ((e + 1) * (e + 1));
    }
    case SIGMOID: {
      double e = exp(-fabs(u));
      return e / ((e + 1) * (e + 1));
    }
    case SOFTPLUS:
      return logistic(u);
    case SILU:  // 1 − σ(u) = σ(−u) without cancellation
      return logistic(u) * (u * logistic(-u) + 1);
    case SIGN:
      return 0;
    case ELU:
      return u > 0 ? 1 : exp(u);
    case HARD_TANH:
      return u > -1 && u <= 1 ? 1 : 0;
    case POLYNOMIAL:
      return polynomial(f, u, true);
    default:
      return hermite(f, u, true);
  }
}

/* σ(u)σ(−u). */
__device__ __forceinline__ double logistic_slope(double u) {
  double e = exp(-fabs(u));
  return e / ((e + 1) * (e + 1));
}

/* Σ n(n − 1) cₙ u^(n−2). */
__device__ __forceinline__ double polynomial_curvature(const Activation& f, double u) {
  double sum = 0;
NOT_UNROLLED
  for (int n = static_cast<int>(f.terms) - 1; n >= 2; n--) {
    sum = sum * u + static_cast<double>(n) * (n - 1) * f.coefficients[n];
  }
  return sum;
}

/* Σ cₙ hₙ″(u) with hₙ″ = √(n(n − 1)) h_(n−2). */
__device__ __forceinline__ double hermite_curvature(const Activation& f, double u) {
  double sum = 0, previous = 0, h = 1;
NOT_UNROLLED
  for (int n = 2; n < static_cast<int>(f.terms); n++) {
    sum += f.coefficients[n] * sqrt(static_cast<double>(n) * (n - 1)) * h;
    double next = (u * h - sqrt(static_cast<double>(n - 2)) * previous) / sqrt(static_cast<double>(n - 1));
    previous = h;
    h = next;
  }
  return sum;
}

/* φ″ without kinks, at a jump that of the left side. */
__device__ __forceinline__ double activation_curvature(const Activation& f, double u) {
  switch (f.kind) {
    case ERF:
      return -2 * TWO_OVER_SQRT_PI * u * exp(-u * u);
    case GELU:
      return (2 - u * u) * exp(-u * u / 2) * ONE_OVER_SQRT_2PI;
    case SIN:
      return -sin(u);
    case COS:
      return -cos(u);
    case EXP:
      return exp(u);
    case TANH:
      return -8 * tanh(u) * logistic_slope(2 * u);
    case SIGMOID:
      return -logistic_slope(u) * tanh(u / 2);
    case SOFTPLUS:
      return logistic_slope(u);
    case SILU:
      return logistic_slope(u) * (2 - u * tanh(u / 2));
    case ELU:
      return u > 0 ? 0 : exp(u);
    case POLYNOMIAL:
      return polynomial_curvature(f, u);
    case HERMITE:
      return hermite_curvature(f, u);
    default:
      return 0;
  }
}
