package dev.lamina.analysis.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingTest {
  private static final TrainingPlan PLAN =
      new TrainingPlan(
          Loss.CROSS_ENTROPY,
          new Optimiser.Sgd(0.9, false, 1e-4),
          0.05,
          Schedule.CONSTANT,
          16,
          6,
          Long.MAX_VALUE,
          Optional.empty(),
          3);

  @TempDir private Path folder;

  private static Backend open(int threads) {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults().withCpuThreads(threads));
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static HostMatrix gaussian(long seed, DType dtype, int rows, int cols) {
    RandomGenerator random = random(seed);
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }

  /** Three classes: which of the first three features is largest. */
  private static HostMatrix labels(HostMatrix x) {
    HostMatrix t = HostMatrix.allocate(x.dtype(), x.rows(), 3);
    for (long i = 0; i < x.rows(); i++) {
      long row = i;
      int best =
          IntStream.range(0, 3)
              .reduce((a, b) -> x.get(row, a) >= x.get(row, b) ? a : b)
              .orElseThrow();
      t.set(i, best, 1);
    }
    return t;
  }

  private static TrainingData data(Backend backend, DType dtype) {
    try (HostMatrix x = gaussian(1, dtype, 149, 5);
        HostMatrix t = labels(x);
        HostMatrix testX = gaussian(2, dtype, 80, 5);
        HostMatrix testT = labels(testX)) {
      return TrainingData.upload(backend, x, t, testX, testT);
    }
  }

  private static Network network(DType dtype, boolean norm) {
    NetworkConfig config =
        new NetworkConfig(
            List.of(12, 10), Activation.RELU, new WeightInit.He(), true, norm, Residual.NONE);
    return config.plan(5, 3).draw(dtype, 7);
  }

  /** What a run left behind. */
  private record Outcome(TrainingResult result, List<double[][]> parameters) {
    boolean sameBits(Outcome other) {
      return Arrays.deepEquals(parameters.toArray(), other.parameters.toArray());
    }
  }

  private static Outcome train(
      int threads, boolean norm, TrainingPlan plan, Optional<Training.Checkpoints> checkpoints) {
    try (Backend backend = open(threads);
        TrainingData data = data(backend, DType.FLOAT32);
        Network initial = network(DType.FLOAT32, norm);
        Training training =
            new Training(backend, data, initial, plan, checkpoints, Progress.NONE)) {
      TrainingResult result = training.run();
      return new Outcome(result, parameters(training.network()));
    }
  }

  private static List<double[][]> parameters(Network network) {
    return network.layers().stream()
        .flatMap(layer -> layer.matrices().stream())
        .map(HostMatrix::toArray)
        .toList();
  }

  private static TrainingPlan with(Optimiser optimiser, double rate) {
    return new TrainingPlan(
        Loss.CROSS_ENTROPY,
        optimiser,
        rate,
        Schedule.CONSTANT,
        16,
        8,
        Long.MAX_VALUE,
        Optional.empty(),
        3);
  }

  @Test
  void everyOptimiserLearns() {
    for (TrainingPlan plan :
        List.of(
            PLAN,
            with(new Optimiser.Sgd(0.9, true, 0), 0.05),
            with(new Optimiser.Descent(0), 0.3),
            with(Optimiser.Adam.USUAL, 0.01),
            with(new Optimiser.Adam(0.9, 0.999, 1e-7, true, 1e-3, true), 0.01),
            with(new Optimiser.Langevin(1e-6, 1e-4), 0.3))) {
      for (boolean norm : new boolean[] {false, true}) {
        List<EpochMetrics> history = train(1, norm, plan, Optional.empty()).result().history();
        assertThat(history.getLast().trainLoss())
            .as("loss of %s", plan)
            .isLessThan(0.7 * history.getFirst().trainLoss());
        assertThat(history.getLast().testAccuracy()).as("accuracy of %s", plan).isBetween(0.7, 1.0);
      }
    }
  }

  @Test
  void threadsDoNotChangeABit() {
    Outcome one = train(1, true, PLAN, Optional.empty());
    Outcome two = train(2, true, PLAN, Optional.empty());
    assertThat(two.result()).isEqualTo(one.result());
    assertThat(two.sameBits(one)).isTrue();
  }

  @Test
  void aResumedRunGivesTheSameBits() {
    for (Optimiser optimiser :
        List.of(
            new Optimiser.Sgd(0.9, false, 0),
            Optimiser.Adam.USUAL,
            new Optimiser.Langevin(1e-3, 0.1))) {
      TrainingPlan whole = with(optimiser, 0.02);
      Outcome straight = train(1, true, whole, Optional.empty());
      Training.Checkpoints checkpoints =
          new Training.Checkpoints(folder.resolve(optimiser.text() + ".ckpt"), 1);
      TrainingPlan part =
          new TrainingPlan(
              whole.loss(),
              optimiser,
              whole.rate(),
              whole.schedule(),
              whole.batch(),
              3,
              whole.steps(),
              whole.target(),
              whole.seed());
      train(2, true, part, Optional.of(checkpoints));
      Outcome resumed = train(1, true, whole, Optional.of(checkpoints));
      assertThat(resumed.result().resumedFrom()).isEqualTo(3);
      assertThat(resumed.result().history()).isEqualTo(straight.result().history());
      assertThat(resumed.sameBits(straight)).isTrue();
    }
  }

  @Test
  void longEpochsAreTheSameSteps() {
    for (int batch : new int[] {16, 0}) {
      Outcome six = train(1, true, plan(batch, 6, 1), Optional.empty());
      Outcome two = train(1, true, plan(batch, 2, 3), Optional.empty());
      assertThat(two.sameBits(six)).isTrue();
      assertThat(two.result().history()).hasSize(2);
      EpochMetrics last = two.result().history().getLast();
      assertThat(last.step()).isEqualTo(six.result().history().getLast().step());
      assertThat(last.testLoss()).isEqualTo(six.result().history().getLast().testLoss());
      Optional<Training.Checkpoints> checkpoints =
          Optional.of(new Training.Checkpoints(folder.resolve(batch + ".ckpt"), 1));
      train(1, true, plan(batch, 1, 3), checkpoints);
      assertThat(train(2, true, plan(batch, 2, 3), checkpoints).sameBits(six)).isTrue();
      assertThatThrownBy(() -> train(1, true, plan(batch, 2, 2), checkpoints))
          .hasMessageContaining("passes (there 3, now 2)");
    }
  }

  private static TrainingPlan plan(int batch, int epochs, int passes) {
    return new TrainingPlan(
        Loss.MEAN_SQUARE,
        new Optimiser.Descent(0),
        0.3,
        Schedule.CONSTANT,
        batch,
        epochs,
        Long.MAX_VALUE,
        Optional.empty(),
        3,
        passes);
  }

  @Test
  void theMeanSquareIsDividedByTheOutputs() {
    Outcome mean = train(1, false, plan(0, 5, 1), Optional.empty());
    TrainingPlan sum =
        new TrainingPlan(
            Loss.MSE,
            new Optimiser.Descent(0),
            0.1,
            Schedule.CONSTANT,
            0,
            5,
            Long.MAX_VALUE,
            Optional.empty(),
            3);
    Outcome summed = train(1, false, sum, Optional.empty());
    double last = summed.result().history().getLast().testLoss() / 3;
    assertThat(mean.result().history().getLast().testLoss()).isCloseTo(last, within(1e-5));
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() {
    Optional<Training.Checkpoints> checkpoints =
        Optional.of(new Training.Checkpoints(folder.resolve("run.ckpt"), 1));
    train(1, false, PLAN, checkpoints);
    assertThatThrownBy(() -> train(1, false, PLAN.withSeed(4), checkpoints))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("another run", "seed (there 3, now 4)")
        .hasMessageNotContaining("rate");
  }

  @Test
  void otherContentsMakeAnotherRun() {
    Optional<Training.Checkpoints> checkpoints =
        Optional.of(new Training.Checkpoints(folder.resolve("run.ckpt"), 1));
    try (Backend backend = open(1);
        HostMatrix x = gaussian(1, DType.FLOAT64, 20, 5);
        HostMatrix t = labels(x);
        HostMatrix other = t.copy(DType.FLOAT64);
        Network initial = network(DType.FLOAT64, false)) {
      for (int c = 0; c < 3; c++) { // two examples swap their classes: all norms stay
        other.set(0, c, t.get(1, c));
        other.set(1, c, t.get(0, c));
      }
      other.set(2, 0, 0);
      other.set(2, 1, 0);
      other.set(2, 2, 0);
      other.set(2, t.get(2, 0) == 1 ? 1 : 0, 1);
      run(backend, x, t, t, initial, checkpoints);
      run(backend, x, t, t, initial, checkpoints);
      assertThatThrownBy(() -> run(backend, x, other, t, initial, checkpoints))
          .hasMessageContaining("it differs in training targets;");
      assertThatThrownBy(() -> run(backend, x, t, other, initial, checkpoints))
          .hasMessageContaining("it differs in test targets;");
    }
  }

  private static void run(
      Backend backend,
      HostMatrix x,
      HostMatrix targets,
      HostMatrix testTargets,
      Network initial,
      Optional<Training.Checkpoints> checkpoints) {
    try (TrainingData data = TrainingData.upload(backend, x, targets, x, testTargets);
        Training training =
            new Training(backend, data, initial, PLAN, checkpoints, Progress.NONE)) {
      training.run();
    }
  }

  @Test
  void aRunThatIsLongerThanAskedForIsRefused() {
    Optional<Training.Checkpoints> checkpoints =
        Optional.of(new Training.Checkpoints(folder.resolve("run.ckpt"), 1));
    train(1, false, PLAN, checkpoints);
    assertThatThrownBy(() -> train(1, false, with(PLAN, 4, Long.MAX_VALUE), checkpoints))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is at epoch 6 and step 60, beyond the 4 epochs asked for; --fresh");
    assertThatThrownBy(() -> train(1, false, with(PLAN, 6, 59), checkpoints))
        .hasMessageContaining("beyond the 59 steps asked for");
  }

  private static TrainingPlan with(TrainingPlan plan, int epochs, long steps) {
    return new TrainingPlan(
        plan.loss(),
        plan.optimiser(),
        plan.rate(),
        plan.schedule(),
        plan.batch(),
        epochs,
        steps,
        plan.target(),
        plan.seed());
  }

  @Test
  void aDivergingRunNamesStepAndLayerAndKeepsTheLastGoodNetwork() {
    Path file = folder.resolve("diverging.ckpt");
    Optional<Training.Checkpoints> checkpoints = Optional.of(new Training.Checkpoints(file, 1));
    TrainingPlan steep =
        new TrainingPlan(
            Loss.MSE,
            new Optimiser.Descent(0),
            0.02,
            new Schedule.Steps(2, 1e30),
            16,
            6,
            Long.MAX_VALUE,
            Optional.empty(),
            3);
    Outcome outcome = train(1, false, steep, checkpoints);
    assertThat(outcome.result().ending()).isInstanceOf(Ending.Diverged.class);
    Ending.Diverged ending = (Ending.Diverged) outcome.result().ending();
    assertThat(ending.step()).isBetween(21L, 25L); // ten steps in each of the first two epochs
    assertThat(ending.layer()).isBetween(1, 3);
    assertThat(ending.text()).contains("step " + ending.step(), "layer " + ending.layer());
    assertThat(outcome.result().history()).hasSize(2);
    for (double[][] matrix : outcome.parameters()) {
      assertThat(Arrays.stream(matrix).flatMapToDouble(Arrays::stream)).allMatch(Double::isFinite);
    }
    assertThat(Files.exists(file)).isTrue();
    TrainingPlan calm =
        new TrainingPlan(
            Loss.MSE,
            new Optimiser.Descent(0),
            0.02,
            new Schedule.Steps(2, 1e30),
            16,
            2,
            Long.MAX_VALUE,
            Optional.empty(),
            3);
    Outcome same = train(1, false, calm, Optional.empty());
    assertThat(same.sameBits(outcome)).isTrue();
  }

  @Test
  void aRunEndsAtItsTargetOrItsSteps() {
    TrainingPlan target =
        new TrainingPlan(
            Loss.CROSS_ENTROPY,
            Optimiser.Adam.USUAL,
            0.01,
            Schedule.CONSTANT,
            16,
            500,
            Long.MAX_VALUE,
            Optional.of(new TrainingPlan.Target(0.4, 2)),
            3);
    TrainingResult result = train(1, false, target, Optional.empty()).result();
    assertThat(result.ending()).isInstanceOf(Ending.TargetReached.class);
    List<EpochMetrics> history = result.history();
    assertThat(history.getLast().runningLoss()).isLessThan(0.4);
    assertThat(history.get(history.size() - 2).runningLoss()).isLessThan(0.4);
    assertThat(history.get(history.size() - 3).runningLoss()).isGreaterThanOrEqualTo(0.4);
    TrainingPlan steps =
        new TrainingPlan(
            Loss.CROSS_ENTROPY,
            Optimiser.Adam.USUAL,
            0.01,
            new Schedule.Cosine(0.1),
            0,
            500,
            7,
            Optional.empty(),
            3);
    TrainingResult few = train(1, false, steps, Optional.empty()).result();
    assertThat(few.ending()).isInstanceOf(Ending.AllSteps.class);
    assertThat(few.history()).hasSize(7);
    assertThat(few.history().getLast().step()).isEqualTo(7);
  }

  @Test
  void everyEpochSeesEveryExampleInItsOwnOrder() {
    int[] first = Training.order(5, 0, 1000);
    int[] second = Training.order(5, 1, 1000);
    assertThat(Training.order(5, 0, 1000)).isEqualTo(first);
    assertThat(second).isNotEqualTo(first);
    assertThat(Arrays.stream(first).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1000).toArray());
  }

  @Test
  void runsSideBySideGiveWhatTheyGiveAlone() {
    List<Callable<Outcome>> runs = new ArrayList<>();
    for (long seed : new long[] {1, 2, 3, 4}) {
      runs.add(() -> train(1, false, PLAN.withSeed(seed), Optional.empty()));
    }
    List<Outcome> together = SideBySide.run(2, runs);
    for (int i = 0; i < 4; i++) {
      Outcome alone = train(1, false, PLAN.withSeed(i + 1), Optional.empty());
      assertThat(together.get(i).result()).isEqualTo(alone.result());
      assertThat(alone.sameBits(together.get(i))).isTrue();
    }
    List<Callable<Integer>> failing =
        List.of(
            () -> 1,
            () -> {
              throw new IllegalArgumentException("second");
            });
    assertThatThrownBy(() -> SideBySide.run(2, failing)).hasMessage("second");
  }

  @Test
  void networkAndDataMustFit() {
    try (Backend backend = open(1);
        TrainingData data = data(backend, DType.FLOAT32);
        Network other = network(DType.FLOAT64, false)) {
      assertThatThrownBy(
              () -> new Training(backend, data, other, PLAN, Optional.empty(), Progress.NONE))
          .isInstanceOf(ShapeException.class)
          .hasMessageContainingAll("5 inputs", "3 outputs", "FLOAT64", "149×5 float32");
    }
  }

  /** A layer of any kind behind another. */
  private static DenseLayer layer(
      long seed, int inputs, int outputs, boolean norm, Residual residual) {
    Optional<BatchNorm> batchNorm =
        norm
            ? Optional.of(
                new BatchNorm(
                    gaussian(seed + 2, DType.FLOAT64, 1, outputs),
                    gaussian(seed + 3, DType.FLOAT64, 1, outputs),
                    gaussian(seed + 4, DType.FLOAT64, 1, outputs),
                    HostMatrix.of(new double[][] {new double[outputs]}),
                    1e-5))
            : Optional.empty();
    return new DenseLayer(
        gaussian(seed, DType.FLOAT64, outputs, inputs),
        Optional.of(gaussian(seed + 1, DType.FLOAT64, 1, outputs)),
        batchNorm,
        Activation.parse("tanh"),
        residual);
  }

  /** Gradients of every parameter of networks with every kind of layer, by central differences. */
  @ParameterizedTest
  @EnumSource(Loss.class)
  void gradientsAreCentralDifferences(Loss loss) {
    try (Backend backend = open(1);
        Network initial =
            new Network(
                List.of(
                    layer(80, 4, 4, false, Residual.POST_ACTIVATION),
                    layer(10, 4, 5, false, Residual.NONE),
                    layer(20, 5, 5, false, Residual.PRE_ACTIVATION),
                    layer(30, 5, 5, true, Residual.PRE_ACTIVATION),
                    layer(90, 5, 5, false, Residual.POST_ACTIVATION),
                    layer(100, 5, 5, true, Residual.POST_ACTIVATION),
                    layer(110, 5, 5, false, Residual.PRE_ACTIVATION),
                    layer(40, 5, 6, true, Residual.NONE),
                    layer(50, 6, 3, false, Residual.NONE)));
        DeviceNetwork network = new DeviceNetwork(backend, initial);
        Pass pass = new Pass(network, 7);
        HostMatrix x = gaussian(60, DType.FLOAT64, 7, 4);
        HostMatrix targets = labels(x)) {
      pass.forward(x, true);
      pass.loss(loss, targets);
      pass.backward(x);
      List<double[][]> gradients = new ArrayList<>();
      for (DeviceNetwork.Parameter p : network.parameters()) {
        gradients.add(read(backend, p.gradient()));
      }
      double h = 4e-5;
      for (int p = 0; p < gradients.size(); p++) {
        DeviceNetwork.Parameter parameter = network.parameters().get(p);
        double[][] value = read(backend, parameter.value());
        for (int i = 0; i < value.length; i++) {
          for (int j = 0; j < value[i].length; j++) {
            double[] at = new double[4];
            for (int k = 0; k < 4; k++) {
              double by = h * (k < 2 ? k - 2 : k - 1);
              at[k] = moved(backend, pass, parameter, value, i, j, by, x, loss, targets);
            }
            double slope = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h);
            assertThat(gradients.get(p)[i][j])
                .as("%s (%d, %d)", parameter.name(), i, j)
                .isCloseTo(slope, within(1e-8)); // h⁴ and 1e-16/h with room
          }
        }
      }
    }
  }

  private static double moved(
      Backend backend,
      Pass pass,
      DeviceNetwork.Parameter parameter,
      double[][] value,
      int i,
      int j,
      double by,
      HostMatrix x,
      Loss loss,
      HostMatrix targets) {
    double kept = value[i][j];
    try {
      value[i][j] = kept + by;
      write(backend, value, parameter);
      pass.forward(x, true);
      return pass.loss(loss, targets);
    } finally {
      value[i][j] = kept;
      write(backend, value, parameter);
    }
  }

  private static void write(Backend backend, double[][] value, DeviceNetwork.Parameter parameter) {
    try (HostMatrix host = HostMatrix.of(value)) {
      backend.layers().add(1, host, 0, parameter.value());
    }
  }

  private static double[][] read(Backend backend, dev.lamina.matrix.DeviceMatrix m) {
    try (HostMatrix host = HostMatrix.allocate(m.dtype(), m.rows(), m.cols())) {
      backend.download(m, host);
      return host.toArray();
    }
  }
}
