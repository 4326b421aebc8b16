package dev.lamina.analysis.data;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A function of one number to be learnt, with the interval it is meant for. Both are reconstructed
 * from the figures of arXiv 2205.13283, which gives no formulas.
 */
public enum TargetFunction {
  /** tanh(x − 7) + tanh(x) + tanh(x + 7): three steps of height 2; usually on [−15, 15]. */
  STAIRS(-15, 15) {
    @Override
    public double value(double x) {
      return Math.tanh(x - 7) + Math.tanh(x) + Math.tanh(x + 7);
    }
  },
  /**
   * 5 max(−x, 0) − 3 − max(x − 8, 0): steep on the left, flat, then of slope −1; usually on [−2.2,
   * 13].
   */
  HINGES(-2.2, 13) {
    @Override
    public double value(double x) {
      return 5 * Math.max(-x, 0) - 3 - Math.max(x - 8, 0);
    }
  };

  private final double from;
  private final double to;

  TargetFunction(double from, double to) {
    this.from = from;
    this.to = to;
  }

  /**
   * {@return the function at a point}
   *
   * @param x the point
   */
  public abstract double value(double x);

  /** {@return where the usual interval begins} */
  public double from() {
    return from;
  }

  /** {@return where the usual interval ends} */
  public double to() {
    return to;
  }

  /** {@return the word used in config files} */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the functions by their words. */
  static Map<String, TargetFunction> words() {
    Map<String, TargetFunction> words = new LinkedHashMap<>();
    Arrays.stream(values()).forEach(f -> words.put(f.text(), f));
    return words;
  }
}
