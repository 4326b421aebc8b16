package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations and their derivatives over short arrays, with the same bits before and after JIT
 * compilation. Arrays have {@link LayerScratch#SLACK} elements more than are asked for. Elementary
 * functions are taken of whole arrays: of one vector they would allocate.
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
   * @param spare overwritten; neither of the others
   */
  static void value(Activation activation, double[] u, double[] out, int n, double[] spare) {
    switch (activation) {
      case Activation.PiecewiseLinear p -> piecewise(p.slope(), u, out, n);
      case Activation.Smooth s -> smoothValue(s, u, out, n, spare);
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
   * @param spare overwritten; neither of the others
   */
  static void derivative(Activation activation, double[] u, double[] out, int n, double[] spare) {
    switch (activation) {
      case Activation.PiecewiseLinear p -> {
        DoubleVector left = DoubleVector.broadcast(D, p.slope());
        for (int j = 0; j < n; j += L) {
          left.blend(1.0, load(u, j).compare(VectorOperators.GT, 0.0)).intoArray(out, j);
        }
      }
      case Activation.Smooth s -> smoothDerivative(s, u, out, n, spare);
      case Activation.HardTanh _ -> {
        DoubleVector outside = DoubleVector.zero(D);
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          VectorMask<Double> inside =
              v.compare(VectorOperators.GT, -1.0).and(v.compare(VectorOperators.LE, 1.0));
          outside.blend(1.0, inside).intoArray(out, j);
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
      for (int j = 0; j < n; j += L) {
        DoubleVector v = load(u, j);
        v.mul(slope).blend(v, v.compare(VectorOperators.GT, 0.0)).intoArray(out, j);
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

  private static void smoothValue(
      Activation.Smooth s, double[] u, double[] out, int n, double[] spare) {
    switch (s) {
      case EXP -> Elementary.exp(u, 1, out, n);
      case TANH -> tanh(u, out, n, spare);
      case SIGMOID -> {
        exponential(u, -1, n, spare);
        for (int j = 0; j < n; j += L) {
          logistic(load(u, j), load(spare, j)).intoArray(out, j);
        }
      }
      case SOFTPLUS -> {
        exponential(u, -1, n, spare);
        Elementary.log1p(spare, 1, spare, n);
        for (int j = 0; j < n; j += L) {
          load(u, j).max(0.0).add(load(spare, j)).intoArray(out, j);
        }
      }
      case SILU -> {
        exponential(u, -1, n, spare);
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          v.mul(logistic(v, load(spare, j))).intoArray(out, j);
        }
      }
      case ERF, GELU, SIN, COS -> eachValue(s, u, out, n);
    }
  }

  private static void smoothDerivative(
      Activation.Smooth s, double[] u, double[] out, int n, double[] spare) {
    switch (s) {
      case EXP -> Elementary.exp(u, 1, out, n);
      case TANH -> {
        // 1 − tanh² = 4e/(1 + e)² with e = e^(−2|u|)
        exponential(u, -2, n, spare);
        for (int j = 0; j < n; j += L) {
          DoubleVector e = load(spare, j);
          DoubleVector one = e.add(1.0);
          e.mul(4.0).div(one.mul(one)).intoArray(out, j);
        }
      }
      case SIGMOID -> {
        exponential(u, -1, n, spare);
        for (int j = 0; j < n; j += L) {
          DoubleVector e = load(spare, j);
          DoubleVector one = e.add(1.0);
          e.div(one.mul(one)).intoArray(out, j);
        }
      }
      case SOFTPLUS -> smoothValue(Activation.Smooth.SIGMOID, u, out, n, spare);
      case SILU -> {
        // σ(u)(1 + u σ(−u)) with σ(−u) = 1 − σ(u) computed without cancellation
        exponential(u, -1, n, spare);
        for (int j = 0; j < n; j += L) {
          DoubleVector v = load(u, j);
          DoubleVector e = load(spare, j);
          logistic(v, e).mul(v.mul(logistic(v.neg(), e)).add(1.0)).intoArray(out, j);
        }
      }
      case ERF, GELU, SIN, COS -> eachDerivative(s, u, out, n);
    }
  }

  private static DoubleVector load(double[] u, int j) {
    return DoubleVector.fromArray(D, u, j);
  }

  /** target = e^(factor·|u|). */
  private static void exponential(double[] u, double factor, int n, double[] target) {
    for (int j = 0; j < n; j += L) {
      load(u, j).abs().intoArray(target, j);
    }
    Elementary.exp(target, factor, target, n);
  }

  /** Computes sign(u)·m/(m + 2)·(−1) with m = e^(−2|u|) − 1: to a few roundings near 0 too. */
  private static void tanh(double[] u, double[] out, int n, double[] spare) {
    for (int j = 0; j < n; j += L) {
      load(u, j).abs().intoArray(spare, j);
    }
    Elementary.expm1(spare, -2, spare, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector m = load(spare, j);
      DoubleVector size = m.neg().div(m.add(2.0));
      size.blend(size.neg(), load(u, j).compare(VectorOperators.LT, 0.0)).intoArray(out, j);
    }
  }

  /** Returns 1/(1 + e^(−u)) without overflow, from e = e^(−|u|). */
  private static DoubleVector logistic(DoubleVector u, DoubleVector e) {
    VectorMask<Double> negative = u.compare(VectorOperators.LT, 0.0);
    return DoubleVector.broadcast(D, 1.0).blend(e, negative).div(e.add(1.0));
  }
}
