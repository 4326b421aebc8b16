package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.benchmarks.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Times of equal work against one of its sizes. */
final class SweepPlot {
  /** How the names of these plots begin. */
  static final String ID = "time-against-";

  /** What the points of a line have in common. */
  private record Line(String work, String by, String dtype, Map<String, Long> others) {
    static Line of(Figure f, String letter) {
      Map<String, Long> others = new LinkedHashMap<>(f.sizes());
      others.remove(letter);
      return new Line(f.work(), f.by(), f.dtype(), others);
    }
  }

  private final String letter;
  private final Map<Line, List<Figure>> lines = new LinkedHashMap<>();

  private SweepPlot(List<Figure> figures, String letter) {
    this.letter = letter;
    for (Figure f : figures) {
      if (f.sizes().getOrDefault(letter, 0L) > 0 && f.milliseconds().min() > 0) {
        lines.computeIfAbsent(Line.of(f, letter), _ -> new ArrayList<>()).add(f);
      }
    }
    lines.values().removeIf(points -> points.stream().mapToDouble(this::x).distinct().count() < 2);
    lines.values().forEach(points -> points.sort(Comparator.comparingDouble(this::x)));
  }

  /**
   * Returns the plot of a suite; empty if nothing was measured at two sizes.
   *
   * @param figures of the suite
   * @param letter the size that varies
   * @param meaning what the letter stands for
   */
  static Optional<Plot> of(List<Figure> figures, String letter, String meaning) {
    SweepPlot sweep = new SweepPlot(figures, letter);
    return sweep.lines.isEmpty() ? Optional.empty() : Optional.of(sweep.plot(meaning));
  }

  private Plot plot(String meaning) {
    List<Series> series = new ArrayList<>();
    lines.forEach((line, points) -> series.add(times(name(line), points)));
    Set<List<Double>> drawn = new HashSet<>();
    lines.forEach((line, points) -> {
      List<Figure> known =
          points.stream().filter(f -> f.floorMilliseconds().orElse(0) > 0).toList();
      List<Double> xs = list(known, this::x);
      List<Double> floors = list(known, f -> f.floorMilliseconds().orElseThrow());
      List<Double> both = new ArrayList<>(xs);
      both.addAll(floors);
      if (known.size() > 1 && drawn.add(both)) {
        series.add(new Series.Line("floor: " + name(line), name(line), xs, floors));
      }
    });
    return new Plot(
        ID + letter.toLowerCase(Locale.ROOT),
        "Time against " + meaning,
        "Points are medians of the rounds. Lines of the same colour are the floors: operations at the rate of the library's product, or bytes at that of"
            + " a copy, whichever takes longer. Both axes are logarithmic: a power law is straight, and its slope is the power.",
        "Intervals from the fastest to the slowest round.",
        Axis.logarithmic(meaning, ""),
        Axis.logarithmic("time", "ms"),
        series);
  }

  private Series times(String name, List<Figure> points) {
    return new Series.Points(
        name,
        name,
        list(points, this::x),
        list(points, f -> f.milliseconds().median()),
        list(points, f -> f.milliseconds().min()),
        list(points, f -> f.milliseconds().max()));
  }

  /** Returns what tells a line from the others. */
  private String name(Line line) {
    String by = line.by().equals(FigureTexts.OWN) ? "" : " by " + line.by();
    String dtype = varies(Line::dtype) ? ", " + line.dtype() : "";
    String sizes =
        varies(Line::others) && !line.others().isEmpty()
            ? ", " + FigureTexts.sizes(line.others())
            : "";
    return line.work() + by + dtype + sizes;
  }

  private boolean varies(Function<Line, ?> part) {
    return lines.keySet().stream().map(part).distinct().count() > 1;
  }

  private double x(Figure figure) {
    return figure.sizes().get(letter).doubleValue();
  }

  private static List<Double> list(List<Figure> figures, ToDoubleFunction<Figure> number) {
    return figures.stream().mapToDouble(number).boxed().toList();
  }
}
