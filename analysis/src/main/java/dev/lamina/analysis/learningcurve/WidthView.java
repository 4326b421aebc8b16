package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.LangevinResult.Moments;
import dev.lamina.analysis.learningcurve.LangevinResult.Width;
import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Shows finite networks under noisy training beside the Gaussian process. */
final class WidthView {
  private static final Axis WIDTH = Axis.logarithmic("width", "");
  private static final String PRIOR = "without training: draws from the prior";
  private static final String CONDITIONAL = "training, read-out integrated";
  private static final String OUTPUTS = "training, outputs";

  private final LangevinSettings settings;
  private final LangevinResult result;
  private final String provenance;

  WidthView(LangevinSettings settings, LangevinResult result, long seed) {
    this.settings = settings;
    this.result = result;
    this.provenance =
        String.format(
            Locale.ROOT,
            "Correspondence: published (arXiv 2004.01190); finite-step form: derived. %d training"
                + " and %d test inputs on the sphere of radius %.4g in %d dimensions, target %s;"
                + " %d hidden ReLU layers, weight variance %s, bias variance %s, temperature %s,"
                + " step %s; %d chains of %,d steps after %,d; %,d draws from the prior; seed %d."
                + " Lines of chance: the difference that as many measurements would show if there were"
                + " none.",
            settings.samples(),
            settings.testPoints(),
            settings.sphere().radius(),
            settings.sphere().dimension(),
            settings.target(),
            settings.depth(),
            settings.weightVariance(),
            settings.biasVariance(),
            settings.temperature(),
            settings.rate(),
            settings.chains(),
            settings.steps(),
            settings.burnIn(),
            settings.priorDraws(),
            seed);
  }

  List<Block> blocks() {
    return List.of(
        errors("mean", "the posterior mean", Moments::meanError),
        errors("variance", "the posterior variance", Moments::varianceError),
        stiff(),
        table());
  }

  /** Returns the exponent of the error of the mean, by the route without training if it was run. */
  double exponent() {
    return result.exponent(
        settings.priorDraws() > 0 ? w -> w.prior().meanError() : w -> w.conditional().meanError());
  }

  private Plot errors(String id, String what, Function<Moments, Mean> error) {
    List<Series> series = new ArrayList<>();
    if (settings.priorDraws() > 0) {
      add(series, PRIOR, w -> error.apply(w.prior()));
    }
    add(series, CONDITIONAL, w -> error.apply(w.conditional()));
    add(series, OUTPUTS, w -> error.apply(w.outputs()));
    Width first = result.widths().getFirst();
    double level =
        error.apply(settings.priorDraws() > 0 ? first.prior() : first.conditional()).mean();
    series.add(
        new Series.Line(
            "∝ 1/width",
            "1/width",
            widths(),
            result.widths().stream().map(w -> level * first.width() / w.width()).toList()));
    return new Plot(
        "width-" + id,
        "Finite networks: error of " + what + " against width",
        "Root mean square over test inputs of the difference between networks of finite width and"
            + " the Gaussian process, with what chance alone would give. Points near their chance"
            + " level measure nothing; the others fall as 1/width.",
        provenance,
        WIDTH,
        Axis.logarithmic("difference", ""),
        series);
  }

  private void add(List<Series> series, String name, Function<Width, Mean> error) {
    series.add(
        Series.Points.of(
            name,
            name,
            widths(),
            result.widths().stream().map(w -> error.apply(w).mean()).toList()));
    series.add(
        new Series.Line(
            name + ": chance",
            name,
            widths(),
            result.widths().stream().map(w -> error.apply(w).standardError()).toList()));
  }

  private List<Double> widths() {
    return result.widths().stream().map(w -> (double) w.width()).toList();
  }

  private Plot stiff() {
    List<Double> ends = List.of(widths().getFirst(), widths().getLast());
    List<Mean> means = result.widths().stream().map(Width::stiff).toList();
    int chains = settings.chains();
    return new Plot(
        "step",
        "What the finite step does",
        "Variance of the training outputs along the eigenvector of the largest eigenvalue of the"
            + " tangent kernel. Steps of finite size raise the temperature of stiff modes: training"
            + " diverges from step "
            + NumberTexts.rounded(result.largestRate(), 3)
            + " on.",
        provenance,
        WIDTH,
        Axis.linear("variance", ""),
        List.of(
            new Series.Line(
                "infinitely small steps",
                "small steps",
                ends,
                List.of(result.stiffContinuous(), result.stiffContinuous())),
            new Series.Line(
                "this step, fixed features",
                "this step",
                ends,
                List.of(result.stiffTheory(), result.stiffTheory())),
            new Series.Points(
                "training; bars: 95 % interval of the mean",
                "training",
                widths(),
                means.stream().map(Mean::mean).toList(),
                means.stream().map(m -> m.mean() - m.interval(chains)).toList(),
                means.stream().map(m -> m.mean() + m.interval(chains)).toList())));
  }

  private Table table() {
    List<List<Object>> rows = new ArrayList<>();
    for (Width w : result.widths()) {
      List<Object> row = new ArrayList<>();
      row.add(w.width());
      for (Moments m : List.of(w.prior(), w.conditional(), w.outputs())) {
        row.add(cell(m.meanError().mean()));
        row.add(cell(m.meanError().standardError()));
        row.add(cell(m.varianceError().mean()));
        row.add(cell(m.varianceError().standardError()));
      }
      row.add(cell(w.effectiveDraws()));
      row.add(w.stiff().mean());
      rows.add(row);
    }
    List<Column> columns = new ArrayList<>(List.of(Column.of("width")));
    for (String route : List.of("prior", "read-out integrated", "outputs")) {
      for (String what : List.of("mean", "chance", "variance", "chance of variance")) {
        columns.add(Column.of(route + ": " + what).digits(2));
      }
    }
    columns.add(Column.of("effective draws").digits(3));
    columns.add(Column.of("stiff mode").digits(4));
    return new Table(
        "widths-numbers",
        "Widths in numbers",
        "Differences from the Gaussian process by three routes, each beside the size that chance"
            + " alone would give.",
        columns,
        rows);
  }

  private static Object cell(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
