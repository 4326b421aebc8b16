package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.Activation.Smooth;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds activations to 80-digit arithmetic, and numbers in arrays to the same numbers alone. */
final class ActivationLoopsTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final int SAMPLES = 150;

  private static final List<String> ALL =
      List.of(
          "relu",
          "leakyRelu(slope=0.01)",
          "abs",
          "erf",
          "gelu",
          "sin",
          "cos",
          "exp",
          "tanh",
          "sigmoid",
          "softplus",
          "silu",
          "elu",
          "hardTanh",
          "sign",
          "polynomial(coefficients=[0.5, 1, 0.3])",
          "hermite(coefficients=[0.1, 0.7, 0.2, 0.1])");

  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    -1e-310,
    1e-200,
    -1e-20,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1,
    -1,
    39,
    -39,
    745.5,
    -745.5,
    0x1p30,
    -0x1p30,
    1e10,
    -3e200
  };

  private final RandomGenerator random = Systems.random(40);
  private final LayerScratch own = new LayerScratch();

  private double[] values(Activation activation, double... u) {
    System.arraycopy(u, 0, own.first, 0, u.length);
    ActivationLoops.value(activation, own, u.length);
    return java.util.Arrays.copyOf(own.first, u.length);
  }

  private double[] slopes(Activation activation, double... u) {
    System.arraycopy(u, 0, own.first, 0, u.length);
    ActivationLoops.derivative(activation, own, u.length);
    return java.util.Arrays.copyOf(own.first, u.length);
  }

  /** Uniform numbers, and both signs of numbers spread over the powers of two. */
  private double[] arguments(double largest) {
    double[] u = new double[2 * SAMPLES];
    for (int j = 0; j < SAMPLES; j++) {
      u[j] = random.nextDouble(-largest, largest);
      double size = Math.pow(2, random.nextDouble(-30, Math.log(largest) / Math.log(2)));
      u[SAMPLES + j] = random.nextBoolean() ? size : -size;
    }
    return u;
  }

  private static BigDecimal logistic(double u) {
    return BigDecimal.ONE.divide(BigDecimal.ONE.add(Exact.exp(-u)), DIGITS);
  }

  private static BigDecimal square(BigDecimal x) {
    return x.multiply(x);
  }

  private static BigDecimal value(Smooth s, double u) {
    BigDecimal exact = new BigDecimal(u);
    return switch (s) {
      case ERF -> Exact.erf(u);
      case GELU -> Exact.normal(u).multiply(exact);
      case SIN -> Exact.sin(u);
      case COS -> Exact.cos(u);
      case EXP -> Exact.exp(u);
      case TANH -> {
        BigDecimal m = Exact.expm1(2 * u);
        yield m.divide(m.add(BigDecimal.TWO), DIGITS);
      }
      case SIGMOID -> logistic(u);
      case SOFTPLUS -> exact.max(BigDecimal.ZERO).add(Exact.log1p(Exact.exp(-Math.abs(u))));
      case SILU -> logistic(u).multiply(exact);
    };
  }

  private static BigDecimal slope(Smooth s, double u) {
    BigDecimal exact = new BigDecimal(u);
    return switch (s) {
      case ERF ->
          Exact.exp(square(exact).negate())
              .multiply(BigDecimal.TWO)
              .divide(Exact.PI.sqrt(DIGITS), DIGITS);
      case GELU -> Exact.normal(u).add(Exact.density(u).multiply(exact));
      case SIN -> Exact.cos(u);
      case COS -> Exact.sin(u).negate();
      case EXP -> Exact.exp(u);
      case TANH -> logistic(2 * u).multiply(logistic(-2 * u)).multiply(BigDecimal.valueOf(4));
      case SIGMOID -> logistic(u).multiply(logistic(-u));
      case SOFTPLUS -> logistic(u);
      case SILU -> logistic(u).multiply(BigDecimal.ONE.add(logistic(-u).multiply(exact)));
    };
  }

  /** The larger of a slope and of its first term, which the second cancels near its zero. */
  private static double unit(Smooth s, double u, BigDecimal slope) {
    BigDecimal term =
        switch (s) {
          case GELU -> Exact.normal(u);
          case SILU -> logistic(u);
          case ERF, SIN, COS, EXP, TANH, SIGMOID, SOFTPLUS -> BigDecimal.ZERO;
        };
    return Math.ulp(slope.abs().max(term).doubleValue());
  }

  /** Where results are neither 0 nor infinite, subnormal ones included. */
  private static double largest(Smooth s) {
    return switch (s) {
      case ERF -> 27;
      case GELU -> 38.5;
      case SIN, COS -> 0x1p30;
      case EXP, SIGMOID, SOFTPLUS, SILU -> 705;
      case TANH -> 350;
    };
  }

  /** Bounds in units in the last place, of values and of slopes. */
  private static double[] bounds(Smooth s) {
    return switch (s) {
      case ERF -> new double[] {1.5, 3};
      case GELU -> new double[] {8, 14};
      case SIN, COS, EXP -> new double[] {2, 2};
      case TANH -> new double[] {4, 5};
      case SIGMOID -> new double[] {3, 5};
      case SOFTPLUS -> new double[] {3, 3};
      case SILU -> new double[] {4, 6};
    };
  }

  @ParameterizedTest
  @EnumSource
  void areAccurate(Smooth s) {
    double[] u = arguments(largest(s));
    double[] values = values(s, u);
    double[] slopes = slopes(s, u);
    double[] bounds = bounds(s);
    for (int j = 0; j < u.length; j++) {
      assertThat(Exact.ulps(values[j], value(s, u[j]))).as("%s(%s)", s, u[j]).isLessThan(bounds[0]);
      BigDecimal slope = slope(s, u[j]);
      double error = new BigDecimal(slopes[j]).subtract(slope).abs().doubleValue();
      assertThat(error / unit(s, u[j], slope)).as("%s'(%s)", s, u[j]).isLessThan(bounds[1]);
    }
  }

  /** Numbers next to multiples of π/2, where all but the last digits are taken off. */
  @Test
  void sinesOfMultiplesOfAQuarterTurnKeepTheirDigits() {
    double[] u = new double[SAMPLES];
    for (int j = 0; j < SAMPLES; j++) {
      double n = j < 100 ? j + 1 : Math.rint(Math.pow(2, random.nextDouble(29)));
      u[j] = Exact.PI.multiply(new BigDecimal(n / 2)).doubleValue();
    }
    double[] sines = values(Smooth.SIN, u);
    double[] cosines = values(Smooth.COS, u);
    for (int j = 0; j < SAMPLES; j++) {
      assertThat(Exact.ulps(sines[j], Exact.sin(u[j]))).as("sin %s", u[j]).isLessThan(2);
      assertThat(Exact.ulps(cosines[j], Exact.cos(u[j]))).as("cos %s", u[j]).isLessThan(2);
    }
  }

  @Test
  void decimalOraclesMeetEachOther() {
    BigDecimal tolerance = new BigDecimal("1e-38");
    for (double x : new double[] {0.1, 1.7, 2.5, -0.4}) {
      // the series and the continued fraction, on both sides of 2
      BigDecimal slope = Exact.erf(x + 1e-15).subtract(Exact.erf(x - 1e-15));
      double density = 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
      assertThat(slope.doubleValue() / ((x + 1e-15) - (x - 1e-15)))
          .isCloseTo(density, within(1e-13));
    }
    for (double x : new double[] {0.3, 2, 100, 1e9}) {
      BigDecimal one = square(Exact.sin(x)).add(square(Exact.cos(x)));
      assertThat(one.subtract(BigDecimal.ONE).abs()).isLessThan(tolerance);
      assertThat(Exact.sin(x).doubleValue()).isCloseTo(Math.sin(x), within(1e-15));
    }
    assertThat(Exact.erfc(BigDecimal.valueOf(10)).doubleValue())
        .isCloseTo(2.088487583762545e-45, within(1e-59)); // Abramowitz and Stegun's table 7.3
  }

  /** At zeros, infinities, NaN and in the tails they do what the definitions do. */
  @Test
  void limitsAreThoseOfTheDefinitions() {
    for (String text : ALL) {
      Activation activation = Activation.parse(text);
      double[] values = values(activation, SPECIAL);
      for (int j = 0; j < SPECIAL.length; j++) {
        double u = SPECIAL[j];
        double want =
            switch (text) {
              case "relu" -> Math.max(u, 0.0); // its definition multiplies by 0
              // whose library drops the sign of 0 and numbers next to it
              case "erf" -> Math.abs(u) < 1e-100 ? 2 / Math.sqrt(Math.PI) * u : activation.value(u);
              default -> activation.value(u);
            };
        requireNear(text, u, values[j], want);
      }
      for (double u : new double[] {0.5, -0.5, 20, -20, 1e-200, Double.MIN_NORMAL}) {
        requireNear(text + "'", u, slopes(activation, u)[0], activation.derivative(u));
      }
      if (!List.of("hardTanh", "sign").contains(text)
          && !text.contains("elu")
          && !text.equals("abs")) {
        assertThat(slopes(activation, Double.NaN)[0]).as(text).isNaN();
      }
    }
  }

  private static void requireNear(String text, double u, double got, double want) {
    String what = text + "(" + u + ")";
    if (Double.isFinite(want) && u != 0) {
      double unit = Math.max(Math.ulp(want), 2e-16 * Math.min(1, Math.abs(u)));
      assertThat(got).as(what).isCloseTo(want, within(8 * unit));
    } else {
      assertThat(Double.compare(got, want)).as(what + " = " + got + ", not " + want).isZero();
    }
  }

  @Test
  void numbersDoNotDependOnTheirNeighbours() {
    for (String text : ALL) {
      Activation activation = Activation.parse(text);
      for (int n : new int[] {1, 3, 8, 17, 100}) {
        double[] u = new double[n];
        for (int j = 0; j < n; j++) {
          u[j] =
              random.nextInt(3) == 0
                  ? SPECIAL[random.nextInt(SPECIAL.length)]
                  : 3 * random.nextGaussian();
        }
        java.util.Arrays.fill(own.second, 7);
        double[] values = values(activation, u);
        double[] slopes = slopes(activation, u);
        assertThat(own.second).as("the bias").containsOnly(7);
        for (int j = 0; j < n; j++) {
          assertThat(values(activation, u[j])).as(text).containsExactly(values[j]);
          assertThat(slopes(activation, u[j])).as(text).containsExactly(slopes[j]);
        }
      }
    }
  }
}
