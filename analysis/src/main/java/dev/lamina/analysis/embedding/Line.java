package dev.lamina.analysis.embedding;

/**
 * The least-squares line of a neuron's features f over its pre-activations u, from centred sums in
 * two passes, of numbers scaled so that squares neither overflow nor vanish.
 *
 * @param slope λ = cov(u, f)/var(u); 0 if u or f is constant
 * @param offset μ = mean f − λ mean u
 * @param pearson |ρ|; NaN if u or f is constant
 * @param residual root mean square of f − λu − μ, which is std(f) √(1 − ρ²)
 * @param worst largest |f − λu − μ|
 */
record Line(double slope, double offset, double pearson, double residual, double worst) {
  /**
   * Pre-activations are constant if their standard deviation is at most this share of the largest
   * of them, features if theirs is at most this share of the largest of both.
   */
  private static final double CONSTANT = 1e-12;

  /** Makes NaN of numbers that are not finite. */
  static Line of(double[] u, double[] f) {
    int n = u.length;
    int exponentU = exponent(u);
    int exponentF = exponent(f);
    double[] centredU = scaled(u, -exponentU);
    double[] centredF = scaled(f, -exponentF);
    double leastU = CONSTANT * largest(centredU);
    double leastF =
        CONSTANT
            * Math.max(largest(centredF), Math.scalb(largest(centredU), exponentU - exponentF));
    double meanU = centre(centredU);
    double meanF = centre(centredF);
    double uu = 0;
    double ff = 0;
    double uf = 0;
    for (int i = 0; i < n; i++) {
      uu += centredU[i] * centredU[i];
      ff += centredF[i] * centredF[i];
      uf += centredU[i] * centredF[i];
    }
    boolean constant = Math.sqrt(uu / n) <= leastU || Math.sqrt(ff / n) <= leastF;
    double slope = constant ? 0 : uf / uu;
    double squares = 0;
    double worst = 0;
    for (int i = 0; i < n; i++) {
      double left = centredF[i] - slope * centredU[i];
      squares += left * left;
      worst = Math.max(worst, Math.abs(left));
    }
    double pearson =
        constant ? Double.NaN : Math.min(1, Math.abs(uf) / (Math.sqrt(uu) * Math.sqrt(ff)));
    return new Line(
        Math.scalb(slope, exponentF - exponentU),
        Math.scalb(meanF - slope * meanU, exponentF),
        pearson,
        Math.scalb(Math.sqrt(squares / n), exponentF),
        Math.scalb(worst, exponentF));
  }

  /** Whether u or f is constant on the samples, which is affine too. */
  boolean isConstant() {
    return Double.isNaN(pearson);
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double v : values) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  /** Returns e with 2^e ≤ largest size < 2^(e + 1), so that scaling by 2^−e is exact. */
  private static int exponent(double[] values) {
    return Math.getExponent(largest(values));
  }

  private static double[] scaled(double[] values, int exponent) {
    double[] scaled = new double[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = Math.scalb(values[i], exponent);
    }
    return scaled;
  }

  /** Takes the mean off and returns it. */
  private static double centre(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    double first = sum / values.length;
    double rest = 0;
    for (double v : values) {
      rest += v - first;
    }
    double mean = first + rest / values.length;
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean;
    }
    return mean;
  }
}
