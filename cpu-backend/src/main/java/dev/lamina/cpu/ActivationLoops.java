package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations and their derivatives over short arrays, with the same bits before and after JIT
 * compilation. Arrays have {@link LayerScratch#SLACK} elements more than are asked for.
 */
final class ActivationLoops {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private ActivationLoops() {}

  /**
   * Computes φ.
   *
   * @param u arguments
   * @param out takes the values; may be {@code u}
   * @param n how many
   */
  static void value(Activation activation, double[] u, double[] out, int n) {
    switch (activation) {
      case Activation.PiecewiseLinear p -> piecewise(p.slope(), u, out, n);
      case Activation.Smooth s -> smoothValue(s, u, out, n);
      case Activation.Elu _,
          Activation.HardTanh _,
          Activation.Sign _,
          Activation.Polynomial _,
          Activation.Hermite _ ->
          eachValue(activation, u, out, n);
    }
  }

  /**
   * Computes φ′, at the kink of a piecewise linear activation the slope of the left side.
   *
   * @param u arguments
   * @param out takes the derivatives; may be {@code u}
   * @param n how many
   */
  static void derivative(Activation activation, double[] u, double[] out, int n) {
    switch (activation) {
      case Activation.PiecewiseLinear p -> {
        double slope = p.slope();
        for (int j = 0; j < n; j++) {
          out[j] = u[j] > 0 ? 1 : slope;
        }
      }
      case Activation.Smooth s -> smoothDerivative(s, u, out, n);
      case Activation.HardTanh _ -> {
        for (int j = 0; j < n; j++) {
          out[j] = u[j] > -1 && u[j] <= 1 ? 1 : 0;
        }
      }
      case Activation.Elu _, Activation.Sign _, Activation.Polynomial _, Activation.Hermite _ ->
          eachDerivative(activation, u, out, n);
    }
  }

  /**
   * Computes φ″ without the kinks, at a jump that of the left side.
   *
   * @param u arguments
   * @param out takes the second derivatives; may be {@code u}
   * @param n how many
   */
  static void secondDerivative(Activation activation, double[] u, double[] out, int n) {
    for (int j = 0; j < n; j++) {
      out[j] = Activation.secondDerivative(activation, u[j]);
    }
  }

  private static void piecewise(double slope, double[] u, double[] out, int n) {
    if (slope == 0) {
      for (int j = 0; j < n; j++) {
        out[j] = Math.max(u[j], 0.0); // 0·(−∞) would be NaN
      }
    } else {
      for (int j = 0; j < n; j++) {
        out[j] = u[j] > 0 ? u[j] : slope * u[j];
      }
    }
  }

  private static void eachValue(Activation activation, double[] u, double[] out, int n) {
    for (int j = 0; j < n; j++) {
      out[j] = activation.value(u[j]);
    }
  }

  private static void eachDerivative(Activation activation, double[] u, double[] out, int n) {
    for (int j = 0; j < n; j++) {
      out[j] = activation.derivative(u[j]);
    }
  }

  private static void smoothValue(Activation.Smooth s, double[] u, double[] out, int n) {
    switch (s) {
      case EXP -> {
        for (int j = 0; j < n; j += L) {
          Elementary.exp(load(u, j)).intoArray(out, j);
        }
      }
      case TANH -> {
        for (int j = 0; j < n; j += L) {
          tanh(load(u, j)).intoArray(out, j);
        }
      }
      case SIGMOID -> {
        for (int j = 0; j < n; j += L) {
          logistic(load(u, j)).intoArray(out, j);
        }
      }
      case SOFTPLUS -> {
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          DoubleVector tail = Elementary.log1p(Elementary.exp(v.abs().neg()));
          v.max(0.0).add(tail).intoArray(out, j);
        }
      }
      case SILU -> {
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          v.mul(logistic(v)).intoArray(out, j);
        }
      }
      case ERF, GELU, SIN, COS -> eachValue(s, u, out, n);
    }
  }

  private static void smoothDerivative(Activation.Smooth s, double[] u, double[] out, int n) {
    switch (s) {
      case EXP -> smoothValue(s, u, out, n);
      case TANH -> {
        // 1 − tanh² = 4e/(1 + e)² with e = e^(−2|u|)
        for (int j = 0; j < n; j += L) {
          DoubleVector e = Elementary.exp(load(u, j).abs().mul(-2.0));
          DoubleVector one = e.add(1.0);
          e.mul(4.0).div(one.mul(one)).intoArray(out, j);
        }
      }
      case SIGMOID -> {
        for (int j = 0; j < n; j += L) {
          DoubleVector e = Elementary.exp(load(u, j).abs().neg());
          DoubleVector one = e.add(1.0);
          e.div(one.mul(one)).intoArray(out, j);
        }
      }
      case SOFTPLUS -> smoothValue(Activation.Smooth.SIGMOID, u, out, n);
      case SILU -> {
        // σ(u)(1 + u σ(−u)) with σ(−u) = 1 − σ(u) computed without cancellation
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          logistic(v).mul(v.mul(logistic(v.neg())).add(1.0)).intoArray(out, j);
        }
      }
      case ERF, GELU, SIN, COS -> eachDerivative(s, u, out, n);
    }
  }

  private static DoubleVector load(double[] u, int j) {
    return DoubleVector.fromArray(D, u, j);
  }

  /** Returns sign(u)·m/(m − 2)·(−1) with m = e^(−2|u|) − 1: exact to a few roundings near 0 too. */
  private static DoubleVector tanh(DoubleVector u) {
    DoubleVector m = Elementary.expm1(u.abs().mul(-2.0));
    DoubleVector size = m.neg().div(m.add(2.0));
    return size.blend(size.neg(), u.compare(VectorOperators.LT, 0.0));
  }

  /** Returns 1/(1 + e^(−u)) without overflow. */
  private static DoubleVector logistic(DoubleVector u) {
    DoubleVector e = Elementary.exp(u.abs().neg());
    VectorMask<Double> negative = u.compare(VectorOperators.LT, 0.0);
    return DoubleVector.broadcast(D, 1.0).blend(e, negative).div(e.add(1.0));
  }
}
