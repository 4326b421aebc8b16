package dev.lamina.analysis.regression;

import dev.lamina.matrix.HostMatrix;

/**
 * What the fit without sample i predicts for sample i, for every i, without refitting.
 *
 * <p>With B = (K + σ²I)⁻¹ and α = BY the residual is y_i − μ₍₋ᵢ₎ = α_i/B_ii and the variance of a
 * noisy observation is 1/B_ii (Rasmussen and Williams 2006, (5.12)).
 */
public final class LeaveOneOut {
  private final double[][] residuals;
  private final double[] variances;

  private LeaveOneOut(double[][] residuals, double[] variances) {
    this.residuals = residuals;
    this.variances = variances;
  }

  /**
   * Applies the closed form.
   *
   * @param weights α, N×C
   * @param inverseDiagonal B_ii, N numbers &gt; 0
   */
  static LeaveOneOut of(HostMatrix weights, double[] inverseDiagonal) {
    double[][] residuals = weights.toArray();
    double[] variances = new double[inverseDiagonal.length];
    for (int i = 0; i < variances.length; i++) {
      variances[i] = 1 / inverseDiagonal[i];
      for (int c = 0; c < residuals[i].length; c++) {
        residuals[i][c] *= variances[i];
      }
    }
    return new LeaveOneOut(residuals, variances);
  }

  /** {@return the number of samples N} */
  public int samples() {
    return variances.length;
  }

  /** {@return the number of outputs C} */
  public int outputs() {
    return residuals[0].length;
  }

  /**
   * {@return target minus leave-one-out mean of an output of a sample}
   *
   * @param sample 0 … N − 1
   * @param output 0 … C − 1
   */
  public double residual(int sample, int output) {
    return residuals[sample][output];
  }

  /**
   * {@return the leave-one-out variance of a noisy observation of a sample, equal for all outputs}
   *
   * @param sample 0 … N − 1
   */
  public double variance(int sample) {
    return variances[sample];
  }

  /** {@return the root of the mean squared residual over samples and outputs} */
  public double rmse() {
    double sum = 0;
    for (double[] row : residuals) {
      sum += squaredNorm(row);
    }
    return Math.sqrt(sum / samples() / outputs());
  }

  /**
   * {@return Σ_i log p(y_i | the other samples), the logarithm of the predictive density summed
   * over samples and outputs (Rasmussen and Williams 2006, (5.11))}
   */
  public double logLikelihood() {
    double sum = 0;
    for (int i = 0; i < samples(); i++) {
      sum -= outputs() * Math.log(2 * Math.PI * variances[i]);
      sum -= squaredNorm(residuals[i]) / variances[i];
    }
    return sum / 2;
  }

  /**
   * Scores the leave-one-out means against the targets they were computed from.
   *
   * @param targets the N samples' targets
   * @return accuracy or error
   */
  public Score score(Targets targets) {
    try (HostMatrix mean = targets.toMatrix()) {
      for (int i = 0; i < samples(); i++) {
        for (int c = 0; c < outputs(); c++) {
          mean.set(i, c, mean.get(i, c) - residuals[i][c]);
        }
      }
      return targets.score(mean);
    }
  }

  private static double squaredNorm(double[] row) {
    double sum = 0;
    for (double r : row) {
      sum += r * r;
    }
    return sum;
  }
}
