package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.LinearityResult.Run;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.StudyContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shows a {@link LinearityResult}. */
final class LinearityView {
  /** A run has left a shelf when its loss is below this share of the shelf's. */
  static final double LEFT = 0.95;

  private final LinearityConfig config;
  private final StudyContext context;
  private final LinearityResult result;
  private final LinearityPlots plots;

  LinearityView(LinearityConfig config, StudyContext context, LinearityResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
    this.plots = new LinearityPlots(config, context, result);
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(plots.loss());
    if (result.classes() > 0) {
      blocks.add(plots.accuracy());
    }
    plots.firstRuns().forEach(run -> blocks.add(plots.pearson(run)));
    if (residual()) {
      blocks.add(plots.blocks());
    }
    if (!result.x().isEmpty()) {
      blocks.add(plots.outputs());
    }
    blocks.add(runTable());
    blocks.add(layerTable());
    if (residual()) {
      blocks.add(blockTable());
    }
    blocks.add(shelfTable());
    blocks.add(momentTable());
    return new SectionView(introduction(), headlines(), blocks);
  }

  private boolean residual() {
    return result.runs().stream().anyMatch(run -> !run.last().blocks().isEmpty());
  }

  private static String introduction() {
    return "Every critical point of a network is one of any deeper network too, in which the further"
        + " layers work where their activation is a line (arXiv 2205.13283); nearly one, if it is a"
        + " line nowhere, as tanh. Deeper networks should"
        + " therefore stagnate at losses where shallower ones do, with layers that are effectively"
        + " linear there. Networks of several depths are trained and followed: their losses beside"
        + " those of the best constant, linear map and single neuron, and for each layer the"
        + " minimal Pearson correlation of features and pre-activations.";
  }

  private String settings() {
    FollowedPlan plan = config.plan();
    return String.format(
        Locale.ROOT,
        "%d initialisation%s of each, from seed %d; loss %s, %s at rate %s, %s, %d epochs; an epoch is"
            + " a pass over the %,d training samples. Looked at on %,d training and %,d test"
            + " samples, in float64. Effectively linear: minimal correlation above %s, neurons below"
            + " %s of the largest importance ‖[w, b]‖‖v‖ of their layer left out.",
        config.runs(),
        config.runs() == 1 ? "" : "s",
        context.seed(),
        plan.loss().text(),
        plan.optimiser().text(),
        NumberTexts.rounded(plan.rate(), 4),
        plan.batch() == 0 ? "all samples in every step" : "batches of " + plan.batch(),
        plan.epochs(),
        context.data().train().samples(),
        result.samples(),
        result.testSamples(),
        NumberTexts.rounded(plan.threshold(), 6),
        NumberTexts.rounded(plan.importance(), 4));
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    Shelf highest = result.shelves().getFirst();
    headlines.add(
        new Headline(
            "loss of the best constant",
            NumberTexts.rounded(highest.loss(), 4),
            "left by "
                + result.runs().stream()
                    .filter(run -> !Double.isNaN(run.firstBelow(LEFT * highest.loss())))
                    .count()
                + " of "
                + result.runs().size()
                + " runs"));
    Run deepest = plots.firstRuns().getLast();
    headlines.add(
        new Headline(
            "effectively linear layers at the end",
            LayerState.linear(deepest.layers()).size() + " of " + deepest.hidden(),
            deepest.label()));
    headlines.add(
        new Headline(
            "least loss at the end",
            NumberTexts.rounded(
                result.runs().stream().mapToDouble(r -> r.last().loss()).min().orElseThrow(), 3),
            "of " + result.runs().size() + " runs"));
    long diverged = result.runs().stream().filter(Run::diverged).count();
    if (diverged > 0) {
      headlines.add(new Headline("runs that diverged", Long.toString(diverged), "see the table"));
    }
    return headlines;
  }

  private Table runTable() {
    List<Column> columns =
        new ArrayList<>(
            columns(
                "hidden layers",
                "γ",
                "seed",
                "parameters",
                "loss",
                "accuracy",
                "test loss",
                "test accuracy",
                "all layers linear until",
                "linear layers at the end"));
    result.shelves().forEach(s -> columns.add(Column.of("left the " + s.name()).digits(4)));
    columns.add(Column.of("ending"));
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : result.runs()) {
      Moment last = run.last();
      List<Object> cells =
          row(
              run.hidden(),
              run.norm() > 0 ? run.norm() : Double.NaN,
              run.seed(),
              run.parameters(),
              last.loss(),
              last.accuracy(),
              last.testLoss(),
              last.testAccuracy(),
              run.linearUntil(config.plan().threshold()),
              text(LayerState.linear(run.layers())));
      for (Shelf shelf : result.shelves()) {
        cells.addAll(row(run.firstBelow(LEFT * shelf.loss())));
      }
      cells.add(run.ending());
      rows.add(cells);
    }
    return new Table(
        "runs",
        "The runs",
        "At the end of each run. A shelf is left at the first look with a loss below 95 % of its"
            + " own; all layers are linear until the last look before the first at which one was"
            + " not. Numbers of epochs.",
        columns,
        rows);
  }

  private static String text(List<Integer> layers) {
    return layers.isEmpty()
        ? "none"
        : layers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private Table layerTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : result.runs()) {
      for (LayerState l : run.layers()) {
        rows.add(
            row(
                run.hidden(),
                run.norm() > 0 ? run.norm() : Double.NaN,
                run.seed(),
                l.layer(),
                l.minPearson(),
                l.minPearsonOfAll(),
                l.residual(),
                l.effectivelyLinear() ? "yes" : "no",
                l.constant(),
                l.unimportant()));
      }
    }
    return new Table(
        "layers",
        "The layers at the end",
        "Minimal correlation of the neurons that count and of all that are not constant, the largest"
            + " root mean square of what a neuron's best line misses, and how many do not count.",
        columns(
            "hidden layers",
            "γ",
            "seed",
            "layer",
            "minimal correlation",
            "with unimportant ones",
            "missed by the best line",
            "effectively linear",
            "constant",
            "unimportant"),
        rows);
  }

  private Table blockTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : result.runs()) {
      for (Moment m : run.moments()) {
        for (BlockSize b : m.blocks()) {
          double norm = run.norm() > 0 ? run.norm() : Double.NaN;
          rows.add(row(run.hidden(), norm, run.seed(), m.epoch(), b.layer(), b.norm(), b.share()));
        }
      }
    }
    return new Table(
        "block-sizes",
        "Sizes of the residual layers",
        "A layer a + φ(W a + b) beside the identity, which is 1: the largest singular value of W, and"
            + " how much of what leaves the layer it adds, as root mean squares about the mean.",
        columns("hidden layers", "γ", "seed", "epoch", "layer", "norm of W", "share"),
        rows);
  }

  private Table shelfTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Shelf shelf : result.shelves()) {
      rows.add(row(shelf.name(), shelf.loss(), shelf.exact() ? "computed" : "found by a search"));
    }
    return new Table(
        "shelves",
        "Losses of simple fits",
        "The best constant, linear map and single neuron a φ(wᵀx + b) + c. The last is searched for"
            + " from many starts: there may be a better one.",
        columns("fit", "loss", "how"),
        rows);
  }

  private Table momentTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : result.runs()) {
      for (Moment m : run.moments()) {
        rows.add(
            row(
                run.hidden(),
                run.norm() > 0 ? run.norm() : Double.NaN,
                run.seed(),
                m.epoch(),
                m.loss(),
                m.accuracy(),
                m.testLoss(),
                m.testAccuracy(),
                m.minPearson().stream().mapToDouble(p -> p).min().orElse(Double.NaN),
                m.minPearson().stream()
                    .map(p -> NumberTexts.rounded(p, 6))
                    .collect(Collectors.joining(" "))));
      }
    }
    return new Table(
        "looks",
        "All looks",
        "Losses, accuracies and the minimal correlation of each hidden layer over time.",
        columns(
            "hidden layers",
            "γ",
            "seed",
            "epoch",
            "loss",
            "accuracy",
            "test loss",
            "test accuracy",
            "least correlation",
            "of each layer"),
        rows);
  }

  static List<Column> columns(String... names) {
    return Arrays.stream(names).map(name -> Column.of(name).digits(4)).toList();
  }

  /** Returns a row, to which cells may be added, with nothing where there is no number. */
  static List<Object> row(Object... values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Double d && d.isNaN() ? null : value);
    }
    return row;
  }
}
