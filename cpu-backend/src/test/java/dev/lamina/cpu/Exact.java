package dev.lamina.cpu;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Elementary functions in decimal arithmetic of 80 digits, by Taylor series and Newton's method.
 */
final class Exact {
  private static final MathContext DIGITS = new MathContext(80);
  private static final int TERMS = 30;
  private static final BigDecimal TWO = BigDecimal.TWO;

  /** Of π, so many digits that multiples of it can be taken off numbers up to 10²⁰. */
  static final BigDecimal PI =
      new BigDecimal(
          "3.1415926535897932384626433832795028841971693993751058209749445923078164"
              + "06286208998628034825342117067982148086513282306647");

  private static final BigDecimal ROOT_PI = PI.sqrt(DIGITS);

  /** Enough for 40 digits of erfc at 2, more than enough above. */
  private static final int FRACTIONS = 300;

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
    return log1p(new BigDecimal(x));
  }

  /** Returns log(1 + x) for |x| ≥ 1e-20. */
  static BigDecimal log1p(BigDecimal x) {
    BigDecimal w = BigDecimal.ONE.add(x);
    BigDecimal y = new BigDecimal(StrictMath.log1p(x.doubleValue()));
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

  /** Returns sin x for |x| up to 10²⁰. */
  static BigDecimal sin(double x) {
    return turned(x, 0);
  }

  /** Returns cos x for |x| up to 10²⁰. */
  static BigDecimal cos(double x) {
    return turned(x, 1);
  }

  /** Returns sin(x + quarters·π/2). */
  private static BigDecimal turned(double x, int quarters) {
    BigDecimal exact = new BigDecimal(x);
    BigInteger n =
        exact
            .multiply(TWO)
            .divide(PI, new MathContext(120))
            .setScale(0, RoundingMode.HALF_EVEN)
            .toBigInteger();
    BigDecimal r = exact.subtract(new BigDecimal(n).multiply(PI).divide(TWO));
    int quarter = n.add(BigInteger.valueOf(quarters)).mod(BigInteger.valueOf(4)).intValue();
    BigDecimal size = series(r, quarter % 2 == 0 ? 1 : 0);
    return quarter < 2 ? size : size.negate();
  }

  /** Returns 1 − erf x, for negative x too. */
  static BigDecimal erfc(BigDecimal x) {
    if (x.signum() < 0) {
      return TWO.subtract(erfc(x.negate()));
    }
    BigDecimal square = x.multiply(x, DIGITS);
    BigDecimal gaussian = exp(square.negate());
    if (x.compareTo(TWO) < 0) {
      return BigDecimal.ONE.subtract(smallErf(x, square, gaussian));
    }
    // x + ½/(x + 1/(x + 1½/(x + …))), Abramowitz and Stegun 7.1.14
    BigDecimal fraction = x;
    for (int n = FRACTIONS; n >= 1; n--) {
      fraction = x.add(BigDecimal.valueOf(n / 2.0).divide(fraction, DIGITS), DIGITS);
    }
    return gaussian.divide(ROOT_PI.multiply(fraction), DIGITS);
  }

  /** Returns erf x, with all digits for small x too. */
  static BigDecimal erf(double x) {
    BigDecimal exact = new BigDecimal(x);
    if (Math.abs(x) >= 1) {
      return BigDecimal.ONE.subtract(erfc(exact));
    }
    BigDecimal square = exact.multiply(exact, DIGITS);
    return smallErf(exact, square, exp(square.negate()));
  }

  /** 2x/√π·e^(−x²)·Σ (2x²)ⁿ/(1·3⋯(2n + 1)), Abramowitz and Stegun 7.1.6. */
  private static BigDecimal smallErf(BigDecimal x, BigDecimal square, BigDecimal gaussian) {
    BigDecimal term = x;
    BigDecimal sum = x;
    for (int n = 1; n < 4 * TERMS; n++) {
      BigDecimal factor = square.multiply(TWO).divide(BigDecimal.valueOf(2L * n + 1), DIGITS);
      term = term.multiply(factor, DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum.multiply(gaussian, DIGITS).multiply(TWO).divide(ROOT_PI, DIGITS);
  }

  /** Returns the normal distribution function at x. */
  static BigDecimal normal(double x) {
    BigDecimal scaled = new BigDecimal(x).divide(TWO.sqrt(DIGITS), DIGITS);
    return erfc(scaled.negate()).divide(TWO);
  }

  /** Returns the normal density at x. */
  static BigDecimal density(double x) {
    BigDecimal exact = new BigDecimal(x);
    return exp(exact.multiply(exact).divide(TWO).negate())
        .divide(ROOT_PI.multiply(TWO.sqrt(DIGITS)), DIGITS);
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
