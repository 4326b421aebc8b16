package dev.lamina.analysis.trainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.trainability.TrainabilityResult.Estimate;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class CorrelationsTest {

  /** With ranks 1, 2½, 2½, 4, 5 and 1, 3, 2, 5, 4 the sums of squares are 9½ and 10. */
  @Test
  void tiesShareTheirRank() {
    double[] x = {0.1, 7, 7, 8, 100};
    double[] y = {-3, 2, 1, 9, 8};
    double products = -2 * -2 - 0.5 * 0 - 0.5 * -1 + 1 * 2 + 2 * 1;
    assertThat(Correlations.spearman(x, y))
        .isCloseTo(products / Math.sqrt(9.5 * 10), within(1e-14));
  }

  @Test
  void numbersCorrelateAsTheDefinitionSays() {
    double[] x = {1, 2, 4, 8};
    double[] y = {3, 1, 2, 7};
    double mx = 3.75;
    double my = 3.25;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < 4; i++) {
      xy += (x[i] - mx) * (y[i] - my);
      xx += (x[i] - mx) * (x[i] - mx);
      yy += (y[i] - my) * (y[i] - my);
    }
    assertThat(Correlations.pearson(x, y)).isCloseTo(xy / Math.sqrt(xx * yy), within(1e-14));
  }

  @Test
  void aConstantHasNoCorrelation() {
    double[] constant = {2, 2, 2, 2};
    double[] y = {3, 1, 2, 7};
    assertThat(Correlations.spearman(constant, y)).isNaN();
    assertThat(Correlations.pearson(y, constant)).isNaN();
    assertThat(Correlations.estimateSpearman(constant, y, 1).low()).isNaN();
    assertThat(Correlations.spearman(new double[0], new double[0])).isNaN();
  }

  /**
   * Fisher's z has a standard error of 1/√(n − 3) for normal pairs, a second way to an interval.
   */
  @Test
  void theBootstrapIntervalIsAboutFishers() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
    double[] x = random.doubles(200).map(_ -> random.nextGaussian()).toArray();
    double[] y = Arrays.stream(x).map(v -> 0.8 * v + 0.6 * random.nextGaussian()).toArray();
    Estimate estimate = Correlations.estimatePearson(x, y, 9);
    double z = 0.5 * Math.log((1 + estimate.value()) / (1 - estimate.value()));
    double half = 1.96 / Math.sqrt(197);
    assertThat(estimate.low()).isCloseTo(Math.tanh(z - half), within(0.02));
    assertThat(estimate.high()).isCloseTo(Math.tanh(z + half), within(0.02));
    assertThat(estimate).isEqualTo(Correlations.estimatePearson(x, y, 9));
  }

  /** Golden numbers of the angle rules from π/2, with and without 784 inputs as a layer. */
  @Test
  void predictorsAreThoseOfTheWidths() {
    List<Double> values = Predictors.of(Architecture.parse("10x100"), 784, 10, 1.2, -1.25);
    assertThat(values).hasSameSizeAs(Predictors.all());
    assertThat(values.get(Predictors.PUBLISHED)).isCloseTo(-1.7265079099, within(1e-9));
    assertThat(values.get(1)).isCloseTo(-1.4253435766, within(1e-9));
    assertThat(values.get(2)).isCloseTo(-1.6071925582, within(1e-9));
    assertThat(values.get(3)).isCloseTo(-1.5710205812, within(1e-9));
    assertThat(values.get(4)).isCloseTo(-1.572585, within(1e-3));
    assertThat(values.get(Predictors.MEASURED)).isEqualTo(-1.25);
    assertThat(values.get(Predictors.MEASURED + 1))
        .isCloseTo(Math.log10(784 * 100 + 9 * 100 * 100 + 100 * 10), within(1e-14));
    assertThat(Predictors.all().get(Predictors.DENSITY).name())
        .startsWith("density, from the data");
    assertThat(Predictors.all().get(Predictors.INFINITE).name())
        .startsWith("infinite, from the data");
    assertThat(Predictors.all().get(Predictors.MEASURED).name()).isEqualTo("measured");
  }

  /** The published abscissae are those of the published rule. */
  @Test
  void thePublishedPointsLieWhereTheRuleSays() {
    for (int i = 0; i < PublishedAccuracies.KNOWN.size(); i++) {
      Architecture architecture = Architecture.parse(PublishedAccuracies.KNOWN.get(i));
      assertThat(Predictors.of(architecture, 784, 10, 1, 0).get(Predictors.PUBLISHED))
          .isCloseTo(PublishedAccuracies.KNOWN_X.get(i), within(1e-3));
    }
    for (String data : List.of("mnist", "fashion-mnist")) {
      PublishedAccuracies published = PublishedAccuracies.of(data).getFirst();
      assertThat(published.known()).hasSameSizeAs(PublishedAccuracies.KNOWN);
      assertThat(published.others()).hasSameSizeAs(PublishedAccuracies.OTHERS);
    }
    assertThat(PublishedAccuracies.of("digits")).isEmpty();
  }
}
