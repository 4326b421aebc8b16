package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DegeneracyTest {
  private static final double RIGHT_ANGLE = Math.PI / 2;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "2x85; -.2794102312; -.3129649714; -.3080192918; -.3094585526; -.5003270068",
        "10x100; -1.4253435766; -1.6071925582; -1.5650699246; -1.5710205812; -1.7265079099",
        "15x30; -1.9103355157; -3.4370932180; -2.6048525064; -2.7223522972; -3.5954117998",
        "30x15; -2.8968854012; -13.4335608900; -5.7270967381; -7.1307848069; -13.7225083405",
        "35x75; -3.1389047256; -4.0597201063; -3.7230008225; -3.7577648904; -4.1258489171",
        "50x50; -3.7243500536; -6.1540185614; -4.9805640022; -5.1016696140; -6.2296874498",
        "512,256,128,64,32; -.7800502674; -.9432825225; -.8825104305; -.8935441221; -1.1023097005"
      })
  void reproducesTabulatedFinalValues(
      String architecture,
      double infinite,
      double paper,
      double first,
      double digamma,
      double authors) {
    int[] widths = Architecture.parse(architecture).widths(784);
    assertThat(last(widths, Rule.INFINITE)).isCloseTo(infinite, within(6e-11));
    assertThat(last(widths, Rule.PAPER)).isCloseTo(paper, within(6e-11));
    assertThat(last(widths, Rule.FIRST)).isCloseTo(first, within(6e-11));
    assertThat(last(widths, Rule.DIGAMMA)).isCloseTo(digamma, within(6e-11));
    assertThat(
            Degeneracy.predict(widths, RIGHT_ANGLE, Rule.PAPER, Convention.AUTHORS)
                .last()
                .meanLogSin2())
        .isCloseTo(authors, within(6e-11));
  }

  private static double last(int[] widths, Rule rule) {
    return Degeneracy.predict(widths, RIGHT_ANGLE, rule, Convention.NETWORK).last().meanLogSin2();
  }

  @ParameterizedTest
  @CsvSource({
    "10x100, -1.572585, .505544",
    "35x75, -3.871639, 1.265429",
    "50x50, -5.366485, 1.998673"
  })
  void reproducesTabulatedDensities(String architecture, double mean, double sd) {
    int[] widths = Architecture.parse(architecture).widths(784);
    PredictedLayer last =
        Degeneracy.predict(widths, RIGHT_ANGLE, Rule.DENSITY, Convention.NETWORK).last();
    assertThat(last.meanLogSin2()).isCloseTo(mean, within(1e-5));
    assertThat(last.sdLogSin2().getAsDouble()).isCloseTo(sd, within(1e-5));
    LayerDensity coarse =
        Degeneracy.densities(
                Convention.NETWORK.layers(widths), RIGHT_ANGLE, new DensityGrid(-45, 2001))
            .getLast();
    assertThat(coarse.mean()).isCloseTo(mean, within(1e-6));
    assertThat(coarse.sd()).isCloseTo(sd, within(1e-6));
  }

  /** Mean, its standard error and standard deviation of an independent run of the exact chain. */
  @ParameterizedTest
  @CsvSource({
    "2x85, -0.306, .001, 0.137, -0.309, 0.133",
    "10x100, -1.571, .007, 0.505, -1.573, 0.506",
    "32x256, -3.176, .008, 0.610, -3.183, 0.610",
    "15x30, -2.735, .010, 1.356, -2.820, 1.362",
    "35x75, -3.864, .009, 1.257, -3.872, 1.265",
    "50x50, -5.341, .014, 2.003, -5.366, 1.999",
    "20x20, -4.098, .015, 2.182, -4.377, 2.212",
    "30x15, -7.149, .026, 3.716, -7.696, 3.716"
  })
  void sampledChainsAgreeWithTabulatedOnes(
      String architecture,
      double mean,
      double standardError,
      double sd,
      double densityMean,
      double densitySd) {
    int[] widths = Architecture.parse(architecture).widths(784);
    PredictedLayer last =
        Degeneracy.predict(
                widths,
                RIGHT_ANGLE,
                Rule.MONTE_CARLO,
                Convention.NETWORK,
                MonteCarloSettings.of(4000, 11))
            .last();
    SampleStatistics samples = last.samples().orElseThrow();
    assertThat(samples.mean())
        .isCloseTo(mean, within(4 * Math.hypot(standardError, samples.standardError()) + 5e-4));
    assertThat(samples.sd()).isCloseTo(sd, within(0.06 * sd));
    PredictedLayer density =
        Degeneracy.predict(widths, RIGHT_ANGLE, Rule.DENSITY, Convention.NETWORK).last();
    assertThat(density.meanLogSin2()).isCloseTo(densityMean, within(5e-4));
    assertThat(density.sdLogSin2().getAsDouble()).isCloseTo(densitySd, within(5e-4));
  }

  @Test
  void theLongLowerTailSeparatesMeanAndMedian() {
    int[] widths = Architecture.parse("30x15").widths(784);
    SampleStatistics samples =
        Degeneracy.predict(
                widths,
                RIGHT_ANGLE,
                Rule.MONTE_CARLO,
                Convention.NETWORK,
                MonteCarloSettings.of(20_000, 3))
            .last()
            .samples()
            .orElseThrow();
    assertThat(samples.median()).isCloseTo(-6.80, within(0.12));
    assertThat(samples.median() - samples.mean()).isGreaterThan(0.2);
  }

  @Test
  void publishedSpreadIsCloseToTheSampledOneForWideLayers() {
    int[] widths = Architecture.parse("32x256").widths(784);
    List<PredictedLayer> paper =
        Degeneracy.predict(widths, RIGHT_ANGLE, Rule.PAPER, Convention.NETWORK).layers();
    assertThat(paper.getLast().sdLogSin2().getAsDouble()).isCloseTo(0.610, within(0.02));
    assertThat(paper.getFirst().sdLogSin2().getAsDouble())
        .isCloseTo(Math.sqrt(AngleStep.at(RIGHT_ANGLE).paperVariance(256)), within(1e-15));
  }

  @Test
  void pointRulesWithoutVarianceGiveNoSpread() {
    int[] widths = {784, 100, 100};
    for (Rule rule : new Rule[] {Rule.INFINITE, Rule.FIRST, Rule.DIGAMMA}) {
      assertThat(Degeneracy.predict(widths, 1, rule, Convention.NETWORK).last().sdLogSin2())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void everyRuleAnswersForEveryCountedLayer(Rule rule) {
    int[] widths = {784, 100, 50};
    MonteCarloSettings few = MonteCarloSettings.of(100, 1);
    DegeneracyPrediction network = Degeneracy.predict(widths, 3, rule, Convention.NETWORK, few);
    assertThat(network.layers()).extracting(PredictedLayer::width).containsExactly(100, 50);
    assertThat(network.layers()).extracting(PredictedLayer::layer).containsExactly(1, 2);
    DegeneracyPrediction authors = Degeneracy.predict(widths, 3, rule, Convention.AUTHORS, few);
    assertThat(authors.layers()).extracting(PredictedLayer::width).containsExactly(784, 100, 50);
    for (PredictedLayer layer : authors.layers()) {
      assertThat(layer.angle())
          .isCloseTo(Math.asin(Math.exp(layer.meanLogSin2() / 2)), within(1e-7))
          .isBetween(0.0, Math.PI / 2);
    }
    assertThat(network.collapseProbability()).isEqualTo(Degeneracy.collapseProbability(100, 50));
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void oppositeInputsAreLegal(Rule rule) {
    DegeneracyPrediction prediction =
        Degeneracy.predict(
            new int[] {10, 100, 100},
            Math.PI,
            rule,
            Convention.NETWORK,
            MonteCarloSettings.of(2000, 1));
    assertThat(prediction.layers().getFirst().meanLogSin2()).isCloseTo(0, within(1e-12));
    assertThat(prediction.last().meanLogSin2()).isBetween(-0.15, -0.09);
  }

  @Test
  void veryDeepNarrowNetworksStayFinite() {
    int[] widths = new int[2001];
    Arrays.fill(widths, 4);
    for (Rule rule : new Rule[] {Rule.INFINITE, Rule.PAPER, Rule.FIRST, Rule.DIGAMMA}) {
      assertThat(last(widths, rule)).isFinite();
    }
    assertThat(last(widths, Rule.DIGAMMA)).isLessThan(-2000);
  }

  @Test
  void rejectsBadInput() {
    assertThatThrownBy(() -> predict(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one hidden width")
        .hasMessageContaining("[]");
    assertThatThrownBy(() -> predict(1, 784)).hasMessageContaining("[784]");
    assertThatThrownBy(() -> predict(1, 784, 100, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer 2 of 2 has 1");
    assertThatThrownBy(() -> predict(1, 0, 100)).hasMessageContaining("input dimension");
    assertThatThrownBy(() -> predict(0, 784, 100)).hasMessageContaining("(0, pi]");
    assertThatThrownBy(() -> predict(3.15, 784, 100)).hasMessageContaining("3.15");
    assertThatThrownBy(
            () -> Degeneracy.predict(new int[] {1, 9}, 1, Rule.PAPER, Convention.AUTHORS))
        .hasMessageContaining("layer 1 of 2 has 1");
    assertThat(Degeneracy.predict(new int[] {1, 9}, 1, Rule.PAPER, Convention.NETWORK).layers())
        .hasSize(1);
    assertThatThrownBy(() -> PaperApproximation.means(new int[] {9}, 2))
        .hasMessageContaining("(0, pi/2]");
    assertThatThrownBy(() -> PaperApproximation.means(new int[] {}, 1))
        .hasMessageContaining("at least one ReLU layer");
  }

  private static DegeneracyPrediction predict(double angle, int... widths) {
    return Degeneracy.predict(widths, angle, Rule.DIGAMMA, Convention.NETWORK);
  }

  @Test
  void namesParseBack() {
    for (Rule rule : Rule.values()) {
      assertThat(Rule.parse(rule.text().toUpperCase(java.util.Locale.ROOT))).isEqualTo(rule);
    }
    for (Convention convention : Convention.values()) {
      assertThat(Convention.parse(convention.text())).isEqualTo(convention);
    }
    assertThatThrownBy(() -> Rule.parse("digama"))
        .hasMessageContaining("'digama'")
        .hasMessageContaining("infinite, paper, first, digamma, density, montecarlo");
    assertThatThrownBy(() -> Convention.parse("paper")).hasMessageContaining("network or authors");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1.246850219863",
    "2, 1.054421263954",
    "5, .743732928798",
    "10, .512471086587",
    "50, .155965959441",
    "100, .084604818604"
  })
  void reproducesInfiniteWidthAngles(int layers, double angle) {
    assertThat(InfiniteWidth.angles(RIGHT_ANGLE, layers)[layers]).isCloseTo(angle, within(6e-13));
    int[] widths = new int[layers + 1];
    Arrays.fill(widths, 10);
    assertThat(
            Degeneracy.predict(widths, RIGHT_ANGLE, Rule.INFINITE, Convention.NETWORK)
                .last()
                .angle())
        .isCloseTo(angle, within(6e-13));
  }

  @Test
  void infiniteWidthRoutesAgreeAtAllAngles() {
    for (double theta = 1e-9; theta < Math.PI; theta *= 1.7) {
      double expected = LogSin2.toAngle(AngleStep.at(theta).infinite());
      assertThat(InfiniteWidth.nextAngle(theta) / expected).isCloseTo(1, within(2e-12));
    }
    assertThat(InfiniteWidth.nextAngle(0)).isZero();
    assertThat(InfiniteWidth.nextAngle(Math.PI)).isCloseTo(RIGHT_ANGLE, within(1e-15));
    assertThatThrownBy(() -> InfiniteWidth.nextAngle(-1)).hasMessageContaining("-1");
  }

  @Test
  void reproducesApproximation1() {
    int[] layers = new int[31];
    Arrays.fill(layers, 256);
    double[] means = PaperApproximation.means(layers, 0.1);
    assertThat(means[0]).isCloseTo(-4.639023648155, within(6e-13));
    assertThat(means[9]).isCloseTo(-4.900115602863, within(6e-13));
    assertThat(means[30]).isCloseTo(-5.434069107788, within(6e-13));
  }
}
