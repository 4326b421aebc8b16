package dev.lamina.analysis.report;

/**
 * A column of a table.
 *
 * @param name heading
 * @param unit unit of the numbers; empty for texts and pure numbers
 * @param digits significant digits that the page shows; the CSV file has all of them
 */
public record Column(String name, String unit, int digits) {
  private static final int USUAL_DIGITS = 5;

  /** Checks the digits. */
  public Column {
    if (digits < 1 || digits > 17) {
      throw new IllegalArgumentException(
          "column %s must show 1 to 17 digits but %d".formatted(name, digits));
    }
  }

  /**
   * {@return a column of texts, whole numbers or pure numbers, shown with five digits}
   *
   * @param name heading
   */
  public static Column of(String name) {
    return new Column(name, "", USUAL_DIGITS);
  }

  /**
   * {@return a column of numbers in a unit, shown with five digits}
   *
   * @param name heading
   * @param unit unit of the numbers
   */
  public static Column of(String name, String unit) {
    return new Column(name, unit, USUAL_DIGITS);
  }

  /**
   * {@return this column with another number of significant digits}
   *
   * @param shown significant digits, 1 to 17
   */
  public Column digits(int shown) {
    return new Column(name, unit, shown);
  }

  /** {@return name and unit} */
  public String title() {
    return unit.isEmpty() ? name : name + " (" + unit + ")";
  }
}
