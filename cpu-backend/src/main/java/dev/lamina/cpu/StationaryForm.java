package dev.lamina.cpu;

import dev.lamina.kernel.Kernel;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.hipparchus.special.Gamma;

/**
 * A stationary kernel as a function of the squared distance D.
 *
 * @param shape which function
 * @param scale factor of D (gaussian, rational quadratic) or of √D (Matérn)
 * @param parameter α of the rational quadratic, ν of the Matérn kernel
 */
record StationaryForm(Shape shape, double scale, double parameter) {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Step of the trapezoidal rule for the Bessel function; its error is exp(−π²/step). */
  private static final double STEP = 0.2;

  enum Shape {
    /** exp(−scale·D). */
    GAUSSIAN,
    /** exp(−a)·(1 + c₁a + c₂a² + c₃a³) with a = scale·√D; Rasmussen and Williams 2006, (4.16). */
    MATERN_HALF_INTEGER,
    /** exp(−α log(1 + scale·D)). */
    RATIONAL_QUADRATIC,
    /** 2^(1−ν)/Γ(ν)·aᵛ K_ν(a) with a = scale·√D. */
    MATERN_GENERAL
  }

  static StationaryForm of(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Gaussian k ->
          new StationaryForm(Shape.GAUSSIAN, 0.5 / (k.lengthScale() * k.lengthScale()), 0);
      case Kernel.Laplace k ->
          new StationaryForm(Shape.MATERN_HALF_INTEGER, 1 / k.lengthScale(), 0.5);
      case Kernel.Matern k ->
          new StationaryForm(
              k.nu() == 0.5 || k.nu() == 1.5 || k.nu() == 2.5 || k.nu() == 3.5
                  ? Shape.MATERN_HALF_INTEGER
                  : Shape.MATERN_GENERAL,
              Math.sqrt(2 * k.nu()) / k.lengthScale(),
              k.nu());
      case Kernel.RationalQuadratic k ->
          new StationaryForm(
              Shape.RATIONAL_QUADRATIC,
              0.5 / (k.alpha() * k.lengthScale() * k.lengthScale()),
              k.alpha());
      default -> throw new IllegalStateException(kernel + " is not stationary");
    };
  }

  /** Returns whether there is a vector form; the others go entry by entry in float64. */
  boolean vectorised() {
    return shape != Shape.MATERN_GENERAL;
  }

  /** c₁, c₂, c₃ of the half-integer Matérn kernels. */
  private double[] polynomial() {
    if (parameter == 0.5) {
      return new double[] {0, 0, 0};
    }
    if (parameter == 1.5) {
      return new double[] {1, 0, 0};
    }
    return parameter == 2.5 ? new double[] {1, 1.0 / 3, 0} : new double[] {1, 0.4, 1.0 / 15};
  }

  /**
   * Applies the function to n squared distances; vectors may run over the end.
   *
   * @param source squared distances
   * @param target overwritten with the values; may be the source
   * @param scratch overwritten; another array than both
   */
  void apply(float[] source, float[] target, float[] scratch, int n) {
    switch (shape) {
      case GAUSSIAN -> Elementary.exp(source, (float) -scale, target, n);
      case MATERN_HALF_INTEGER -> {
        scaledRoot(source, target, n, (float) scale);
        Elementary.exp(target, -1, scratch, n);
        polynomial(target, scratch, n, polynomial());
      }
      case RATIONAL_QUADRATIC -> {
        Elementary.log1p(source, (float) scale, target, n);
        Elementary.exp(target, (float) -parameter, target, n);
      }
      case MATERN_GENERAL -> throw new IllegalStateException("runs in float64 only");
    }
  }

  private static void scaledRoot(float[] source, float[] target, int n, float scale) {
    for (int j = 0; j < n; j += F.length()) {
      FloatVector.fromArray(F, source, j)
          .lanewise(VectorOperators.SQRT)
          .mul(scale)
          .intoArray(target, j);
    }
  }

  /** values ← factors·(1 + c₁·values + c₂·values² + c₃·values³). */
  private static void polynomial(float[] values, float[] factors, int n, double[] c) {
    float c1 = (float) c[0];
    float c2 = (float) c[1];
    float c3 = (float) c[2];
    for (int j = 0; j < n; j += F.length()) {
      FloatVector a = FloatVector.fromArray(F, values, j);
      FloatVector p = a.mul(c3).add(c2).mul(a).add(c1).mul(a).add(1f);
      p.mul(FloatVector.fromArray(F, factors, j)).intoArray(values, j);
    }
  }

  /** The same in float64. */
  void apply(double[] source, double[] target, double[] scratch, int n) {
    switch (shape) {
      case GAUSSIAN -> Elementary.exp(source, -scale, target, n);
      case MATERN_HALF_INTEGER -> {
        scaledRoot(source, target, n, scale);
        Elementary.exp(target, -1, scratch, n);
        polynomial(target, scratch, n, polynomial());
      }
      case RATIONAL_QUADRATIC -> {
        Elementary.log1p(source, scale, target, n);
        Elementary.exp(target, -parameter, target, n);
      }
      case MATERN_GENERAL -> {
        double logFactor = (1 - parameter) * Math.log(2) - Gamma.logGamma(parameter);
        for (int j = 0; j < n; j++) {
          target[j] = general(scale * Math.sqrt(source[j]), parameter, logFactor);
        }
      }
    }
  }

  private static void scaledRoot(double[] source, double[] target, int n, double scale) {
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector.fromArray(D, source, j)
          .lanewise(VectorOperators.SQRT)
          .mul(scale)
          .intoArray(target, j);
    }
  }

  private static void polynomial(double[] values, double[] factors, int n, double[] c) {
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector a = DoubleVector.fromArray(D, values, j);
      DoubleVector p = a.mul(c[2]).add(c[1]).mul(a).add(c[0]).mul(a).add(1.0);
      p.mul(DoubleVector.fromArray(D, factors, j)).intoArray(values, j);
    }
  }

  /**
   * 2^(1−ν)/Γ(ν)·aᵛ K_ν(a) by the trapezoidal rule on K_ν(a) = ∫₀^∞ exp(−a cosh t) cosh(νt) dt
   * (Abramowitz and Stegun 9.6.24), which converges exponentially; everything inside one
   * exponential so that nothing overflows.
   */
  private static double general(double a, double nu, double logFactor) {
    if (a == 0) {
      return 1;
    }
    double shift = logFactor + nu * Math.log(a);
    double sum = 0.5 * Math.exp(shift - a);
    for (double t = STEP; ; t += STEP) {
      double exponent = shift - a * Math.cosh(t) + nu * t;
      double term = 0.5 * Math.exp(exponent) * (1 + Math.exp(-2 * nu * t));
      sum += term;
      // Past the maximum, where a sinh t > ν, the terms fall faster than any power.
      if (a * Math.sinh(t) > nu && term < 1e-18 * sum) {
        return Math.min(1, sum * STEP);
      }
      if (a * Math.sinh(t) > nu && sum == 0 && exponent < -745) {
        return 0;
      }
    }
  }
}
