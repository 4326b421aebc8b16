package dev.lamina.kernel;

/** Range checks that name the owner and the parameter. */
final class Parameters {
  private Parameters() {}

  static void positive(String owner, String name, double value) {
    require(value > 0 && Double.isFinite(value), owner, name, "> 0 and finite", value);
  }

  static void atLeast(String owner, String name, double value, double bound) {
    require(
        value >= bound && Double.isFinite(value),
        owner,
        name,
        "≥ " + number(bound) + " and finite",
        value);
  }

  static void atMost(String owner, String name, double value, double bound) {
    require(value <= bound, owner, name, "≤ " + number(bound), value);
  }

  static void finite(String owner, String name, double value) {
    require(Double.isFinite(value), owner, name, "finite", value);
  }

  private static void require(boolean ok, String owner, String name, String range, double value) {
    if (!ok) {
      throw new IllegalArgumentException(
          "%s: %s must be %s but is %s".formatted(owner, name, range, number(value)));
    }
  }

  /**
   * Returns the shortest text that reads back to the same number, without a trailing {@code .0}.
   */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
