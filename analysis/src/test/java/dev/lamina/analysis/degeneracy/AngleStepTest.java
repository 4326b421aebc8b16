package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AngleStepTest {

  @ParameterizedTest
  @CsvSource({
    "0.1, 256, -4.6392404305083, .029262323432246",
    "0.5, 64, -1.6241260016226, .078015792469196",
    "1, 100, -.53953098820938, .021061922914064",
    "1.5707963267948966, 784, -.10800841659551, .00034841453921141",
    "1.5707963267948966, 15, -.21833252639099, .021994805368332",
    "1e-3, 15, -14.256594518256, .38258780024306",
    "1e-6, 50, -27.706192900953, .13520534799128"
  })
  void reproducesThePublishedMeanAndVariance(
      double theta, int width, double mean, double variance) {
    AngleStep step = AngleStep.at(theta);
    assertThat(step.paperMean(width)).isCloseTo(mean, Percentage.withPercentage(1e-11));
    assertThat(step.paperVariance(width)).isCloseTo(variance, Percentage.withPercentage(1e-11));
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.15, 0.1999})
  void seriesAgreeWithTheClosedFormsInEightyDigits(double theta) {
    HighPrecisionStep exact = new HighPrecisionStep(theta);
    AngleStep step = AngleStep.at(theta);
    assertThat(SmallAngleSeries.logSRatio(theta))
        .isCloseTo(exact.logSRatio.toDouble(), within(1e-12));
    assertThat(step.r()).isCloseTo(exact.r.toDouble(), within(1e-12));
    assertThat(step.t()).isCloseTo(exact.t.toDouble(), within(1e-12));
    assertThat(step.paperMean(15)).isCloseTo(exact.paperMean(15), within(5e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.25, 0.5, 1, Math.PI / 2, 2.5, 3.1})
  void closedFormsAreAccurateAboveTheSwitch(double theta) {
    HighPrecisionStep exact = new HighPrecisionStep(theta);
    AngleStep step = AngleStep.at(theta);
    assertThat(step.r()).isCloseTo(exact.r.toDouble(), within(1e-12));
    assertThat(step.t()).isCloseTo(exact.t.toDouble(), within(1e-12));
    assertThat(step.paperMean(15)).isCloseTo(exact.paperMean(15), within(5e-12));
  }

  /** The reason for the series: the published formula, typed as it stands, has no digit left. */
  @Test
  void theNaiveFormulaLosesItsDigitsAtSmallAngles() {
    assertThat(Math.abs(naivePaperMean(0.001, 15) - new HighPrecisionStep(0.001).paperMean(15)))
        .isBetween(1e-6, 1e-3);
    assertThat(Math.abs(naivePaperMean(0.0003, 15) - new HighPrecisionStep(0.0003).paperMean(15)))
        .isGreaterThan(1e-3);
  }

  private static double naivePaperMean(double theta, double n) {
    double j11 = ReluMoments.j11(theta);
    double j22 = ReluMoments.j22(theta);
    double j31 = ReluMoments.j31(theta);
    double s = 1 - 4 * j11 * j11;
    double b = 8 * j11 * j11 * j22 - 8 * Math.pow(j11, 4) + 4 * j11 * j11 - 8 * j11 * j31 + j22 + 1;
    double u = 1 + (4 * j22 - 1) / n;
    double w = 1 - 1 / n;
    return Math.log((n - 1) * s / (4 * j22 - 1 + n))
        + 4 * (j22 + 1) / (n * u * u)
        - 4 * b / (s * s) / (n * w * w);
  }

  @Test
  void expandsAtSmallAnglesAsPublished() {
    int n = 100;
    for (double theta : new double[] {0.003, 0.006, 0.012}) {
      double expansion =
          LogSin2.of(theta)
              - 2 / (3 * Math.PI) * theta
              - SmallAngleLaw.publishedDecrement(n)
              - 8 * theta / (15 * Math.PI * n)
              - (2 / (9 * Math.PI * Math.PI) - 68 / (45 * Math.PI * Math.PI * n)) * theta * theta;
      // what is left is O(theta^3) plus the O(theta/n^2) that the expansion does not list
      assertThat(AngleStep.at(theta).paperMean(n))
          .isCloseTo(expansion, within(theta * theta * theta + 20 * theta / n / n));
    }
  }

  @Test
  void allRulesMeetInTheLimitOfInfiniteWidth() {
    for (double theta : new double[] {1e-4, 0.1, 1, 3}) {
      AngleStep step = AngleStep.at(theta);
      int n = 2_000_000_000;
      assertThat(step.paperMean(n)).isCloseTo(step.infinite(), within(1e-7));
      assertThat(step.firstOrder(n)).isCloseTo(step.infinite(), within(1e-7));
      assertThat(step.digamma(SmallAngleLaw.of(n))).isCloseTo(step.infinite(), within(1e-7));
      assertThat(step.paperMean(n)).isLessThan(step.infinite());
    }
  }

  @Test
  void digammaRuleIsExactInTheLimitOfSmallAngles() {
    for (int n : new int[] {2, 8, 15, 300}) {
      SmallAngleLaw law = SmallAngleLaw.of(n);
      AngleStep step = AngleStep.atLogSin2(-60);
      assertThat(step.digamma(law)).isCloseTo(-60 - law.decrement(), within(1e-12));
      assertThat(step.digammaVariance(law)).isCloseTo(law.variance(), within(1e-11));
    }
  }

  @Test
  void anglesMayBeFarBelowWhatACosineCanHold() {
    assertThat(AngleStep.atLogSin2(-5000).infinite()).isEqualTo(-5000);
    assertThat(AngleStep.atLogSin2(-5000).paperMean(64))
        .isCloseTo(-5000 - SmallAngleLaw.publishedDecrement(64), within(1e-11));
    assertThat(AngleStep.at(1e-200).infinite()).isCloseTo(LogSin2.of(1e-200), within(1e-12));
  }

  @Test
  void oppositeInputsBecomeOrthogonalWithoutSpread() {
    AngleStep step = AngleStep.at(Math.PI);
    assertThat(step.infinite()).isCloseTo(0, within(1e-15));
    assertThat(step.paperMean(10)).isCloseTo(0, within(1e-14));
    assertThat(step.paperVariance(10)).isCloseTo(0, within(1e-14)).isNotNegative();
    assertThat(step.digammaVariance(SmallAngleLaw.of(10)))
        .isCloseTo(0, within(1e-14))
        .isNotNegative();
  }

  @Test
  void rejectsAnglesOutsideTheHalfTurnAndSingleUnits() {
    for (double theta : new double[] {0, -1, 3.2, Double.NaN}) {
      assertThatThrownBy(() -> AngleStep.at(theta))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(0, pi]")
          .hasMessageContaining(Double.toString(theta));
    }
    assertThatThrownBy(() -> AngleStep.atLogSin2(Double.NEGATIVE_INFINITY))
        .hasMessageContaining("-Infinity");
    assertThatThrownBy(() -> AngleStep.at(1).paperMean(1)).hasMessageContaining("but has 1");
    assertThatThrownBy(() -> AngleStep.at(1).paperVariance(1)).hasMessageContaining("but has 1");
    assertThatThrownBy(() -> AngleStep.at(1).firstOrder(0)).hasMessageContaining("but has 0");
  }

  @Test
  void conversionsToAnglesKeepTheirDigits() {
    for (double theta : new double[] {1e-150, 1e-8, 0.1, 1, 1.5, 1.5707}) {
      assertThat(LogSin2.toAngle(LogSin2.of(theta)))
          .isCloseTo(theta, Percentage.withPercentage(2e-8));
    }
    // x = -1e-18: the angle is pi/2 - 1e-9, which asin(exp(x/2)) rounds to pi/2
    assertThat(Math.PI / 2 - LogSin2.toAngle(-1e-18)).isCloseTo(1e-9, within(1e-15));
    assertThat(LogSin2.toAngle(1e-12)).isEqualTo(Math.PI / 2);
    assertThat(LogSin2.toAngle(-1e9)).isZero();
    assertThat(LogSin2.toAngle(Double.NaN)).isNaN();
  }
}
