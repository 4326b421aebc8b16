package dev.lamina.analysis.regression;

import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** How likelihood, leave-one-out error and test error depend on the noise, from one spectrum. */
public final class RidgeSweep {

  private RidgeSweep() {}

  /**
   * One noise level.
   *
   * @param noise σ²
   * @param logMarginalLikelihood of all outputs together
   * @param leaveOneOut score of the leave-one-out means
   * @param leaveOneOutRmse root mean squared leave-one-out residual
   * @param leaveOneOutLogLikelihood Σ_i log p(y_i | the others), all outputs together
   * @param test score of the test means
   */
  public record Point(
      double noise,
      double logMarginalLikelihood,
      Score leaveOneOut,
      double leaveOneOutRmse,
      double leaveOneOutLogLikelihood,
      Score test) {}

  /**
   * Evaluates all noise levels.
   *
   * @param spectrum of the training samples and their targets
   * @param data the samples that the spectrum was made of, and test samples
   * @param noises each &gt; 0
   * @return one point for each noise, in their order
   */
  public static List<Point> run(KernelSpectrum spectrum, TrainTest data, double... noises) {
    List<SpectralFilter> filters = new ArrayList<>();
    for (double noise : noises) {
      filters.add(SpectralFilter.ridge(noise));
    }
    List<Point> points = new ArrayList<>();
    try (HostMatrix means = spectrum.predict(data.testX(), filters)) {
      for (int s = 0; s < noises.length; s++) {
        LeaveOneOut loo = spectrum.leaveOneOut(noises[s]);
        points.add(
            new Point(
                noises[s],
                spectrum.logMarginalLikelihood(noises[s]),
                loo.score(data.trainY()),
                loo.rmse(),
                loo.logLikelihood(),
                data.testY().score(spectrum.columns(means, s))));
      }
    }
    return points;
  }

  /**
   * {@return the noise with the largest marginal likelihood: chosen without the test set}
   *
   * @param points results of {@link #run}
   */
  public static OptionalDouble mostLikely(List<Point> points) {
    return points.stream()
        .max((a, b) -> Double.compare(a.logMarginalLikelihood(), b.logMarginalLikelihood()))
        .map(p -> OptionalDouble.of(p.noise()))
        .orElse(OptionalDouble.empty());
  }

  /**
   * {@return numbers from one bound to another, equally spaced on a logarithmic scale}
   *
   * @param from first, &gt; 0
   * @param to last, &gt; 0
   * @param count how many, ≥ 2
   */
  public static double[] logGrid(double from, double to, int count) {
    if (!(from > 0) || !(to > 0) || count < 2) {
      throw new IllegalArgumentException(
          "a logarithmic grid needs bounds > 0 and at least 2 points but has %s, %s and %d"
              .formatted(from, to, count));
    }
    double[] grid = new double[count];
    for (int i = 0; i < count; i++) {
      double t = (double) i / (count - 1);
      grid[i] = Math.exp((1 - t) * Math.log(from) + t * Math.log(to));
    }
    return grid;
  }
}
