package dev.lamina.benchmarks;

import java.util.OptionalDouble;

/** Keeps what is no measurement out of results. */
final class Checks {
  private Checks() {}

  static void magnitude(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s: expected a finite number that is not negative, found %s".formatted(what, value));
    }
  }

  static void magnitude(String what, OptionalDouble value) {
    value.ifPresent(v -> magnitude(what, v));
  }

  static void inOrder(String what, double min, double median, double max) {
    magnitude(what, min);
    magnitude(what, median);
    magnitude(what, max);
    if (min > median || median > max) {
      throw new IllegalArgumentException(
          "%s: expected min ≤ median ≤ max, found %s, %s, %s".formatted(what, min, median, max));
    }
  }
}
