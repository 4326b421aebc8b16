package dev.lamina.analysis.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.LogSteps;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingObserver;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How networks are looked at while they are trained, and what is measured of data sets. */
class AlignmentStudyTest {

  @Test
  void stepsAreEvenlySpacedOnALogarithmicScale() {
    assertThat(steps(2)).containsExactly(0L, 1L, 3L, 10L, 32L, 100L, 316L, 1000L);
    assertThat(steps(4))
        .containsExactly(0L, 1L, 2L, 3L, 6L, 10L, 18L, 32L, 56L, 100L, 178L, 316L, 562L, 1000L);
    assertThat(steps(50)).startsWith(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
  }

  private static List<Long> steps(int perDecade) {
    return LongStream.rangeClosed(0, 1000)
        .filter(step -> LogSteps.contains(step, perDecade))
        .boxed()
        .toList();
  }

  @Test
  void measuredExamplesAreBalanced() {
    Response.Classes classes =
        Response.Classes.numbered(new int[] {0, 0, 0, 1, 0, 2, 1, 0, 0, 2, 1, 1}, 3);
    assertThat(MeasuredSubset.balanced(classes, 6)).containsExactly(0, 1, 3, 5, 6, 9);
    // A class that runs out is made up for by the others.
    assertThat(MeasuredSubset.balanced(classes, 9)).containsExactly(0, 1, 2, 3, 4, 5, 6, 9, 10);
    assertThat(MeasuredSubset.balanced(classes, 100)).hasSize(12);
  }

  /** What an observer sees after s steps is the network of a run that ends there. */
  @Test
  void observersSeeTheNetworkOfTheirStep() {
    int[] labels = new int[50];
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    try (Backend backend =
            ContractBackends.open(BackendId.CPU, LaminaConfig.defaults().withCpuThreads(1));
        HostMatrix x = HostMatrix.allocate(DType.FLOAT64, 50, 4);
        HostMatrix y = HostMatrix.allocate(DType.FLOAT64, 50, 3)) {
      for (int i = 0; i < 50; i++) {
        labels[i] = random.nextInt(3);
        y.set(i, labels[i], 1);
        for (int j = 0; j < 4; j++) {
          x.set(i, j, random.nextGaussian() + (j == labels[i] ? 1 : 0));
        }
      }
      Map<Long, double[][]> seen = new TreeMap<>();
      TrainingObserver observer =
          new TrainingObserver() {
            @Override
            public boolean wants(long step) {
              return step == 0 || step == 1 || step == 7;
            }

            @Override
            public void look(long step, Network network) {
              seen.put(step, weights(network));
            }
          };
      double[][] end = train(backend, x, y, 12, observer);
      assertThat(seen.keySet()).containsExactly(0L, 1L, 7L);
      assertThat(seen.get(0L)).isDeepEqualTo(weights(fresh()));
      assertThat(seen.get(1L)).isDeepEqualTo(train(backend, x, y, 1, TrainingObserver.NONE));
      assertThat(seen.get(7L)).isDeepEqualTo(train(backend, x, y, 7, TrainingObserver.NONE));
      assertThat(end).isDeepEqualTo(train(backend, x, y, 12, TrainingObserver.NONE));
    }
  }

  private static Network fresh() {
    return new NetworkPlan(
            List.of(4, 6, 6, 3),
            List.of(Activation.RELU),
            new WeightInit.He(),
            true,
            true,
            Residual.NONE)
        .draw(DType.FLOAT64, 3);
  }

  private static double[][] weights(Network network) {
    return ((DenseLayer) network.layers().get(1)).weights().toArray();
  }

  private static double[][] train(
      Backend backend, HostMatrix x, HostMatrix y, long steps, TrainingObserver observer) {
    TrainingPlan plan =
        new TrainingPlan(
            Loss.CROSS_ENTROPY,
            new Optimiser.Sgd(0.9, false, 0),
            0.05,
            Schedule.CONSTANT,
            10,
            100,
            steps,
            Optional.empty(),
            5);
    try (TrainingData data = TrainingData.upload(backend, x, y, x, y);
        Network initial = fresh();
        Training training =
            new Training(backend, data, initial, plan, Optional.empty(), Progress.NONE)) {
      training.run(observer);
      return weights(training.network());
    }
  }

  @Test
  void probesOfOneSeedAreTheSame() {
    AlignmentSettings settings =
        new AlignmentSettings(new Denominator.Probes(2), 1, false, false, 4);
    double[][] y = {{1, -1}, {-1, 1}, {0, 0}};
    try (HostMatrix one = Cotangents.of(y, settings);
        HostMatrix two = Cotangents.of(y, settings)) {
      assertThat(one.toArray()).isDeepEqualTo(two.toArray());
      assertThat(one.rows()).isEqualTo(4 * 3);
      for (int c = 0; c < 2; c++) {
        assertThat(one.get(6, c) + one.get(7, c) + one.get(8, c)).isCloseTo(0, within(1e-15));
      }
    }
  }
}
