package dev.lamina.analysis.propagation;

import dev.lamina.kernel.Activation;
import dev.lamina.lowering.DualActivation;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.analysis.solvers.BrentSolver;

/** Finds the variance that a layer hands on unchanged. */
final class FixedPoints {
  /** Variances searched: at the low end every activation is linear to six digits. */
  private static final double LOWEST = 1e-6;

  private static final double HIGHEST = 1e4;
  private static final int PER_DECADE = 4;
  private static final double RELATIVE_ACCURACY = 1e-15;
  private static final int MOST_EVALUATIONS = 200;

  private FixedPoints() {}

  static WideNetwork edgeOfChaos(Activation activation, double biasVariance) {
    requireBias(biasVariance);
    if (activation instanceof Activation.PiecewiseLinear(double slope)) {
      if (biasVariance > 0) {
        throw none(activation, biasVariance, "with bias the variance grows without bound");
      }
      return new WideNetwork(activation, 2 / (1 + slope * slope), 0, false, 1);
    }
    if (biasVariance == 0) {
      throw none(activation, 0, "without bias it is where the variance vanishes");
    }
    // weightVariance = 1/E[φ′²] leaves q = biasVariance + E[φ²]/E[φ′²]
    double q =
        firstRise(
                v -> {
                  DualActivation dual = DualActivation.of(activation, v);
                  return v - dual.secondMoment() / dual.derivativeSecondMoment() - biasVariance;
                })
            .orElseThrow(
                () -> none(activation, biasVariance, "no variance up to 10⁴ solves its equations"));
    double w = 1 / DualActivation.of(activation, q).derivativeSecondMoment();
    return new WideNetwork(activation, w, biasVariance, false, q);
  }

  /** Returns whether w times the rise of E[φ²] with the variance is at most 1, by differences. */
  static boolean isStable(WideNetwork network) {
    Activation activation = network.activation();
    double q = network.variance();
    double h = 1e-4;
    double rise =
        DualActivation.of(activation, q * (1 + h)).secondMoment()
            - DualActivation.of(activation, q * (1 - h)).secondMoment();
    // A kinked activation at its edge has slope 1 exactly; differences err by about 1e-12.
    return network.weightVariance() * Math.abs(rise) / (2 * h * q) <= 1 + 1e-9;
  }

  static double variance(Activation activation, double weightVariance, double biasVariance) {
    requireBias(biasVariance);
    if (activation instanceof Activation.PiecewiseLinear(double slope)) {
      double share = weightVariance * (1 + slope * slope) / 2;
      if (biasVariance == 0) {
        return 1; // correlations do not depend on it
      }
      if (share >= 1) {
        throw noFixedPoint(activation, weightVariance, biasVariance, "grows without bound");
      }
      return biasVariance / (1 - share);
    }
    DoubleUnaryOperator loss =
        q -> q - biasVariance - weightVariance * DualActivation.of(activation, q).secondMoment();
    if (biasVariance == 0 && loss.applyAsDouble(LOWEST) >= 0) {
      throw noFixedPoint(activation, weightVariance, biasVariance, "dies out");
    }
    return firstRise(loss)
        .orElseThrow(
            () -> noFixedPoint(activation, weightVariance, biasVariance, "grows beyond 10⁴"));
  }

  /** Returns the first zero at which a function of the variance goes from negative to positive. */
  private static OptionalDouble firstRise(DoubleUnaryOperator f) {
    double low = LOWEST;
    boolean below = f.applyAsDouble(low) < 0;
    for (int i = 1; low < HIGHEST; i++) {
      double high = LOWEST * Math.pow(10, (double) i / PER_DECADE);
      double value;
      try {
        value = f.applyAsDouble(high);
      } catch (IllegalArgumentException e) {
        // The variance is beyond what the activation's Hermite series can do: not found.
        return OptionalDouble.empty();
      }
      if (below && value >= 0) {
        return OptionalDouble.of(
            new BrentSolver(RELATIVE_ACCURACY, Double.MIN_NORMAL)
                .solve(MOST_EVALUATIONS, f::applyAsDouble, low, high));
      }
      below = value < 0;
      low = high;
    }
    return OptionalDouble.empty();
  }

  private static void requireBias(double biasVariance) {
    if (!(biasVariance >= 0 && biasVariance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "biasVariance must be finite and not negative but is " + biasVariance);
    }
  }

  private static IllegalArgumentException none(Activation activation, double b, String why) {
    return new IllegalArgumentException(
        "%s has no edge of chaos at bias variance %s: %s; give a weight variance"
            .formatted(activation, b, why));
  }

  private static IllegalArgumentException noFixedPoint(
      Activation activation, double w, double b, String what) {
    return new IllegalArgumentException(
        "%s at weight variance %s and bias variance %s: the variance %s, so there is no fixed point; give the variance of the first layer"
            .formatted(activation, w, b, what));
  }
}
