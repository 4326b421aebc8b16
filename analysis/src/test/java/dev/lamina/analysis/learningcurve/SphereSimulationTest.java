package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.regression.NaiveBackend;
import dev.lamina.analysis.study.Progress;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SphereSimulationTest {
  private static final Kernel KERNEL = Kernel.parse("nngp(depth=1, biasVariance=0.5)");
  private static final Sphere SPHERE = new Sphere(4, 2);

  private static SphereSimulation.Settings settings(double noise, double labels, int draws) {
    return new SphereSimulation.Settings(
        KERNEL, SPHERE, Target.parse("1:0.5,2:1"), noise, labels, draws, 4, 100, 7);
  }

  @Test
  void harmonicsAreOrthonormal() {
    SpherePoints points = new SpherePoints(SPHERE, Target.parse("0:1,1:0.5,3:2"));
    RandomGenerator random = SpherePoints.random(1);
    try (HostMatrix x = points.sample(random, 40_000)) {
      double[][] values = points.harmonics(x, points.directions(random));
      double[] weights = {1, 0.5, 2};
      for (int p = 0; p < 3; p++) {
        for (int q = 0; q <= p; q++) {
          double mean = 0;
          for (int i = 0; i < values[p].length; i++) {
            mean += values[p][i] * values[q][i] / values[p].length;
          }
          assertThat(mean).isCloseTo(p == q ? weights[p] : 0, within(0.06));
        }
      }
      assertThat(x.get(0, 0) * x.get(0, 0) + x.get(0, 1) * x.get(0, 1)).isLessThan(4.0);
    }
  }

  @Test
  void regressionFollowsTheSelfConsistentCurve() {
    try (NaiveBackend backend = new NaiveBackend()) {
      List<SimulatedPoint> simulated =
          new SphereSimulation(backend, settings(0.05, 0.02, 12))
              .run(List.of(40, 120), Progress.NONE);
      LearningCurve curve =
          new LearningCurve(
              SphereSpectrum.of(KERNEL, SPHERE).with(Target.parse("1:0.5,2:1")), 0.05, 0.02);
      for (SimulatedPoint point : simulated) {
        CurvePoint.SelfConsistent theory = curve.at(point.samples()).selfConsistent();
        assertThat(point.mse().mean())
            .isCloseTo(theory.mse(), within(4 * point.mse().standardError() + 0.05 * theory.mse()));
        for (int p = 0; p < 2; p++) {
          SimulatedPoint.Mean factor = point.residuals().get(p).factor();
          double expected = theory.residuals().get(p).factor();
          assertThat(factor.mean())
              .isCloseTo(expected, within(4 * factor.standardError() + 0.03 * expected));
        }
        assertThat(point.jitter()).isZero();
      }
    }
  }

  @Test
  void equalSeedsGiveEqualNumbersAndDrawsDoNotDependOnEachOther() {
    try (NaiveBackend backend = new NaiveBackend()) {
      SphereSimulation two = new SphereSimulation(backend, settings(0.1, 0, 2));
      List<SimulatedPoint> both = two.run(List.of(10, 20), Progress.NONE);
      assertThat(two.run(List.of(20), Progress.NONE)).containsExactly(both.get(1));
      SimulatedPoint one =
          new SphereSimulation(backend, settings(0.1, 0, 1)).run(List.of(10), Progress.NONE).get(0);
      assertThat(one.mse().standardError()).isNaN();
      assertThat(one.mse().mean()).isNotEqualTo(both.get(0).mse().mean());
    }
  }

  @Test
  void badInput() {
    assertThatThrownBy(() -> settings(0.1, 0, -1)).hasMessageContaining("must be ≥ 0");
    assertThatThrownBy(() -> settings(-0.1, 0, 1)).hasMessageContaining("must be ≥ 0");
    try (NaiveBackend backend = new NaiveBackend()) {
      assertThatThrownBy(() ->
              new SphereSimulation(backend, settings(0.1, 0, 1)).run(List.of(0), Progress.NONE))
          .hasMessageContaining("N must be ≥ 1 but is 0");
      assertThat(new SphereSimulation(backend, settings(0.1, 0, 0)).run(List.of(9), Progress.NONE))
          .isEmpty();
    }
  }
}
