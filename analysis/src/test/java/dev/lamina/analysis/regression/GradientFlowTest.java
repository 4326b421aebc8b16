package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class GradientFlowTest {
  private final NaiveBackend backend = new NaiveBackend();

  @Test
  void meanAgreesWithIntegratedGradientFlow() {
    double[][] x = Samples.gaussian(1, 10, 3);
    double[][] y = Samples.gaussian(2, 10, 1);
    double[][] test = Samples.gaussian(3, 4, 3);
    double[][] kernel = NaiveKernels.matrix(Samples.ntk(2), x, x);
    double[][] cross = NaiveKernels.matrix(Samples.ntk(2), test, x);
    double[] state = new double[14];
    long open = OpenMatrices.bytes();
    try (HostMatrix xs = HostMatrix.of(x);
        HostMatrix ys = HostMatrix.of(y);
        HostMatrix tests = HostMatrix.of(test);
        GradientFlow flow = GradientFlow.of(backend, Samples.ntk(2), xs, ys)) {
      double time = 0;
      for (double until : new double[] {0, .02, .5, 3}) {
        while (time < until - 1e-12) {
          rungeKutta(state, kernel, cross, y, 1e-3);
          time += 1e-3;
        }
        try (HostMatrix train = flow.trainingMean(until);
            HostMatrix mean = flow.mean(tests, until)) {
          for (int i = 0; i < 10; i++) {
            assertThat(train.get(i, 0)).isCloseTo(state[i], within(1e-8));
          }
          for (int i = 0; i < 4; i++) {
            assertThat(mean.get(i, 0)).isCloseTo(state[10 + i], within(1e-8));
          }
        }
      }
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(open);
  }

  /** One classical fourth-order step of d/dτ [f(X), f(X*)] = −[Θ; Θ*] (f(X) − Y). */
  private static void rungeKutta(
      double[] state, double[][] kernel, double[][] cross, double[][] y, double h) {
    double[] k1 = slope(state, kernel, cross, y);
    double[] k2 = slope(moved(state, k1, h / 2), kernel, cross, y);
    double[] k3 = slope(moved(state, k2, h / 2), kernel, cross, y);
    double[] k4 = slope(moved(state, k3, h), kernel, cross, y);
    for (int i = 0; i < state.length; i++) {
      state[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
  }

  private static double[] moved(double[] state, double[] slope, double h) {
    double[] out = state.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += h * slope[i];
    }
    return out;
  }

  private static double[] slope(double[] state, double[][] kernel, double[][] cross, double[][] y) {
    int n = kernel.length;
    double[] residual = new double[n];
    for (int i = 0; i < n; i++) {
      residual[i] = state[i] - y[i][0];
    }
    double[] out = new double[state.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = -NaiveKernels.dot(i < n ? kernel[i] : cross[i - n], residual);
    }
    return out;
  }

  @Test
  void meanAgreesWithGradientDescentOnALinearModel() {
    double[][] x = Samples.gaussian(4, 6, 3);
    double[][] y = Samples.gaussian(5, 6, 1);
    double[][] test = Samples.gaussian(6, 4, 3);
    double step = 1e-5;
    int steps = 20_000;
    double[] w = new double[3];
    for (int s = 0; s < steps; s++) {
      descend(w, x, y, step);
    }
    try (HostMatrix xs = HostMatrix.of(x);
        HostMatrix ys = HostMatrix.of(y);
        HostMatrix tests = HostMatrix.of(test);
        GradientFlow flow = GradientFlow.of(backend, new Kernel.Linear(0), xs, ys);
        HostMatrix mean = flow.mean(tests, steps * step)) {
      for (int i = 0; i < 4; i++) {
        // Euler's global error is about step·λ_max/2, relative.
        assertThat(mean.get(i, 0)).isCloseTo(NaiveKernels.dot(test[i], w), within(1e-3));
      }
    }
  }

  private static void descend(double[] w, double[][] x, double[][] y, double step) {
    double[] gradient = new double[w.length];
    for (int i = 0; i < x.length; i++) {
      double residual = NaiveKernels.dot(x[i], w) - y[i][0];
      for (int j = 0; j < w.length; j++) {
        gradient[j] += residual * x[i][j];
      }
    }
    for (int j = 0; j < w.length; j++) {
      w[j] -= step * gradient[j];
    }
  }

  @Test
  void trainingForeverIsRegressionWithoutRidge() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 9, 4));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 9, 2));
        HostMatrix test = HostMatrix.of(Samples.gaussian(3, 5, 4));
        GradientFlow flow = GradientFlow.of(backend, Samples.ntk(3), x, y);
        GaussianProcess model =
            GaussianProcess.fit(
                backend,
                Samples.ntk(3),
                x,
                y,
                RegressionSettings.ofNoise(0).with(Precision.FLOAT64));
        HostMatrix want = model.mean(test);
        HostMatrix got = flow.mean(test, 0, Double.POSITIVE_INFINITY)) {
      for (int i = 0; i < 5; i++) {
        for (int c = 0; c < 2; c++) {
          assertThat(got.get(i, c)).isZero();
          assertThat(got.get(i, 2 + c)).isCloseTo(want.get(i, c), within(1e-10));
        }
      }
    }
  }

  @Test
  void timeGridSpansAllTimeConstants() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 9, 4));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 9, 1));
        GradientFlow flow = GradientFlow.of(backend, Samples.ntk(1), x, y)) {
      double[] values = flow.spectrum().eigenvalues();
      double[] grid = flow.timeGrid(5);
      assertThat(grid[0]).isCloseTo(.1 / values[8], within(1e-12));
      assertThat(grid[4]).isCloseTo(10 / values[0], within(1e-6));
    }
  }

  @Test
  void refusesNegativeTime() {
    assertThatThrownBy(() -> SpectralFilter.gradientFlow(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("training time must be ≥ 0 but is -1.0");
  }

  /**
   * f(x) = w·x + a with w trained and a fixed: a linearised network whose two kernels differ, Θ =
   * x·z and K = s² x·z + c². Monte Carlo over its initialisations, each trained by itself.
   */
  @Test
  void varianceAgreesWithTrainedEnsemble() {
    double weightScale = .8;
    double offsetScale = .6;
    double[][] x = Samples.gaussian(7, 8, 2);
    double[][] y = Samples.gaussian(8, 8, 1);
    double[][] test = Samples.gaussian(9, 3, 2);
    Kernel tangent = new Kernel.Linear(0);
    Kernel prior =
        new Kernel.Sum(
            List.of(
                Samples.scaled(weightScale * weightScale, tangent),
                new Kernel.Constant(offsetScale * offsetScale)));
    double[] times = {0, .1, .6, Double.POSITIVE_INFINITY};
    double[] simulated = {0, .1, .6, 8};
    int members = 4000;
    double[][] sum = new double[4][3];
    double[][] squares = new double[4][3];
    RandomGenerator random = Samples.random(10);
    for (int member = 0; member < members; member++) {
      double[] w = {weightScale * random.nextGaussian(), weightScale * random.nextGaussian()};
      double a = offsetScale * random.nextGaussian();
      trainMember(w, a, x, y, test, simulated, sum, squares);
    }
    try (HostMatrix xs = HostMatrix.of(x);
        HostMatrix ys = HostMatrix.of(y);
        HostMatrix tests = HostMatrix.of(test);
        GradientFlow flow = GradientFlow.of(backend, tangent, xs, ys);
        HostMatrix mean = flow.mean(tests, times);
        HostMatrix variance = flow.variance(prior, tests, times)) {
      double slowest = flow.spectrum().eigenvalues()[6];
      // The last simulated time stands for ∞: every direction has decayed.
      assertThat(Math.exp(-slowest * simulated[3])).isLessThan(1e-4);
      for (int s = 0; s < 4; s++) {
        for (int i = 0; i < 3; i++) {
          double sampleMean = sum[s][i] / members;
          double sampleVariance = squares[s][i] / members - sampleMean * sampleMean;
          double want = variance.get(i, s);
          // Five standard errors; a Gaussian's sample variance has relative error √(2/members).
          assertThat(sampleVariance).isCloseTo(want, within(5 * want * Math.sqrt(2.0 / members)));
          assertThat(sampleMean).isCloseTo(mean.get(i, s), within(5 * Math.sqrt(want / members)));
        }
      }
      // Training must matter, or the test would pass with the prior alone.
      assertThat(variance.get(0, 3)).isLessThan(.9 * variance.get(0, 0));
    }
  }

  private static void trainMember(
      double[] w,
      double a,
      double[][] x,
      double[][] y,
      double[][] test,
      double[] times,
      double[][] sum,
      double[][] squares) {
    double[][] shifted = new double[y.length][1];
    for (int i = 0; i < y.length; i++) {
      shifted[i][0] = y[i][0] - a;
    }
    double time = 0;
    for (int s = 0; s < times.length; s++) {
      double step = times[s] > 1 ? 1e-2 : 2e-3;
      for (; time < times[s] - step / 2; time += step) {
        // Two half steps extrapolated: second order.
        double[] whole = w.clone();
        descend(whole, x, shifted, step);
        descend(w, x, shifted, step / 2);
        descend(w, x, shifted, step / 2);
        for (int j = 0; j < w.length; j++) {
          w[j] = 2 * w[j] - whole[j];
        }
      }
      for (int i = 0; i < test.length; i++) {
        double f = NaiveKernels.dot(test[i], w) + a;
        sum[s][i] += f;
        squares[s][i] += f * f;
      }
    }
  }

  @Test
  void varianceOfTheWholeNetworkTrainedForeverVanishesOnTrainingInputs() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 9, 4));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 9, 1));
        GradientFlow flow = GradientFlow.of(backend, Samples.ntk(2), x, y);
        HostMatrix variance = flow.variance(Samples.nngp(2), x, 0, Double.POSITIVE_INFINITY)) {
      for (int i = 0; i < 9; i++) {
        assertThat(variance.get(i, 0)).isGreaterThan(.1);
        assertThat(variance.get(i, 1)).isBetween(0.0, 1e-11);
      }
    }
  }

  @Test
  void smallBudgetsGiveTheSameVariances() {
    NaiveBackend small = new NaiveBackend(2L * 3 * 5 * 8 * 9);
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 9, 4));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 9, 1));
        HostMatrix test = HostMatrix.of(Samples.gaussian(3, 10, 4));
        GradientFlow flow = GradientFlow.of(backend, Samples.ntk(2), x, y);
        GradientFlow batched = GradientFlow.of(small, Samples.ntk(2), x, y);
        HostMatrix want = flow.variance(Samples.nngp(2), test, 1, 5);
        HostMatrix got = batched.variance(Samples.nngp(2), test, 1, 5)) {
      assertThat(got.toArray()).isEqualTo(want.toArray());
      assertThat(small.budget().peak()).isEqualTo(3 * 5 * 8 * 9);
    }
  }
}
