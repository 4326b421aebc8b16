package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.AlignmentStudyResult.Depth;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Moment;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Run;
import dev.lamina.analysis.alignment.Profiles.Mean;
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
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Shows an {@link AlignmentStudyResult}. */
final class AlignmentView {
  private static final String FRESH = "fresh";

  private final AlignmentConfig config;
  private final StudyContext context;
  private final AlignmentStudyResult result;
  private final Depth main;
  private final AlignmentPlots plots;

  AlignmentView(AlignmentConfig config, StudyContext context, AlignmentStudyResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
    this.main = result.depths().getLast();
    this.plots = new AlignmentPlots(config, result);
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    if (result.depths().size() > 1) {
      blocks.add(plots.peakPlot());
    }
    blocks.add(peakTable());
    for (Depth depth : result.depths().reversed()) {
      if (!depth.finished().isEmpty()) {
        blocks.add(plots.profile(depth));
      }
    }
    List<Run> followed = plots.followed();
    if (!followed.isEmpty()) {
      blocks.add(
          plots.heatmap(
              "time-train",
              "Alignment over training time, training examples",
              followed,
              Moment::train,
              Run::trained));
      blocks.add(
          plots.heatmap(
              "time-test",
              "Alignment over training time, test examples",
              followed,
              Moment::test,
              Run::test));
      blocks.add(plots.wholePlot(followed));
    }
    if (!main.finished().isEmpty()) {
      blocks.add(plots.tracePlot());
      blocks.add(layerTable());
    }
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "The alignment of a layer tells how much of its tangent kernel, the features with which"
        + " gradient descent changes the network, points along the labels. In fresh networks it is"
        + " about that of the identity; training raises it most in layers somewhere inside. The"
        + " equilibrium hypothesis says where: at the layer where what is lost of the inputs on the"
        + " way forward balances what is lost of the gradients on the way backward (arXiv"
        + " 2110.11749).";
  }

  private String settings() {
    return String.format(
        Locale.ROOT,
        "%d initialisations of each depth, seeds %d to %d; stochastic gradient descent with momentum"
            + " %s, weight decay %s, batches of %d, at most %d epochs%s%s. Alignment on %d training"
            + " and %d test examples, as many of each class; %s norms. Layers are weight layers, the"
            + " output layer included. Values with other numbers of examples must not be compared.",
        config.runs(),
        context.seed(),
        context.seed() + config.runs() - 1,
        NumberTexts.rounded(config.momentum(), 4),
        NumberTexts.rounded(config.weightDecay(), 4),
        config.batch(),
        config.epochs(),
        config.target() > 0
            ? ", or until the running loss is below " + NumberTexts.rounded(config.target(), 4)
            : "",
        config.labelNoise() > 0
            ? "; "
                + NumberTexts.rounded(100 * config.labelNoise(), 4)
                + " % of the training labels are random"
            : "",
        result.examples(),
        result.testExamples(),
        config.settings(1).denominator());
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    Mean peak = Profiles.peak(main);
    headlines.add(
        new Headline(
            "layer where the alignment peaks, of " + main.depth(),
            text(peak.mean(), 3),
            main.prediction().layer().isPresent()
                ? "predicted equilibrium layer " + text(main.prediction().layer().getAsDouble(), 3)
                : "no prediction: " + main.prediction().note()));
    headlines.add(
        new Headline(
            "alignment there",
            text(Profiles.largest(main).mean(), 3),
            "identity level " + text(result.levels().identity(), 3)));
    List<Depth> predicted =
        result.depths().stream()
            .filter(
                d -> d.prediction().layer().isPresent() && !Double.isNaN(Profiles.peak(d).mean()))
            .toList();
    if (predicted.size() > 1) {
      headlines.add(
          new Headline(
              "mean distance of peak and prediction",
              text(
                  predicted.stream()
                      .mapToDouble(d ->
                          Math.abs(Profiles.peak(d).mean() - d.prediction().layer().getAsDouble()))
                      .average()
                      .orElseThrow(),
                  2),
              "layers, over " + predicted.size() + " depths"));
    }
    long diverged =
        result.depths().stream().mapToLong(d -> d.runs().size() - d.finished().size()).sum();
    if (diverged > 0) {
      headlines.add(new Headline("runs that diverged", Long.toString(diverged), "left out"));
    }
    return headlines;
  }

  private static String text(double value, int digits) {
    return NumberTexts.rounded(value, digits);
  }

  private Table peakTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Depth d : result.depths()) {
      List<Run> runs = d.finished();
      List<Mean> trained = Profiles.means(runs, run -> run.trained().alignments());
      List<Mean> fresh = Profiles.means(runs, run -> run.fresh().alignments());
      rows.add(
          row(
              d.depth(),
              d.rate(),
              runs.size(),
              Profiles.mean(runs, Run::epochs).mean(),
              Profiles.mean(runs, Run::testAccuracy).mean(),
              Profiles.peak(d).mean(),
              Profiles.peak(d).deviation(),
              d.prediction().layer().orElse(Double.NaN),
              Profiles.largest(d).mean(),
              trained.isEmpty() ? Double.NaN : trained.getFirst().mean(),
              trained.isEmpty() ? Double.NaN : trained.getLast().mean(),
              fresh.stream().mapToDouble(Mean::mean).min().orElse(Double.NaN),
              fresh.stream().mapToDouble(Mean::mean).max().orElse(Double.NaN),
              Profiles.mean(runs, run -> run.trained().tracePeak().interpolated()).mean(),
              Profiles.mean(runs, run -> run.trained().wholeNetwork().alignment()).mean()));
    }
    return new Table(
        "peaks-numbers",
        "Peaks in numbers",
        "One row for each depth, means over the runs that did not diverge; the peak is that of the"
            + " mean profile, its deviation that of the runs' own peaks.",
        columns(
            "depth",
            "learning rate",
            "runs",
            "epochs",
            "test accuracy",
            "peak",
            "sd of peaks",
            "predicted",
            "largest alignment",
            "first layer",
            "last layer",
            "fresh, least",
            "fresh, most",
            "peak of the trace variant",
            "whole network"),
        rows);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(name -> Column.of(name).digits(4)).toList();
  }

  /** Returns a row with nothing where there is no number. */
  private static List<Object> row(Object... values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Double d && d.isNaN() ? null : value);
    }
    return row;
  }

  private Table layerTable() {
    List<Run> runs = main.finished();
    List<List<Object>> rows = new ArrayList<>();
    for (int l = 0; l < main.depth(); l++) {
      int layer = l;
      Function<Function<Run, AlignmentResult>, Function<ToDoubleFunction<LayerAlignment>, Mean>>
          of =
              which ->
                  value ->
                      Profiles.mean(
                          runs, run -> value.applyAsDouble(which.apply(run).layers().get(layer)));
      Mean trained = of.apply(Run::trained).apply(LayerAlignment::alignment);
      rows.add(
          row(
              l + 1,
              of.apply(Run::fresh).apply(LayerAlignment::alignment).mean(),
              trained.mean(),
              trained.deviation(),
              of.apply(Run::test).apply(LayerAlignment::alignment).mean(),
              of.apply(Run::trained).apply(LayerAlignment::permutedMean).mean(),
              of.apply(Run::trained).apply(LayerAlignment::permutedLargest).mean(),
              of.apply(Run::trained).apply(LayerAlignment::traceAlignment).mean(),
              of.apply(Run::trained).apply(a -> Math.sqrt(a.productRatio())).mean(),
              of.apply(Run::trained).apply(LayerAlignment::kernelTrace).mean(),
              of.apply(Run::trained).apply(LayerAlignment::kernelNorm).mean()));
    }
    return new Table(
        "layers",
        "The layers in numbers, depth " + main.depth(),
        "Means over the runs. The bound is √(‖Ky‖²/(‖K‖²‖y‖²)), which the alignment cannot pass.",
        columns(
            "layer",
            FRESH,
            "trained",
            "sd",
            "test examples",
            "labels permuted, mean",
            "labels permuted, largest",
            "trace variant",
            "bound",
            "trace of the kernel",
            "norm of the kernel"),
        rows);
  }
}
