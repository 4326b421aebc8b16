package dev.lamina.analysis.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Writes numbers for people. */
public final class NumberTexts {
  private static final int SMALLEST_PLAIN_EXPONENT = -4;
  private static final int LARGEST_PLAIN_EXPONENT = 6;

  private NumberTexts() {}

  /**
   * {@return a number rounded to significant digits without trailing zeros, such as {@code 0.9739},
   * {@code 1.2e-7}; an en dash for NaN}
   *
   * @param value the number
   * @param digits significant digits, ≥ 1
   */
  public static String rounded(double value, int digits) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal number =
        new BigDecimal(value)
            .round(new MathContext(digits, RoundingMode.HALF_EVEN))
            .stripTrailingZeros();
    int exponent = number.precision() - number.scale() - 1;
    if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent <= LARGEST_PLAIN_EXPONENT) {
      return number.toPlainString();
    }
    return number.movePointLeft(exponent).toPlainString() + "e" + exponent;
  }

  /**
   * {@return a duration such as {@code 0.8 s}, {@code 41 s} or {@code 3 min 20 s}}
   *
   * @param seconds the duration
   */
  public static String duration(double seconds) {
    if (seconds < 60) {
      return rounded(seconds, 2) + " s";
    }
    long whole = Math.round(seconds);
    return whole / 60 + " min " + whole % 60 + " s";
  }
}
