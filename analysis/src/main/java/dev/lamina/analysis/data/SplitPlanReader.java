package dev.lamina.analysis.data;

import dev.lamina.analysis.data.SplitPlan.Amount;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.Optional;

/** Reads how samples are split. */
final class SplitPlanReader {
  private static final Bounds ROWS = Bounds.between(1, Integer.MAX_VALUE);

  private SplitPlanReader() {}

  static SplitPlan read(ConfigReader split) {
    return new SplitPlan(
        amount(split, "train", "train-per-class"),
        amount(split, "test", "test-per-class"),
        split.has("shuffle") ? Optional.of(split.flag("shuffle", false)) : Optional.empty(),
        DataSourceReader.seed(split));
  }

  private static Optional<Amount> amount(ConfigReader split, String key, String perClass) {
    Optional<Amount> rows = split.has(key) ? rows(split, key) : Optional.empty();
    if (!split.has(perClass)) {
      return rows;
    }
    if (split.has(key)) {
      split.problem(perClass, "must not be given together with " + key);
    }
    return Optional.of(new Amount.PerClass(split.integer(perClass, ROWS)));
  }

  private static Optional<Amount> rows(ConfigReader split, String key) {
    double number = split.number(key, Bounds.above(0));
    if (number < 1) {
      return Optional.of(new Amount.Fraction(number));
    }
    if (number != Math.rint(number) || !ROWS.contains(number)) {
      split.problem(
          key, "must be a whole number of rows, or a part of them below 1, but is " + number);
      return Optional.empty();
    }
    return Optional.of(new Amount.Count((long) number));
  }
}
