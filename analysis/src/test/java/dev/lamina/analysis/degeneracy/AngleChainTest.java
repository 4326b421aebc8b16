package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AngleChainTest {

  @Test
  void sameBitsForEveryNumberOfThreads() {
    int[] layers = {20, 7, 33};
    double[] one = last(layers, 1.2, new MonteCarloSettings(1003, 42, 1));
    for (int threads : new int[] {2, 3, 7, 64}) {
      assertThat(last(layers, 1.2, new MonteCarloSettings(1003, 42, threads))).isEqualTo(one);
    }
    assertThat(last(layers, 1.2, new MonteCarloSettings(1003, 43, 1))).isNotEqualTo(one);
    List<SampleStatistics> statistics =
        AngleChain.run(layers, 1.2, MonteCarloSettings.of(1003, 42));
    assertThat(statistics.getLast()).isEqualTo(SampleStatistics.of(one));
  }

  @Test
  void moreSamplesKeepTheFirstOnes() {
    double[] few = last(new int[] {9, 9}, 0.4, new MonteCarloSettings(128, 5, 1));
    double[] many = last(new int[] {9, 9}, 0.4, new MonteCarloSettings(1000, 5, 2));
    assertThat(Arrays.copyOf(many, 128)).isEqualTo(few);
  }

  /** Blocks and layers must not share random numbers: neighbours are uncorrelated. */
  @Test
  void blocksAndLayersAreIndependent() {
    AngleChain chain = new AngleChain(1e-6, MonteCarloSettings.of(6400, 8));
    double[] before = chain.samples();
    chain.advance(30);
    double[] first = difference(chain.samples(), before);
    before = chain.samples();
    chain.advance(30);
    double[] second = difference(chain.samples(), before);
    assertThat(correlation(first, second, 0)).isCloseTo(0, within(0.05));
    assertThat(correlation(first, first, 64)).isCloseTo(0, within(0.05));
    assertThat(correlation(first, second, 64)).isCloseTo(0, within(0.05));
    assertThat(correlation(first, first, 1)).isCloseTo(0, within(0.05));
  }

  private static double[] difference(double[] a, double[] b) {
    double[] d = new double[a.length];
    Arrays.setAll(d, i -> a[i] - b[i]);
    return d;
  }

  private static double correlation(double[] a, double[] b, int lag) {
    SampleStatistics sa = SampleStatistics.of(a);
    SampleStatistics sb = SampleStatistics.of(b);
    double sum = 0;
    for (int i = 0; i + lag < a.length; i++) {
      sum += (a[i] - sa.mean()) * (b[i + lag] - sb.mean());
    }
    return sum / (a.length - lag) / (sa.sd() * sb.sd());
  }

  @ParameterizedTest
  @CsvSource({"0.1", "1.5707963267948966", "2.8", "3.141592653589793"})
  void agreesWithNetworksOfWeightMatrices(double angle) {
    int[] layers = {12, 20, 9, 16};
    int networks = 4000;
    double[][] matrices = MatrixNetworks.run(5, layers, angle, networks, 77);
    AngleChain chain = new AngleChain(angle, MonteCarloSettings.of(networks, 78));
    for (int l = 0; l < layers.length; l++) {
      chain.advance(layers[l]);
      double[] sampled = kept(chain.samples());
      double[] reference = kept(matrices[l]);
      double distance = new KolmogorovSmirnovTest().kolmogorovSmirnovStatistic(sampled, reference);
      // exceeded with probability 0.001
      assertThat(distance).isLessThan(1.95 * Math.sqrt(2.0 / networks));
      assertThat(networks - sampled.length).isCloseTo(networks - reference.length, within(35));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 16})
  void stepsFromSmallAnglesFollowTheExactLaw(int width) {
    double angle = 1e-9;
    AngleChain chain = new AngleChain(angle, MonteCarloSettings.of(20_000, 4));
    chain.advance(width);
    SampleStatistics s = chain.statistics();
    SmallAngleLaw law = SmallAngleLaw.of(width);
    assertThat(s.mean() - LogSin2.of(angle))
        .isCloseTo(-law.decrement(), within(4 * s.standardError()));
    // the law has heavy tails at few units
    assertThat(s.sd() * s.sd() / law.variance()).isCloseTo(1, within(0.08));
  }

  @Test
  void collapsedSamplesAreCountedAndLeftOut() {
    int samples = 40_000;
    for (double angle : new double[] {1e-3, 1, Math.PI}) {
      AngleChain chain = new AngleChain(angle, MonteCarloSettings.of(samples, 9));
      chain.advance(4);
      SampleStatistics s = chain.statistics();
      double p = SmallAngleLaw.collapseProbability(4, angle);
      assertThat(s.excludedFraction()).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / samples)));
      assertThat(s.count() + s.excluded()).isEqualTo(samples);
      assertThat(s.mean()).isFinite();
    }
    List<SampleStatistics> deep =
        AngleChain.run(new int[] {3, 3, 3, 3}, 1e-3, MonteCarloSettings.of(samples, 9));
    for (int l = 0; l < deep.size(); l++) {
      int[] passed = new int[l + 1];
      Arrays.fill(passed, 3);
      assertThat(deep.get(l).excludedFraction())
          .isCloseTo(Degeneracy.collapseProbability(passed), within(0.012));
    }
  }

  @Test
  void aNetworkThatAlwaysCollapsesReportsNoMean() {
    int[] layers = new int[200];
    Arrays.fill(layers, 2);
    SampleStatistics last = AngleChain.run(layers, 1, MonteCarloSettings.of(100, 1)).getLast();
    assertThat(last.count()).isZero();
    assertThat(last.excludedFraction()).isEqualTo(1);
    assertThat(last.mean()).isNaN();
    assertThat(last.median()).isNaN();
    int[] widths = new int[201];
    Arrays.fill(widths, 2);
    PredictedLayer layer =
        Degeneracy.predict(
                widths, 1, Rule.MONTE_CARLO, Convention.NETWORK, MonteCarloSettings.of(100, 1))
            .last();
    assertThat(layer.meanLogSin2()).isNaN();
    assertThat(layer.angle()).isNaN();
    assertThat(layer.sdLogSin2()).isEmpty();
  }

  /** A difference of normalised vectors ends at ln 1e-26 = -60; the chain does not. */
  @Test
  void anglesFarBelowRoundingErrorStillFollowTheLaw() {
    int[] layers = new int[200];
    Arrays.fill(layers, 12);
    SampleStatistics last = AngleChain.run(layers, 1e-12, MonteCarloSettings.of(4000, 2)).getLast();
    SmallAngleLaw law = SmallAngleLaw.of(12);
    double expected = LogSin2.of(1e-12) - 200 * law.decrement();
    assertThat(expected).isLessThan(-100);
    assertThat(last.mean()).isCloseTo(expected, within(4 * last.standardError()));
  }

  @Test
  void statisticsOfFewValues() {
    SampleStatistics s = SampleStatistics.of(new double[] {-3, Double.NaN, -1, -2, -6});
    assertThat(s.count()).isEqualTo(4);
    assertThat(s.excluded()).isEqualTo(1);
    assertThat(s.excludedFraction()).isEqualTo(0.2);
    assertThat(s.mean()).isEqualTo(-3);
    assertThat(s.sd()).isCloseTo(Math.sqrt(14 / 3.0), within(1e-15));
    assertThat(s.standardError()).isCloseTo(Math.sqrt(14 / 12.0), within(1e-15));
    assertThat(s.median()).isEqualTo(-2.5);
    assertThat(SampleStatistics.of(new double[] {-1}).sd()).isNaN();
    assertThat(SampleStatistics.of(new double[] {-1}).median()).isEqualTo(-1);
  }

  @Test
  void rejectsBadInput() {
    MonteCarloSettings settings = MonteCarloSettings.of(10, 1);
    assertThatThrownBy(() -> new AngleChain(0, settings)).hasMessageContaining("(0, pi]");
    assertThatThrownBy(() -> new AngleChain(1, settings).advance(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("but has 1");
    assertThatThrownBy(() -> AngleChain.run(new int[0], 1, settings))
        .hasMessageContaining("at least one ReLU layer");
    assertThatThrownBy(() -> MonteCarloSettings.of(1, 1)).hasMessageContaining("samples");
    assertThatThrownBy(() -> new MonteCarloSettings(10, 1, 0)).hasMessageContaining("threads");
  }

  private static double[] last(int[] layers, double angle, MonteCarloSettings settings) {
    AngleChain chain = new AngleChain(angle, settings);
    for (int width : layers) {
      chain.advance(width);
    }
    assertThat(chain.layer()).isEqualTo(layers.length);
    return chain.samples();
  }

  /** Leaves out collapsed samples and takes orthogonal outputs, which differ by rounding, as 0. */
  private static double[] kept(double[] values) {
    return Arrays.stream(values)
        .filter(v -> !Double.isNaN(v))
        .map(v -> v > -1e-12 ? 0 : v)
        .toArray();
  }
}
