package dev.lamina.analysis.depth;

import static dev.lamina.analysis.depth.LinearityView.columns;
import static dev.lamina.analysis.depth.LinearityView.row;

import dev.lamina.analysis.depth.MergingResult.Further;
import dev.lamina.analysis.depth.MergingResult.Merged;
import dev.lamina.analysis.depth.MergingResult.MergedLine;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.StudyContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Shows a {@link MergingResult}. */
final class MergingView {
  private static final String NOT_MERGED = "not merged";
  private static final String PROVENANCE =
      "Merging effectively linear layers: published (arXiv 2205.13283). Least-squares lines and"
          + " bounds: derived here. ";

  private final MergingConfig config;
  private final StudyContext context;
  private final MergingResult result;

  MergingView(MergingConfig config, StudyContext context, MergingResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(layerPlot());
    if (!result.training().isEmpty()) {
      blocks.add(trainingPlot());
    }
    if (result.further().isPresent()) {
      blocks.add(furtherPlot());
    }
    if (!result.x().isEmpty()) {
      blocks.add(outputPlot());
    }
    blocks.add(networkTable());
    blocks.add(changeTable());
    blocks.add(layerTable());
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "A layer whose activation is a line on the data can be multiplied into the next one"
        + " without changing what the network computes there: the inverse of a lift (arXiv"
        + " 2205.13283). The effectively linear layers of a trained network are replaced by the"
        + " least-squares lines of their neurons and merged, from the last to the first; the smaller"
        + " network is compared with the larger one, at once and after further training of both.";
  }

  private String settings() {
    FollowedPlan plan = config.plan();
    String trained =
        config
            .network()
            .map(file -> "The network is that of " + file + ".")
            .orElseGet(() -> "The network was trained for %d epochs.".formatted(plan.epochs()));
    return String.format(
        Locale.ROOT,
        "%s Loss %s; %s at rate %s, %s; further training for %d epochs, the optimiser beginning anew."
            + " Linearity, lines, losses and bounds on %,d training samples, test numbers on %,d, in"
            + " float64.%s",
        trained,
        plan.loss().text(),
        plan.optimiser().text(),
        NumberTexts.rounded(plan.rate(), 4),
        plan.batch() == 0 ? "all samples in every step" : "batches of " + plan.batch(),
        config.further(),
        result.samples(),
        result.testSamples(),
        context.network().batchNorm()
            ? " Batch normalisations are folded in with the statistics of the training samples."
            : "");
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    for (Merged m : result.merged().stream().limit(2).toList()) {
      String change =
          result.classes() > 0
              ? "test accuracy %s → %s, agreement %s"
                  .formatted(
                      text(result.before().testAccuracy()),
                      text(m.atOnce().testAccuracy()),
                      text(m.testAgreement()))
              : "loss %s → %s".formatted(text(result.before().loss()), text(m.atOnce().loss()));
      headlines.add(
          new Headline(
              "hidden layers, merged: " + m.rule(),
              result.layers().size() + " → " + m.hidden(),
              change));
      headlines.add(
          new Headline(
              "largest change of an output",
              NumberTexts.rounded(m.change(), 3),
              "bound " + NumberTexts.rounded(m.bound(), 3)));
    }
    return headlines;
  }

  private static String text(double value) {
    return NumberTexts.rounded(value, 4);
  }

  private String measured() {
    return PROVENANCE
        + "Measured: %s, %d training samples, seed %d."
            .formatted(context.data().train().name(), result.samples(), context.seed());
  }

  private Plot layerPlot() {
    List<Double> x = result.layers().stream().map(l -> (double) l.layer()).toList();
    List<Series> series = new ArrayList<>();
    series.add(
        Series.Points.of(
            "before the merge",
            "before",
            x,
            result.layers().stream().map(LayerState::minPearson).toList()));
    for (double threshold : config.thresholds()) {
      series.add(
          new Series.Line(
              "threshold " + threshold,
              "threshold",
              List.of(1.0, Math.max(2.0, x.size())),
              List.of(threshold, threshold)));
    }
    return new Plot(
        "layers-linear",
        "Linearity of the layers",
        "Minimal Pearson correlation of features and pre-activations of each hidden layer before the"
            + " merge, unimportant neurons left out. Layers above a threshold are merged.",
        measured(),
        Axis.linear("layer", ""),
        Axis.linear("minimal correlation", ""),
        series);
  }

  private Plot trainingPlot() {
    List<Series> series = new ArrayList<>();
    for (int l = 0; l < result.layers().size(); l++) {
      int layer = l;
      String name = "layer " + (l + 1);
      series.add(line(name, result.training(), m -> m.minPearson().get(layer)));
    }
    return new Plot(
        "pearson",
        "Linearity while the network is trained",
        "Minimal correlation of each hidden layer over time.",
        measured(),
        Axis.logarithmic("epoch", ""),
        Axis.linear("minimal correlation", ""),
        series);
  }

  /** Returns a curve over the epochs from the first; epoch 0 has no place on the axis. */
  private static Series.Line line(
      String name, List<Moment> moments, ToDoubleFunction<Moment> value) {
    List<Moment> shown = moments.stream().filter(m -> m.epoch() > 0).toList();
    return new Series.Line(
        name,
        name,
        shown.stream().map(m -> (double) m.epoch()).toList(),
        shown.stream().map(value::applyAsDouble).toList());
  }

  private Plot furtherPlot() {
    List<Series> series = new ArrayList<>();
    series.add(furtherLine(NOT_MERGED, result.further().orElseThrow()));
    for (Merged m : result.merged()) {
      m.further().ifPresent(further -> series.add(furtherLine(m.rule(), further)));
    }
    return new Plot(
        "further",
        "Loss in further training",
        "Training loss of the network and of what the merges have left of it, each trained on from"
            + " there; at epoch 0 the loss at once. Look for curves that come together.",
        measured(),
        Axis.linear("further epochs", ""),
        Axis.logarithmic("loss", ""),
        series);
  }

  private static Series.Line furtherLine(String name, Further further) {
    return new Series.Line(
        name,
        name,
        further.moments().stream().map(m -> (double) m.epoch()).toList(),
        further.moments().stream().map(Moment::loss).toList());
  }

  private Plot outputPlot() {
    List<Series> series = new ArrayList<>();
    series.add(Series.Points.of("target", "target", result.x(), result.target()));
    series.add(new Series.Line(NOT_MERGED, NOT_MERGED, result.x(), result.before().outputs()));
    for (Merged m : result.merged()) {
      series.add(new Series.Line(m.rule(), m.rule(), result.x(), m.atOnce().outputs()));
    }
    return new Plot(
        "outputs",
        "What the networks compute",
        "Outputs on the training samples before and right after the merges, and the targets.",
        measured(),
        Axis.linear("x", ""),
        Axis.linear("output", ""),
        series);
  }

  private Table networkTable() {
    List<List<Object>> rows = new ArrayList<>();
    rows.add(networkRow(NOT_MERGED, result.layers().size(), result.before(), 1, 1));
    addFurther(rows, NOT_MERGED, result.layers().size(), result.further());
    for (Merged m : result.merged()) {
      rows.add(
          networkRow(
              m.rule() + ", at once", m.hidden(), m.atOnce(), m.agreement(), m.testAgreement()));
      addFurther(rows, m.rule(), m.hidden(), m.further());
    }
    return new Table(
        "networks",
        "Before, at once, and after further training",
        "Agreement is the share of samples that get the class which the network before the merge"
            + " gives them.",
        columns(
            "network",
            "hidden layers",
            "loss",
            "accuracy",
            "agreement",
            "test loss",
            "test accuracy",
            "test agreement"),
        rows);
  }

  private void addFurther(
      List<List<Object>> rows, String name, int hidden, Optional<Further> further) {
    further.ifPresent(f ->
        rows.add(
            networkRow(
                "%s, %d epochs later%s"
                    .formatted(name, config.further(), f.diverged() ? " (diverged)" : ""),
                hidden,
                f.last(),
                f.agreement(),
                f.testAgreement())));
  }

  private List<Object> networkRow(
      String name, int hidden, Moment m, double agreement, double testAgreement) {
    boolean classes = result.classes() > 0;
    return row(
        name,
        hidden,
        m.loss(),
        m.accuracy(),
        classes ? agreement : Double.NaN,
        m.testLoss(),
        m.testAccuracy(),
        classes ? testAgreement : Double.NaN);
  }

  private Table changeTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Merged m : result.merged()) {
      String layers =
          m.layers().stream()
              .map(l -> Integer.toString(l.layer()))
              .collect(Collectors.joining(", "));
      rows.add(
          row(
              m.rule(),
              (layers.isEmpty() ? "none" : layers)
                  + (m.kept().isEmpty() ? "" : "; kept: " + m.kept()),
              m.hidden(),
              m.parametersBefore(),
              m.parameters(),
              m.change(),
              m.bound(),
              m.rmsChange(),
              m.rmsBound(),
              m.file()));
    }
    return new Table(
        "changes",
        "Changes and their bounds",
        "Largest change of an output on the training samples and largest root mean square change,"
            + " beside their bounds from the lines' misses and the sizes of the weights above. A layer"
            + " is kept, though linear, if a residual layer behind it adds it as it is.",
        columns(
            "merged",
            "layers",
            "hidden layers left",
            "parameters before",
            "parameters",
            "largest change",
            "its bound",
            "rms change",
            "its bound, rms",
            "file"),
        rows);
  }

  private Table layerTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Merged m : result.merged()) {
      for (MergedLine l : m.layers()) {
        rows.add(row(m.rule(), l.layer(), l.minPearson(), l.nextChange(), l.rmsBound(), l.bound()));
      }
    }
    return new Table(
        "merged-layers",
        "The merged layers",
        "In the order in which they were merged: how linear each was, and bounds of what replacing"
            + " it by lines changes at the next layer's pre-activations and at the outputs.",
        columns(
            "merged",
            "layer",
            "minimal correlation",
            "rms bound at the next layer",
            "rms bound at the outputs",
            "bound at the outputs"),
        rows);
  }
}
