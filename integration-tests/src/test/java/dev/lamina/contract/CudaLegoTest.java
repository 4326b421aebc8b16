package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.lego.LegoObjective;
import dev.lamina.analysis.lego.LegoPlan;
import dev.lamina.analysis.lego.LegoResult;
import dev.lamina.analysis.lego.LegoTraining;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layer-wise training on the emulated cuda backend against that on the cpu backend. */
class CudaLegoTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();
  private static final int SAMPLES = 33;

  private static BackendProvider device;

  @BeforeAll
  static void requireEmulation() {
    device = EmulatedBackends.provider(64 << 20, CONFIG);
  }

  private static LegoPlan plan(int batch) {
    return new LegoPlan(
        new LegoPlan.LegoLoss(
            new LegoObjective.OfKernel(Form.EVIDENCE), 0.3, 2, 2, 0.1, false, 1, false),
        List.of(),
        Optimiser.Adam.USUAL,
        0.02,
        Schedule.CONSTANT,
        batch,
        3,
        1,
        0,
        0,
        0,
        5);
  }

  /** What a run on one backend left behind. */
  private record Outcome(LegoResult result, List<double[][]> parameters) {}

  private static Outcome train(boolean emulated, int batch) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
    NetworkConfig config =
        new NetworkConfig(List.of(7, 6), Activation.RELU, new WeightInit.He(), true);
    try (Backend backend =
            emulated ? device.open(CONFIG) : ContractBackends.open(BackendId.CPU, CONFIG);
        HostMatrix x = HostMatrix.allocate(DType.FLOAT64, SAMPLES, 4);
        HostMatrix y = HostMatrix.allocate(DType.FLOAT64, SAMPLES, 1);
        HostMatrix noX = HostMatrix.allocate(DType.FLOAT64, 0, 4);
        HostMatrix noY = HostMatrix.allocate(DType.FLOAT64, 0, 1)) {
      for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < 4; j++) {
          x.set(i, j, random.nextGaussian());
        }
        y.set(i, 0, x.get(i, 0) * x.get(i, 1) > 0 ? 1 : -1);
      }
      try (TrainingData data = TrainingData.upload(backend, x, y, noX, noY);
          Network initial = config.plan(4, 2).draw(DType.FLOAT64, 7);
          LegoTraining training =
              new LegoTraining(
                  backend, data, initial, plan(batch), Optional.empty(), Progress.NONE)) {
        LegoResult result = training.run();
        return new Outcome(
            result,
            training.network().layers().stream()
                .flatMap(layer -> layer.matrices().stream())
                .map(HostMatrix::toArray)
                .toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12})
  void bothBackendsLearnTheSame(int batch) {
    Outcome cpu = train(false, batch);
    Outcome cuda = train(true, batch);
    assertThat(cpu.result().diverged()).isFalse();
    for (int t = 0; t < 2; t++) {
      for (int e = 0; e < cpu.result().turns().get(t).epochs().size(); e++) {
        double want = cpu.result().turns().get(t).epochs().get(e).loss();
        assertThat(cuda.result().turns().get(t).epochs().get(e).loss())
            .isCloseTo(want, within(1e-8 * (1 + Math.abs(want))));
      }
    }
    for (int m = 0; m < cpu.parameters().size(); m++) {
      for (int i = 0; i < cpu.parameters().get(m).length; i++) {
        // Adam turns tiny differences of tiny gradients into steps; these are 1e-8 at most.
        assertThat(cuda.parameters().get(m)[i])
            .containsExactly(cpu.parameters().get(m)[i], within(1e-6));
      }
    }
  }
}
