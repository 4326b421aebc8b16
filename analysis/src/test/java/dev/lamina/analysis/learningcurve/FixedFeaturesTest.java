package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedFeaturesTest {
  private static final double T = 0.08;
  private static final double GAMMA = 0.4;
  private static final double[] Y = {1, -1, 1, 1, -1, 1, -1};
  private static final double[][] F = grid(7, 5, .5, .8, .3);
  private static final double[][] TEST = grid(3, 5, .6, 1.1, -.4);

  private static double[][] grid(int n, int m, double a, double b, double c) {
    double[][] grid = new double[n][m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        grid[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return grid;
  }

  private static FixedFeatures golden() {
    return new FixedFeatures(F, Y, T, GAMMA);
  }

  /** Golden G-1. */
  @Test
  void theStationaryLaw() {
    FixedFeatures law = golden();
    double[] mean = {0.267164849860, 0.394569279971, 0.384139308758};
    double[] variance = {0.147651312959, 0.095075405812, 0.049521388485};
    for (int i = 0; i < 3; i++) {
      assertThat(law.mean(TEST)[i]).isCloseTo(mean[i], within(6e-13));
      assertThat(law.variance(TEST, 0)[i]).isCloseTo(variance[i], within(6e-13));
      assertThat(law.variance(TEST, 0.02)[i]).isGreaterThan(variance[i]);
    }
    assertThat(law.trace(0.02)).isCloseTo(0.622272468816, within(6e-13));
    assertThat(law.trace(0)).isCloseTo(0.618104655965, within(6e-13));
  }

  /** The recursion itself, run for a long time with steps that are far from small. */
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.15})
  void noisyDescentEndsThere(double rate) {
    FixedFeatures law = golden();
    RandomGenerator random = SpherePoints.random(2);
    double[] w = new double[5];
    double[] sum = new double[3];
    double[] squares = new double[3];
    double trace = 0;
    double[] mean = new double[5];
    int steps = (int) (120_000 / rate);
    for (int step = 0; step < steps; step++) {
      descend(w, rate, random);
      for (int i = 0; i < 3; i++) {
        double f = dot(TEST[i], w);
        sum[i] += f / steps;
        squares[i] += f * f / steps;
      }
      for (int k = 0; k < 5; k++) {
        mean[k] += w[k] / steps;
        trace += w[k] * w[k] / steps;
      }
    }
    double centred = trace - dot(mean, mean);
    assertThat(centred).isCloseTo(law.trace(rate), within(0.02 * centred));
    for (int i = 0; i < 3; i++) {
      assertThat(sum[i]).isCloseTo(law.mean(TEST)[i], within(0.01));
      double variance = squares[i] - sum[i] * sum[i];
      assertThat(variance).isCloseTo(law.variance(TEST, rate)[i], within(0.02 * variance));
    }
  }

  private static void descend(double[] w, double rate, RandomGenerator random) {
    double[] gradient = new double[5];
    for (int n = 0; n < Y.length; n++) {
      double residual = dot(F[n], w) - Y[n];
      for (int k = 0; k < 5; k++) {
        gradient[k] += residual * F[n][k];
      }
    }
    for (int k = 0; k < 5; k++) {
      w[k] +=
          -rate * (gradient[k] + GAMMA * w[k]) + Math.sqrt(2 * rate * T) * random.nextGaussian();
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  @Test
  void badInput() {
    FixedFeatures law = golden();
    assertThatThrownBy(() -> law.trace(law.largestRate())).hasMessageContaining("below 2/h");
    assertThatThrownBy(() -> law.trace(-1)).hasMessageContaining("must be from 0");
    assertThatThrownBy(() -> new FixedFeatures(F, Y, 0, 1)).hasMessageContaining("must be > 0");
    assertThatThrownBy(() -> new FixedFeatures(F, new double[3], 1, 1))
        .hasMessageContaining("7 rows and 3 targets");
  }
}
