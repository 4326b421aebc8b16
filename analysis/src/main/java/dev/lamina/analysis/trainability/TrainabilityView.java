package dev.lamina.analysis.trainability;

import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.trainability.TrainabilityResult.Correlation;
import dev.lamina.analysis.trainability.TrainabilityResult.EqualDepth;
import dev.lamina.analysis.trainability.TrainabilityResult.Estimate;
import dev.lamina.analysis.trainability.TrainabilityResult.Reversed;
import dev.lamina.analysis.trainability.TrainabilityResult.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Shows a {@link TrainabilityResult}. */
final class TrainabilityView {
  private static final Axis ACCURACY = Axis.linear("test accuracy", "");
  private static final String RULES =
      "Rules: infinite (published, Cho & Saul 2009), paper (published, arXiv 2302.09712 Theorem 1),"
          + " digamma and density (derived here).";

  private final TrainabilityConfig config;
  private final TrainabilityResult result;
  private final PreparedData data;
  private final long seed;

  TrainabilityView(
      TrainabilityConfig config, TrainabilityResult result, PreparedData data, long seed) {
    this.config = config;
    this.result = result;
    this.data = data;
    this.seed = seed;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(publishedPlot());
    blocks.add(
        accuracyPlot(
            "density",
            "Accuracy against the density rule",
            "Mean test accuracy of every network against ln sin² θ behind its last hidden layer as"
                + " the density rule predicts it from the mean angle of the data. To the left the"
                + " inputs have become indistinguishable at initialisation.",
            Predictors.DENSITY,
            List.of()));
    blocks.add(
        accuracyPlot(
            "measured",
            "Accuracy against the measured angle",
            "The same against ln sin² θ of real pairs behind the last hidden layer of fresh"
                + " networks, which is what the rules try to predict.",
            Predictors.MEASURED,
            List.of()));
    blocks.add(correlationPlot());
    blocks.add(correlationTable());
    blocks.add(rowTable());
    if (!result.depths().isEmpty()) {
      blocks.add(depthPlot());
      blocks.add(depthTable());
    }
    if (!result.orders().isEmpty()) {
      blocks.add(orderTable());
    }
    for (int i = 0; i < result.profiles().size(); i++) {
      blocks.add(profilePlot(i + 1, result.profiles().get(i)));
    }
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "A network whose inputs have become nearly parallel at initialisation is close to a"
        + " constant function, and hard to train. Many architectures are trained here in the same"
        + " way, and their accuracy is compared with the angle that was predicted from their widths"
        + " before any training (arXiv 2306.01513).";
  }

  private String settings() {
    return String.format(
        Locale.ROOT,
        "%d architectures, %d runs each: %d epoch%s of Adam (rate %s, β 0.9 and 0.999, ε 1e-7 as in"
            + " Keras), batches of %d, He initialisation without biases; %,d training and %,d test"
            + " samples. Training inputs are at %.4f rad on average. Angles were followed for %d"
            + " pairs of test inputs through %d fresh networks of each architecture, in float64.",
        result.rows().size(),
        config.runs(),
        config.epochs(),
        config.epochs() == 1 ? "" : "s",
        config.rate(),
        config.batch(),
        data.train().samples(),
        data.test().samples(),
        result.inputs().mean(),
        config.pairs(),
        config.networks());
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    for (int p : new int[] {Predictors.DENSITY, Predictors.PUBLISHED, Predictors.INFINITE}) {
      Correlation c = result.correlations().get(p);
      headlines.add(
          new Headline(
              "rank correlation of accuracy and " + c.predictor().name(),
              number(c.spearman().value()),
              String.format(
                  Locale.ROOT,
                  "95 %% interval %s to %s, %d architectures",
                  number(c.spearman().low()),
                  number(c.spearman().high()),
                  result.rows().size())));
    }
    int diverged = result.rows().stream().mapToInt(Row::diverged).sum();
    if (diverged > 0) {
      headlines.add(
          new Headline("runs that diverged", Integer.toString(diverged), "left out of all means"));
    }
    return headlines;
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "not defined" : String.format(Locale.ROOT, "%.2f", value);
  }

  private Plot publishedPlot() {
    List<Series> published = new ArrayList<>();
    for (PublishedAccuracies p : PublishedAccuracies.of(data.train().name())) {
      published.add(
          Series.Points.of(
              "published, architectures known",
              "published known",
              PublishedAccuracies.KNOWN_X,
              p.known()));
      published.add(
          Series.Points.of(
              "published, architectures unknown",
              "published unknown",
              PublishedAccuracies.OTHERS,
              p.others()));
    }
    return accuracyPlot(
        "published",
        "Accuracy against the published prediction",
        "Mean test accuracy against ln sin² θ by the published rule, as the published figure counts"
            + " the layers. Accuracy is flat on the right, has a knee, and falls where inputs"
            + " become indistinguishable; what lies below the trend is mostly deep.",
        Predictors.PUBLISHED,
        published);
  }

  private Plot accuracyPlot(
      String id, String title, String explanation, int predictor, List<Series> others) {
    List<Row> rows = defined(predictor);
    List<Series> series = new ArrayList<>(others);
    series.add(
        new Series.Shaded(
            "this study; bars: 95 % interval of the mean",
            "accuracy",
            each(rows, r -> r.predictions().get(predictor)),
            each(rows, Row::mean),
            each(rows, r -> r.mean() - r.interval()),
            each(rows, r -> r.mean() + r.interval()),
            rows.stream().map(Row::architecture).toList(),
            each(rows, r -> Math.log10((double) r.weights())),
            Axis.linear("log10 of the number of weights", "")));
    return new Plot(
        id,
        title,
        explanation,
        RULES
            + " Points: "
            + config.runs()
            + " runs, seeds from "
            + seed
            + ". Published points: read off figure 1 of arXiv 2306.01513.",
        Axis.linear("ln sin² θ, " + result.predictors().get(predictor).name(), ""),
        ACCURACY,
        series);
  }

  private List<Row> defined(int predictor) {
    return result.rows().stream()
        .filter(r -> Double.isFinite(r.mean()))
        .filter(r -> Double.isFinite(r.predictions().get(predictor)))
        .toList();
  }

  private Plot correlationPlot() {
    List<Correlation> all = result.correlations();
    return new Plot(
        "correlations",
        "What tells the accuracy",
        "Correlation of mean accuracy with each number known before training, over the"
            + " architectures. Ranks ask for the right order alone; the numbers also for a straight"
            + " line.",
        RULES + " Bars: 95 % intervals by drawing the architectures again (bootstrap).",
        Axis.named("predictor", all.stream().map(c -> c.predictor().name()).toList()),
        Axis.linear("correlation", ""),
        List.of(
            estimates("Spearman, ranks", all, Correlation::spearman, -0.1),
            estimates("Pearson, numbers", all, Correlation::pearson, 0.1)));
  }

  private static Series estimates(
      String name, List<Correlation> all, Function<Correlation, Estimate> part, double shift) {
    return new Series.Points(
        name,
        name,
        IntStream.range(0, all.size()).mapToObj(i -> i + shift).toList(),
        each(all, c -> part.apply(c).value()),
        each(all, c -> part.apply(c).low()),
        each(all, c -> part.apply(c).high()));
  }

  private Table correlationTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Correlation c : result.correlations()) {
      rows.add(
          cells(
              c.predictor().name(),
              c.spearman().value(),
              c.spearman().low(),
              c.spearman().high(),
              c.pearson().value(),
              c.pearson().low(),
              c.pearson().high(),
              c.predictor().meaning()));
    }
    return new Table(
        "correlations-numbers",
        "Correlations in numbers",
        "With the mean test accuracy; 95 % intervals by drawing the architectures again.",
        columns("predictor", "Spearman", "from", "to", "Pearson", "from ", "to ", "meaning"),
        rows);
  }

  private Table rowTable() {
    List<Column> columns =
        new ArrayList<>(columns("network", "layers", "weights", "accuracy", "± 95 %", "diverged"));
    result.predictors().forEach(p -> columns.add(Column.of(p.name())));
    List<List<Object>> rows = new ArrayList<>();
    for (Row r : result.rows()) {
      List<Object> cells =
          new ArrayList<>(
              cells(
                  r.architecture(), r.depth(), r.weights(), r.mean(), r.interval(), r.diverged()));
      cells.addAll(cells(r.predictions().toArray()));
      rows.add(cells);
    }
    return new Table(
        "networks",
        "All networks",
        "Mean test accuracy over the runs, and every predictor (10x100: ten layers of 100 units).",
        columns,
        rows);
  }

  private Plot depthPlot() {
    List<Series> series = new ArrayList<>();
    for (EqualDepth d : result.depths()) {
      String name = d.depth() + " layers";
      series.add(Series.Points.of(name, name, d.density(), d.accuracies()));
    }
    return new Plot(
        "equal-depth",
        "Networks of equal depth",
        "Accuracy against the density rule for networks that differ in width alone. Infinite-width"
            + " theory gives all networks of a series the same angle, so every trend within one is"
            + " what finite width adds.",
        RULES,
        Axis.linear("ln sin² θ, density rule from the data's mean angle", ""),
        ACCURACY,
        series);
  }

  private Table depthTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (EqualDepth d : result.depths()) {
      for (int i = 0; i < d.widths().size(); i++) {
        rows.add(
            cells(
                d.depth(),
                d.widths().get(i),
                d.accuracies().get(i),
                d.infinite(),
                d.density().get(i),
                d.spearman()));
      }
    }
    return new Table(
        "equal-depth-numbers",
        "Networks of equal depth in numbers",
        "The last column is the rank correlation of accuracy and density rule within the series.",
        columns("layers", "width", "accuracy", "infinite", "density", "Spearman of the series"),
        rows);
  }

  private Table orderTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Reversed pair : result.orders()) {
      for (Row r : List.of(pair.forward(), pair.backward())) {
        rows.add(
            cells(
                r.architecture(),
                r.mean(),
                r.interval(),
                r.weights(),
                r.predictions().get(Predictors.PUBLISHED),
                r.predictions().get(Predictors.DENSITY),
                r.predictions().get(Predictors.MEASURED)));
      }
    }
    return new Table(
        "orders",
        "The same widths in both orders",
        "Both orders have the same sum of decrements; the drift at larger angles differs, and so do"
            + " the numbers of weights.",
        columns(
            "network",
            "accuracy",
            "± 95 %",
            "weights",
            "paper, as published",
            "density",
            "measured"),
        rows);
  }

  private Plot profilePlot(int number, AngleProfile profile) {
    List<AngleProfile.Point> layers = profile.layers();
    List<Series> series = new ArrayList<>();
    series.add(line("infinite", profile, AngleProfile.Point::infinite));
    series.add(line("paper", profile, AngleProfile.Point::paper));
    series.add(line("digamma", profile, AngleProfile.Point::digamma));
    series.add(
        new Series.Points(
            "real pairs; bars: 95 % interval of the mean",
            "real pairs",
            IntStream.rangeClosed(1, layers.size()).mapToObj(l -> (double) l).toList(),
            each(layers, AngleProfile.Point::measured),
            each(layers, p -> p.measured() - p.interval()),
            each(layers, p -> p.measured() + p.interval())));
    return new Plot(
        "angles-" + number,
        "Angles of real pairs through " + Architecture.parse(profile.architecture()),
        "Mean of ln sin² θ of pairs of test inputs behind every hidden layer of fresh networks,"
            + " beside the rules, each averaged over the same pairs.",
        RULES
            + String.format(
                Locale.ROOT,
                " Points: %d pairs, %d networks, seeds from %d; at most %.1f %% of the pairs were"
                    + " parallel or zero and are left out.",
                config.pairs(),
                config.networks(),
                seed,
                100 * layers.stream().mapToDouble(AngleProfile.Point::lost).max().orElse(0)),
        Axis.linear("layer", ""),
        Axis.linear("ln sin² θ", ""),
        series);
  }

  private static Series line(
      String rule, AngleProfile profile, ToDoubleFunction<AngleProfile.Point> value) {
    List<Double> y = new ArrayList<>(List.of(profile.start()));
    y.addAll(each(profile.layers(), value));
    return new Series.Line(
        rule, rule, IntStream.range(0, y.size()).mapToObj(l -> (double) l).toList(), y);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }

  /** Returns a row with nothing where there is no number. */
  private static List<Object> cells(Object... values) {
    return Arrays.stream(values)
        .map(value -> value instanceof Double number && number.isNaN() ? null : value)
        .toList();
  }

  private static <T> List<Double> each(List<T> rows, ToDoubleFunction<T> value) {
    return rows.stream().map(row -> value.applyAsDouble(row)).toList();
  }
}
