package dev.lamina.analysis.learningcurve;

import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * Eigenvalues of a kernel on a sphere by the integral of Funk and Hecke,
 *
 * <pre>  λ_l = ∫₀^π K(cos θ) P_l(cos θ) sin^{d−2}θ dθ / ∫₀^π sin^{d−2}θ dθ,</pre>
 *
 * P_l the Gegenbauer polynomial with P_l(1) = 1. In the angle even kernels with a kink at t = 1 are
 * smooth, so that Gauss–Legendre panels are exact to rounding; the error is therefore absolute, a
 * few roundings of K(1), and small eigenvalues are lost in it.
 */
final class FunkHecke {
  /** Largest degree whose oscillations the panels resolve. */
  static final int HIGHEST = 3000;

  private static final int PANELS = 128;
  private static final int ORDER = 64;

  private final int dimension;
  private final double[] cosines = new double[PANELS * ORDER];

  /** Kernel times measure. */
  private final double[] values = new double[PANELS * ORDER];

  private final double[] before = new double[PANELS * ORDER];
  private final double[] current = new double[PANELS * ORDER];
  private int degree;

  FunkHecke(ZonalKernel kernel, int dimension) {
    this.dimension = dimension;
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(ORDER);
    double width = Math.PI / PANELS;
    double total = 0;
    for (int i = 0; i < values.length; i++) {
      int panel = i / ORDER;
      int node = i % ORDER;
      double angle = width * (panel + (1 + rule.getPoint(node)) / 2);
      double measure = rule.getWeight(node) * Math.exp((dimension - 2) * Math.log(Math.sin(angle)));
      total += measure;
      double half = Math.sin(angle / 2);
      cosines[i] = Math.cos(angle);
      values[i] = measure * kernel.atComplement(2 * half * half);
      current[i] = 1;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= total;
    }
  }

  /** Returns the eigenvalue of the next degree, from 0. */
  double next() {
    double sum = 0;
    double compensation = 0;
    for (int i = 0; i < values.length; i++) {
      double term = values[i] * current[i] - compensation;
      double next = sum + term;
      compensation = next - sum - term;
      sum = next;
    }
    // (l + d − 2) P_{l+1} = (2l + d − 2) t P_l − l P_{l−1}; for d = 2, l = 0 it is P₁ = t
    double l = degree;
    double a = degree == 0 ? 1 : (2 * l + dimension - 2) / (l + dimension - 2);
    double b = degree == 0 ? 0 : l / (l + dimension - 2);
    for (int i = 0; i < values.length; i++) {
      double above = a * cosines[i] * current[i] - b * before[i];
      before[i] = current[i];
      current[i] = above;
    }
    degree++;
    return sum;
  }
}
