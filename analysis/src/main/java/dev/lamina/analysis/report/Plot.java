package dev.lamina.analysis.report;

import java.util.List;

/**
 * A picture of numbers.
 *
 * @param id unique in the section: lower-case letters, digits and hyphens
 * @param title a few words
 * @param explanation two sentences above the plot: what is plotted and why, and what to see
 * @param provenance where the theory comes from (published, corrected, derived) and how the
 *     measurement was made (samples, seeds)
 * @param x horizontal axis
 * @param y vertical axis
 * @param series at least one
 */
public record Plot(
    String id,
    String title,
    String explanation,
    String provenance,
    Axis x,
    Axis y,
    List<Series> series)
    implements Block {

  /** Checks the id and that there is something to plot. */
  public Plot {
    Names.require("plot", id);
    series = List.copyOf(series);
    if (series.isEmpty()) {
      throw new IllegalArgumentException("plot " + id + " has no series");
    }
  }
}
