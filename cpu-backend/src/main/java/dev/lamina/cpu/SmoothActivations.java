package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Smooth activations and their derivatives of the first n elements of u, written to u. Each loop is
 * a method of its own and contains nothing but Vector API calls: otherwise, depending on what the
 * JIT compiler looks at first, some vectors would be objects on the heap.
 *
 * <p>Largest errors over the whole range, subnormal results included, in units in the last place
 * for values and derivatives: erf 0.9 and 1.7, gelu 5.1 and 9, sin and cos 1.3, tanh 2.3 and 3.2,
 * sigmoid 1.7 and 3.0, softplus 1.2 and 1.7, silu 2.0 and 3.3. Near the zeros of the derivatives of
 * gelu and silu the unit is that of their first term.
 */
final class SmoothActivations {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();
  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
  private static final double ONE_OVER_SQRT_2PI = 0.3989422804014327;

  /** Beyond, gelu(u) is u. */
  private static final double LARGEST = 39.0;

  private SmoothActivations() {}

  /** e^(factor·|u|). */
  private static void exponential(double[] u, double factor, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, u, j).abs().intoArray(target, j);
    }
    Elementary.exp(target, factor, target, n);
  }

  /** 2/√π·e^(−u²). */
  static void erfSlope(double[] u, double[] spare, int n) {
    NormalVectors.gaussian(u, 1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, spare, j).mul(TWO_OVER_SQRT_PI).intoArray(u, j);
    }
  }

  /** u Φ(u) as max(u, 0) − e^(−u²/2)·|u|R(|u|), with the R of {@link NormalVectors}. */
  static void gelu(double[] u, double[] spare, double[] other, int n) {
    NormalVectors.gaussian(u, 0.5, spare, n);
    NormalVectors.ratio(u, 1, other, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      DoubleVector below = DoubleVector.fromArray(D, other, j).mul(v.abs());
      DoubleVector ramp = v.blend(v.mul(0.0), v.compare(VectorOperators.LT, 0.0));
      below
          .neg()
          .fma(DoubleVector.fromArray(D, spare, j), ramp)
          .blend(v, v.compare(VectorOperators.GT, LARGEST)) // the product may be ∞·0
          .intoArray(u, j);
    }
  }

  /** Φ(u) + u e^(−u²/2)/√(2π): t = e^(−u²/2)·(R(|u|) − |u|/√(2π)) for u ≤ 0, else 1 − t. */
  static void geluSlope(double[] u, double[] spare, double[] other, int n) {
    NormalVectors.gaussian(u, 0.5, spare, n);
    NormalVectors.ratio(u, 1, other, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      DoubleVector t =
          v.abs()
              .mul(-ONE_OVER_SQRT_2PI)
              .add(DoubleVector.fromArray(D, other, j))
              .mul(DoubleVector.fromArray(D, spare, j));
      t.blend(t.neg().add(1.0), v.compare(VectorOperators.GT, 0.0)).intoArray(u, j);
    }
  }

  /** −sin u. */
  static void cosSlope(double[] u, int n) {
    Trigonometric.sin(u, u, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, u, j).neg().intoArray(u, j);
    }
  }

  /** Computes sign(u)·m/(m + 2)·(−1) with m = e^(−2|u|) − 1: to a few roundings near 0 too. */
  static void tanh(double[] u, double[] spare, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, u, j).abs().intoArray(spare, j);
    }
    Elementary.expm1(spare, -2, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector m = DoubleVector.fromArray(D, spare, j);
      DoubleVector size = m.neg().div(m.add(2.0));
      LongVector sign = DoubleVector.fromArray(D, u, j).reinterpretAsLongs().and(Long.MIN_VALUE);
      size.reinterpretAsLongs().or(sign).reinterpretAsDoubles().intoArray(u, j);
    }
  }

  /** 1 − tanh² u = 4e/(1 + e)² with e = e^(−2|u|). */
  static void tanhSlope(double[] u, double[] spare, int n) {
    exponential(u, -2, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector e = DoubleVector.fromArray(D, spare, j);
      DoubleVector one = e.add(1.0);
      e.mul(4.0).div(one.mul(one)).intoArray(u, j);
    }
  }

  /** σ(u) = 1/(1 + e^(−u)) without overflow, from e = e^(−|u|). */
  static void sigmoid(double[] u, double[] spare, int n) {
    exponential(u, -1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector e = DoubleVector.fromArray(D, spare, j);
      VectorMask<Double> negative =
          DoubleVector.fromArray(D, u, j).compare(VectorOperators.LT, 0.0);
      DoubleVector.broadcast(D, 1.0).blend(e, negative).div(e.add(1.0)).intoArray(u, j);
    }
  }

  /** σ(u)σ(−u). */
  static void sigmoidSlope(double[] u, double[] spare, int n) {
    exponential(u, -1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector e = DoubleVector.fromArray(D, spare, j);
      DoubleVector one = e.add(1.0);
      e.div(one.mul(one)).intoArray(u, j);
    }
  }

  /** max(u, 0) + log(1 + e^(−|u|)). */
  static void softplus(double[] u, double[] spare, int n) {
    exponential(u, -1, spare, n);
    Elementary.log1p(spare, 1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      v.blend(0.0, v.compare(VectorOperators.LE, 0.0))
          .add(DoubleVector.fromArray(D, spare, j))
          .intoArray(u, j);
    }
  }

  /** u σ(u). */
  static void silu(double[] u, double[] spare, int n) {
    exponential(u, -1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      DoubleVector e = DoubleVector.fromArray(D, spare, j);
      DoubleVector.broadcast(D, 1.0)
          .blend(e, v.compare(VectorOperators.LT, 0.0))
          .div(e.add(1.0))
          .mul(v)
          .intoArray(u, j);
    }
  }

  /** σ(u)(1 + u σ(−u)) with σ(−u) = 1 − σ(u) computed without cancellation. */
  static void siluSlope(double[] u, double[] spare, int n) {
    exponential(u, -1, spare, n);
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      DoubleVector e = DoubleVector.fromArray(D, spare, j);
      VectorMask<Double> negative = v.compare(VectorOperators.LT, 0.0);
      DoubleVector sum = e.add(1.0);
      DoubleVector left = e.blend(one, negative).div(sum);
      one.blend(e, negative).div(sum).mul(v.mul(left).add(1.0)).intoArray(u, j);
    }
  }

  /** u for u &gt; 0, else e^u − 1. */
  static void elu(double[] u, double[] spare, int n) {
    Elementary.expm1(u, 1, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      DoubleVector.fromArray(D, spare, j)
          .blend(v, v.compare(VectorOperators.GT, 0.0))
          .intoArray(u, j);
    }
  }

  /** 1 for u &gt; 0, else e^u. */
  static void eluSlope(double[] u, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      v.blend(0.0, v.compare(VectorOperators.GT, 0.0)).intoArray(u, j);
    }
    Elementary.exp(u, 1, u, n);
  }
}
