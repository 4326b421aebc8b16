package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Shows a sweep over ridges in both precisions. */
final class RidgeView {
  private final LearningCurveConfig.Ridges config;
  private final List<PrecisionPoint> points;
  private final long seed;

  RidgeView(LearningCurveConfig.Ridges config, List<PrecisionPoint> points, long seed) {
    this.config = config;
    this.points = points;
    this.seed = seed;
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    if (config.values().stream().anyMatch(ridge -> ridge > 0)) {
      config.samples().forEach(n -> blocks.add(plot(n)));
    }
    blocks.add(table());
    return blocks;
  }

  /** Returns the points of a size and element type with a ridge above 0. */
  private List<PrecisionPoint> of(int samples, DType dtype) {
    return points.stream()
        .filter(p -> p.samples() == samples && p.dtype() == dtype && p.ridge() > 0)
        .toList();
  }

  private Plot plot(int samples) {
    List<PrecisionPoint> exact = of(samples, DType.FLOAT64);
    SphereSimulation.Settings s = config.regression();
    return new Plot(
        "ridges-" + samples,
        "Error against the ridge, N = " + samples,
        "Too little ridge learns the noise of the labels, too much forgets the target. Rounding the"
            + " entries of the kernel matrix to float32 does damage where the ridge does not cover"
            + " what rounding adds; a ridge of 0 is in the table alone.",
        String.format(
            Locale.ROOT,
            "Line: self-consistent form, derived; exact arithmetic. Points: %s on the sphere of"
                + " radius %.4g in %d dimensions, target %s, label noise %s; %d draws, %d targets"
                + " each, seed %d; only entries are rounded, systems are solved in float64.",
            s.kernel(),
            s.sphere().radius(),
            s.sphere().dimension(),
            s.target(),
            s.labelNoise(),
            s.draws(),
            s.targets(),
            seed),
        Axis.logarithmic("ridge", ""),
        Axis.logarithmic("mean squared error", ""),
        List.of(
            new Series.Line(
                LearningCurvePlots.SELF,
                LearningCurvePlots.SELF,
                exact.stream().map(PrecisionPoint::ridge).toList(),
                exact.stream().map(PrecisionPoint::theory).toList()),
            measured("float64", exact),
            measured("float32", of(samples, DType.FLOAT32))));
  }

  private Series measured(String name, List<PrecisionPoint> list) {
    int draws = config.regression().draws();
    return new Series.Points(
        name + "; bars: 95 % interval of the mean",
        name,
        list.stream().map(PrecisionPoint::ridge).toList(),
        list.stream().map(p -> p.mse().mean()).toList(),
        list.stream().map(p -> low(p.mse(), draws)).toList(),
        list.stream().map(p -> p.mse().mean() + p.mse().interval(draws)).toList());
  }

  /** Returns the lower end of an interval, cut where a logarithmic axis would never end. */
  private static double low(Mean mean, int draws) {
    return Math.max(mean.mean() - mean.interval(draws), mean.mean() / 100);
  }

  private Table table() {
    List<List<Object>> rows = new ArrayList<>();
    for (PrecisionPoint p : points) {
      double interval = p.mse().interval(config.regression().draws());
      rows.add(
          Arrays.asList(
              p.samples(),
              p.dtype().name().toLowerCase(Locale.ROOT),
              p.ridge(),
              p.mse().mean(),
              Double.isNaN(interval) ? null : interval,
              p.theory(),
              p.smallest(),
              p.positiveDefinite()));
    }
    return new Table(
        "ridges-numbers",
        "Ridges in numbers",
        "Mean squared error against the noise-free target. Smallest is the smallest eigenvalue of"
            + " the kernel matrices without ridge, negative by rounding alone; a Cholesky factor"
            + " exists if all matrices with the ridge are positive definite.",
        List.of(
            Column.of("N"),
            Column.of("entries"),
            Column.of("ridge").digits(3),
            Column.of("error").digits(3),
            Column.of("± 95 %").digits(2),
            Column.of(LearningCurvePlots.SELF).digits(3),
            Column.of("smallest").digits(2),
            Column.of("positive definite")),
        rows);
  }
}
