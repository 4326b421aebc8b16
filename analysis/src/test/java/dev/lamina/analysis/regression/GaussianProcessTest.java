package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.Parametrization;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.Collections;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GaussianProcessTest {
  private final NaiveBackend backend = new NaiveBackend();
  private long openBefore;

  @BeforeEach
  void countOpenMatrices() {
    openBefore = OpenMatrices.bytes();
  }

  @AfterEach
  void closesWhatItOpens() {
    assertThat(OpenMatrices.bytes()).isEqualTo(openBefore);
  }

  private static RegressionSettings float64(double noise) {
    return RegressionSettings.ofNoise(noise).with(Precision.FLOAT64);
  }

  /** Mean, latent variance and likelihood by an LU inverse, as written in the textbook. */
  private record Dense(RealMatrix mean, RealVector variance, double logMarginalLikelihood) {
    static Dense of(Kernel kernel, double[][] x, double[][] y, double[][] test, double noise) {
      RealMatrix a =
          new Array2DRowRealMatrix(NaiveKernels.matrix(kernel, x, x))
              .add(MatrixUtils.createRealIdentityMatrix(x.length).scalarMultiply(noise));
      LUDecomposition lu = new LUDecomposition(a);
      RealMatrix inverse = lu.getSolver().getInverse();
      RealMatrix targets = new Array2DRowRealMatrix(y);
      RealMatrix cross = new Array2DRowRealMatrix(NaiveKernels.matrix(kernel, test, x));
      RealMatrix explained = cross.multiply(inverse).multiply(cross.transpose());
      double[] variance = new double[test.length];
      for (int i = 0; i < test.length; i++) {
        variance[i] = NaiveKernels.value(kernel, test[i], test[i]) - explained.getEntry(i, i);
      }
      double likelihood =
          -targets.transpose().multiply(inverse).multiply(targets).getTrace() / 2
              - y[0].length / 2.0 * Math.log(lu.getDeterminant())
              - y[0].length * x.length / 2.0 * Math.log(2 * Math.PI);
      return new Dense(
          cross.multiply(inverse).multiply(targets), new ArrayRealVector(variance), likelihood);
    }
  }

  @Test
  void reproducesGoldenCaseG1() {
    // Stationary law of noisy training: prior variance T/gamma of each weight, noise T.
    Kernel kernel = Samples.scaled(.08 / .4, new Kernel.Linear(0));
    double[][] y = {{1}, {-1}, {1}, {1}, {-1}, {1}, {-1}};
    try (HostMatrix x = HostMatrix.of(Samples.grid(7, 5, .5, .8, .3));
        HostMatrix targets = HostMatrix.of(y);
        HostMatrix test = HostMatrix.of(Samples.grid(3, 5, .6, 1.1, -.4));
        GaussianProcess model = GaussianProcess.fit(backend, kernel, x, targets, float64(.08));
        HostMatrix mean = model.mean(test);
        HostMatrix variance = model.latentVariance(test);
        HostMatrix noisy = model.observationVariance(test)) {
      double[] means = {0.267164849860, 0.394569279971, 0.384139308758};
      double[] variances = {0.147651312959, 0.095075405812, 0.049521388485};
      for (int i = 0; i < 3; i++) {
        assertThat(mean.get(i, 0)).isCloseTo(means[i], within(1e-12));
        assertThat(variance.get(i, 0)).isCloseTo(variances[i], within(1e-12));
        assertThat(noisy.get(i, 0)).isCloseTo(variances[i] + .08, within(1e-12));
      }
      assertThat(model.jitter()).isZero();
    }
  }

  /** Case D-1: the layer-wise loss is the negative likelihood without its constant. */
  @ParameterizedTest
  @CsvSource({
    "0, 20.831231551012, 37.123924864817, 5.969703117117",
    "1, 16.613094314857, 28.041746444980, 5.664780901357",
    "2, 14.306342499146, NaN, NaN"
  })
  void reproducesGoldenCaseD1(int depth, double loss, double looNll, double looMse) {
    double[][] phi = goldenActivations();
    double[][] y = new double[6][3];
    for (int i = 0; i < 6; i++) {
      for (int c = 0; c < 3; c++) {
        y[i][c] = (i % 3 == c ? 1 : 0) - 1.0 / 3;
      }
    }
    double outputs = 3;
    double samples = 6;
    try (HostMatrix x = HostMatrix.of(phi);
        HostMatrix targets = HostMatrix.of(y);
        GaussianProcess model =
            GaussianProcess.fit(backend, goldenKernel(depth), x, targets, float64(.05))) {
      double constant = samples * outputs / 2 * Math.log(2 * Math.PI);
      assertThat(-model.logMarginalLikelihood() - constant).isCloseTo(loss, within(1e-10));
      if (!Double.isNaN(looNll)) {
        LeaveOneOut loo = model.leaveOneOut();
        assertThat(-loo.logLikelihood() - constant).isCloseTo(looNll, within(1e-10));
        assertThat(loo.rmse() * loo.rmse() * samples * outputs / 2)
            .isCloseTo(looMse, within(1e-10));
      }
    }
  }

  /** The read-out has weight variance 1, the hidden layers above have 2, all biases 0.1. */
  private static Kernel goldenKernel(int depth) {
    if (depth == 0) {
      return new Kernel.Sum(
          List.of(Samples.scaled(1 / 5.0, new Kernel.Linear(0)), new Kernel.Constant(.1)));
    }
    List<Double> weights = new java.util.ArrayList<>(Collections.nCopies(depth + 1, 2.0));
    weights.set(0, 1.0);
    return new Kernel.Nngp(
        new InfiniteNetwork(
            Collections.nCopies(depth, Activation.RELU),
            weights,
            Collections.nCopies(depth + 1, .1),
            false,
            Parametrization.NTK,
            List.of()));
  }

  private static double[][] goldenActivations() {
    double[][] x = Samples.grid(6, 3, .7, 1.3, .5);
    double[][] w = Samples.grid(5, 3, .4, .9, 1.1);
    double[][] phi = new double[6][5];
    for (int i = 0; i < 6; i++) {
      for (int k = 0; k < 5; k++) {
        phi[i][k] = Math.max(0, NaiveKernels.dot(x[i], w[k]) + Math.sin(.3 * k - .2));
      }
    }
    return phi;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 3, 2", "2, 1, 5", "31, 7, 1", "33, 2, 3", "65, 9, 10"})
  void agreesWithDenseInverse(int n, int m, int outputs) {
    double[][] x = Samples.gaussian(1, n, 4);
    double[][] y = Samples.gaussian(2, n, outputs);
    double[][] test = Samples.gaussian(3, m, 4);
    Dense want = Dense.of(Samples.nngp(3), x, y, test, .01);
    for (Precision precision : Precision.values()) {
      // The condition number is below 10⁴: rounding to float32 costs at most that many ulps.
      double tolerance = precision == Precision.FLOAT64 ? 1e-10 : 1e-3;
      try (HostMatrix xs = HostMatrix.of(x);
          HostMatrix ys = HostMatrix.of(y);
          HostMatrix tests = HostMatrix.of(test);
          GaussianProcess model =
              GaussianProcess.fit(backend, Samples.nngp(3), xs, ys, float64(.01).with(precision));
          HostMatrix mean = model.mean(tests);
          HostMatrix variance = model.latentVariance(tests)) {
        for (int i = 0; i < m; i++) {
          assertThat(variance.get(i, 0)).isCloseTo(want.variance().getEntry(i), within(tolerance));
          for (int c = 0; c < outputs; c++) {
            assertThat(mean.get(i, c))
                .isCloseTo(want.mean().getEntry(i, c), within(10 * tolerance));
          }
        }
        assertThat(model.logMarginalLikelihood())
            .isCloseTo(want.logMarginalLikelihood(), within(10 * tolerance * n * outputs));
      }
    }
  }

  @Test
  void mixedPrecisionDiffersFromFloat64ByRounding() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 20, 4));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 20, 1));
        GaussianProcess mixed =
            GaussianProcess.fit(backend, Samples.nngp(2), x, y, RegressionSettings.ofNoise(.1));
        GaussianProcess exact = GaussianProcess.fit(backend, Samples.nngp(2), x, y, float64(.1))) {
      double difference = mixed.logMarginalLikelihood() - exact.logMarginalLikelihood();
      assertThat(Math.abs(difference)).isBetween(1e-12, 1e-3);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void leaveOneOutAgreesWithRefits(Precision precision) {
    int n = 12;
    double[][] x = Samples.gaussian(4, n, 3);
    double[][] y = Samples.gaussian(5, n, 2);
    double tolerance = precision == Precision.FLOAT64 ? 1e-11 : 1e-4;
    try (HostMatrix xs = HostMatrix.of(x);
        HostMatrix ys = HostMatrix.of(y);
        GaussianProcess model =
            GaussianProcess.fit(backend, Samples.ntk(2), xs, ys, float64(.3).with(precision))) {
      LeaveOneOut loo = model.leaveOneOut();
      double squares = 0;
      double logLikelihood = 0;
      for (int i = 0; i < n; i++) {
        Dense refit =
            Dense.of(Samples.ntk(2), without(x, i), without(y, i), new double[][] {x[i]}, .3);
        double variance = refit.variance().getEntry(0) + .3;
        assertThat(loo.variance(i)).isCloseTo(variance, within(tolerance));
        for (int c = 0; c < 2; c++) {
          double residual = y[i][c] - refit.mean().getEntry(0, c);
          assertThat(loo.residual(i, c)).isCloseTo(residual, within(tolerance));
          squares += residual * residual;
          logLikelihood -=
              Math.log(2 * Math.PI * variance) / 2 + residual * residual / (2 * variance);
        }
      }
      assertThat(loo.rmse()).isCloseTo(Math.sqrt(squares / n / 2), within(tolerance));
      assertThat(loo.logLikelihood()).isCloseTo(logLikelihood, within(100 * tolerance));
    }
  }

  private static double[][] without(double[][] rows, int index) {
    double[][] rest = new double[rows.length - 1][];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = rows[i < index ? i : i + 1];
    }
    return rest;
  }

  @Test
  void interpolatesWithoutNoise() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(6, 9, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(7, 9, 2));
        GaussianProcess model = GaussianProcess.fit(backend, Samples.ntk(1), x, y, float64(0));
        HostMatrix mean = model.mean(x);
        HostMatrix variance = model.latentVariance(x)) {
      assertThat(model.jitter()).isZero();
      for (int i = 0; i < 9; i++) {
        assertThat(variance.get(i, 0)).isBetween(0.0, 1e-12);
        assertThat(mean.get(i, 0)).isCloseTo(y.get(i, 0), within(1e-11));
        assertThat(mean.get(i, 1)).isCloseTo(y.get(i, 1), within(1e-11));
      }
    }
  }

  @Test
  void reportsTheJitterThatDuplicateRowsNeed() {
    double[][] rows = Samples.gaussian(8, 6, 3);
    rows[5] = rows[2].clone();
    rows[4] = rows[2].clone();
    try (HostMatrix x = HostMatrix.of(rows);
        HostMatrix y = HostMatrix.of(Samples.gaussian(9, 6, 1))) {
      Kernel singular = Samples.nngp(1);
      try (GaussianProcess model = GaussianProcess.fit(backend, singular, x, y, float64(0))) {
        // The mean of the diagonal is about 2: the first addition is 10⁻¹⁰ of it.
        assertThat(model.jitter()).isBetween(1e-11, 1e-6);
      }
      try (GaussianProcess model = GaussianProcess.fit(backend, singular, x, y, float64(1e-4))) {
        assertThat(model.jitter()).isZero();
      }
      Kernel rankOne = new Kernel.Constant(1);
      RegressionSettings strict = new RegressionSettings(0, Precision.FLOAT64, Jitter.NONE);
      assertThatThrownBy(() -> GaussianProcess.fit(backend, rankOne, x, y, strict))
          .isInstanceOf(NotPositiveDefiniteException.class)
          .hasMessageContaining("pivot 1 is 0.0");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesNoiseThatIsNoVariance(double noise) {
    assertThatThrownBy(() -> RegressionSettings.ofNoise(noise))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("regression: noise (a variance) must be finite and ≥ 0 but is " + noise);
  }

  @Test
  void refusesShapesThatDoNotFit() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 5, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(1, 4, 2));
        HostMatrix none = HostMatrix.of(new double[0][]);
        HostMatrix wide = HostMatrix.of(Samples.gaussian(1, 2, 4))) {
      RegressionSettings settings = float64(.1);
      assertThatThrownBy(() -> GaussianProcess.fit(backend, Samples.nngp(1), x, y, settings))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("x 5×3 float64, y 4×2 float64");
      assertThatThrownBy(() -> GaussianProcess.fit(backend, Samples.nngp(1), none, none, settings))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("N ≥ 1");
      try (GaussianProcess model =
          GaussianProcess.fit(backend, Samples.nngp(1), x.rows(0, 4), y, settings)) {
        assertThatThrownBy(() -> model.mean(wide))
            .isInstanceOf(ShapeException.class)
            .hasMessageContaining("3 columns")
            .hasMessageContaining("2×4");
        assertThatThrownBy(() -> model.latentVariance(wide)).isInstanceOf(ShapeException.class);
      }
    }
  }

  @Test
  void refusesTargetsThatAreNotNumbers() {
    double[][] targets = Samples.gaussian(1, 3, 2);
    targets[2][1] = Double.NaN;
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 3, 3));
        HostMatrix y = HostMatrix.of(targets)) {
      assertThatThrownBy(() -> GaussianProcess.fit(backend, Samples.nngp(1), x, y, float64(.1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("fit: y must be finite but is NaN in row 2, column 1");
    }
  }

  @Test
  void oneSampleHasAPosteriorButNoLeaveOneOut() {
    try (HostMatrix x = HostMatrix.of(new double[][] {{1, 2}});
        HostMatrix y = HostMatrix.of(new double[][] {{3}});
        GaussianProcess model =
            GaussianProcess.fit(backend, new Kernel.Linear(0), x, y, float64(2));
        HostMatrix mean = model.mean(x);
        HostMatrix variance = model.latentVariance(x)) {
      assertThat(mean.get(0, 0)).isCloseTo(5 * 3 / 7.0, within(1e-14));
      assertThat(variance.get(0, 0)).isCloseTo(5 * 2 / 7.0, within(1e-14));
      assertThatThrownBy(model::leaveOneOut).isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void smallBudgetsGiveTheSameNumbersInBatches(Precision precision) {
    int n = 40;
    // 12 bytes for each entry of a variance row, of which five rows and as much again must fit.
    NaiveBackend small = new NaiveBackend(2L * 5 * 12 * n);
    RegressionSettings settings = float64(.1).with(precision);
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, n, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, n, 2));
        HostMatrix test = HostMatrix.of(Samples.gaussian(3, 23, 3));
        GaussianProcess one = GaussianProcess.fit(backend, Samples.nngp(2), x, y, settings);
        GaussianProcess other = GaussianProcess.fit(small, Samples.nngp(2), x, y, settings);
        HostMatrix variance = one.latentVariance(test);
        HostMatrix batched = other.latentVariance(test)) {
      assertThat(batched.toArray()).isEqualTo(variance.toArray());
      assertThat(other.logMarginalLikelihood()).isEqualTo(one.logMarginalLikelihood());
      for (int i = 0; i < n; i++) {
        assertThat(other.leaveOneOut().variance(i)).isEqualTo(one.leaveOneOut().variance(i));
      }
      assertThat(small.budget().peak()).isBetween(1L, small.budget().limit() / 2);
      assertThat(small.budget().available()).isEqualTo(small.budget().limit());
    }
  }

  @Test
  void saysWhenNotASingleRowFitsInTheBudget() {
    NaiveBackend tiny = new NaiveBackend(300);
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 40, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 40, 1));
        GaussianProcess model = GaussianProcess.fit(tiny, Samples.nngp(1), x, y, float64(.1))) {
      assertThatThrownBy(() -> model.latentVariance(x))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageContaining("variance of a batch of test rows needs 320 bytes")
          .hasMessageContaining("lamina.memory-budget");
    }
  }
}
