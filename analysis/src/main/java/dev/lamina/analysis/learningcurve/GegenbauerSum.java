package dev.lamina.analysis.learningcurve;

/**
 * Eigenvalues λ_l = Σ_s b_{2s+l} w_s of a power series on the sphere, degree by degree. The weights
 * w_s = Γ(d/2)/(√π 2^l)·(2s+l)!/(2s)!·Γ(s+½)/Γ(s+l+d/2) come from
 *
 * <pre>
 *   w_0(l) = w_0(l−1)·l/(2l − 2 + d),   w_{s+1}/w_s = (2s+l+2)(2s+l+1)/(4 (s+1)(s+l+d/2)).
 * </pre>
 */
final class GegenbauerSum {
  private static final double ROUNDING = 1e-14;

  private final PowerSeries series;
  private final double half;

  /** Σ of the coefficients that the series does not have. */
  private final double beyond;

  private double first = 1;
  private int degree;

  GegenbauerSum(PowerSeries series, int dimension) {
    this.series = series;
    this.half = dimension / 2.0;
    this.beyond = series.tail(PowerSeries.COUNT - 1);
  }

  /**
   * An eigenvalue.
   *
   * @param value λ_l
   * @param error bound of its error; infinite where the series is too short to give one
   */
  record Term(double value, double error) {}

  /** Returns the eigenvalue of the next degree, from 0. */
  Term next() {
    int l = degree++;
    if (l > 0) {
      first *= l / (2 * (l - 1 + half));
    }
    if (l >= PowerSeries.COUNT) {
      return new Term(0, Double.POSITIVE_INFINITY);
    }
    double value = 0;
    double error = 0;
    double weight = first;
    double ratio = 0;
    for (int s = 0; 2 * s + l < PowerSeries.COUNT; s++) {
      value += series.coefficient(2 * s + l) * weight;
      error += series.error(2 * s + l) * weight;
      ratio = (2.0 * s + l + 2) * (2.0 * s + l + 1) / (4 * (s + 1.0) * (s + l + half));
      weight *= ratio;
    }
    // once the weights fall, they go on falling: numerator − denominator is linear in s
    double tail = beyond == 0 ? 0 : ratio <= 1 ? beyond * weight : Double.POSITIVE_INFINITY;
    return new Term(value, error + tail + ROUNDING * value);
  }
}
