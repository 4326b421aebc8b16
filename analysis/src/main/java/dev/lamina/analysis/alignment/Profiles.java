package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.AlignmentStudyResult.Depth;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/** Means over runs; NaN is left out. */
final class Profiles {
  private Profiles() {}

  /**
   * A mean with its scatter.
   *
   * @param mean NaN if there are no numbers
   * @param deviation standard deviation over the runs; 0 for a single one
   */
  record Mean(double mean, double deviation) {
    double low() {
      return mean - deviation;
    }

    double high() {
      return mean + deviation;
    }
  }

  /** Returns the mean of a number over runs. */
  static Mean mean(List<Run> runs, ToDoubleFunction<Run> value) {
    StreamingStatistics statistics = new StreamingStatistics();
    for (Run run : runs) {
      double v = value.applyAsDouble(run);
      if (!Double.isNaN(v)) {
        statistics.addValue(v);
      }
    }
    long n = statistics.getN();
    return new Mean(
        n == 0 ? Double.NaN : statistics.getMean(), n < 2 ? 0 : statistics.getStandardDeviation());
  }

  /** Returns the means of a profile, layer by layer. */
  static List<Mean> means(List<Run> runs, Function<Run, List<Double>> profile) {
    List<Mean> means = new ArrayList<>();
    int layers = runs.isEmpty() ? 0 : profile.apply(runs.getFirst()).size();
    for (int l = 0; l < layers; l++) {
      int layer = l;
      means.add(mean(runs, run -> profile.apply(run).get(layer)));
    }
    return means;
  }

  /** Returns the peak of the mean profile, and the scatter of the runs' own peaks. */
  static Mean peak(Depth depth) {
    List<Double> means =
        means(depth.finished(), run -> run.trained().alignments()).stream()
            .map(Mean::mean)
            .toList();
    double identity = depth.runs().getFirst().trained().levels().identity();
    Mean scatter = mean(depth.finished(), run -> run.trained().peak().interpolated());
    return new Mean(Peak.of(means, identity).interpolated(), scatter.deviation());
  }

  /** Returns the largest alignment of a layer. */
  static Mean largest(Depth depth) {
    return mean(
        depth.finished(),
        run ->
            run.trained().alignments().stream()
                .mapToDouble(Double::doubleValue)
                .filter(a -> !Double.isNaN(a))
                .max()
                .orElse(Double.NaN));
  }
}
