package dev.lamina.analysis.sparsity;

import org.hipparchus.analysis.UnivariateFunction;
import org.hipparchus.analysis.solvers.BracketingNthOrderBrentSolver;

/**
 * What weight decay makes of one singular value of a linear network: the s ≥ 0 that minimises
 *
 * <pre>  a (s − y)² + λ L s^(2/L)</pre>
 *
 * L = 1 is ridge regression, L = 2 a soft threshold. From L = 3 on the power is below 1 and the
 * function has up to two local minima, s = 0 and one inside: both are compared, which makes a hard
 * threshold. Derived from the Schatten quasi-norm of arXiv 2205.15809, section 4.
 *
 * @param layers L ≥ 1
 * @param lambda λ &gt; 0
 * @param curvature a &gt; 0: 1/N for the mean squared error of N samples with X Xᵀ = I
 */
record Shrinkage(int layers, double lambda, double curvature) {
  private static final int EVALUATIONS = 200;
  private static final int ORDER = 5;

  Shrinkage {
    Checks.positive("lambda", lambda);
    if (layers < 1 || !(curvature > 0)) {
      throw new IllegalArgumentException(
          "linear network: there must be ≥ 1 layers and a curvature > 0 but they are %d and %s"
              .formatted(layers, curvature));
    }
  }

  /** Returns the value at s of what is minimised. */
  double objective(double s, double y) {
    return curvature * (s - y) * (s - y) + penalty(s);
  }

  /** Returns λ L s^(2/L). */
  double penalty(double s) {
    return lambda * layers * Math.pow(s, 2.0 / layers);
  }

  /** Returns the minimiser for y ≥ 0; 0 where both minima are equally good. */
  double apply(double y) {
    return switch (layers) {
      case 1 -> y * curvature / (curvature + lambda);
      case 2 -> Math.max(0, y - lambda / curvature);
      default -> {
        double inside = inside(y);
        yield objective(inside, y) < objective(0, y) ? inside : 0;
      }
    };
  }

  /**
   * Returns the larger root of a (s − y) + λ s^(p − 1), p = 2/L &lt; 1, or 0 if there is none. The
   * function is convex with its minimum where a = λ (1 − p) s^(p − 2): left of it the root is a
   * maximum of the objective, right of it the minimum, and at y the function is positive.
   */
  private double inside(double y) {
    double p = 2.0 / layers;
    double lowest = Math.pow(lambda * (1 - p) / curvature, 1 / (2 - p));
    UnivariateFunction slope = s -> curvature * (s - y) + lambda * Math.pow(s, p - 1);
    if (lowest >= y || slope.value(lowest) >= 0) {
      return 0;
    }
    BracketingNthOrderBrentSolver solver =
        new BracketingNthOrderBrentSolver(4e-16, 1e-300, 1e-300, ORDER);
    return solver.solve(EVALUATIONS, slope, lowest, y);
  }
}
