package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.degeneracy.DegeneracyResult.ActivationPath;
import dev.lamina.analysis.degeneracy.DegeneracyResult.Network;
import dev.lamina.analysis.degeneracy.DegeneracyResult.Path;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Shows a {@link DegeneracyResult}. */
final class DegeneracyView {
  /** Label of the quantity that every rule predicts. */
  static final Axis LOG_SIN2 = Axis.linear("ln sin² θ", "");

  static final String SAMPLED = "montecarlo";

  private static final String RULES =
      "Rules: infinite (published, Cho & Saul 2009), paper (published, arXiv 2302.09712 Theorem 1),"
          + " first, digamma and density (derived here). ";

  private final DegeneracyConfig config;
  private final DegeneracyResult result;
  private final long seed;

  DegeneracyView(DegeneracyConfig config, DegeneracyResult result, long seed) {
    this.config = config;
    this.result = result;
    this.seed = seed;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(startNote()));
    for (Network network : result.networks()) {
      blocks.add(networkPlot(network));
      blocks.add(networkTable(network));
    }
    if (!result.sweep().isEmpty()) {
      blocks.add(sweepPlot());
      blocks.add(sweepTable());
    }
    if (!result.activations().isEmpty()) {
      blocks.add(activationPlot());
    }
    blocks.add(lawPlot());
    blocks.add(lawTable());
    ExperimentViews experiments = new ExperimentViews(config, seed);
    blocks.addAll(experiments.oneLayer(result.oneLayer()));
    result.evolution().forEach(e -> blocks.addAll(experiments.evolution(e)));
    result.decay().forEach(d -> blocks.addAll(experiments.decay(d)));
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "Two different inputs of a freshly initialised ReLU network come out of every layer at a"
        + " smaller angle θ; when θ is nearly zero the network cannot tell them apart and trains"
        + " badly. The angle behind each layer is predicted here from the layer widths alone and"
        + " compared with samples of the exact random chain. Infinite-width theory lets θ fall like"
        + " 3π/depth; real networks lose it exponentially, at a rate of about 1/width per layer.";
  }

  private String startNote() {
    String start =
        result.measured().isEmpty()
            ? String.format(
                Locale.ROOT,
                "The two inputs start at θ₀ = %.4f rad, as configured.",
                result.startAngle())
            : measuredNote(result.measured().getFirst());
    return start
        + " Everything is in x = ln sin² θ: 0 is a right angle, −4.6 is 0.1 rad, −9.2 is 0.01 rad."
        + " Means are over initialisations and leave out networks that have merged the two inputs.";
  }

  private static String measuredNote(InputAngles angles) {
    return String.format(
        Locale.ROOT,
        "The two inputs start at the mean angle of the training data, θ₀ = %.4f rad (%d random"
            + " pairs, standard deviation %.4f, from %.4f to %.4f%s).",
        angles.mean(),
        angles.pairs(),
        angles.sd(),
        angles.smallest(),
        angles.largest(),
        angles.zeroRows() == 0 ? "" : "; " + angles.zeroRows() + " zero rows left out");
  }

  private List<Headline> headlines() {
    Network network = result.networks().getFirst();
    SampleStatistics last = network.sampled().getLast();
    List<Headline> headlines = new ArrayList<>();
    headlines.add(
        new Headline(
            "ln sin² θ behind the last hidden layer",
            String.format(Locale.ROOT, "%.3f ± %.3f", last.mean(), 1.96 * last.standardError()),
            String.format(
                Locale.ROOT,
                "mean of %d sampled networks, 95 %% interval; spread between networks %.3f",
                last.count(),
                last.sd())));
    headlines.add(
        new Headline(
            "that mean as an angle",
            String.format(Locale.ROOT, "%.4f rad", LogSin2.toAngle(last.mean())),
            String.format(Locale.ROOT, "from %.4f rad between the inputs", result.startAngle())));
    network.paths().stream()
        .filter(path -> path.rule() == Rule.DENSITY)
        .forEach(path ->
            headlines.add(
                new Headline(
                    "predicted from the widths alone",
                    String.format(Locale.ROOT, "%.3f", path.means().getLast()),
                    "density rule, derived here")));
    headlines.add(
        new Headline(
            "networks that merge almost parallel inputs",
            String.format(Locale.ROOT, "%.2g", network.collapseProbability()),
            String.format(
                Locale.ROOT,
                "predicted probability; %d of %d sampled",
                last.excluded(),
                config.samples())));
    return headlines;
  }

  private Plot networkPlot(Network network) {
    List<Double> layers = numbers(0, network.widths().size());
    double start = LogSin2.of(result.startAngle());
    List<Series> series = new ArrayList<>();
    for (Path path : network.paths()) {
      if (path.rule() == Rule.DENSITY) {
        series.add(
            new Series.Band(
                "density ± 1 sd",
                path.rule().text(),
                numbers(1, path.means().size()),
                combine(path, -1),
                combine(path, 1)));
      }
    }
    for (Path path : network.paths()) {
      List<Double> means = new ArrayList<>(List.of(start));
      means.addAll(path.means());
      series.add(new Series.Line(path.rule().text(), path.rule().text(), layers, means));
    }
    series.add(
        new Series.Points(
            "sampled mean; bars: middle 95 % of networks",
            SAMPLED,
            numbers(1, network.sampled().size()),
            each(network.sampled(), SampleStatistics::mean),
            each(network.sampled(), SampleStatistics::lowerQuantile),
            each(network.sampled(), SampleStatistics::upperQuantile)));
    return new Plot(
        "network-" + network.convention(),
        "The angle through the network, convention " + network.convention(),
        "Mean of ln sin² θ behind every counted layer (widths "
            + new Architecture(network.widths())
            + "), by every rule and sampled. The rule to trust is the one that goes through the"
            + " points; the bars show how much networks of the same shape differ.",
        RULES + sampledBy(config.samples()),
        Axis.linear("layer", ""),
        LOG_SIN2,
        series);
  }

  private static List<Double> combine(Path path, double factor) {
    return IntStream.range(0, path.means().size())
        .mapToObj(i -> path.means().get(i) + factor * path.sds().get(i))
        .toList();
  }

  private Table networkTable(Network network) {
    List<Column> columns = new ArrayList<>(List.of(Column.of("layer"), Column.of("width")));
    network.paths().forEach(path -> columns.add(Column.of(path.rule().text())));
    for (String name : List.of("sampled mean", "std. error", "sd", "median", "merged fraction")) {
      columns.add(Column.of(name));
    }
    columns.add(Column.of("angle of the mean", "rad"));
    List<List<Object>> rows = new ArrayList<>();
    for (int l = 0; l < network.widths().size(); l++) {
      List<Object> row = new ArrayList<>(List.of(l + 1, network.widths().get(l)));
      for (Path path : network.paths()) {
        row.add(path.means().get(l));
      }
      SampleStatistics s = network.sampled().get(l);
      row.addAll(List.of(s.mean(), s.standardError(), s.sd(), s.median(), s.excludedFraction()));
      row.add(LogSin2.toAngle(s.mean()));
      rows.add(cells(row.toArray()));
    }
    return new Table(
        "network-" + network.convention() + "-numbers",
        "The same in numbers, convention " + network.convention(),
        "Mean of ln sin² θ behind each counted layer by each rule, and what the samples say.",
        columns,
        rows);
  }

  private Plot sweepPlot() {
    List<ArchitectureSweep.Row> rows = result.sweep();
    List<Double> positions = numbers(0, rows.size() - 1);
    List<Series> series = new ArrayList<>();
    series.add(theory("infinite", rows, positions, ArchitectureSweep.Row::infinite));
    series.add(theory("paper", rows, positions, ArchitectureSweep.Row::paper));
    series.add(theory("digamma", rows, positions, ArchitectureSweep.Row::digamma));
    series.add(theory("density", rows, positions, ArchitectureSweep.Row::density));
    series.add(
        new Series.Points(
            "sampled mean; bars: 95 % interval",
            SAMPLED,
            positions,
            each(rows, r -> r.sampled().mean()),
            each(rows, r -> r.sampled().mean() - 1.96 * r.sampled().standardError()),
            each(rows, r -> r.sampled().mean() + 1.96 * r.sampled().standardError())));
    return new Plot(
        "architectures",
        "Which networks degenerate",
        "ln sin² θ behind the last hidden layer of several networks (10x100: ten layers of 100"
            + " units). Infinite width is always too optimistic and depends on depth alone; the"
            + " published mean is too pessimistic where layers are narrow.",
        RULES + sampledBy(config.samples()),
        Axis.named("network", rows.stream().map(r -> r.architecture().toString()).toList()),
        LOG_SIN2,
        series);
  }

  private static Series theory(
      String rule,
      List<ArchitectureSweep.Row> rows,
      List<Double> positions,
      ToDoubleFunction<ArchitectureSweep.Row> value) {
    return Series.Points.of(rule, rule, positions, each(rows, value));
  }

  private Table sweepTable() {
    List<Column> columns =
        columns(
            "network",
            "layers",
            "weights",
            "infinite",
            "paper",
            "first",
            "digamma",
            "density",
            "density sd",
            "sampled mean",
            "std. error",
            "sampled sd",
            "median",
            "merged fraction",
            "merge probability");
    List<List<Object>> rows = new ArrayList<>();
    for (ArchitectureSweep.Row r : result.sweep()) {
      SampleStatistics s = r.sampled();
      rows.add(
          cells(
              r.architecture().toString(),
              r.architecture().hidden().size(),
              r.weights(),
              r.infinite(),
              r.paper(),
              r.first(),
              r.digamma(),
              r.density(),
              r.densitySd(),
              s.mean(),
              s.standardError(),
              s.sd(),
              s.median(),
              s.excludedFraction(),
              r.collapseProbability()));
    }
    return new Table(
        "architectures-numbers",
        "Networks side by side",
        "ln sin² θ behind the last hidden layer. The merge probability is that of two almost"
            + " parallel inputs meeting exactly, an upper bound for the sampled fraction. The"
            + " same widths in reverse order have nearly the same mean but another spread.",
        columns,
        rows);
  }

  private Plot activationPlot() {
    List<Series> series = new ArrayList<>();
    for (ActivationPath path : result.activations()) {
      series.add(
          new Series.Points(
              path.activation(),
              path.activation(),
              numbers(1, path.sampled().size()),
              each(path.sampled(), SampleStatistics::mean),
              each(path.sampled(), s -> s.mean() - s.sd()),
              each(path.sampled(), s -> s.mean() + s.sd())));
    }
    return new Plot(
        "activations",
        "The same widths with other activations",
        String.format(
            Locale.ROOT,
            "Mean of ln sin² θ behind every hidden layer, for weight variance %.3g/fan-in and bias"
                + " variance %.3g. Activations whose weight variance puts them in the chaotic phase"
                + " pull angles apart instead of together.",
            config.weightVariance(),
            config.biasVariance()),
        sampledBy(Math.max(config.samples() / 4, 2)) + " Bars: one standard deviation.",
        Axis.linear("layer", ""),
        LOG_SIN2,
        series);
  }

  private Plot lawPlot() {
    List<Double> widths = each(result.laws(), SmallAngleLaw::width);
    return new Plot(
        "decrement",
        "What one layer costs at small angles",
        "Fall of the mean of ln sin² θ per layer, times width/2, so that 1 is the leading order for"
            + " wide layers. The published rule carries an incomplete second order: it behaves as"
            + " 2/n + 100/n² where the exact law is 2/n + 8/n², which matters below a width of"
            + " about 100.",
        "paper: ρ(n) of arXiv 2302.09712 (published). exact: expectation of a difference of digamma"
            + " functions over the number of active units (derived here; checked by sampling).",
        Axis.logarithmic("width n", "units"),
        Axis.logarithmic("decrement · n/2", ""),
        List.of(
            new Series.Line(
                "paper",
                "paper",
                widths,
                each(result.laws(), l -> l.publishedDecrement() * l.width() / 2)),
            new Series.Line(
                "exact",
                "digamma",
                widths,
                each(result.laws(), l -> l.decrement() * l.width() / 2))));
  }

  private Table lawTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (SmallAngleLaw law : result.laws()) {
      rows.add(
          cells(
              law.width(),
              law.publishedDecrement(),
              law.decrement(),
              law.publishedDecrement() - law.decrement(),
              law.publishedVariance(),
              law.variance(),
              law.collapseProbability()));
    }
    return new Table(
        "decrement-numbers",
        "Small-angle law: published and exact",
        "Fall and variance of ln sin² θ per layer for nearly parallel inputs, and the probability"
            + " (n+1)/2ⁿ that the layer merges them.",
        columns(
            "width",
            "published decrement",
            "exact decrement",
            "difference",
            "published variance",
            "exact variance",
            "merge probability"),
        rows);
  }

  private String sampledBy(int samples) {
    return String.format(
        Locale.ROOT, "Points: exact angle chain, %d networks, seed %d.", samples, seed);
  }

  static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }

  /** Returns a row of a table, with nothing where there is no number. */
  static List<Object> cells(Object... values) {
    return Arrays.stream(values)
        .map(value -> value instanceof Double number && number.isNaN() ? null : value)
        .toList();
  }

  static List<Double> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> (double) i).toList();
  }

  static <T> List<Double> each(List<T> rows, ToDoubleFunction<T> value) {
    return rows.stream().map(row -> value.applyAsDouble(row)).toList();
  }
}
