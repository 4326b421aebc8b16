package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A plot of lines and points as an SVG picture, for documents that cannot run the page's script.
 */
final class PlotSvg {
  private static final int WIDTH = 760;
  private static final int LEFT = 78;
  private static final int RIGHT = 20;
  private static final int TOP = 14;
  private static final int HEIGHT = 330;
  private static final int LEGEND_LINE = 17;
  private static final int UNDER_AXIS = 52;

  /** Pixels that the number under a tick takes. */
  private static final int TICK_ROOM = 40;

  /** Readable with all common kinds of colour blindness, as on the page. */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#3d3d3d", "#56a0d8", "#882255");

  /** Lines of nothing that has points: the limits of a roofline, told apart by their dashes. */
  private static final String ROOF = "#666666";

  private static final List<String> DASHES = List.of("none", "9 4", "3 3", "9 3 2 3");

  /** Circle, square, diamond, triangle, triangle pointing down, around where the pen stands. */
  private static final List<String> MARKS =
      List.of(
          "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
          "m-4 -4h8v8h-8z",
          "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
          "m0 -5l5 9h-10z",
          "m0 5l5 -9h-10z");

  private final Plot plot;

  /** Numbers of what has points, from 0; negative ones of what has only a line. */
  private final Map<String, Integer> subjects = new LinkedHashMap<>();

  private final Scale x;
  private final Scale y;
  private final StringBuilder out = new StringBuilder();

  /** Where numbers lie along an axis: from {@code first} to {@code last} in pixels. */
  private record Scale(boolean logarithmic, double low, double high, double first, double last) {
    static Scale of(Axis axis, List<Double> values, double first, double last) {
      boolean log = axis.logarithmic();
      double[] shown =
          values.stream()
              .mapToDouble(Double::doubleValue)
              .filter(v -> Double.isFinite(v) && (!log || v > 0))
              .map(v -> log ? Math.log10(v) : v)
              .toArray();
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double v : shown) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      if (shown.length == 0) {
        return new Scale(log, 0, 1, first, last);
      }
      double margin = high > low ? 0.04 * (high - low) : 0.5;
      return new Scale(log, low - margin, high + margin, first, last);
    }

    boolean shows(double value) {
      return Double.isFinite(value) && (!logarithmic || value > 0);
    }

    double at(double value) {
      double v = logarithmic ? Math.log10(value) : value;
      double share = (v - low) / (high - low);
      return first + Math.min(1, Math.max(0, share)) * (last - first);
    }

    /** Returns round numbers: powers of ten, with 2 and 5 between if there are few. */
    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      if (logarithmic) {
        double[] steps = high - low < 3 ? new double[] {1, 2, 5} : new double[] {1};
        for (int e = (int) Math.floor(low); e <= high; e++) {
          for (double step : steps) {
            double tick = step * Math.pow(10, e);
            if (Math.log10(tick) >= low && Math.log10(tick) <= high) {
              ticks.add(tick);
            }
          }
        }
        return ticks;
      }
      double step = Math.pow(10, Math.floor(Math.log10(high - low)));
      for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
        ticks.add(tick);
      }
      return ticks;
    }
  }

  private PlotSvg(Plot plot) {
    this.plot = plot;
    List<String> withPoints =
        plot.series().stream()
            .filter(Series.Points.class::isInstance)
            .map(Series::subject)
            .distinct()
            .toList();
    withPoints.forEach(subject -> subjects.put(subject, subjects.size()));
    plot.series()
        .forEach(s -> subjects.putIfAbsent(s.subject(), withPoints.size() - subjects.size() - 1));
    x =
        Scale.of(
            plot.x(), plot.series().stream().flatMap(PlotSvg::xs).toList(), LEFT, WIDTH - RIGHT);
    y = Scale.of(plot.y(), plot.series().stream().flatMap(PlotSvg::ys).toList(), TOP + HEIGHT, TOP);
  }

  /**
   * Returns the picture.
   *
   * @param plot a plot of lines and points
   */
  static String of(Plot plot) {
    return new PlotSvg(plot).draw();
  }

  private static Stream<Double> xs(Series series) {
    return switch (series) {
      case Series.Line s -> s.x().stream();
      case Series.Points s -> s.x().stream();
      case Series.Shaded _, Series.Band _, Series.Bars _ -> throw unknown(series);
    };
  }

  private static Stream<Double> ys(Series series) {
    return switch (series) {
      case Series.Line s -> s.y().stream();
      case Series.Points s -> Stream.of(s.y(), s.low(), s.high()).flatMap(List::stream);
      case Series.Shaded _, Series.Band _, Series.Bars _ -> throw unknown(series);
    };
  }

  private static IllegalArgumentException unknown(Series series) {
    return new IllegalArgumentException(
        "picture: expected lines and points, found " + series.getClass().getSimpleName());
  }

  private String draw() {
    int legend = TOP + HEIGHT + UNDER_AXIS;
    int height = legend + LEGEND_LINE * plot.series().size() + 6;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, height, WIDTH, height);
    add("<title>%s</title>", text(plot.title()));
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
    axes();
    for (int i = 0; i < plot.series().size(); i++) {
      Series series = plot.series().get(i);
      int subject = subjects.get(series.subject());
      String colour = subject < 0 ? ROOF : COLOURS.get(subject % COLOURS.size());
      int middle = legend + LEGEND_LINE * i;
      switch (series) {
        case Series.Line s -> {
          String dash = DASHES.get(Math.max(0, -1 - subject) % DASHES.size());
          line(s, colour, dash);
          add(
              "<path d=\"M%d %dh24\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>",
              LEFT, middle, colour, dash);
        }
        case Series.Points s -> {
          String mark = MARKS.get((subject + subject / COLOURS.size()) % MARKS.size());
          points(s, colour, mark);
          add("<path d=\"M%d %d%s\" fill=\"%s\"/>", LEFT + 12, middle, mark, colour);
        }
        case Series.Shaded _, Series.Band _, Series.Bars _ -> throw unknown(series);
      }
      add("<text x=\"%d\" y=\"%d\">%s</text>", LEFT + 32, middle + 4, text(series.name()));
    }
    return out.append("</svg>\n").toString();
  }

  private void axes() {
    int bottom = TOP + HEIGHT;
    for (double tick : xTicks()) {
      add("<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/>", x.at(tick), TOP, bottom);
      add(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x.at(tick), bottom + 16, FigureTexts.number(tick, 4));
    }
    for (double tick : y.ticks()) {
      add("<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>", LEFT, y.at(tick), WIDTH - RIGHT);
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 6, y.at(tick) + 4, FigureTexts.number(tick, 4));
    }
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>",
        LEFT, TOP, WIDTH - RIGHT - LEFT, HEIGHT);
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (LEFT + WIDTH - RIGHT) / 2, bottom + 34, text(plot.x().title()));
    add(
        "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
        TOP + HEIGHT / 2, text(plot.y().title()));
  }

  /** Returns the sizes that were measured, as far as there is room; round numbers elsewhere. */
  private List<Double> xTicks() {
    if (!plot.id().startsWith(SweepPlot.ID)) {
      return x.ticks();
    }
    List<Double> ticks = new ArrayList<>();
    plot.series().stream()
        .flatMap(PlotSvg::xs)
        .filter(x::shows)
        .distinct()
        .sorted()
        .filter(size -> ticks.isEmpty() || x.at(size) - x.at(ticks.getLast()) >= TICK_ROOM)
        .forEach(ticks::add);
    return ticks;
  }

  private void line(Series.Line s, String colour, String dash) {
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < s.x().size(); i++) {
      boolean shown = x.shows(s.x().get(i)) && y.shows(s.y().get(i));
      if (shown) {
        path.append(drawing ? "L" : "M").append(point(s.x().get(i), s.y().get(i)));
      }
      drawing = shown;
    }
    add(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>",
        path, colour, dash);
  }

  private void points(Series.Points s, String colour, String mark) {
    for (int i = 0; i < s.x().size(); i++) {
      double px = s.x().get(i);
      double py = s.y().get(i);
      if (!x.shows(px) || !y.shows(py)) {
        continue;
      }
      if (!s.low().isEmpty() && y.shows(s.low().get(i)) && y.shows(s.high().get(i))) {
        add(
            "<path d=\"M%s V%.1f\" stroke=\"%s\" stroke-width=\"1.3\"/>",
            point(px, s.low().get(i)), y.at(s.high().get(i)), colour);
      }
      String label = s.labels().isEmpty() ? s.name() : s.labels().get(i);
      add(
          "<path d=\"M%s%s\" fill=\"%s\"><title>%s</title></path>",
          point(px, py), mark, colour, text(label));
    }
  }

  private String point(double px, double py) {
    return String.format(Locale.ROOT, "%.1f %.1f", x.at(px), y.at(py));
  }

  private static String text(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one method
  private void add(String pattern, Object... values) {
    out.append(String.format(Locale.ROOT, pattern, values)).append('\n');
  }
}
