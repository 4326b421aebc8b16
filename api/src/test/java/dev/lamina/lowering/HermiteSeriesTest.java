package dev.lamina.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds series and their interpolation to the two-dimensional trapezoidal rule. */
final class HermiteSeriesTest {
  private static final double[] CORRELATIONS = {-0.99, -0.3, 0.5, 0.98};

  /** E[φ(u)φ(v)]; the rule is exact to rounding for functions analytic in a strip wide enough. */
  private static double trapezoid(Activation phi, double a, double b, double c) {
    double step = Math.min(0.08, 0.25 / Math.sqrt(Math.max(a, b)));
    int n = (int) (8.6 / step);
    double across = Math.sqrt(1 - c * c);
    double sum = 0;
    for (int i = -n; i <= n; i++) {
      double g = i * step;
      double inner = 0;
      for (int j = -n; j <= n; j++) {
        double h = j * step;
        inner += Math.exp(-h * h / 2) * phi.value(Math.sqrt(b) * (c * g + across * h));
      }
      sum += Math.exp(-g * g / 2) * phi.value(Math.sqrt(a) * g) * inner;
    }
    return sum * step * step / (2 * Math.PI);
  }

  private static double mehler(HermiteSeries series, double a, double b, double c) {
    int n = series.count();
    double[] x = new double[2 * n + 2];
    double[] z = new double[2 * n + 2];
    series.interpolate(a, x, 0);
    series.interpolate(b, z, 0);
    double sum = 0;
    double power = 1;
    for (int i = 0; i < n; i++) {
      sum += x[i] * z[i] * power;
      power *= c;
    }
    return sum * Math.sqrt(x[2 * n] * z[2 * n]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sigmoid", "softplus", "silu"})
  void meetsQuadratureAtSmallAndLargeVariances(String text) {
    Activation phi = Activation.parse(text);
    double[][] variances = {{1e-4, 3e-4}, {0.2, 0.9}, {2, 2}, {3, 19.9}, {30, 45}};
    for (double[] k : variances) {
      for (DType dtype : DType.values()) {
        HermiteSeries series = HermiteSeries.of(phi, k[1], dtype);
        double scale = Math.sqrt(series.secondMoment(k[0]) * series.secondMoment(k[1]));
        double bound = (dtype == DType.FLOAT32 ? 2e-8 : 1e-13) * scale;
        for (double c : CORRELATIONS) {
          assertThat(mehler(series, k[0], k[1], c))
              .as("%s of variances %s and %s, correlation %s, %s", text, k[0], k[1], c, dtype)
              .isCloseTo(trapezoid(phi, k[0], k[1], c), within(bound));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "softplus"})
  void interpolatesToRounding(String text) {
    for (double maxK : new double[] {0.3, 7, 40}) {
      HermiteSeries series = HermiteSeries.of(Activation.parse(text), maxK);
      double[] direct = new double[2 * series.count() + 2];
      double[] interpolated = new double[2 * series.count() + 2];
      for (double k : new double[] {maxK, maxK / 1.07, maxK / 2.9, maxK / 1000, 1}) {
        if (k > maxK) {
          continue;
        }
        series.expand(k, direct, 0);
        series.interpolate(k, interpolated, 0);
        for (int i = 0; i < direct.length; i++) {
          assertThat(interpolated[i])
              .as("cell %d at %s of at most %s", i, k, maxK)
              .isCloseTo(direct[i], within(1e-14 * Math.max(1, direct[i])));
        }
      }
    }
  }

  @Test
  void takesFewerTermsForFloat32() {
    Activation tanh = Activation.parse("tanh");
    int single = HermiteSeries.of(tanh, 20, DType.FLOAT32).count();
    int full = HermiteSeries.of(tanh, 20, DType.FLOAT64).count();
    assertThat(single).isBetween(500, 1500);
    assertThat(full).isGreaterThan(2 * single);
  }

  @Test
  void refusesWhatNeedsTooManyTerms() {
    assertThatThrownBy(() -> HermiteSeries.of(Activation.parse("tanh"), 1000, DType.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "activation tanh: pre-activation variance 1000.0 needs more than 8192 Hermite terms;"
                + " scale the inputs or lower weightVariance");
    assertThat(HermiteSeries.of(Activation.parse("tanh"), 100, DType.FLOAT32).count())
        .isLessThan(HermiteSeries.MAX_TERMS);
  }
}
