package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.learningcurve.LangevinResult.Moments;
import dev.lamina.analysis.learningcurve.LangevinResult.Width;
import dev.lamina.analysis.study.Progress;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class LangevinStudyTest {

  private static LangevinSettings settings(
      int depth, double rate, List<Integer> widths, int chains, int steps, int prior) {
    return new LangevinSettings(
        new Sphere(3, Math.sqrt(3)),
        Target.parse("1:0.5,2:0.5"),
        6,
        4,
        depth,
        2,
        0.1,
        0.3,
        rate,
        widths,
        chains,
        steps / 10,
        steps,
        10,
        prior,
        4);
  }

  private static LangevinResult run(LangevinSettings settings) {
    LaminaConfig config = LaminaConfig.defaults().withBackend(BackendChoice.CPU);
    try (Lamina lamina = Lamina.open(config)) {
      return LangevinStudy.run(lamina, settings, Progress.NONE);
    }
  }

  /** Two routes to the posterior of a narrow network, and the process of infinite width. */
  @Test
  void trainingSamplesThePosteriorOfTheFiniteNetwork() {
    LangevinResult result = run(settings(1, 0.02, List.of(8, 512), 4, 20_000, 20_000));
    Width narrow = result.widths().get(0);
    Width wide = result.widths().get(1);
    for (int i = 0; i < 4; i++) {
      for (Moments m : List.of(narrow.outputs(), narrow.conditional())) {
        assertThat(m.mean().get(i)).isCloseTo(narrow.prior().mean().get(i), within(0.08));
        assertThat(m.variance().get(i)).isCloseTo(narrow.prior().variance().get(i), within(0.12));
      }
    }
    assertThat(narrow.effectiveDraws()).isGreaterThan(500);
    assertThat(wide.prior().meanError().mean()).isLessThan(0.2 * narrow.prior().meanError().mean());
    assertThat(wide.conditional().meanError().mean()).isLessThan(0.05);
    assertThat(wide.conditional().varianceError().mean()).isLessThan(0.06);
    assertThat(wide.outputs().meanError().mean()).isLessThan(0.1);
  }

  /** The finite step raises the temperature of the stiffest mode as with fixed features. */
  @Test
  void theStepRaisesTheVarianceOfStiffModes() {
    LangevinResult result = run(settings(1, 0.08, List.of(1024), 4, 6000, 0));
    assertThat(result.stiffTheory()).isGreaterThan(1.3 * result.stiffContinuous());
    double measured = result.widths().get(0).stiff().mean();
    assertThat(measured).isCloseTo(result.stiffTheory(), within(0.12 * result.stiffTheory()));
  }

  @Test
  void deeperNetworksAndEqualSeeds() {
    LangevinSettings settings = settings(2, 0.02, List.of(64), 2, 3000, 0);
    LangevinResult result = run(settings);
    assertThat(run(settings).widths().get(0).outputs()).isEqualTo(result.widths().get(0).outputs());
    assertThat(result.widths().get(0).conditional().meanError().mean()).isLessThan(0.15);
    assertThat(result.widths().get(0).prior().mean()).isEmpty();
  }

  @Test
  void badInput() {
    assertThatThrownBy(() -> run(settings(1, 5, List.of(8), 2, 100, 0)))
        .hasMessageContaining("rate must be below 2/(largest eigenvalue of the tangent kernel");
    assertThatThrownBy(() -> settings(1, 0.1, List.of(), 2, 100, 0))
        .hasMessageContaining("widths must be one or more");
    assertThatThrownBy(() -> settings(1, 0.1, List.of(4), 1, 100, 0))
        .hasMessageContaining("chains must be ≥ 2");
    assertThatThrownBy(() -> settings(0, 0.1, List.of(4), 2, 100, 0))
        .hasMessageContaining("depth ≥ 1");
    assertThat(settings(1, 0.1, List.of(4), 2, 100, 0).decay(40)).isEqualTo(0.3 * 40 / 2);
  }
}
