package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KernelSpectrumTest {
  private static final double[] NOISES = {1e-3, .1, 10};

  private final NaiveBackend backend = new NaiveBackend();

  @Test
  void oneDecompositionGivesWhatEachNoisesFitGives() {
    long open = OpenMatrices.bytes();
    Targets train = Targets.ofLabels(labels(25), 3);
    Targets test = Targets.ofLabels(labels(14), 3);
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 25, 4));
        HostMatrix testX = HostMatrix.of(Samples.gaussian(2, 14, 4));
        HostMatrix y = train.toMatrix();
        KernelSpectrum spectrum = KernelSpectrum.of(backend, Samples.nngp(2), x, y)) {
      TrainTest data = new TrainTest(x, train, testX, test);
      List<RidgeSweep.Point> points = RidgeSweep.run(spectrum, data, NOISES);
      for (int s = 0; s < NOISES.length; s++) {
        RidgeSweep.Point point = points.get(s);
        RegressionSettings settings = RegressionSettings.ofNoise(NOISES[s]).with(Precision.FLOAT64);
        try (GaussianProcess model = GaussianProcess.fit(backend, Samples.nngp(2), x, y, settings);
            HostMatrix mean = model.mean(testX)) {
          LeaveOneOut loo = model.leaveOneOut();
          assertThat(point.noise()).isEqualTo(NOISES[s]);
          assertThat(point.logMarginalLikelihood())
              .isCloseTo(model.logMarginalLikelihood(), within(1e-9));
          assertThat(point.leaveOneOutRmse()).isCloseTo(loo.rmse(), within(1e-11));
          assertThat(point.leaveOneOutLogLikelihood()).isCloseTo(loo.logLikelihood(), within(1e-9));
          assertThat(point.leaveOneOut()).isEqualTo(loo.score(train));
          assertThat(point.test()).isEqualTo(test.score(mean));
        }
      }
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(open);
  }

  private static int[] labels(int n) {
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i * i % 3;
    }
    return labels;
  }

  @Test
  void predictionsOfSeveralFiltersStandSideBySide() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 8, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 8, 2));
        HostMatrix test = HostMatrix.of(Samples.gaussian(3, 5, 3));
        KernelSpectrum spectrum = KernelSpectrum.of(backend, Samples.ntk(1), x, y);
        HostMatrix means =
            spectrum.predict(test, List.of(SpectralFilter.ridge(.1), SpectralFilter.ridge(2)))) {
      for (int s = 0; s < 2; s++) {
        RegressionSettings settings =
            RegressionSettings.ofNoise(s == 0 ? .1 : 2).with(Precision.FLOAT64);
        try (GaussianProcess model = GaussianProcess.fit(backend, Samples.ntk(1), x, y, settings);
            HostMatrix mean = model.mean(test)) {
          HostMatrix columns = spectrum.columns(means, s);
          assertThat(columns.rows()).isEqualTo(5);
          for (int i = 0; i < 5; i++) {
            assertThat(columns.get(i, 0)).isCloseTo(mean.get(i, 0), within(1e-12));
            assertThat(columns.get(i, 1)).isCloseTo(mean.get(i, 1), within(1e-12));
          }
        }
      }
    }
  }

  @Test
  void singularMatricesHaveARankAndNeedNoise() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 7, 2));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 7, 1));
        KernelSpectrum spectrum = KernelSpectrum.of(backend, new Kernel.Linear(0), x, y)) {
      assertThat(spectrum.rank()).isEqualTo(2);
      assertThat(spectrum.smallestComputed()).isBetween(-1e-13, 1e-13);
      assertThatThrownBy(() -> spectrum.logMarginalLikelihood(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("rank 2 of 7");
      assertThatThrownBy(() -> spectrum.leaveOneOut(0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(spectrum.logMarginalLikelihood(.5)).isFinite();
    }
  }

  @Test
  void likelihoodPeaksAtTheNoiseThatMadeTheTargets() {
    int n = 120;
    double[][] x = Samples.gaussian(1, n, 3);
    double[][] noise = Samples.gaussian(2, n, 1);
    double[][] y = new double[n][1];
    for (int i = 0; i < n; i++) {
      y[i][0] = x[i][0] - 2 * x[i][1] + .3 * noise[i][0];
    }
    try (HostMatrix xs = HostMatrix.of(x);
        HostMatrix ys = HostMatrix.of(y);
        KernelSpectrum spectrum = KernelSpectrum.of(backend, new Kernel.Linear(0), xs, ys)) {
      Targets targets = Targets.ofValues(ys);
      List<RidgeSweep.Point> points =
          RidgeSweep.run(
              spectrum, new TrainTest(xs, targets, xs, targets), RidgeSweep.logGrid(1e-3, 10, 41));
      // The relative standard error of an estimated variance is √(2/N) = 13 %.
      assertThat(RidgeSweep.mostLikely(points).orElseThrow()).isBetween(.09 * .6, .09 * 1.6);
    }
  }

  @Test
  void logGridReachesBothBounds() {
    assertThat(RidgeSweep.logGrid(1e-4, 1e2, 7)[3]).isCloseTo(.1, within(1e-15));
    assertThat(RidgeSweep.logGrid(1e-4, 1e2, 7)[6]).isCloseTo(100, within(1e-12));
    assertThatThrownBy(() -> RidgeSweep.logGrid(0, 1, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
