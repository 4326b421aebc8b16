package dev.lamina.report;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.Pictures;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Provenance;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.config.LaminaConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** A report with every kind of block, and with texts that try to break the page. */
final class SampleReport {
  static final String HOSTILE = "</script><script>document.title='broken'</script> <b>\"&'";

  private SampleReport() {}

  static Report make() {
    SectionView view =
        new SectionView(
            "Every kind of picture once. " + HOSTILE,
            List.of(
                new Headline(
                    "test accuracy", "97.4 %", "95 % interval 97.1 – 97.7, 10,000 samples"),
                new Headline(HOSTILE, "<i>1</i>", "a label that is hostile"),
                new Headline("float32 error", "3.1e-7", "of 4096 entries against float64"),
                new Headline("angle", "0.42 rad", "behind the last layer")),
            List.of(
                curves(), powers(), histogram(), named(), heatmap(), table(), pictures(), note()));
    return new Report(
        "A sample of everything " + HOSTILE,
        "No study at all: numbers made up to see the page in a browser.",
        List.of(
            new Report.Section("sample", "Sample", Optional.of(view), Optional.empty(), 12.3, true),
            new Report.Section(
                "broken",
                "A section that failed",
                Optional.empty(),
                Optional.of("KernelInputException: row 3 is zero " + HOSTILE),
                0.2,
                false)),
        new Provenance(
            "0.0.0",
            "25",
            "test",
            "cpu",
            "Abacus " + HOSTILE,
            "float32",
            1,
            "2026-01-01T00:00:00Z",
            83,
            LaminaConfig.defaults().settings(),
            "study { title = \"" + HOSTILE + "\" }",
            "lamina study x.conf --out out"));
  }

  private static List<Double> steps(double from, double by, int count, DoubleUnaryOperator f) {
    return IntStream.range(0, count).mapToObj(i -> f.applyAsDouble(from + by * i)).toList();
  }

  private static Block curves() {
    List<Double> x = steps(0, 0.25, 41, t -> t);
    List<Double> few = steps(0, 1, 11, t -> t);
    return new Plot(
        "curves",
        "Theory and measurement",
        "A line is theory and points are measurement, each with its interval. The points lie on the line within them.",
        "Derived here; points: 100 samples each, seed 1.",
        Axis.linear("depth", "hidden layers"),
        Axis.linear("ln sin² θ", ""),
        List.of(
            new Series.Band(
                "theory ± 1 sd",
                "theory",
                x,
                steps(0, 0.25, 41, t -> -0.3 * t - 0.2),
                steps(0, 0.25, 41, t -> -0.3 * t + 0.2)),
            new Series.Line("theory", "theory", x, steps(0, 0.25, 41, t -> -0.3 * t)),
            new Series.Line("infinite width", "infinite", x, steps(0, 0.25, 41, t -> -0.2 * t)),
            new Series.Points(
                "measured; bars: 95 % interval",
                "measured",
                few,
                steps(0, 1, 11, t -> t == 4 ? Double.NaN : -0.3 * t + 0.05 * Math.sin(7 * t)),
                steps(0, 1, 11, t -> -0.3 * t - 0.15),
                steps(0, 1, 11, t -> -0.3 * t + 0.15))));
  }

  private static Block powers() {
    List<Double> x = steps(0, 0.1, 31, t -> Math.pow(10, t));
    return new Plot(
        "powers",
        "A law on logarithmic axes",
        "The decrement falls like 2/n. Both axes are logarithmic, so that a power is a straight line.",
        "Published.",
        Axis.logarithmic("width n", "units"),
        Axis.logarithmic("decrement", "per layer"),
        List.of(
            new Series.Line("2/n", "theory", x, steps(0, 0.1, 31, t -> 2 / Math.pow(10, t))),
            Series.Points.of(
                HOSTILE, "infinite", x, steps(0, 0.1, 31, t -> 2.4 / Math.pow(10, t)))));
  }

  private static Block histogram() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    double[] counts = new double[40];
    for (int i = 0; i < 5000; i++) {
      int bin = (int) Math.floor(random.nextGaussian() * 6 + 20);
      if (bin >= 0 && bin < counts.length) {
        counts[bin]++;
      }
    }
    return new Plot(
        "histogram",
        "Angles between inputs",
        "How many pairs have which angle. Most are far from a right angle.",
        "5000 random pairs, seed 1.",
        Axis.linear("angle", "rad"),
        Axis.linear("pairs", ""),
        List.of(
            new Series.Bars(
                "pairs",
                "measured",
                steps(0, 1, 41, t -> t * Math.PI / 80),
                Arrays.stream(counts).boxed().toList())));
  }

  private static Block named() {
    List<String> names =
        IntStream.range(0, 12).mapToObj(i -> (i * 5 + 2) + "x" + (100 - 7 * i)).toList();
    return new Plot(
        "named",
        "Samples per class",
        "Positions with names instead of numbers. Both parts have all classes.",
        "Counted.",
        Axis.named("architecture", names),
        Axis.linear("samples", ""),
        List.of(
            Series.Bars.at("training", "training", steps(0, 1, 12, t -> 100 + t)),
            Series.Bars.at("test", "test", steps(0, 1, 12, t -> 40 - t))));
  }

  private static Block heatmap() {
    List<List<Double>> values = new ArrayList<>();
    for (int j = 0; j < 12; j++) {
      double y = j;
      values.add(steps(0, 1, 20, t -> t == 3 && y == 3 ? Double.NaN : Math.exp(-t * y / 20)));
    }
    return new Heatmap(
        "heat",
        "A map",
        "Numbers over a grid as colours. They fall towards the upper right corner.",
        "Made up.",
        Axis.linear("layer", ""),
        Axis.linear("noise", ""),
        Axis.logarithmic("error", "rad"),
        steps(0, 1, 20, t -> t),
        steps(0, 1, 12, t -> t),
        values);
  }

  private static Block table() {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      rows.add(
          Arrays.asList(
              i == 5 ? HOSTILE : "ntk(depth=" + i + ")",
              i,
              i == 3 ? (Object) Double.NaN : Math.exp(-i) * 1.23456789,
              i % 2 == 0,
              i == 7 ? null : 1e9 / (i + 1)));
    }
    return new Table(
        "numbers",
        "A table",
        "A row for each kernel.",
        List.of(
            Column.of("kernel"),
            Column.of("depth", "layers"),
            Column.of("error", "rad").digits(3),
            Column.of("converged"),
            Column.of("time", "ns")),
        rows);
  }

  private static Block pictures() {
    List<Pictures.Picture> list = new ArrayList<>();
    for (int k = 0; k < 12; k++) {
      int shift = k;
      list.add(
          new Pictures.Picture(
              "class " + k, steps(0, 1, 64, t -> (t + shift) % 9 < 3 ? 1.2 : t / 64)));
    }
    return new Pictures("samples", "Samples", "Twelve pictures of 8×8 pixels.", 8, 8, list);
  }

  private static Block note() {
    return new Note("A closing remark with an & and a < and " + HOSTILE);
  }
}
