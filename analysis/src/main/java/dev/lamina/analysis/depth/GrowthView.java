package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.GrowthResult.Members;
import dev.lamina.analysis.depth.GrowthResult.Run;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.StudyContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Shows a {@link GrowthResult}. */
final class GrowthView {
  /** Epochs after the growth at which the table has its numbers. */
  private static final List<Integer> SOON = List.of(0, GrowthResult.SOON, 2500);

  private final GrowthConfig config;
  private final StudyContext context;
  private final GrowthResult result;

  GrowthView(GrowthConfig config, StudyContext context, GrowthResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.addAll(
        List.of(
            new Note(settings()),
            plot(
                "loss",
                "Loss before and after samples are added",
                "Training loss on the samples of the time. Samples are added at epoch "
                    + config.growAt()
                    + "; a network that leaves its plateau falls.",
                "loss",
                true,
                Moment::loss),
            plot(
                "pearson",
                "Linearity of the first layer before and after samples are added",
                "One minus the minimal correlation of the first hidden layer, on the samples of the"
                    + " time. The further samples reach beyond where the layer is linear.",
                "1 − minimal correlation",
                true,
                m -> 1 - m.minPearson().getFirst()),
            runTable()));
    if (result.runs().stream().anyMatch(run -> !Double.isNaN(run.escaped()))) {
      blocks.add(escapes());
      blocks.add(escapeTable());
    }
    blocks.add(memberTable());
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "The more samples a layer has to be linear on, the fewer networks are lifts of shallower"
        + " ones (arXiv 2205.13283): lifts for a set of samples are lifts for each part of it, but"
        + " not for more. A network is trained on some samples until it waits on a plateau; copies"
        + " of it go on with the same or with more samples.";
  }

  private String settings() {
    FollowedPlan plan = config.plan();
    return String.format(
        Locale.ROOT,
        "%d initialisation%s from seed %d; loss %s, %s at rate %s, %d epochs, %s of %d rows: %s, from"
            + " epoch %d on %s.",
        config.runs(),
        config.runs() == 1 ? "" : "s",
        context.seed(),
        plan.loss().text(),
        plan.optimiser().text(),
        NumberTexts.rounded(plan.rate(), 4),
        plan.epochs(),
        config.central() ? "those in the middle" : "the first",
        result.available(),
        config.sizes().getFirst(),
        config.growAt(),
        config.sizes().stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    for (Run run : firstRuns()) {
      Moment soon = run.later(SOON.get(1));
      headlines.add(
          new Headline(
              "minimal correlation of layer 1 with %d samples".formatted(run.size()),
              NumberTexts.rounded(soon.minPearson().getFirst(), 5),
              "at epoch %d; %s before"
                  .formatted(
                      soon.epoch(),
                      NumberTexts.rounded(run.before().getLast().minPearson().getFirst(), 5))));
    }
    return headlines;
  }

  private List<Run> firstRuns() {
    return result.runs().stream().filter(run -> run.seed() == context.seed()).toList();
  }

  private Plot plot(
      String id,
      String title,
      String explanation,
      String label,
      boolean logarithmic,
      ToDoubleFunction<Moment> value) {
    List<Series> series = new ArrayList<>();
    Run first = firstRuns().getFirst();
    series.add(
        line(config.sizes().getFirst() + " samples, before", "before", first.before(), value));
    for (Run run : firstRuns()) {
      series.add(line(run.size() + " samples", run.size() + " samples", run.after(), value));
    }
    return new Plot(
        id,
        title,
        explanation,
        ("Longer plateaus and more linear layers with fewer samples: published (arXiv 2205.13283,"
                + " figure 6). Measured: %s, one line for each number of samples, first seed %d.")
            .formatted(context.data().train().name(), context.seed()),
        Axis.linear("epoch", ""),
        logarithmic ? Axis.logarithmic(label, "") : Axis.linear(label, ""),
        series);
  }

  private static Series.Line line(
      String name, String subject, List<Moment> moments, ToDoubleFunction<Moment> value) {
    return new Series.Line(
        name,
        subject,
        moments.stream().map(m -> (double) m.epoch()).toList(),
        moments.stream().map(value::applyAsDouble).toList());
  }

  private Table runTable() {
    List<Column> columns =
        new ArrayList<>(
            LinearityView.columns("seed", "samples", "loss before", "correlations before"));
    for (int soon : SOON) {
      String when = soon == 0 ? "at once" : String.format(Locale.ROOT, "after %,d", soon);
      columns.add(Column.of("loss " + when).digits(4));
      columns.add(Column.of("correlations " + when));
    }
    columns.addAll(LinearityView.columns("loss at the end", "half of the loss at", "ending"));
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : result.runs()) {
      Moment before = run.before().getLast();
      List<Object> row =
          LinearityView.row(run.seed(), run.size(), before.loss(), correlations(before));
      for (int soon : SOON) {
        Moment then = run.later(soon);
        row.add(then.loss());
        row.add(correlations(then));
      }
      row.addAll(LinearityView.row(run.after().getLast().loss(), run.escaped(), run.ending()));
      rows.add(row);
    }
    return new Table(
        "growth",
        "Before and after samples are added",
        "Losses and minimal correlations of the hidden layers, unimportant neurons left out, on the"
            + " samples of the time: just before the growth, and on the new samples at once and"
            + " 1,000 and 2,500 epochs later. When the loss is half of what it was after 1,000"
            + " depends strongly on the seed.",
        columns,
        rows);
  }

  private static String correlations(Moment moment) {
    return moment.minPearson().stream()
        .map(p -> NumberTexts.rounded(p, 5))
        .collect(Collectors.joining(" "));
  }

  /**
   * Returns how many epochs after the growth a run left its plateau, or how long it was watched.
   */
  private double waited(Run run) {
    double end = run.after().getLast().epoch();
    return (Double.isNaN(run.escaped()) ? end : run.escaped()) - config.growAt();
  }

  private Plot escapes() {
    List<Series> series = new ArrayList<>();
    addEscapes(series, "left the plateau", true);
    addEscapes(series, "still there at the end", false);
    return new Plot(
        "escapes",
        "How long networks stay on the plateau",
        "Epochs after epoch %d until the loss is half of what it was 1,000 epochs after it, against the number of samples; one point for each initialisation."
            .formatted(config.growAt()),
        "Shorter plateaus with more samples: published (arXiv 2205.13283, figure 6). Measured: %s, %d initialisations."
            .formatted(context.data().train().name(), config.runs()),
        Axis.linear("samples", ""),
        Axis.linear("epochs", ""),
        series);
  }

  private void addEscapes(List<Series> series, String name, boolean left) {
    List<Run> runs =
        result.runs().stream().filter(run -> Double.isNaN(run.escaped()) != left).toList();
    if (!runs.isEmpty()) {
      series.add(
          Series.Points.of(
              name,
              name,
              runs.stream().map(run -> (double) run.size()).toList(),
              runs.stream().map(this::waited).toList()));
    }
  }

  private Table escapeTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (int size : config.sizes()) {
      List<Run> runs = result.runs().stream().filter(run -> run.size() == size).toList();
      double[] left =
          runs.stream()
              .filter(run -> !Double.isNaN(run.escaped()))
              .mapToDouble(this::waited)
              .sorted()
              .toArray();
      rows.add(
          Arrays.asList(
              size,
              runs.size(),
              left.length,
              left.length == 0 ? null : left[0],
              left.length == 0 ? null : left[left.length - 1]));
    }
    return new Table(
        "escape-numbers",
        "How long networks stay, in numbers",
        "Initialisations, how many of them left the plateau within the %d epochs after the growth, and after how many the first and the last of these did."
            .formatted(config.plan().epochs() - config.growAt()),
        LinearityView.columns("samples", "initialisations", "left", "first", "last"),
        rows);
  }

  private Table memberTable() {
    List<Column> columns = new ArrayList<>(List.of(Column.of("drawn for")));
    config.sizes().forEach(size -> columns.add(Column.of("members for %d".formatted(size))));
    List<List<Object>> rows = new ArrayList<>();
    for (Members members : result.members()) {
      List<Object> row = new ArrayList<>(List.of(members.size()));
      row.addAll(members.shares());
      rows.add(row);
    }
    return new Table(
        "members",
        "Lifts for some samples, and for others",
        "Share of random lifts of the network at the growth (a relu layer behind its first hidden"
            + " one), drawn for the samples of the row, that are lifts for those of the column. All of them for"
            + " fewer samples: the lifted set for more samples lies in that for fewer.",
        columns,
        rows);
  }
}
