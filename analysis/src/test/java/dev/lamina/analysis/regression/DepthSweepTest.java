package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DepthSweepTest {
  private static final InfiniteNetwork NETWORK = InfiniteNetwork.of(4, Activation.RELU, 2, .1);
  private static final NeuralKernels KERNELS = new NeuralKernels(NETWORK, List.of(1, 2, 4));

  @ParameterizedTest
  @EnumSource(Precision.class)
  void agreesWithOneFitPerKernelAndDepth(Precision precision) {
    NaiveBackend backend = new NaiveBackend();
    RegressionSettings settings = RegressionSettings.ofNoise(.05).with(precision);
    long open = OpenMatrices.bytes();
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 20, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 20, 2));
        HostMatrix testX = HostMatrix.of(Samples.gaussian(3, 9, 3));
        HostMatrix testY = HostMatrix.of(Samples.gaussian(4, 9, 2))) {
      TrainTest data = new TrainTest(x, Targets.ofValues(y), testX, Targets.ofValues(testY));
      List<DepthSweep.Point> points = DepthSweep.run(backend, KERNELS, data, settings);
      assertThat(points).extracting(DepthSweep.Point::depth).containsExactly(1, 2, 4);
      // One pass over the training inputs and one over the only batch of test inputs.
      assertThat(backend.neuralPasses()).isEqualTo(2);
      for (DepthSweep.Point point : points) {
        InfiniteNetwork network = NETWORK.prefix(point.depth());
        requireEqual(point.nngp(), backend, new Kernel.Nngp(network), data, y, settings);
        requireEqual(point.ntk(), backend, new Kernel.Ntk(network), data, y, settings);
      }
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(open);
  }

  private static void requireEqual(
      DepthSweep.Fit fit,
      NaiveBackend backend,
      Kernel kernel,
      TrainTest data,
      HostMatrix y,
      RegressionSettings settings) {
    try (GaussianProcess model = GaussianProcess.fit(backend, kernel, data.trainX(), y, settings);
        HostMatrix mean = model.mean(data.testX())) {
      double tolerance = settings.precision() == Precision.FLOAT64 ? 1e-12 : 1e-4;
      assertThat(fit.jitter()).isEqualTo(model.jitter());
      assertThat(fit.logMarginalLikelihood())
          .isCloseTo(model.logMarginalLikelihood(), within(100 * tolerance));
      assertThat(fit.score().value())
          .isCloseTo(data.testY().score(mean).value(), within(tolerance));
    }
  }

  @Test
  void takesAsManyDepthsAtATimeAsFitInTheBudget() {
    // Two float32 matrices of 20×20 for each depth; one depth fits in half of it, two do not.
    NaiveBackend small = new NaiveBackend(2L * 2 * 4 * 400 + 1000);
    NaiveBackend large = new NaiveBackend();
    RegressionSettings settings = RegressionSettings.ofNoise(.05);
    try (HostMatrix x = HostMatrix.of(Samples.gaussian(1, 20, 3));
        HostMatrix y = HostMatrix.of(Samples.gaussian(2, 20, 2))) {
      TrainTest data = new TrainTest(x, Targets.ofValues(y), x, Targets.ofValues(y));
      assertThat(DepthSweep.run(small, KERNELS, data, settings))
          .isEqualTo(DepthSweep.run(large, KERNELS, data, settings));
      assertThat(small.neuralPasses()).isGreaterThanOrEqualTo(6);
      assertThat(small.budget().peak()).isLessThanOrEqualTo(small.budget().limit() / 2);
      NaiveBackend tiny = new NaiveBackend(3000);
      assertThatThrownBy(() -> DepthSweep.run(tiny, KERNELS, data, settings))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageContaining("20 samples at one depth needs 3.125 KiB");
    }
  }
}
