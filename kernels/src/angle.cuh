/*
 * The two functions of a complement s = 1 − cos θ that angle kernels are made of, accurate down to s = 0.
 *
 * With r = s, or 2 − s beyond the right angle, and φ = 2 asin √(r/2): φ = √r A(r) and sin φ − φ cos φ = r √r Q(r).
 * A and Q are analytic on [0, 2); the coefficients interpolate them at the Chebyshev nodes of [0, 1], with relative
 * errors of 1.8e-8 (float) and 2e-17 (double). Cho and Saul 2009, (6), in the form of the CPU's AngleVectors.
 */
#pragma once

#include "device.cuh"

__device__ __forceinline__ float angle_a(float r) {
  float sum = fma(1.2117377e-3f, r, -1.9906429e-3f);
  sum = fma(sum, r, 3.338417e-3f);
  sum = fma(sum, r, 1.4788598e-3f);
  sum = fma(sum, r, 8.216731e-3f);
  sum = fma(sum, r, 2.6474483e-2f);
  sum = fma(sum, r, 1.17853165e-1f);
  return fma(sum, r, 1.4142135f);
}

__device__ __forceinline__ float angle_q(float r) {
  float sum = fma(2.3447137e-4f, r, -1.7620035e-4f);
  sum = fma(sum, r, 7.42262e-4f);
  sum = fma(sum, r, 1.6582847e-3f);
  sum = fma(sum, r, 7.592717e-3f);
  sum = fma(sum, r, 4.7139395e-2f);
  return fma(sum, r, 9.4280905e-1f);
}

__device__ __forceinline__ double angle_a(double r) {
  double sum = fma(4.797541033020616e-06, r, -3.537835495282187e-05);
  sum = fma(sum, r, 0.00012425167869548127);
  sum = fma(sum, r, -0.0002688464467735859);
  sum = fma(sum, r, 0.0004006882818589302);
  sum = fma(sum, r, -0.00043000945159494793);
  sum = fma(sum, r, 0.0003480987471498245);
  sum = fma(sum, r, -0.00020499919349473681);
  sum = fma(sum, r, 0.00010871230018361807);
  sum = fma(sum, r, -7.185800992367848e-06);
  sum = fma(sum, r, 7.287068257137792e-05);
  sum = fma(sum, r, 0.00015250797182385684);
  sum = fma(sum, r, 0.0003837000361256815);
  sum = fma(sum, r, 0.0009886937064591983);
  sum = fma(sum, r, 0.0026854115429505864);
  sum = fma(sum, r, 0.007891816687096197);
  sum = fma(sum, r, 0.026516504295916166);
  sum = fma(sum, r, 0.11785113019774604);
  return fma(sum, r, 1.4142135623730951);
}

__device__ __forceinline__ double angle_q(double r) {
  double sum = fma(3.0658986785827735e-07, r, -2.0764150855087167e-06);
  sum = fma(sum, r, 6.765053154679045e-06);
  sum = fma(sum, r, -1.3478121029305757e-05);
  sum = fma(sum, r, 1.8519148835413642e-05);
  sum = fma(sum, r, -1.7948915243682663e-05);
  sum = fma(sum, r, 1.3534533881674908e-05);
  sum = fma(sum, r, -6.1128606173822415e-06);
  sum = fma(sum, r, 5.465788068101837e-06);
  sum = fma(sum, r, 5.83672864724229e-06);
  sum = fma(sum, r, 1.8349126840897055e-05);
  sum = fma(sum, r, 5.109425451483467e-05);
  sum = fma(sum, r, 0.0001521141993722164);
  sum = fma(sum, r, 0.0004882560753931928);
  sum = fma(sum, r, 0.00175373706836867);
  sum = fma(sum, r, 0.007576144083861955);
  sum = fma(sum, r, 0.04714045207910578);
  return fma(sum, r, 0.9428090415820634);
}

constexpr double PI = 3.14159265358979323846;

/* What both the angle and the dual need of a complement. */
template <class C>
struct Angle {
  bool obtuse;
  C r, root;

  __device__ __forceinline__ explicit Angle(C s)
      : obtuse(s > C(1)), r(fmax(fmin(s, C(2) - s), C(0))), root(sqrt(r)) {}

  /* θ in [0, π]. */
  __device__ __forceinline__ C theta() const {
    C acute = angle_a(r) * root;
    return obtuse ? C(PI) - acute : acute;
  }

  /* sin φ − φ cos φ of the acute angle φ. */
  __device__ __forceinline__ C excess() const {
    return angle_q(r) * root * r;
  }

  /* s − κ(sin θ − θ cos θ) with left = 2 − πκ and back = πκ − 1; nothing cancels beyond the right angle. */
  __device__ __forceinline__ C dual(C s, C kappa, C left, C back) const {
    C base = obtuse ? fma(r, back, left) : s;
    return fma(-kappa, excess(), base);
  }
};
