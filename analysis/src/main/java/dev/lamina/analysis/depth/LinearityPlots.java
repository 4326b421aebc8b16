package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.LinearityResult.Run;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.study.StudyContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The pictures of a {@link LinearityResult}. */
final class LinearityPlots {
  private static final String PUBLISHED =
      "Shared plateaus and minimal correlations: published (arXiv 2205.13283). ";
  private static final String EPOCH = "epoch";

  private final LinearityConfig config;
  private final StudyContext context;
  private final LinearityResult result;

  LinearityPlots(LinearityConfig config, StudyContext context, LinearityResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
  }

  private String measured() {
    return PUBLISHED
        + "Measured: %s, %d samples, %s initialisation, %d of each."
            .formatted(
                context.data().train().name(),
                result.samples(),
                context.network().init(),
                config.runs());
  }

  /** Returns the first run of each depth and normalisation. */
  List<Run> firstRuns() {
    return result.runs().stream().filter(run -> run.seed() == context.seed()).toList();
  }

  private String name(Run run) {
    return config.runs() == 1 ? run.label() : run.label() + ", seed " + run.seed();
  }

  /** Returns a curve over the epochs from the first; epoch 0 has no place on the axis. */
  private static Series.Line line(
      String name, String subject, Run run, ToDoubleFunction<Moment> value) {
    List<Moment> shown = run.moments().stream().filter(m -> m.epoch() > 0).toList();
    return new Series.Line(
        name,
        subject,
        shown.stream().map(m -> (double) m.epoch()).toList(),
        shown.stream().map(value::applyAsDouble).toList());
  }

  Plot loss() {
    List<Series> series = new ArrayList<>();
    result.runs().forEach(run -> series.add(line(name(run), run.label(), run, Moment::loss)));
    for (Shelf shelf : result.shelves()) {
      series.add(
          new Series.Line(
              shelf.name(),
              shelf.name(),
              List.of(1.0, (double) config.plan().epochs()),
              List.of(shelf.loss(), shelf.loss())));
    }
    return new Plot(
        "loss",
        "Loss over time",
        "Training loss of every run, and as horizontal lines the losses of the best simple fits,"
            + " near which networks of every depth have critical points (at which, if the activation"
            + " has a piece that is a line). Look for flat pieces at equal"
            + " heights; the deeper a network, the longer it usually stays there.",
        measured() + " Horizontal lines: computed here; the single neuron by a search.",
        Axis.logarithmic(EPOCH, ""),
        Axis.logarithmic("loss", ""),
        series);
  }

  Plot accuracy() {
    List<Series> series = new ArrayList<>();
    result.runs().forEach(run -> series.add(line(name(run), run.label(), run, Moment::accuracy)));
    return new Plot(
        "accuracy",
        "Training accuracy over time",
        "Share of the training samples that are classified rightly. Networks on a common plateau"
            + " have a common accuracy.",
        measured(),
        Axis.logarithmic(EPOCH, ""),
        Axis.linear("accuracy", ""),
        series);
  }

  Plot pearson(Run run) {
    List<Series> series = new ArrayList<>();
    for (int l = 0; l < run.hidden(); l++) {
      int layer = l;
      String name = "layer " + (l + 1);
      series.add(line(name, name, run, m -> m.minPearson().get(layer)));
    }
    series.add(
        new Series.Line(
            "threshold",
            "threshold",
            List.of(1.0, (double) config.plan().epochs()),
            List.of(config.plan().threshold(), config.plan().threshold())));
    return new Plot(
        "pearson-" + run.hidden() + (run.norm() > 0 ? "-norm-" + id(run.norm()) : ""),
        "Linearity of the layers, " + run.label(),
        "Minimal Pearson correlation of features and pre-activations over the neurons of each hidden"
            + " layer, unimportant ones left out. At 1 a layer is a linear map of the one before;"
            + " layers above the threshold can be merged.",
        measured(),
        Axis.logarithmic(EPOCH, ""),
        Axis.linear("minimal correlation", ""),
        series);
  }

  /** Shows how much residual layers add; to be called only if there are any. */
  Plot blocks() {
    List<Series> series = new ArrayList<>();
    for (Run run : firstRuns()) {
      for (int i = 0; i < run.last().blocks().size(); i++) {
        int block = i;
        String name = "layer %d of %s".formatted(run.last().blocks().get(i).layer(), run.label());
        series.add(line(name, name, run, m -> share(m, block)));
      }
    }
    return new Plot(
        "blocks",
        "Sizes of the residual layers",
        "What each residual layer a + φ(W a + b) adds to a: the root mean square of φ about its mean"
            + " over that of a. At 0 it would only pass a on; a linear layer need not be small.",
        measured(),
        Axis.logarithmic(EPOCH, ""),
        Axis.logarithmic("share of a", ""),
        series);
  }

  private static double share(Moment m, int block) {
    return block < m.blocks().size() ? m.blocks().get(block).share() : Double.NaN;
  }

  private static String id(double norm) {
    return Double.toString(norm).replace('.', '-').replace("E-", "e").replace('E', 'e');
  }

  Plot outputs() {
    List<Series> series = new ArrayList<>();
    series.add(Series.Points.of("target", "target", result.x(), result.target()));
    for (Run run : firstRuns()) {
      for (Moment m : run.moments()) {
        if (!m.outputs().isEmpty()) {
          series.add(
              new Series.Line(
                  run.label() + ", epoch " + m.epoch(), run.label(), result.x(), m.outputs()));
        }
      }
    }
    return new Plot(
        "outputs",
        "What the networks compute",
        "Outputs on the training samples at the epochs that were asked for and at the end, and the"
            + " targets. On a common plateau networks of all depths should compute the same"
            + " function.",
        measured(),
        Axis.linear("x", ""),
        Axis.linear("output", ""),
        series);
  }
}
