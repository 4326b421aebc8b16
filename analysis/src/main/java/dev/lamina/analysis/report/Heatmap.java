package dev.lamina.analysis.report;

import java.util.List;

/**
 * Numbers over a grid, as colours.
 *
 * @param id unique in the section: lower-case letters, digits and hyphens
 * @param title a few words
 * @param explanation two sentences: what is plotted and why, and what to see
 * @param provenance where the numbers come from
 * @param x horizontal axis
 * @param y vertical axis, upwards
 * @param value label and unit of the colours
 * @param xs abscissae of the columns
 * @param ys ordinates of the rows
 * @param values one list for each of {@code ys}, with one number for each of {@code xs}
 */
public record Heatmap(
    String id,
    String title,
    String explanation,
    String provenance,
    Axis x,
    Axis y,
    Axis value,
    List<Double> xs,
    List<Double> ys,
    List<List<Double>> values)
    implements Block {

  /** Copies the lists and checks their lengths. */
  public Heatmap {
    Names.require("heat map", id);
    xs = List.copyOf(xs);
    ys = List.copyOf(ys);
    values = values.stream().map(List::copyOf).toList();
    int columns = xs.size();
    if (values.size() != ys.size() || values.stream().anyMatch(row -> row.size() != columns)) {
      throw new IllegalArgumentException(
          "heat map %s must have %d rows of %d values".formatted(id, ys.size(), columns));
    }
  }
}
