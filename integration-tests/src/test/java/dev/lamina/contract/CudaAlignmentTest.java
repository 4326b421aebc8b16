package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.alignment.AlignmentExamples;
import dev.lamina.analysis.alignment.AlignmentResult;
import dev.lamina.analysis.alignment.AlignmentSettings;
import dev.lamina.analysis.alignment.Denominator;
import dev.lamina.analysis.alignment.LayerAlignment;
import dev.lamina.analysis.alignment.TangentAlignment;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layer alignment on the emulated cuda backend against that on the cpu backend. */
class CudaAlignmentTest {
  private static final int EXAMPLES = 20;

  @ParameterizedTest
  @ValueSource(strings = {"exact", "probes"})
  void agreesWithTheProcessor(String how) {
    boolean exact = how.equals("exact");
    AlignmentSettings settings =
        new AlignmentSettings(
            exact ? new Denominator.Exact() : new Denominator.Probes(3), 2, exact, exact, 1);
    NetworkPlan plan =
        new NetworkPlan(
            List.of(4, 7, 7, 3),
            List.of(Activation.Smooth.TANH),
            new WeightInit.Ntk(1.7, 0.2),
            true,
            true,
            Residual.PRE_ACTIVATION);
    try (Backend device = EmulatedBackends.open(LaminaConfig.defaults());
        Backend cpu = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
        Network network = plan.draw(DType.FLOAT32, 1);
        HostMatrix x = inputs()) {
      int[] labels = IntStream.range(0, EXAMPLES).map(i -> i % 3).toArray();
      AlignmentExamples examples = AlignmentExamples.ofClasses(x, labels, 3);
      AlignmentResult got = TangentAlignment.measure(device, network, examples, settings);
      AlignmentResult want = TangentAlignment.measure(cpu, network, examples, settings);
      for (int l = 0; l < 3; l++) {
        requireClose(got.layers().get(l), want.layers().get(l));
      }
      requireClose(got.wholeNetwork(), want.wholeNetwork());
      if (exact) {
        LayerAlignment first = got.layers().getFirst();
        LayerAlignment other = want.layers().getFirst();
        assertThat(first.weightAlignment().getAsDouble())
            .isCloseTo(other.weightAlignment().getAsDouble(), within(1e-12));
        assertThat(first.effectiveRank().getAsDouble())
            .isCloseTo(other.effectiveRank().getAsDouble(), within(1e-9));
      }
    }
  }

  private static void requireClose(LayerAlignment got, LayerAlignment want) {
    assertThat(got.alignment()).isPositive().isCloseTo(want.alignment(), within(1e-12));
    assertThat(got.traceAlignment()).isCloseTo(want.traceAlignment(), within(1e-12));
    assertThat(got.kernelNorm()).isCloseTo(want.kernelNorm(), within(1e-12 * want.kernelNorm()));
    assertThat(got.productRatio()).isCloseTo(want.productRatio(), within(1e-12));
    assertThat(got.permutedMean()).isCloseTo(want.permutedMean(), within(1e-12));
  }

  private static HostMatrix inputs() {
    RandomGenerator random = Inputs.generator(2);
    HostMatrix x = HostMatrix.allocate(DType.FLOAT32, EXAMPLES, 4);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int j = 0; j < 4; j++) {
        x.set(i, j, random.nextGaussian() + 0.2);
      }
    }
    return x;
  }
}
