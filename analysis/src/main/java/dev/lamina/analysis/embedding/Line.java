package dev.lamina.analysis.embedding;

/**
 * The least-squares line of a neuron's features f over its pre-activations u, from centred sums in
 * two passes.
 *
 * @param slope λ = cov(u, f)/var(u); 0 if u or f is constant
 * @param offset μ = mean f − λ mean u
 * @param pearson |ρ|; NaN if u or f is constant
 * @param residual root mean square of f − λu − μ, which is std(f) √(1 − ρ²)
 * @param worst largest |f − λu − μ|
 */
record Line(double slope, double offset, double pearson, double residual, double worst) {
  /** A variance sum below this times n is rounding: the values are constant. */
  private static final double CONSTANT = 1e-24;

  static Line of(double[] u, double[] f) {
    int n = u.length;
    double meanU = mean(u);
    double meanF = mean(f);
    double uu = 0;
    double ff = 0;
    double uf = 0;
    for (int i = 0; i < n; i++) {
      double du = u[i] - meanU;
      double df = f[i] - meanF;
      uu += du * du;
      ff += df * df;
      uf += du * df;
    }
    boolean constant = uu < CONSTANT * n || ff < CONSTANT * n;
    double slope = constant ? 0 : uf / uu;
    double squares = 0;
    double worst = 0;
    for (int i = 0; i < n; i++) {
      double left = f[i] - meanF - slope * (u[i] - meanU);
      squares += left * left;
      worst = Math.max(worst, Math.abs(left));
    }
    double pearson =
        constant ? Double.NaN : Math.min(1, Math.abs(uf) / (Math.sqrt(uu) * Math.sqrt(ff)));
    return new Line(slope, meanF - slope * meanU, pearson, Math.sqrt(squares / n), worst);
  }

  /** Whether u or f is constant on the samples, which is affine too. */
  boolean isConstant() {
    return Double.isNaN(pearson);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    double first = sum / values.length;
    double rest = 0;
    for (double v : values) {
      rest += v - first;
    }
    return first + rest / values.length;
  }
}
