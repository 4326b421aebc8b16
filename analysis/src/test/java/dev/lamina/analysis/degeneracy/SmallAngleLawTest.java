package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.hipparchus.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallAngleLawTest {

  @ParameterizedTest
  @CsvSource({
    "15, .44085861740812, .38265306122449, .3",
    "64, .05329604838849, .10900356782074, .10754043268221",
    "256, .00929835793744, .03008911732426, .03006415055563",
    "1000, .00209931483759, .00792102459375, .00792059602485"
  })
  void reproducesThePublishedLaw(int n, double rho, double variance, double stepVariance) {
    SmallAngleLaw law = SmallAngleLaw.of(n);
    assertThat(law.publishedDecrement()).isCloseTo(rho, within(6e-15));
    assertThat(law.publishedVariance()).isCloseTo(variance, within(6e-15));
    assertThat(Math.pow(PaperApproximation.stepSd(n), 2)).isCloseTo(stepVariance, within(6e-15));
  }

  @ParameterizedTest
  @CsvSource({
    "8, .500691203217, 2.281473070007",
    "15, .190880512117, .785206246997",
    "30, .077456311373, .310529417296",
    "64, .033372519660, .133537717189",
    "256, .007937013997, .031748651596"
  })
  void reproducesTheExactLaw(int n, double decrement, double variance) {
    SmallAngleLaw law = SmallAngleLaw.of(n);
    assertThat(law.decrement()).isCloseTo(decrement, within(6e-13));
    assertThat(law.variance()).isCloseTo(variance, within(6e-13));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 12, 100, 999})
  void agreesWithLibraryFunctions(int n) {
    BinomialDistribution active = new BinomialDistribution(n, 0.5);
    double total = 0;
    double mean = 0;
    double square = 0;
    double within = 0;
    for (int k = 2; k <= n; k++) {
      double weight = active.probability(k);
      double step = Gamma.digamma(k / 2.0) - Gamma.digamma((k - 1) / 2.0);
      total += weight;
      mean += weight * step;
      square += weight * step * step;
      within += weight * (Gamma.trigamma(k / 2.0) + Gamma.trigamma((k - 1) / 2.0));
    }
    mean /= total;
    SmallAngleLaw law = SmallAngleLaw.of(n);
    assertThat(law.decrement()).isCloseTo(mean, Percentage.withPercentage(1e-8));
    assertThat(law.variance())
        .isCloseTo((within + square) / total - mean * mean, Percentage.withPercentage(1e-8));
  }

  @Test
  void expansionsContinueTheSumsBeyondTheirLimit() {
    SmallAngleLaw last = SmallAngleLaw.of(SmallAngleLaw.EXACT_LIMIT);
    double n = SmallAngleLaw.EXACT_LIMIT;
    assertThat(last.decrement())
        .isCloseTo(2 / n + 8 / n / n + 40 / n / n / n, Percentage.withPercentage(2e-6));
    assertThat(last.variance())
        .isCloseTo(8 / n + 32 / n / n + 508 / (3 * n * n * n), Percentage.withPercentage(2e-6));
    SmallAngleLaw next = SmallAngleLaw.of(SmallAngleLaw.EXACT_LIMIT + 1);
    assertThat(next.decrement()).isCloseTo(2 / (n + 1) + 8 / Math.pow(n + 1, 2), within(1e-8));
    assertThat(next.decrement()).isLessThan(last.decrement());
    assertThat(next.variance()).isLessThan(last.variance());
  }

  /** The published decrement behaves as 2/n + 100/n^2, the exact one as 2/n + 8/n^2. */
  @Test
  void publishedDecrementHasALargeSecondOrderError() {
    int n = 100_000;
    double square = (double) n * n;
    SmallAngleLaw law = SmallAngleLaw.of(n);
    assertThat((law.publishedDecrement() - 2.0 / n) * square).isCloseTo(100, within(0.1));
    assertThat((law.decrement() - 2.0 / n) * square).isCloseTo(8, within(0.01));
  }

  @Test
  void collapseProbabilityIsThatOfAtMostOneActiveUnit() {
    for (int n : new int[] {2, 3, 8, 15}) {
      double atMostOne = new BinomialDistribution(n, 0.5).cumulativeProbability(1);
      assertThat(SmallAngleLaw.collapseProbability(n)).isCloseTo(atMostOne, within(1e-15));
      assertThat(SmallAngleLaw.collapseProbability(n, 0)).isCloseTo(atMostOne, within(1e-15));
      assertThat(SmallAngleLaw.collapseProbability(n, 1)).isLessThan(atMostOne);
    }
    // at pi the two inputs never share a unit: all active for one and none for the other
    assertThat(SmallAngleLaw.collapseProbability(5, Math.PI)).isEqualTo(2 * Math.pow(0.5, 5));
    assertThat(SmallAngleLaw.collapseProbability(1_000_000_000)).isZero();
  }

  @Test
  void collapseProbabilityOfANetworkKeepsTinyValues() {
    assertThat(Degeneracy.collapseProbability(8, 4))
        .isCloseTo(1 - (1 - 9.0 / 256) * (1 - 5.0 / 16), within(1e-15));
    assertThat(Degeneracy.collapseProbability(100, 100))
        .isCloseTo(2 * 101 * Math.pow(0.5, 100), Percentage.withPercentage(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -5})
  void rejectsFewerThanTwoUnits(int n) {
    assertThatThrownBy(() -> SmallAngleLaw.of(n))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2 units")
        .hasMessageContaining("but has " + n);
    assertThatThrownBy(() -> SmallAngleLaw.publishedDecrement(n)).hasMessageContaining("but has");
    assertThatThrownBy(() -> SmallAngleLaw.collapseProbability(n)).hasMessageContaining("but has");
  }
}
