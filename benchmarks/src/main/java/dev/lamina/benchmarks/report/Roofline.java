package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Rates of a backend's work against its operations per byte, below what the machine can do: the
 * library's product for each precision, and the copy's bandwidth times operations per byte.
 *
 * <p>Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance
 * model for multicore architectures", Communications of the ACM 52(4), 2009.
 */
final class Roofline {
  private final BackendResult backend;
  private final RateUnit unit;
  private final List<Figure> figures;

  private Roofline(BackendResult backend) {
    this.backend = backend;
    this.unit = RateUnit.of(backend);
    this.figures =
        backend.figures().stream()
            .filter(f -> f.milliseconds().min() > 0)
            .filter(f -> f.intensity().isPresent() && f.intensity().getAsDouble() > 0)
            .toList();
  }

  /** Returns the plot; empty if no figure has operations and bytes. */
  static Optional<Plot> of(BackendResult backend) {
    Roofline roofline = new Roofline(backend);
    return roofline.figures.isEmpty() ? Optional.empty() : Optional.of(roofline.plot());
  }

  private Plot plot() {
    List<Series> series = new ArrayList<>(roofs());
    Map<String, List<Figure>> groups = new LinkedHashMap<>();
    for (Figure figure : figures) {
      String group = figure.by().equals(FigureTexts.OWN) ? figure.suite() : figure.by();
      groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(figure);
    }
    groups.forEach((name, group) -> series.add(points(name, group)));
    return new Plot(
        "roofline",
        "Roofline",
        "Each point is a piece of work: its rate against the operations that it needs per byte that it must move. Sloped, what a copy's bandwidth"
            + " allows; level, the rate of the library's product in each precision. The distance of a point from the lower of the two is what is left to gain.",
        "Roofs measured in the same run by "
            + backend.library()
            + "; intervals from the slowest to the fastest round; suites are Lamina's, the other names did the same work. Work that stays in the caches may lie above the slope.",
        Axis.logarithmic("operations per byte", "FLOP/B"),
        Axis.logarithmic("rate", unit.text()),
        series);
  }

  private List<Series> roofs() {
    Ceilings c = backend.ceilings();
    Map<String, OptionalDouble> rates = new LinkedHashMap<>();
    rates.put("float32", c.float32());
    rates.put("float64", c.float64());
    rates.put("tf32", c.tf32());
    rates.values().removeIf(rate -> rate.orElse(0) <= 0);
    double left = figures.stream().mapToDouble(Roofline::intensity).min().orElseThrow() / 2;
    double right = figures.stream().mapToDouble(Roofline::intensity).max().orElseThrow() * 2;
    boolean sloped = c.bandwidth().orElse(0) > 0;
    double gigabytes = c.bandwidth().orElse(0);
    double highest = rates.values().stream().mapToDouble(r -> r.getAsDouble()).max().orElse(0);
    if (sloped && highest > 0) {
      left = Math.min(left, 1e3 * highest / gigabytes / 4);
      right = Math.max(right, 1e3 * highest / gigabytes * 4);
    }
    List<Series> series = new ArrayList<>();
    if (sloped) {
      double end = highest > 0 ? 1e3 * highest / gigabytes : right;
      series.add(
          new Series.Line(
              "copy, %s GB/s".formatted(FigureTexts.number(gigabytes, 3)),
              "copy",
              List.of(left, end),
              List.of(unit.of(left * gigabytes / 1e3), unit.of(end * gigabytes / 1e3))));
    }
    for (Map.Entry<String, OptionalDouble> roof : rates.entrySet()) {
      double rate = roof.getValue().getAsDouble();
      double begin = sloped ? 1e3 * rate / gigabytes : left;
      series.add(
          new Series.Line(
              "%s product, %s".formatted(roof.getKey(), unit.text(roof.getValue())),
              roof.getKey(),
              List.of(begin, right),
              List.of(unit.of(rate), unit.of(rate))));
    }
    return series;
  }

  private static double intensity(Figure figure) {
    return figure.intensity().orElseThrow();
  }

  private Series points(String name, List<Figure> group) {
    return new Series.Points(
        name,
        name,
        group.stream().map(Roofline::intensity).toList(),
        group.stream().map(f -> rate(f, f.milliseconds().median())).toList(),
        group.stream().map(f -> rate(f, f.milliseconds().max())).toList(),
        group.stream().map(f -> rate(f, f.milliseconds().min())).toList(),
        group.stream().map(Roofline::label).toList());
  }

  private double rate(Figure figure, double milliseconds) {
    return unit.of(figure.operations().orElseThrow() / milliseconds / 1e9);
  }

  private static String label(Figure f) {
    String share =
        f.ceilingShare().isPresent()
            ? ", " + FigureTexts.number(100 * f.ceilingShare().getAsDouble(), 3) + " % of ceiling"
            : "";
    return "%s: %s ms%s"
        .formatted(FigureTexts.name(f), FigureTexts.number(f.milliseconds().median(), 4), share);
  }
}
