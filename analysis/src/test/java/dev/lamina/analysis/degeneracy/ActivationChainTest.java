package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationChainTest {
  private static final int[] LAYERS = {12, 20, 9};

  @ParameterizedTest
  @CsvSource({"tanh, 1.5, 0", "tanh, 1, 0.3", "gelu, 2, 0.1", "relu, 2, 0.5", "sign, 1, 0"})
  void agreesWithNetworksOfWeightMatrices(String name, double weightVariance, double biasVariance) {
    Activation activation = Activation.parse(name);
    int networks = 4000;
    double[][] matrices =
        MatrixNetworks.run(
            6, LAYERS, 0.8, activation::value, weightVariance, biasVariance, networks, 3);
    List<SampleStatistics> chain =
        ActivationChain.run(
            LAYERS,
            0.8,
            activation,
            weightVariance,
            biasVariance,
            MonteCarloSettings.of(networks, 4));
    for (int l = 0; l < LAYERS.length; l++) {
      SampleStatistics expected = SampleStatistics.of(matrices[l]);
      SampleStatistics found = chain.get(l);
      double noise = Math.hypot(expected.standardError(), found.standardError());
      assertThat(found.mean()).isCloseTo(expected.mean(), within(4 * noise));
      assertThat(found.sd()).isCloseTo(expected.sd(), within(0.1 * expected.sd()));
      assertThat(found.excludedFraction()).isCloseTo(expected.excludedFraction(), within(0.02));
    }
  }

  @Test
  void reluWithoutBiasIsTheAngleChain() {
    List<SampleStatistics> general =
        ActivationChain.run(
            LAYERS, 1e-5, Activation.RELU, 2, 0, new MonteCarloSettings(6000, 1, 1));
    List<SampleStatistics> special = AngleChain.run(LAYERS, 1e-5, MonteCarloSettings.of(6000, 2));
    for (int l = 0; l < LAYERS.length; l++) {
      SampleStatistics a = general.get(l);
      SampleStatistics b = special.get(l);
      assertThat(a.mean())
          .isCloseTo(b.mean(), within(4 * Math.hypot(a.standardError(), b.standardError())));
    }
    assertThat(
            ActivationChain.run(
                LAYERS, 1e-5, Activation.RELU, 2, 0, new MonteCarloSettings(6000, 1, 3)))
        .isEqualTo(general);
  }

  /** The order-to-chaos transition: which phase depends on the variances alone. */
  @Test
  void chaoticTanhPullsSmallAnglesApart() {
    int[] layers = new int[10];
    Arrays.fill(layers, 200);
    List<SampleStatistics> chaotic =
        ActivationChain.run(
            layers, 1e-4, Activation.parse("tanh"), 4, 0, MonteCarloSettings.of(200, 1));
    assertThat(chaotic.getLast().mean()).isGreaterThan(chaotic.getFirst().mean() + 2);
    List<SampleStatistics> ordered =
        ActivationChain.run(
            layers, 1e-4, Activation.parse("tanh"), 1, 0.5, MonteCarloSettings.of(200, 1));
    assertThat(ordered.getLast().mean()).isLessThan(ordered.getFirst().mean() - 2);
  }

  @Test
  void rejectsBadVariances() {
    MonteCarloSettings few = MonteCarloSettings.of(10, 1);
    assertThatThrownBy(() -> ActivationChain.run(LAYERS, 1, Activation.RELU, 0, 0, few))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0 and 0.0");
    assertThatThrownBy(() -> ActivationChain.run(LAYERS, 1, Activation.RELU, 1, -1, few))
        .hasMessageContaining("-1.0");
    assertThatThrownBy(() -> ActivationChain.run(LAYERS, 0, Activation.RELU, 1, 0, few))
        .hasMessageContaining("(0, pi]");
  }
}
