package dev.lamina.analysis.regression;

import java.util.List;

/**
 * What the kernel regression section of a study found.
 *
 * @param metric {@code accuracy} or {@code rmse}: what every {@link Quality} is
 * @param trainSamples number of training samples N
 * @param testSamples number of test samples M
 * @param outputs number of classes or targets C
 * @param precision element types, in words
 * @param kernels fits of the listed kernels
 * @param depths fits of the network's kernels at several depths
 * @param spectrumSamples number of training samples of sweeps and training curves
 * @param sweeps for each kernel the fits over the noise
 * @param trainings for each tangent kernel the fits over the training time
 */
public record RegressionResult(
    String metric,
    long trainSamples,
    long testSamples,
    long outputs,
    String precision,
    List<KernelRow> kernels,
    List<DepthRow> depths,
    long spectrumSamples,
    List<NoiseCurve> sweeps,
    List<TrainingCurve> trainings) {

  /**
   * A score with its uncertainty.
   *
   * @param value share of correct classes, or root mean squared error
   * @param low lower end of the accuracy's 95 % Wilson interval; the value itself for an error
   * @param high upper end
   */
  public record Quality(double value, double low, double high) {
    static Quality of(Score score) {
      return switch (score) {
        case Score.Accuracy a -> new Quality(a.value(), a.lower(), a.upper());
        case Score.Rmse r -> new Quality(r.value(), r.value(), r.value());
      };
    }
  }

  /**
   * One kernel fitted on all training samples.
   *
   * @param kernel its text
   * @param test score on the test samples
   * @param leaveOneOut score of the leave-one-out predictions on the training samples
   * @param logMarginalLikelihood of all outputs together
   * @param jitter what was added to the diagonal beside the noise
   * @param auditError largest relative error of sampled kernel entries against float64
   * @param seconds wall time of fit and prediction
   */
  public record KernelRow(
      String kernel,
      Quality test,
      Quality leaveOneOut,
      double logMarginalLikelihood,
      double jitter,
      double auditError,
      double seconds) {}

  /**
   * One fit of the depth sweep.
   *
   * @param test score on the test samples
   * @param logMarginalLikelihood of all outputs together
   * @param jitter what was added to the diagonal beside the noise
   * @param auditError largest relative error of sampled kernel entries against float64
   */
  public record DepthFit(
      Quality test, double logMarginalLikelihood, double jitter, double auditError) {}

  /**
   * Both kernels at one depth.
   *
   * @param depth number of hidden layers
   * @param nngp fit with the NNGP kernel
   * @param ntk fit with the tangent kernel
   */
  public record DepthRow(int depth, DepthFit nngp, DepthFit ntk) {}

  /**
   * One kernel over the noise.
   *
   * @param kernel its text
   * @param rank number of eigenvalues above rounding
   * @param smallestEigenvalue as computed
   * @param largestEigenvalue as computed
   * @param rows one for each noise level, ascending
   */
  public record NoiseCurve(
      String kernel,
      int rank,
      double smallestEigenvalue,
      double largestEigenvalue,
      List<NoiseRow> rows) {}

  /**
   * One noise level.
   *
   * @param noise σ²
   * @param test score on the test samples
   * @param leaveOneOut score of the leave-one-out predictions
   * @param logMarginalLikelihood of all outputs together
   * @param leaveOneOutLogLikelihood Σ_i log p(y_i | the others), all outputs together
   */
  public record NoiseRow(
      double noise,
      Quality test,
      Quality leaveOneOut,
      double logMarginalLikelihood,
      double leaveOneOutLogLikelihood) {}

  /**
   * One tangent kernel over the training time.
   *
   * @param kernel its text
   * @param spreadSamples number of test samples of the ensemble spread
   * @param rows one for each time, ascending
   */
  public record TrainingCurve(String kernel, long spreadSamples, List<TrainingRow> rows) {}

  /**
   * One training time.
   *
   * @param time learning rate × time
   * @param train score of the ensemble mean on the training samples
   * @param test score of the ensemble mean on the test samples
   * @param spread root of the mean ensemble variance over test samples
   */
  public record TrainingRow(double time, Quality train, Quality test, double spread) {}
}
