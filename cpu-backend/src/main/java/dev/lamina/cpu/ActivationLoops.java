package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations and their derivatives of up to {@link LayerScratch#CHUNK} numbers u in a scratch's
 * first array, which takes the results. The second array is kept, the others are overwritten. The
 * bits are the same before and after JIT compilation, for every vector width, and wherever a number
 * stands.
 */
final class ActivationLoops {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private ActivationLoops() {}

  /**
   * Computes φ.
   *
   * @param own holds the arguments and takes the values
   * @param n how many
   */
  static void value(Activation activation, LayerScratch own, int n) {
    double[] u = own.first;
    switch (activation) {
      case Activation.PiecewiseLinear p -> piecewise(p.slope(), u, n);
      case Activation.Smooth s -> smooth(s, u, own.third, own.fourth, n);
      case Activation.Elu _ -> SmoothActivations.elu(u, own.third, n);
      case Activation.HardTanh _ -> hardTanh(u, n);
      case Activation.Sign _ -> sign(u, n);
      case Activation.Polynomial p -> polynomial(p.coefficients(), false, u, own.third, n);
      case Activation.Hermite h -> hermite(h.coefficients(), false, own, n);
    }
  }

  /**
   * Computes φ′, at the kink of a piecewise linear activation the slope of the left side.
   *
   * @param own holds the arguments and takes the derivatives
   * @param n how many
   */
  static void derivative(Activation activation, LayerScratch own, int n) {
    double[] u = own.first;
    switch (activation) {
      case Activation.PiecewiseLinear p -> piecewiseSlope(p.slope(), u, n);
      case Activation.Smooth s -> smoothSlope(s, u, own.third, own.fourth, n);
      case Activation.Elu _ -> SmoothActivations.eluSlope(u, n);
      case Activation.HardTanh _ -> hardTanhSlope(u, n);
      case Activation.Sign _ -> Arrays.fill(u, 0, n, 0);
      case Activation.Polynomial p -> polynomial(p.coefficients(), true, u, own.third, n);
      case Activation.Hermite h -> hermite(h.coefficients(), true, own, n);
    }
  }

  /**
   * Computes φ″ without the kinks, at a jump that of the left side.
   *
   * @param own holds the arguments and takes the second derivatives
   * @param n how many
   */
  static void secondDerivative(Activation activation, LayerScratch own, int n) {
    for (int j = 0; j < n; j++) {
      own.first[j] = Activation.secondDerivative(activation, own.first[j]);
    }
  }

  private static void smooth(
      Activation.Smooth s, double[] u, double[] spare, double[] other, int n) {
    switch (s) {
      case ERF -> NormalVectors.erf(u, u, spare, other, n);
      case GELU -> SmoothActivations.gelu(u, spare, other, n);
      case SIN -> Trigonometric.sin(u, u, n);
      case COS -> Trigonometric.cos(u, u, n);
      case EXP -> Elementary.exp(u, 1, u, n);
      case TANH -> SmoothActivations.tanh(u, spare, n);
      case SIGMOID -> SmoothActivations.sigmoid(u, spare, n);
      case SOFTPLUS -> SmoothActivations.softplus(u, spare, n);
      case SILU -> SmoothActivations.silu(u, spare, n);
    }
  }

  private static void smoothSlope(
      Activation.Smooth s, double[] u, double[] spare, double[] other, int n) {
    switch (s) {
      case ERF -> SmoothActivations.erfSlope(u, spare, n);
      case GELU -> SmoothActivations.geluSlope(u, spare, other, n);
      case SIN -> Trigonometric.cos(u, u, n);
      case COS -> SmoothActivations.cosSlope(u, n);
      case EXP -> Elementary.exp(u, 1, u, n);
      case TANH -> SmoothActivations.tanhSlope(u, spare, n);
      case SIGMOID -> SmoothActivations.sigmoidSlope(u, spare, n);
      case SOFTPLUS -> SmoothActivations.sigmoid(u, spare, n);
      case SILU -> SmoothActivations.siluSlope(u, spare, n);
    }
  }

  private static void piecewise(double slope, double[] u, int n) {
    if (slope == 0) {
      for (int j = 0; j < n; j++) {
        u[j] = Math.max(u[j], 0.0); // 0·(−∞) would be NaN
      }
    } else {
      for (int j = 0; j < n; j += L) {
        DoubleVector v = DoubleVector.fromArray(D, u, j);
        v.mul(slope).blend(v, v.compare(VectorOperators.GT, 0.0)).intoArray(u, j);
      }
    }
  }

  private static void piecewiseSlope(double slope, double[] u, int n) {
    DoubleVector left = DoubleVector.broadcast(D, slope);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      left.blend(1.0, v.compare(VectorOperators.GT, 0.0)).intoArray(u, j);
    }
  }

  private static void hardTanh(double[] u, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      v.blend(1.0, v.compare(VectorOperators.GT, 1.0))
          .blend(-1.0, v.compare(VectorOperators.LT, -1.0))
          .intoArray(u, j);
    }
  }

  private static void hardTanhSlope(double[] u, int n) {
    DoubleVector outside = DoubleVector.zero(D);
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      VectorMask<Double> inside =
          v.compare(VectorOperators.GT, -1.0).and(v.compare(VectorOperators.LE, 1.0));
      outside.blend(1.0, inside).intoArray(u, j);
    }
  }

  /** Zeros keep their sign, and NaN stays. */
  private static void sign(double[] u, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, u, j);
      v.blend(1.0, v.compare(VectorOperators.GT, 0.0))
          .blend(-1.0, v.compare(VectorOperators.LT, 0.0))
          .intoArray(u, j);
    }
  }

  // Term by term over the whole array, which the JIT compiler turns into vectors by itself.

  /** Σ cₖuᵏ or its derivative. */
  private static void polynomial(
      List<Double> coefficients, boolean derivative, double[] u, double[] sum, int n) {
    int lowest = derivative ? 1 : 0;
    Arrays.fill(sum, 0, n, 0);
    for (int k = coefficients.size() - 1; k >= lowest; k--) {
      double c = derivative ? k * coefficients.get(k) : coefficients.get(k);
      for (int j = 0; j < n; j++) {
        sum[j] = sum[j] * u[j] + c;
      }
    }
    System.arraycopy(sum, 0, u, 0, n);
  }

  /** Σ cₖhₖ with √k·hₖ = u hₖ₋₁ − √(k−1)·hₖ₋₂, or its derivative with hₖ′ = √k hₖ₋₁. */
  private static void hermite(
      List<Double> coefficients, boolean derivative, LayerScratch own, int n) {
    int lowest = derivative ? 1 : 0;
    double[] u = own.first;
    double[] sum = own.third;
    double[] previous = own.fourth;
    double[] h = own.fifth;
    Arrays.fill(sum, 0, n, 0);
    Arrays.fill(previous, 0, n, 0);
    Arrays.fill(h, 0, n, 1);
    for (int k = lowest; k < coefficients.size(); k++) {
      double c = coefficients.get(k) * (derivative ? Math.sqrt(k) : 1);
      double old = Math.sqrt(k - lowest);
      double next = Math.sqrt(k - lowest + 1);
      for (int j = 0; j < n; j++) {
        sum[j] += c * h[j];
        previous[j] = (u[j] * h[j] - old * previous[j]) / next;
      }
      double[] swap = previous;
      previous = h;
      h = swap;
    }
    System.arraycopy(sum, 0, u, 0, n);
  }
}
