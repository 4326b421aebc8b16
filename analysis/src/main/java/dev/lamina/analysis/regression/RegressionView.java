package dev.lamina.analysis.regression;

import dev.lamina.analysis.regression.RegressionResult.KernelRow;
import dev.lamina.analysis.regression.RegressionResult.NoiseRow;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Turns the result of kernel regression into plots, tables and headlines. */
final class RegressionView {
  private static final int MOST_HEADLINES = 4;

  private final RegressionConfig config;
  private final RegressionResult result;
  private final Metric metric;

  RegressionView(RegressionConfig config, RegressionResult result) {
    this.config = config;
    this.result = result;
    this.metric = new Metric(result.metric());
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    if (!result.kernels().isEmpty()) {
      blocks.add(kernelTable());
    }
    if (!result.depths().isEmpty()) {
      blocks.addAll(new DepthView(config, result).blocks());
    }
    blocks.addAll(new SpectralView(result).blocks());
    return new SectionView(introduction(), headlines(), blocks);
  }

  private String introduction() {
    String coding =
        metric.isAccuracy()
            ? "Class labels are coded as one-hot rows minus 1/%d; the largest predicted output wins. "
                .formatted(result.outputs())
            : "";
    return ("How well do infinitely wide networks predict %d test samples after seeing %d? "
            + "Each kernel is used in exact Gaussian-process regression with noise variance σ² = %s (%s). %s%s"
            + "Nothing here was tuned on the test samples: noise and depths stand in the config file, "
            + "and the noise that the training samples alone would choose is shown beside them.")
        .formatted(
            result.testSamples(),
            result.trainSamples(),
            Metric.number(config.noise()),
            result.precision(),
            coding,
            answer());
  }

  private String answer() {
    return result.kernels().stream()
        .max(Comparator.comparingDouble(KernelRow::logMarginalLikelihood))
        .map(row ->
            "Of the listed kernels the training samples prefer %s; its test %s is %s. "
                .formatted(row.kernel(), metric.name(), metric.shown(row.test())))
        .orElse("");
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    for (KernelRow row : result.kernels()) {
      if (headlines.size() < MOST_HEADLINES - 1) {
        headlines.add(
            new Headline(
                "Test %s, %s".formatted(metric.name(), row.kernel()),
                metric.shown(row.test()),
                "%sσ² = %s, %d test samples"
                    .formatted(
                        metric.interval(row.test()),
                        Metric.number(config.noise()),
                        result.testSamples())));
      }
    }
    likeliestNoise()
        .ifPresent(best ->
            headlines.add(
                new Headline(
                    "Noise of largest likelihood, " + best.kernel(),
                    "σ² = " + Metric.number(best.row().noise()),
                    "chosen by %d training samples alone; test %s there %s"
                        .formatted(
                            result.spectrumSamples(),
                            metric.name(),
                            metric.shown(best.row().test())))));
    return headlines;
  }

  private record Best(String kernel, NoiseRow row) {}

  private Optional<Best> likeliestNoise() {
    return result.sweeps().stream()
        .flatMap(curve -> curve.rows().stream().map(row -> new Best(curve.kernel(), row)))
        .max(Comparator.comparingDouble(best -> best.row().logMarginalLikelihood()));
  }

  private Table kernelTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (KernelRow row : result.kernels()) {
      rows.add(
          Arrays.asList(
              row.kernel(),
              row.test().value(),
              row.test().low(),
              row.test().high(),
              row.leaveOneOut().value(),
              row.logMarginalLikelihood(),
              row.jitter(),
              row.auditError(),
              row.seconds()));
    }
    return new Table(
        "kernels",
        "Kernels",
        "Exact fits on all %d training samples. Leave-one-out and likelihood use the training samples only; jitter is what had to be added to the diagonal beside σ² = %s, and the audit compares sampled kernel entries with float64."
            .formatted(result.trainSamples(), Metric.number(config.noise())),
        List.of(
            Column.of("kernel"),
            Column.of("test " + metric.name()),
            Column.of("low"),
            Column.of("high"),
            Column.of("leave-one-out " + metric.name()),
            Column.of("log marginal likelihood").digits(6),
            Column.of("jitter").digits(2),
            Column.of("audit error").digits(2),
            Column.of("fit and prediction", "s").digits(3)),
        rows);
  }
}
