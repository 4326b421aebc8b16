package dev.lamina.analysis.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The numbers behind a picture, as a table. */
final class Numbers {
  private Numbers() {}

  /** Returns one row for each point of each series. */
  static Table of(Plot plot) {
    List<List<Object>> rows = new ArrayList<>();
    for (Series series : plot.series()) {
      switch (series) {
        case Series.Line s -> {
          for (int i = 0; i < s.x().size(); i++) {
            rows.add(row(s.name(), s.x().get(i), s.y().get(i), null, null));
          }
        }
        case Series.Points s -> {
          boolean intervals = !s.low().isEmpty();
          for (int i = 0; i < s.x().size(); i++) {
            Double low = intervals ? s.low().get(i) : null;
            Double high = intervals ? s.high().get(i) : null;
            String point = s.labels().isEmpty() ? s.name() : s.name() + ": " + s.labels().get(i);
            rows.add(row(point, s.x().get(i), s.y().get(i), low, high));
          }
        }
        case Series.Shaded s -> {
          for (int i = 0; i < s.x().size(); i++) {
            String point = s.name() + ": " + s.labels().get(i);
            rows.add(row(point, s.x().get(i), s.y().get(i), s.low().get(i), s.high().get(i)));
          }
        }
        case Series.Band s -> {
          for (int i = 0; i < s.x().size(); i++) {
            rows.add(row(s.name(), s.x().get(i), null, s.low().get(i), s.high().get(i)));
          }
        }
        case Series.Bars s -> {
          for (int i = 0; i < s.heights().size(); i++) {
            double centre = (s.edges().get(i) + s.edges().get(i + 1)) / 2;
            rows.add(row(s.name(), centre, s.heights().get(i), null, null));
          }
        }
      }
    }
    List<Column> columns =
        List.of(
            Column.of("series"),
            Column.of(plot.x().label(), plot.x().unit()),
            Column.of(plot.y().label(), plot.y().unit()),
            Column.of("low", plot.y().unit()),
            Column.of("high", plot.y().unit()));
    return withoutEmptyColumns(
        new Table(plot.id(), plot.title(), "", columns, named(rows, plot.x())));
  }

  /** Returns one row for each cell of the grid. */
  static Table of(Heatmap map) {
    List<List<Object>> rows = new ArrayList<>();
    for (int j = 0; j < map.ys().size(); j++) {
      for (int i = 0; i < map.xs().size(); i++) {
        rows.add(List.of(map.xs().get(i), map.ys().get(j), map.values().get(j).get(i)));
      }
    }
    List<Column> columns =
        List.of(
            Column.of(map.x().label(), map.x().unit()),
            Column.of(map.y().label(), map.y().unit()),
            Column.of(map.value().label(), map.value().unit()));
    return new Table(map.id(), map.title(), "", columns, rows);
  }

  private static List<Object> row(Object... cells) {
    return Arrays.asList(cells);
  }

  /** Replaces positions on an axis of names by the names. */
  private static List<List<Object>> named(List<List<Object>> rows, Axis x) {
    if (x.ticks().isEmpty()) {
      return rows;
    }
    return rows.stream()
        .map(row -> {
          List<Object> copy = new ArrayList<>(row);
          copy.set(1, name(x.ticks(), (Double) row.get(1)));
          return copy;
        })
        .toList();
  }

  private static Object name(List<String> ticks, double position) {
    int index = (int) Math.rint(position);
    return index == position && index >= 0 && index < ticks.size() ? ticks.get(index) : position;
  }

  private static Table withoutEmptyColumns(Table table) {
    List<Integer> used = new ArrayList<>();
    for (int c = 0; c < table.columns().size(); c++) {
      int column = c;
      if (table.rows().stream().anyMatch(row -> row.get(column) != null)) {
        used.add(c);
      }
    }
    List<List<Object>> rows = new ArrayList<>();
    for (List<Object> row : table.rows()) {
      List<Object> kept = new ArrayList<>();
      used.forEach(c -> kept.add(row.get(c)));
      rows.add(kept);
    }
    return new Table(
        table.id(),
        table.title(),
        table.explanation(),
        used.stream().map(table.columns()::get).toList(),
        rows);
  }
}
