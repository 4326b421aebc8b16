package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.study.Progress;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IterativeRegressionTest {
  private final NaiveBackend backend = new NaiveBackend();

  @ParameterizedTest
  @CsvSource({"FLOAT64, 1, 1e-10", "FLOAT64, 40, 1e-10", "MIXED, 1, 1e-5", "MIXED, 40, 1e-5"})
  void agreesWithTheExactFit(Precision precision, int n, double tolerance) {
    long open = OpenMatrices.bytes();
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, n, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, n, 2));
        HostMatrix test = HostMatrix.of(Samples.gaussian(3, 7, 3));
        IterativeRegression model =
            IterativeRegression.fit(
                backend,
                Samples.nngp(2),
                x,
                y,
                new IterativeSettings(.1, precision, tolerance, 1000, 10),
                Progress.NONE);
        GaussianProcess exact =
            GaussianProcess.fit(
                backend,
                Samples.nngp(2),
                x,
                y,
                RegressionSettings.ofNoise(.1).with(Precision.FLOAT64));
        HostMatrix got = model.mean(test);
        HostMatrix want = exact.mean(test)) {
      assertThat(model.convergence().converged()).isTrue();
      assertThat(model.convergence().residual()).isLessThanOrEqualTo(tolerance);
      for (int i = 0; i < 7; i++) {
        for (int c = 0; c < 2; c++) {
          // |k*ᵀ δα| ≤ ‖k*‖ ‖δα‖ and ‖δα‖ ≤ tolerance·‖y‖/noise.
          assertThat(got.get(i, c)).isCloseTo(want.get(i, c), within(1000 * tolerance));
        }
      }
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(open);
  }

  @Test
  void saysThatItStoppedEarly() {
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 40, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 40, 1));
        IterativeRegression model =
            IterativeRegression.fit(
                backend,
                Samples.nngp(2),
                x,
                y,
                new IterativeSettings(1e-3, Precision.FLOAT64, 1e-10, 3, 0),
                Progress.NONE)) {
      assertThat(model.convergence().converged()).isFalse();
      assertThat(model.convergence().iterations()).isEqualTo(3);
      assertThat(model.convergence().residual()).isGreaterThan(1e-10);
    }
  }

  @Test
  void refusesSettingsThatCannotConverge() {
    assertThatThrownBy(() -> IterativeSettings.ofNoise(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noise (a variance) must be finite and > 0 but is 0.0");
    assertThatThrownBy(() -> new IterativeSettings(1, Precision.MIXED, 0, 1, 0))
        .hasMessageContaining("tolerance > 0");
  }
}
