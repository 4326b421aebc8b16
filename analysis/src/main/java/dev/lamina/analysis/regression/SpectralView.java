package dev.lamina.analysis.regression;

import dev.lamina.analysis.regression.RegressionResult.NoiseCurve;
import dev.lamina.analysis.regression.RegressionResult.NoiseRow;
import dev.lamina.analysis.regression.RegressionResult.TrainingCurve;
import dev.lamina.analysis.regression.RegressionResult.TrainingRow;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.kernel.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows fits over noise and training time. */
final class SpectralView {
  private final RegressionResult result;
  private final Metric metric;

  SpectralView(RegressionResult result) {
    this.result = result;
    this.metric = new Metric(result.metric());
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    if (!result.sweeps().isEmpty()) {
      blocks.add(noisePlot());
      blocks.add(noiseLikelihoodPlot());
      blocks.add(noiseTable());
    }
    if (!result.trainings().isEmpty()) {
      blocks.add(trainingPlot());
      blocks.add(spreadPlot());
      blocks.add(trainingTable());
    }
    return blocks;
  }

  /** Returns what colours a kernel: its family, or its text if there are several of the family. */
  private String subject(String kernel) {
    String family = family(kernel);
    return result.sweeps().stream().filter(c -> family(c.kernel()).equals(family)).count() > 1
        ? kernel
        : family;
  }

  private static String family(String kernel) {
    return switch (Kernel.parse(kernel)) {
      case Kernel.Nngp _ -> "nngp";
      case Kernel.Ntk _ -> "ntk";
      default -> kernel;
    };
  }

  private Plot noisePlot() {
    List<Series> series = new ArrayList<>();
    for (NoiseCurve curve : result.sweeps()) {
      List<Double> x = Metric.column(curve.rows(), NoiseRow::noise);
      series.add(
          metric.points(
              curve.kernel() + ", test",
              subject(curve.kernel()),
              x,
              curve.rows().stream().map(NoiseRow::test).toList()));
      series.add(
          new Series.Line(
              curve.kernel() + ", leave-one-out",
              subject(curve.kernel()),
              x,
              Metric.column(curve.rows(), row -> row.leaveOneOut().value())));
    }
    return new Plot(
        "noise",
        "%s against noise".formatted(metric.isAccuracy() ? "Accuracy" : "RMSE"),
        "The same kernels with other noise variances σ², which act as ridge. A leave-one-out line predicts each training sample from the others: where it follows the test points, a good noise can be found without test samples.",
        "One eigen-decomposition of %d training samples per kernel, float64; leave-one-out in closed form (Rasmussen and Williams 2006, (5.12)); %d test samples."
            .formatted(result.spectrumSamples(), result.testSamples()),
        Axis.logarithmic("noise variance σ²", ""),
        metric.axis(),
        series);
  }

  private Plot noiseLikelihoodPlot() {
    List<Series> series = new ArrayList<>();
    for (NoiseCurve curve : result.sweeps()) {
      List<Double> x = Metric.column(curve.rows(), NoiseRow::noise);
      series.add(
          new Series.Line(
              curve.kernel() + ", marginal likelihood",
              subject(curve.kernel()),
              x,
              Metric.column(
                  curve.rows(),
                  row ->
                      row.logMarginalLikelihood() / result.spectrumSamples() / result.outputs())));
      series.add(
          Series.Points.of(
              curve.kernel() + ", leave-one-out",
              subject(curve.kernel()),
              x,
              Metric.column(
                  curve.rows(),
                  row ->
                      row.leaveOneOutLogLikelihood()
                          / result.spectrumSamples()
                          / result.outputs())));
    }
    return new Plot(
        "noise-likelihood",
        "Likelihood against noise",
        "Log marginal likelihood and leave-one-out predictive log likelihood of the training targets, per sample and output. Their maxima are the noise that the training samples ask for.",
        "Computed from %d training samples in float64.".formatted(result.spectrumSamples()),
        Axis.logarithmic("noise variance σ²", ""),
        Axis.linear("log likelihood per sample and output", "nat"),
        series);
  }

  private Table noiseTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (NoiseCurve curve : result.sweeps()) {
      for (NoiseRow row : curve.rows()) {
        rows.add(
            Arrays.asList(
                curve.kernel(),
                row.noise(),
                row.test().value(),
                row.leaveOneOut().value(),
                row.logMarginalLikelihood(),
                row.leaveOneOutLogLikelihood()));
      }
    }
    return new Table(
        "noise-levels",
        "Noise levels",
        "The numbers behind the two plots above. " + spectra(),
        List.of(
            Column.of("kernel"),
            Column.of("noise variance").digits(3),
            Column.of("test " + metric.name()),
            Column.of("leave-one-out " + metric.name()),
            Column.of("log marginal likelihood").digits(6),
            Column.of("leave-one-out log likelihood").digits(6)),
        rows);
  }

  private String spectra() {
    return String.join(
        " ",
        result.sweeps().stream()
            .map(curve ->
                "%s: eigenvalues from %s to %s, rank %d of %d."
                    .formatted(
                        curve.kernel(),
                        Metric.number(curve.smallestEigenvalue()),
                        Metric.number(curve.largestEigenvalue()),
                        curve.rank(),
                        result.spectrumSamples()))
            .toList());
  }

  private Plot trainingPlot() {
    List<Series> series = new ArrayList<>();
    for (TrainingCurve curve : result.trainings()) {
      List<Double> x = Metric.column(curve.rows(), TrainingRow::time);
      series.add(
          metric.points(
              curve.kernel() + ", test",
              subject(curve.kernel()),
              x,
              curve.rows().stream().map(TrainingRow::test).toList()));
      series.add(
          new Series.Line(
              curve.kernel() + ", training",
              subject(curve.kernel()),
              x,
              Metric.column(curve.rows(), row -> row.train().value())));
    }
    return new Plot(
        "training",
        "%s during training".formatted(metric.isAccuracy() ? "Accuracy" : "RMSE"),
        "The mean output of infinitely many infinitely wide networks trained by gradient flow on the squared error, as a function of learning rate × time. Directions of large kernel eigenvalues are learnt first; test points that stop rising while the training line goes on show that the rest is noise.",
        "Closed form Θ(x, X) Θ⁻¹ (I − exp(−ηΘt)) Y for the loss ½ Σ ‖f − y‖² summed over %d training samples (Jacot et al. 2018; Lee et al. 2019, (14)); float64; divide η by the number of samples for a mean."
            .formatted(result.spectrumSamples()),
        Axis.logarithmic("learning rate × time", "1/kernel"),
        metric.axis(),
        series);
  }

  private Plot spreadPlot() {
    List<Series> series = new ArrayList<>();
    for (TrainingCurve curve : result.trainings()) {
      series.add(
          new Series.Line(
              curve.kernel(),
              subject(curve.kernel()),
              Metric.column(curve.rows(), TrainingRow::time),
              Metric.column(curve.rows(), TrainingRow::spread)));
    }
    return new Plot(
        "spread",
        "Spread of the ensemble during training",
        "How much single networks differ from their mean on test inputs: the root of the mean variance over random initialisations, which start as NNGP. It falls as training forgets the initialisation, and stays where no training sample is near.",
        "Linearised networks, Lee et al. 2019, (16), averaged over %d test samples; float64."
            .formatted(result.trainings().getFirst().spreadSamples()),
        Axis.logarithmic("learning rate × time", "1/kernel"),
        Axis.linear("standard deviation of an output", "unit of the targets"),
        series);
  }

  private Table trainingTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (TrainingCurve curve : result.trainings()) {
      for (TrainingRow row : curve.rows()) {
        rows.add(
            Arrays.asList(
                curve.kernel(), row.time(), row.train().value(), row.test().value(), row.spread()));
      }
    }
    return new Table(
        "training-times",
        "Training times",
        "The numbers behind the two plots above.",
        List.of(
            Column.of("kernel"),
            Column.of("learning rate × time", "1/kernel").digits(3),
            Column.of("training " + metric.name()),
            Column.of("test " + metric.name()),
            Column.of("ensemble standard deviation").digits(4)),
        rows);
  }
}
