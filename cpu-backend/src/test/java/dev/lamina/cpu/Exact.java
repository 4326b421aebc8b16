package dev.lamina.cpu;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Elementary functions in decimal arithmetic of 80 digits, by Taylor series and Newton's method.
 */
final class Exact {
  private static final MathContext DIGITS = new MathContext(80);
  private static final int TERMS = 30;
  private static final BigDecimal TWO = BigDecimal.TWO;

  private Exact() {}

  /** Returns e^x for |x| up to some thousand. */
  static BigDecimal exp(BigDecimal x) {
    int halvings = 0;
    BigDecimal r = x;
    while (r.abs().compareTo(new BigDecimal("0.01")) > 0) {
      r = r.divide(TWO, DIGITS);
      halvings++;
    }
    BigDecimal sum = BigDecimal.ONE;
    for (int n = TERMS; n >= 1; n--) {
      sum = BigDecimal.ONE.add(sum.multiply(r, DIGITS).divide(BigDecimal.valueOf(n), DIGITS));
    }
    for (int i = 0; i < halvings; i++) {
      sum = sum.multiply(sum, DIGITS);
    }
    return sum;
  }

  static BigDecimal exp(double x) {
    return exp(new BigDecimal(x));
  }

  /** Returns e^x − 1 for |x| ≥ 1e-30, so that 40 digits are left of the difference. */
  static BigDecimal expm1(double x) {
    return exp(x).subtract(BigDecimal.ONE);
  }

  /** Returns log(1 + x) for |x| ≥ 1e-20: y ← y + 2(w − e^y)/(w + e^y) triples the digits. */
  static BigDecimal log1p(double x) {
    BigDecimal w = BigDecimal.ONE.add(new BigDecimal(x));
    BigDecimal y = new BigDecimal(StrictMath.log1p(x));
    for (int i = 0; i < 2; i++) {
      BigDecimal e = exp(y);
      y = y.add(w.subtract(e).multiply(TWO).divide(w.add(e), DIGITS));
    }
    return y;
  }

  /** Returns atan(y/x) for x &gt; 0 from a double estimate t: the rest is atan((y − x tan t)/…). */
  static BigDecimal angle(double y, double x) {
    BigDecimal sine = new BigDecimal(y);
    BigDecimal cosine = new BigDecimal(x);
    BigDecimal t = new BigDecimal(StrictMath.atan2(y, x));
    for (int i = 0; i < 2; i++) {
      BigDecimal sin = series(t, 1);
      BigDecimal cos = series(t, 0);
      BigDecimal across = sine.multiply(cos, DIGITS).subtract(cosine.multiply(sin, DIGITS), DIGITS);
      BigDecimal along = cosine.multiply(cos, DIGITS).add(sine.multiply(sin, DIGITS), DIGITS);
      t = t.add(across.divide(along, DIGITS), DIGITS); // off by a third of the cube
    }
    return t;
  }

  /** The Taylor series of the sine (first = 1) or cosine (first = 0). */
  private static BigDecimal series(BigDecimal t, int first) {
    BigDecimal term = first == 1 ? t : BigDecimal.ONE;
    BigDecimal square = t.multiply(t, DIGITS).negate();
    BigDecimal sum = term;
    for (int n = first + 2; n < 2 * TERMS; n += 2) {
      term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf((long) n * (n - 1)), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum;
  }

  /** Returns |got − want| in units in the last place of want, in float64. */
  static double ulps(double got, BigDecimal want) {
    return error(got, want, Math.ulp(want.doubleValue()));
  }

  /** Returns |got − want| in units in the last place of want, in float32. */
  static double ulps(float got, BigDecimal want) {
    return error(got, want, Math.ulp(want.floatValue()));
  }

  private static double error(double got, BigDecimal want, double ulp) {
    return new BigDecimal(got)
        .subtract(want)
        .abs()
        .divide(new BigDecimal(ulp), DIGITS)
        .doubleValue();
  }
}
