package dev.lamina.analysis.report;

import java.util.List;
import java.util.Objects;

/**
 * An axis of a plot.
 *
 * @param label what is measured
 * @param unit in what unit; empty only for pure numbers
 * @param logarithmic whether equal distances are equal factors
 * @param ticks names of the positions 0, 1, 2, …; empty if the positions are numbers
 */
public record Axis(String label, String unit, boolean logarithmic, List<String> ticks) {

  /** Checks that there is a label. */
  public Axis {
    Objects.requireNonNull(unit, "unit");
    if (label.isBlank()) {
      throw new IllegalArgumentException("an axis must have a label");
    }
    ticks = List.copyOf(ticks);
  }

  /**
   * {@return a linear axis}
   *
   * @param label what is measured
   * @param unit in what unit; empty only for pure numbers
   */
  public static Axis linear(String label, String unit) {
    return new Axis(label, unit, false, List.of());
  }

  /**
   * {@return a logarithmic axis}
   *
   * @param label what is measured
   * @param unit in what unit; empty only for pure numbers
   */
  public static Axis logarithmic(String label, String unit) {
    return new Axis(label, unit, true, List.of());
  }

  /**
   * {@return an axis of named positions 0, 1, 2, …}
   *
   * @param label what the names are
   * @param names one for each position
   */
  public static Axis named(String label, List<String> names) {
    return new Axis(label, "", false, names);
  }

  /** {@return label and unit, such as {@code angle (rad)}} */
  public String title() {
    return unit.isEmpty() ? label : label + " (" + unit + ")";
  }
}
