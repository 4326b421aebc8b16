package dev.lamina.analysis.regression;

import dev.lamina.analysis.regression.RegressionResult.DepthFit;
import dev.lamina.analysis.regression.RegressionResult.DepthRow;
import dev.lamina.analysis.regression.RegressionResult.Quality;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Shows fits at several depths. */
final class DepthView {
  private final RegressionConfig config;
  private final RegressionResult result;
  private final Metric metric;

  DepthView(RegressionConfig config, RegressionResult result) {
    this.config = config;
    this.result = result;
    this.metric = new Metric(result.metric());
  }

  List<Block> blocks() {
    return List.of(depthPlot(), depthLikelihoodPlot(), depthTable());
  }

  private Plot depthPlot() {
    List<Double> x = Metric.column(result.depths(), DepthRow::depth);
    return new Plot(
        "depth",
        "Test %s against depth".formatted(metric.name()),
        "The study's network at infinite width, cut off after several numbers of hidden layers: the Bayesian network (NNGP) and the network trained by gradient flow (NTK). Look for where depth stops to pay; differences within the intervals mean nothing.",
        "Measured on %d test samples; Wilson score intervals. All depths come from one pass over the inputs."
            .formatted(result.testSamples()),
        Axis.linear("hidden layers", ""),
        metric.axis(),
        List.of(
            metric.points("NNGP", "nngp", x, qualities(DepthRow::nngp)),
            metric.points("NTK", "ntk", x, qualities(DepthRow::ntk))));
  }

  private List<Quality> qualities(Function<DepthRow, DepthFit> fit) {
    return result.depths().stream().map(row -> fit.apply(row).test()).toList();
  }

  private Plot depthLikelihoodPlot() {
    List<Double> x = Metric.column(result.depths(), DepthRow::depth);
    return new Plot(
        "depth-likelihood",
        "Log marginal likelihood against depth",
        "The probability that each kernel gives to the training targets, per sample and output: what one may choose the depth by without looking at test samples. Higher is better.",
        "Computed from %d training samples at σ² = %s."
            .formatted(result.trainSamples(), Metric.number(config.noise())),
        Axis.linear("hidden layers", ""),
        Axis.linear("log likelihood per sample and output", "nat"),
        List.of(
            likelihoodLine("NNGP", "nngp", x, DepthRow::nngp),
            likelihoodLine("NTK", "ntk", x, DepthRow::ntk)));
  }

  private Series likelihoodLine(
      String name, String subject, List<Double> x, Function<DepthRow, DepthFit> fit) {
    return Series.Points.of(
        name,
        subject,
        x,
        Metric.column(
            result.depths(),
            row ->
                fit.apply(row).logMarginalLikelihood() / result.trainSamples() / result.outputs()));
  }

  private Table depthTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (DepthRow row : result.depths()) {
      rows.add(depthCells(row.depth(), "nngp", row.nngp()));
      rows.add(depthCells(row.depth(), "ntk", row.ntk()));
    }
    return new Table(
        "depths",
        "Depths",
        "The numbers behind the two plots above, with the float32 audit of each kernel.",
        List.of(
            Column.of("hidden layers"),
            Column.of("kernel"),
            Column.of("test " + metric.name()),
            Column.of("low"),
            Column.of("high"),
            Column.of("log marginal likelihood").digits(6),
            Column.of("jitter").digits(2),
            Column.of("audit error").digits(2)),
        rows);
  }

  private static List<Object> depthCells(int depth, String kernel, DepthFit fit) {
    return Arrays.asList(
        depth,
        kernel,
        fit.test().value(),
        fit.test().low(),
        fit.test().high(),
        fit.logMarginalLikelihood(),
        fit.jitter(),
        fit.auditError());
  }
}
