package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.learningcurve.LangevinResult;
import dev.lamina.analysis.learningcurve.LangevinSettings;
import dev.lamina.analysis.learningcurve.LangevinStudy;
import dev.lamina.analysis.learningcurve.PrecisionPoint;
import dev.lamina.analysis.learningcurve.PrecisionSweep;
import dev.lamina.analysis.learningcurve.SimulatedPoint;
import dev.lamina.analysis.learningcurve.Sphere;
import dev.lamina.analysis.learningcurve.SphereSimulation;
import dev.lamina.analysis.learningcurve.Target;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuBackendProvider;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Regression on spheres and noisy training on the emulated cuda backend, against the cpu backend.
 */
class CudaLearningCurveTest {
  private static final SphereSimulation.Settings REGRESSION =
      new SphereSimulation.Settings(
          Kernel.parse("nngp(depth=2, biasVariance=0.1)"),
          Sphere.unit(3),
          Target.parse("1:0.5,2:0.5"),
          0.01,
          0.01,
          2,
          3,
          20,
          5);

  private static BackendProvider device;

  @BeforeAll
  static void requireEmulation() {
    device = EmulatedBackends.provider(64 << 20, LaminaConfig.defaults());
  }

  private static <T> T on(BackendChoice choice, Function<Lamina, T> work) {
    List<BackendProvider> providers = List.of(device, new CpuBackendProvider());
    LaminaConfig config = LaminaConfig.defaults().withBackend(choice);
    try (Lamina lamina = Lamina.open(config, providers)) {
      assertThat(lamina.backend().id().text()).isEqualTo(choice.text());
      return work.apply(lamina);
    }
  }

  @Test
  void regressionAgreesWithTheProcessor() {
    Function<Lamina, List<SimulatedPoint>> simulate =
        lamina ->
            new SphereSimulation(lamina.backend(), REGRESSION).run(List.of(12), Progress.NONE);
    SimulatedPoint got = on(BackendChoice.CUDA, simulate).getFirst();
    SimulatedPoint want = on(BackendChoice.CPU, simulate).getFirst();
    assertThat(got.mse().mean()).isCloseTo(want.mse().mean(), within(1e-10));
    for (int p = 0; p < 2; p++) {
      assertThat(got.residuals().get(p).factor().mean())
          .isCloseTo(want.residuals().get(p).factor().mean(), within(1e-10));
    }
  }

  @Test
  void ridgesInBothPrecisionsAgreeWithTheProcessor() {
    Function<Lamina, List<PrecisionPoint>> sweep =
        lamina ->
            new PrecisionSweep(lamina.backend(), REGRESSION, List.of(0.1))
                .run(List.of(12), Progress.NONE);
    List<PrecisionPoint> got = on(BackendChoice.CUDA, sweep);
    List<PrecisionPoint> want = on(BackendChoice.CPU, sweep);
    for (int i = 0; i < 2; i++) {
      double digits = got.get(i).dtype() == DType.FLOAT64 ? 1e-10 : 1e-5;
      assertThat(got.get(i).mse().mean()).isCloseTo(want.get(i).mse().mean(), within(digits));
    }
  }

  /** The noise has the same bits on both, so a few steps differ by rounding alone. */
  @Test
  void noisyTrainingAgreesWithTheProcessor() {
    LangevinSettings settings =
        new LangevinSettings(
            new Sphere(3, 1.5),
            Target.parse("1:0.5,2:0.5"),
            4,
            3,
            1,
            2,
            0.1,
            0.3,
            0.02,
            List.of(5),
            2,
            2,
            6,
            2,
            4,
            3);
    Function<Lamina, LangevinResult> train =
        lamina -> LangevinStudy.run(lamina, settings, Progress.NONE);
    LangevinResult.Width got = on(BackendChoice.CUDA, train).widths().getFirst();
    LangevinResult.Width want = on(BackendChoice.CPU, train).widths().getFirst();
    for (int i = 0; i < 3; i++) {
      assertThat(got.outputs().mean().get(i)).isCloseTo(want.outputs().mean().get(i), within(1e-4));
      assertThat(got.conditional().mean().get(i))
          .isCloseTo(want.conditional().mean().get(i), within(1e-4));
      assertThat(got.prior().mean().get(i)).isCloseTo(want.prior().mean().get(i), within(1e-4));
    }
  }
}
