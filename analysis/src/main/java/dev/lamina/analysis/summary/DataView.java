package dev.lamina.analysis.summary;

import dev.lamina.analysis.data.DataSummary;
import dev.lamina.analysis.data.DataSummary.ClassCount;
import dev.lamina.analysis.data.ImageShape;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Pictures;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows a {@link DataSectionResult}. */
final class DataView {
  private static final int MOST_CLASSES = 60;

  private final DataSectionResult result;
  private final long seed;

  DataView(DataSectionResult result, long seed) {
    this.result = result;
    this.seed = seed;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>(List.of(table()));
    if (!result.pictures().isEmpty()) {
      blocks.add(pictures(result.train().image().orElseThrow()));
    }
    int classes = result.train().classes().size();
    if (classes > 0 && classes <= MOST_CLASSES) {
      blocks.add(classes());
    }
    result.angles().ifPresent(angles -> blocks.add(histogram(angles)));
    return new SectionView(introduction(), headlines(), blocks);
  }

  private String introduction() {
    return "What the analyses below are given: %s. Test samples: %s.%s"
        .formatted(result.train().provenance(), result.test().provenance(), warnings());
  }

  private String warnings() {
    DataSummary train = result.train();
    StringBuilder text = new StringBuilder();
    if (train.duplicateRows() > 0) {
      text.append(
          " %d training rows equal an earlier one (%d of them with another response), which makes kernel matrices without noise singular."
              .formatted(train.duplicateRows(), train.conflictingRows()));
    }
    if (train.zeroRows() > 0) {
      text.append(
          " %d training rows are zero (the first is row %d); they have no angle to others."
              .formatted(train.zeroRows(), train.firstZeroRow().orElse(0)));
    }
    return text.toString();
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    DataSummary train = result.train();
    headlines.add(
        new Headline(
            "samples to learn from",
            String.format(Locale.ROOT, "%,d", train.rows()),
            String.format(
                Locale.ROOT,
                "%s, %,d features; %,d to test on",
                train.name(),
                train.features(),
                result.test().rows())));
    result
        .angles()
        .ifPresent(a ->
            headlines.add(
                new Headline(
                    "median angle between inputs",
                    String.format(Locale.ROOT, "%.3f rad", a.median()),
                    String.format(
                        Locale.ROOT,
                        "%,d random pairs, from %.3f to %.3f",
                        a.pairs(),
                        a.smallest(),
                        a.largest()))));
    return headlines;
  }

  private Table table() {
    DataSummary train = result.train();
    DataSummary test = result.test();
    List<List<Object>> rows = new ArrayList<>();
    rows.add(List.of("samples", train.rows(), test.rows()));
    rows.add(List.of("features", train.features(), test.features()));
    if (!train.classes().isEmpty()) {
      rows.add(List.of("classes", train.classes().size(), test.classes().size()));
    }
    rows.add(List.of("smallest feature", train.x().min(), test.x().min()));
    rows.add(List.of("largest feature", train.x().max(), test.x().max()));
    rows.add(List.of("mean of the features", train.x().mean(), test.x().mean()));
    rows.add(
        List.of(
            "standard deviation of the features",
            train.x().standardDeviation(),
            test.x().standardDeviation()));
    rows.add(
        List.of("features with one value only", train.constantFeatures(), test.constantFeatures()));
    rows.add(List.of("rows that are zero", train.zeroRows(), test.zeroRows()));
    rows.add(
        List.of("rows that equal an earlier one", train.duplicateRows(), test.duplicateRows()));
    return new Table(
        "summary",
        "In numbers",
        "Samples after the split and the preprocessing.",
        List.of(Column.of("what"), Column.of("training"), Column.of("test")),
        rows);
  }

  private Pictures pictures(ImageShape shape) {
    return new Pictures(
        "samples",
        "Some of the training samples",
        "The first samples of each class in turn, as the analyses see them: after preprocessing, dark is large.",
        shape.width(),
        shape.height(),
        result.pictures().stream().map(p -> new Pictures.Picture(p.label(), p.pixels())).toList());
  }

  private Plot classes() {
    List<String> names = result.train().classes().stream().map(ClassCount::name).toList();
    return new Plot(
        "classes",
        "Samples per class",
        "How many samples each class has in the training and the test part. Columns of equal height mean that guessing the commonest class gains nothing.",
        "Counted.",
        Axis.named("class", names),
        Axis.linear("samples", ""),
        List.of(
            Series.Bars.at("training", "training", counts(result.train())),
            Series.Bars.at("test", "test", counts(result.test()))));
  }

  private static List<Double> counts(DataSummary summary) {
    return summary.classes().stream().map(c -> (double) c.rows()).toList();
  }

  private Plot histogram(PairAngles angles) {
    int last = BinRange.last(angles.sameClass(), angles.otherPairs());
    List<Double> edges = angles.edges().subList(0, last + 2);
    List<Series> series = new ArrayList<>();
    boolean classes = !angles.sameClass().isEmpty();
    String rest = classes ? "pairs of two classes" : "pairs";
    series.add(new Series.Bars(rest, "different", edges, shares(angles.otherPairs(), last)));
    if (classes) {
      series.add(
          new Series.Bars("pairs of one class", "same", edges, shares(angles.sameClass(), last)));
    }
    return new Plot(
        "angles",
        "Angles between inputs",
        "The angle between two training samples, for random pairs: where depth starts from. Small angles are what a deep network has to keep apart; the further the two groups lie from each other, the easier the classes are to tell.",
        "%d random pairs, seed %d; each group has total height 1.".formatted(angles.pairs(), seed),
        Axis.linear("angle", "rad"),
        Axis.linear("share of pairs", "per bin"),
        series);
  }

  private static List<Double> shares(List<Integer> counts, int last) {
    double total = Math.max(1, counts.stream().mapToInt(Integer::intValue).sum());
    return counts.subList(0, last + 1).stream().map(c -> c / total).toList();
  }
}
