package dev.lamina.analysis.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NetworkConfigTest {
  private static NetworkConfig network(String init, boolean bias, Integer... hidden) {
    return new NetworkConfig(List.of(hidden), Activation.RELU, WeightInit.parse(init), bias);
  }

  @Test
  void theKernelHasTheVarianceOfTheWeightsTimesTheFanIn() {
    assertThat(network("he", true, 30, 20).weightVariance()).isEqualTo(2);
    assertThat(network("lecun", true, 30, 20).weightVariance()).isEqualTo(1);
    assertThat(network("glorot", true, 30, 30).weightVariance()).isCloseTo(1, within(1e-15));
    assertThat(network("normal(sd=0.1)", true, 50).weightVariance()).isCloseTo(0.5, within(1e-15));
    assertThat(network("ntk(weightVariance=3, biasVariance=0.2)", true, 7, 9).infinite(4))
        .isEqualTo(InfiniteNetwork.of(4, Activation.RELU, 3, 0.2));
    assertThat(network("normal(sd=0.1)", false, 50).biasVariance()).isZero();
  }

  @Test
  void unequalWidthsUnderGlorotHaveNoSingleVariance() {
    NetworkConfig network = network("glorot", true, 30, 20, 10);
    assertThatIllegalArgumentException()
        .isThrownBy(network::weightVariance)
        .withMessage(
            "init = glorot gives layers between hidden widths [30, 20, 10] different weight variances times fan-in, 1.2 and 1.3333333333333333; use he, lecun or ntk, or equal widths");
  }

  @Test
  void normalisedNetworksHaveNoKernelOfInfiniteWidth() {
    NetworkConfig network =
        new NetworkConfig(
            List.of(5, 5), Activation.RELU, new WeightInit.He(), true, true, Residual.NONE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.infinite(2))
        .withMessage(
            "the kernel of infinite width is for networks without batch normalisation; leave this section out or set network.batch-norm = false");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new NetworkConfig(
                List.of(5, 6),
                Activation.RELU,
                new WeightInit.He(),
                true,
                false,
                Residual.PRE_ACTIVATION))
        .withMessage(
            "residual = pre-activation needs hidden layers of equal widths but hidden is [5, 6]");
  }
}
