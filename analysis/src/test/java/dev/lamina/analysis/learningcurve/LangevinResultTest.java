package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.learningcurve.LangevinResult.Moments;
import dev.lamina.analysis.learningcurve.LangevinResult.Width;
import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import java.util.List;
import org.junit.jupiter.api.Test;

class LangevinResultTest {

  private static Width width(int n, double error, double chance) {
    Moments none = new Moments(List.of(), List.of(), new Mean(0, 0), new Mean(0, 0));
    Moments found =
        new Moments(List.of(), List.of(), new Mean(error, chance), new Mean(error, chance));
    return new Width(n, none, none, found, 1, new Mean(0, 0));
  }

  private static double exponent(Width... widths) {
    return new LangevinResult(List.of(), List.of(), 1, 1, 1, List.of(widths))
        .exponent(w -> w.prior().meanError());
  }

  @Test
  void theExponentIsTheSlopeOfWhatIsAboveChance() {
    assertThat(exponent(width(8, 0.4, 0.1), width(32, 0.1, 0.01), width(128, 0.025, 0.001)))
        .isCloseTo(-1, within(1e-12));
    // an error of less than three times chance says nothing
    assertThat(exponent(width(8, 0.4, 0.1), width(32, 0.2, 0.01), width(4096, 0.2, 0.1)))
        .isCloseTo(-0.5, within(1e-12));
    assertThat(exponent(width(8, 0.4, 0.1), width(32, 0.1, 0.05))).isNaN();
  }

  /** Student's distribution with two degrees of freedom: 4.3027 standard errors. */
  @Test
  void intervalsAreWideForFewDraws() {
    Mean mean = Mean.of(new double[] {1, 2, 3});
    assertThat(mean.mean()).isEqualTo(2);
    assertThat(mean.interval(3)).isCloseTo(4.302652729696 / Math.sqrt(3), within(1e-9));
    assertThat(Mean.of(new double[] {1}).interval(1)).isNaN();
  }
}
