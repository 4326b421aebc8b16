package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.DoubleStream;
import jdk.incubator.vector.DoubleVector;
import org.junit.jupiter.api.Test;

/** Holds the elementary functions to 80-digit arithmetic and to the limits of IEEE 754. */
final class ElementaryTest {
  private static final int SAMPLES = 6000;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20);

  /** A function of arrays. */
  @FunctionalInterface
  private interface Function64 {
    void apply(double[] source, double factor, double[] target, int n);
  }

  @FunctionalInterface
  private interface Function32 {
    void apply(float[] source, float factor, float[] target, int n);
  }

  private static double[] apply(Function64 f, double... x) {
    double[] values = java.util.Arrays.copyOf(x, x.length + RowBlock.PADDING);
    f.apply(values, 1, values, x.length);
    return java.util.Arrays.copyOf(values, x.length);
  }

  private static float[] apply32(Function32 f, double... x) {
    float[] values = new float[x.length + RowBlock.PADDING];
    for (int i = 0; i < x.length; i++) {
      values[i] = (float) x[i];
    }
    f.apply(values, 1, values, x.length);
    return java.util.Arrays.copyOf(values, x.length);
  }

  private static double[] angles(double[] sine, double[] cosine) {
    int padded = sine.length + RowBlock.PADDING;
    double[] target = new double[padded];
    Elementary.angle(
        java.util.Arrays.copyOf(sine, padded),
        java.util.Arrays.copyOf(cosine, padded),
        target,
        sine.length);
    return java.util.Arrays.copyOf(target, sine.length);
  }

  private double[] uniform(double from, double to) {
    return random.doubles(SAMPLES, from, to).toArray();
  }

  /** Both signs of numbers from 2^from to 2^to, evenly over the exponents. */
  private double[] wide(double from, double to) {
    return DoubleStream.of(uniform(from, to))
        .map(e -> random.nextBoolean() ? Math.pow(2, e) : -Math.pow(2, e))
        .toArray();
  }

  private static double worst(Function64 f, DoubleFunction<BigDecimal> exact, double[] x) {
    double[] got = apply(f, x);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Exact.ulps(got[i], exact.apply(x[i])));
    }
    return worst;
  }

  private static double worst32(Function32 f, DoubleFunction<BigDecimal> exact, double[] x) {
    float[] got = apply32(f, x);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Exact.ulps(got[i], exact.apply((float) x[i])));
    }
    return worst;
  }

  @Test
  void exponentialIsAccurate() {
    assertThat(worst(Elementary::exp, Exact::exp, uniform(-1, 1))).isBetween(0.5, 1.0);
    assertThat(worst(Elementary::exp, Exact::exp, uniform(-708, 709.7))).isBetween(0.5, 1.0);
    assertThat(worst(Elementary::exp, Exact::exp, uniform(-745, -708))).isBetween(0.5, 1.0);
    assertThat(worst(Elementary::exp, Exact::exp, wide(-60, 9))).isBetween(0.5, 1.0);
  }

  @Test
  void exponentialMinusOneIsAccurate() {
    assertThat(worst(Elementary::expm1, Exact::expm1, uniform(-1, 1))).isBetween(0.5, 1.9);
    assertThat(worst(Elementary::expm1, Exact::expm1, uniform(-40, 709.7))).isBetween(0.5, 1.9);
    assertThat(worst(Elementary::expm1, Exact::expm1, wide(-60, 5))).isBetween(0.5, 1.9);
  }

  @Test
  void logarithmIsAccurate() {
    assertThat(worst(Elementary::log1p, Exact::log1p, uniform(-1, 1))).isBetween(0.5, 1.2);
    assertThat(worst(Elementary::log1p, Exact::log1p, uniform(0, 100))).isBetween(0.5, 1.2);
    double[] large = DoubleStream.of(wide(-60, 1023.9)).map(Math::abs).toArray();
    assertThat(worst(Elementary::log1p, Exact::log1p, large)).isBetween(0.5, 1.2);
    double[] nearMinusOne = DoubleStream.of(wide(-53, -1)).map(x -> Math.abs(x) - 1).toArray();
    assertThat(worst(Elementary::log1p, Exact::log1p, nearMinusOne)).isBetween(0.5, 1.2);
  }

  @Test
  void angleIsAccurate() {
    double[] sines = uniform(-2, 2);
    double[] cosines = uniform(1e-3, 1);
    double[] got = angles(sines, cosines);
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
      worst = Math.max(worst, Exact.ulps(got[i], Exact.angle(sines[i], cosines[i])));
    }
    assertThat(worst).isBetween(0.5, 2.0);
    double[] ratios = wide(-60, 60);
    double[] ones = DoubleStream.generate(() -> 1).limit(SAMPLES).toArray();
    got = angles(ratios, ones);
    for (int i = 0; i < SAMPLES; i++) {
      worst = Math.max(worst, Exact.ulps(got[i], Exact.angle(ratios[i], 1)));
    }
    assertThat(worst).isBetween(0.5, 2.0);
  }

  @Test
  void float32FunctionsAreAccurate() {
    Function32 exp = Elementary::exp;
    Function32 log1p = Elementary::log1p;
    assertThat(worst32(exp, Exact::exp, uniform(-87, 88.7))).isBetween(0.5, 1.1);
    assertThat(worst32(exp, Exact::exp, uniform(-103, -87))).isBetween(0.5, 1.1);
    assertThat(worst32(exp, Exact::exp, wide(-30, 6))).isBetween(0.5, 1.1);
    assertThat(worst32(log1p, Exact::log1p, uniform(-0.999, 1))).isBetween(0.5, 1.5);
    double[] large = DoubleStream.of(wide(-30, 127.9)).map(Math::abs).toArray();
    assertThat(worst32(log1p, Exact::log1p, large)).isBetween(0.5, 1.5);
  }

  @Test
  void everyMillionthFloatIsAccurate() {
    // Math's functions are within one unit of float64: none of float32.
    requireFloats(Elementary::exp, Math::exp, 1.1);
    requireFloats(Elementary::log1p, Math::log1p, 1.5);
  }

  private static void requireFloats(Function32 f, DoubleUnaryOperator exact, double bound) {
    int n = 1 << 16;
    float[] x = new float[n + RowBlock.PADDING];
    float[] got = new float[n + RowBlock.PADDING];
    for (int i = 0; i < n; i++) {
      x[i] = Float.intBitsToFloat(i * 65_537);
    }
    f.apply(x, 1, got, n);
    for (int i = 0; i < n; i++) {
      double want = exact.applyAsDouble(x[i]);
      if (Float.isNaN((float) want) || Float.isInfinite((float) want)) {
        assertThat(Float.compare(got[i], (float) want)).as("at %s", x[i]).isZero();
      } else {
        assertThat((double) got[i])
            .as("at %s", x[i])
            .isCloseTo(want, within(bound * Math.ulp((float) want)));
      }
    }
  }

  @Test
  void limitsAreThoseOfMath() {
    double[] x = {
      0.0,
      -0.0,
      Double.MIN_VALUE,
      -Double.MIN_VALUE,
      1e-310,
      -1e-310,
      1e-20,
      -1e-20,
      INFINITY,
      -INFINITY,
      Double.NaN,
      Double.MAX_VALUE,
      -Double.MAX_VALUE,
      709.782712893384,
      709.79,
      1e300,
      -745.13,
      -745.14,
      -1e300,
      -50,
      -1,
      -2,
      Double.MIN_NORMAL,
      0x1p1023,
      0x1.8p1023
    };
    requireMath(x, apply(Elementary::exp, x), Math::exp);
    requireMath(x, apply(Elementary::expm1, x), Math::expm1);
    requireMath(x, apply(Elementary::log1p, x), Math::log1p);
    double[] finite = DoubleStream.of(x).filter(Double::isFinite).toArray();
    for (double cosine : new double[] {Double.MIN_VALUE, 1e-310, 1e-20, 1, 1e20, 1e300}) {
      double[] cosines = DoubleStream.generate(() -> cosine).limit(finite.length).toArray();
      requireMath(finite, angles(finite, cosines), y -> Math.atan2(y, cosine));
    }
    assertThat(angles(new double[] {1, -1}, new double[] {0, 0}))
        .containsExactly(Math.PI / 2, -Math.PI / 2);
  }

  private static void requireMath(double[] x, double[] got, DoubleUnaryOperator math) {
    for (int i = 0; i < x.length; i++) {
      double want = math.applyAsDouble(x[i]);
      if (want == 0 || !Double.isFinite(want)) {
        assertThat(Double.compare(got[i], want)).as("at %s: %s", x[i], got[i]).isZero();
      } else {
        assertThat(got[i]).as("at %s", x[i]).isCloseTo(want, within(2 * Math.ulp(want)));
      }
    }
  }

  @Test
  void lanesAreSummedInTheirOrder() {
    double[] lanes = new double[DoubleVector.SPECIES_PREFERRED.length()];
    double expected = 0;
    for (int k = 0; k < lanes.length; k++) {
      lanes[k] = k % 3 == 1 ? -1e16 : 1e16 + 3 * k;
      expected += lanes[k];
    }
    DoubleVector v = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, lanes, 0);
    assertThat(Elementary.sum(v)).isEqualTo(expected);
  }

  @Test
  void argumentsAreScaled() {
    double[] x = {0.25, 3, -7};
    double[] values = java.util.Arrays.copyOf(x, 3 + RowBlock.PADDING);
    double[] target = new double[3 + RowBlock.PADDING];
    Elementary.exp(values, -0.5, target, 3);
    assertThat(java.util.Arrays.copyOf(target, 3))
        .containsExactly(apply(Elementary::exp, -0.125, -1.5, 3.5));
    assertThat(java.util.Arrays.copyOf(values, 3)).containsExactly(x);
  }

  @Test
  void decimalOraclesMeetEachOther() {
    BigDecimal tolerance = new BigDecimal("1e-40");
    for (double x : new double[] {-0.9, -1e-10, 1e-15, 0.3, 5, 400}) {
      BigDecimal back = Exact.exp(Exact.log1p(x)).subtract(BigDecimal.ONE);
      assertThat(back.subtract(new BigDecimal(x)).abs())
          .isLessThan(tolerance.multiply(new BigDecimal(Math.abs(x))));
    }
    BigDecimal quarter = Exact.angle(1, 1);
    BigDecimal sum = Exact.angle(1, 2).add(Exact.angle(1, 3)); // Euler
    assertThat(quarter.subtract(sum).abs()).isLessThan(tolerance);
    assertThat(quarter.doubleValue()).isEqualTo(Math.PI / 4);
  }
}
