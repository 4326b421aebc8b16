package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.study.Progress;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrecisionSweepTest {
  private static final Kernel NETWORK =
      Kernel.parse("nngp(depth=3, weightVariance=2, biasVariance=0.1)");

  private static SphereSimulation.Settings settings(Kernel kernel, double noise, int draws) {
    return new SphereSimulation.Settings(
        kernel, Sphere.unit(3), Target.parse("1:0.5,2:0.4,3:0.1"), noise, 0.01, draws, 4, 200, 5);
  }

  private static Lamina open() {
    return Lamina.open(LaminaConfig.defaults().withBackend(BackendChoice.CPU));
  }

  /** Eigenvalues here, Cholesky factors there; both draw the same samples. */
  @Test
  void errorsAreThoseOfRegressionWithTheRidgeAsNoise() {
    try (Lamina lamina = open()) {
      List<Double> ridges = List.of(1e-4, 1e-2, 1.0);
      List<PrecisionPoint> sweep =
          new PrecisionSweep(lamina.backend(), settings(NETWORK, 0, 2), ridges)
              .run(List.of(30, 80), Progress.NONE);
      assertThat(sweep).hasSize(12);
      for (PrecisionPoint p : sweep) {
        SimulatedPoint direct =
            new SphereSimulation(lamina.backend(), settings(NETWORK, p.ridge(), 2))
                .run(List.of(p.samples()), Progress.NONE)
                .getFirst();
        double digits = p.dtype() == DType.FLOAT64 ? 1e-9 : 2e-2;
        assertThat(p.mse().mean())
            .isCloseTo(direct.mse().mean(), within(digits * direct.mse().mean()));
        assertThat(p.positiveDefinite()).isTrue();
      }
      // the ridge in the middle is the best one, as the theory says
      for (int first : List.of(6, 9)) {
        List<PrecisionPoint> of = sweep.subList(first, first + 3);
        assertThat(of.get(1).mse().mean()).isLessThan(of.get(0).mse().mean());
        assertThat(of.get(1).mse().mean()).isLessThan(of.get(2).mse().mean());
        assertThat(of.get(1).theory()).isLessThan(of.get(0).theory());
        assertThat(of.get(2).mse().mean()).isCloseTo(of.get(2).theory(), within(0.1));
      }
    }
  }

  /** Eigenvalues of smooth kernels fall below what rounding of entries adds. */
  @Test
  void roundingDoesDamageWhereTheRidgeDoesNotCoverIt() {
    try (Lamina lamina = open()) {
      int n = 60;
      Kernel smooth = Kernel.parse("gaussian(lengthScale=1)");
      List<PrecisionPoint> sweep =
          new PrecisionSweep(lamina.backend(), settings(smooth, 0, 3), List.of(0.0, 1e-8, 1e-2))
              .run(List.of(n), Progress.NONE);
      List<Double> ratios = new ArrayList<>();
      for (int r = 0; r < 3; r++) {
        assertThat(sweep.get(r).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(sweep.get(r + 3).dtype()).isEqualTo(DType.FLOAT32);
        ratios.add(sweep.get(r + 3).mse().mean() / sweep.get(r).mse().mean());
      }
      assertThat(ratios.get(1)).isGreaterThan(2);
      assertThat(ratios.get(2)).isCloseTo(1, within(1e-2));
      PrecisionPoint rounded = sweep.get(4);
      // the norm of a matrix of independent roundings of entries up to 1 is 2·√N·2⁻²⁵ at most
      double norm = 2 * Math.sqrt(n) * Math.ulp(0.5f);
      assertThat(rounded.smallest()).isBetween(-4 * norm, 4 * norm);
      assertThat(Math.abs(sweep.get(1).smallest())).isLessThan(0.01 * norm);
      assertThat(rounded.smallest()).isNegative();
      assertThat(rounded.positiveDefinite()).isFalse();
      assertThat(sweep.get(5).positiveDefinite()).isTrue();
    }
  }

  @Test
  void badInput() {
    try (Lamina lamina = open()) {
      for (List<Double> ridges : List.of(List.<Double>of(), List.of(-1.0), List.of(Double.NaN))) {
        assertThatThrownBy(
                () -> new PrecisionSweep(lamina.backend(), settings(NETWORK, 0, 1), ridges))
            .hasMessageContaining("ridges must be one or more numbers ≥ 0");
      }
      assertThatThrownBy(
              () -> new PrecisionSweep(lamina.backend(), settings(NETWORK, 0, 0), List.of(1.0)))
          .hasMessageContaining("draws must be ≥ 1");
    }
  }
}
