package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.EpochMetrics;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingFile;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingReader;
import dev.lamina.analysis.training.TrainingRuns;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigSources;
import dev.lamina.config.LaminaConfig;
import dev.lamina.config.LoadedConfig;
import dev.lamina.cpu.CpuBackendProvider;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.SgdStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training on the emulated cuda backend against training on the cpu backend. */
class CudaTrainingTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();
  private static final int EXAMPLES = 75;
  private static final int BATCH = 16;
  private static final int STEPS = 6;

  @TempDir private Path folder;

  private static BackendProvider device;

  @BeforeAll
  static void requireEmulation() {
    device = EmulatedBackends.provider(64 << 20, CONFIG);
  }

  private static HostMatrix random(long seed, DType dtype, int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }

  private static HostMatrix labels(DType dtype) {
    HostMatrix t = HostMatrix.allocate(dtype, EXAMPLES, 3);
    for (int i = 0; i < EXAMPLES; i++) {
      t.set(i, i * 7 % 3, 1);
    }
    return t;
  }

  private static TrainingPlan plan(Optimiser optimiser, double rate) {
    return new TrainingPlan(
        Loss.CROSS_ENTROPY,
        optimiser,
        rate,
        Schedule.CONSTANT,
        BATCH,
        2,
        STEPS,
        Optional.empty(),
        3);
  }

  private static List<double[][]> train(
      Backend backend, DType dtype, NetworkConfig config, TrainingPlan plan) {
    try (HostMatrix x = random(1, dtype, EXAMPLES, 5);
        HostMatrix t = labels(dtype);
        TrainingData data = TrainingData.upload(backend, x, t, x.rows(0, 9), t.rows(0, 9));
        Network initial = config.plan(5, 3).draw(dtype, 7);
        Training training =
            new Training(backend, data, initial, plan, Optional.empty(), Progress.NONE)) {
      training.run();
      return training.network().layers().stream()
          .flatMap(layer -> layer.matrices().stream())
          .map(HostMatrix::toArray)
          .toList();
    }
  }

  private static void requireSameTraining(
      DType dtype, Activation activation, boolean norm, Residual residual, TrainingPlan plan) {
    NetworkConfig config =
        new NetworkConfig(List.of(12, 12), activation, new WeightInit.He(), true, norm, residual);
    List<double[][]> want;
    List<double[][]> got;
    try (Backend cpu = ContractBackends.open(BackendId.CPU, CONFIG);
        Backend cuda = device.open(CONFIG)) {
      want = train(cpu, dtype, config, plan);
      got = train(cuda, dtype, config, plan);
    }
    Tolerance law = new Tolerance(dtype, BATCH);
    for (int m = 0; m < want.size(); m++) {
      for (int i = 0; i < want.get(m).length; i++) {
        for (int j = 0; j < want.get(m)[i].length; j++) {
          double w = want.get(m)[i][j];
          double scale = STEPS * Math.max(1, Math.abs(w));
          assertThat(law.accepts(got.get(m)[i][j], w, scale))
              .as(
                  "%s, matrix %d: entry (%d, %d) is %s, on the cpu %s"
                      .formatted(plan.optimiser(), m, i, j, got.get(m)[i][j], w))
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void aFewStepsAgreeWithTheCpu(DType dtype) {
    requireSameTraining(
        dtype,
        Activation.RELU,
        true,
        Residual.NONE,
        plan(new Optimiser.Sgd(0.9, false, 1e-3), 0.05));
    requireSameTraining(
        dtype,
        Activation.parse("tanh"),
        false,
        Residual.PRE_ACTIVATION,
        plan(new Optimiser.Langevin(1e-3, 1e-2), 0.1));
    requireSameTraining(
        dtype,
        Activation.parse("tanh"),
        true,
        Residual.POST_ACTIVATION,
        plan(new Optimiser.Sgd(0.9, true, 1e-3), 0.05));
    if (dtype == DType.FLOAT64) {
      // Adam divides by the size of a gradient: one that rounding alone has made is all error
      requireSameTraining(
          dtype,
          Activation.parse("gelu"),
          false,
          Residual.POST_ACTIVATION,
          plan(Optimiser.Adam.USUAL, 0.01));
    }
  }

  /** Updates are IEEE operations in one order: no bit depends on the backend. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void updatesAndNoiseHaveTheSameBitsOnBothBackends(DType dtype) {
    try (Backend cpu = ContractBackends.open(BackendId.CPU, CONFIG);
        Backend cuda = device.open(CONFIG)) {
      double[][] want = updated(cpu, dtype);
      double[][] got = updated(cuda, dtype);
      for (int i = 0; i < want.length; i++) {
        assertThat(Arrays.equals(got[i], want[i])).as("row %d", i).isTrue();
      }
    }
  }

  private static double[][] updated(Backend backend, DType dtype) {
    LayerOps ops = backend.layers();
    try (HostMatrix start = random(4, dtype, 40, 301);
        HostMatrix slope = random(5, dtype, 40, 301);
        HostMatrix zeros = HostMatrix.allocate(dtype, 40, 301);
        DeviceMatrix w = backend.upload(start);
        DeviceMatrix g = backend.upload(slope);
        DeviceMatrix v = backend.upload(zeros);
        DeviceMatrix m = backend.upload(zeros)) {
      ops.addGaussian(0.7, NoiseKey.of(1, 2, 3), w);
      ops.sgdStep(new SgdStep(0.1, 0.9, true, 1e-3), w, g, v);
      ops.adamStep(AdamStep.at(1, 0.01, 0.9, 0.999, 1e-8, 1e-3, 1e-4), w, g, v, m);
      ops.add(-0.3, g, 0.99, w);
      backend.download(w, start);
      return start.toArray();
    }
  }

  /** What {@code lamina train} does, with the emulation among the backends to choose from. */
  @Test
  void aTrainingFileRunsOnTheDevice() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("train.conf"),
            """
            include "lamina-defaults"
            lamina { precision = float64 }
            train {
              seeds = [1, 2]
              data { source = digits, split { train = 1700, shuffle = true }, preprocess = [ { scale = 0.0625 } ] }
              network { hidden = [20], activation = tanh, batch-norm = true }
              rate = 0.05
              batch = 340
              epochs = 1
            }
            """);
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = ConfigSources.defaults().withFiles(List.of(file)).load(errors);
    TrainingFile training = TrainingReader.read(loaded, file, errors);
    List<BackendProvider> providers = List.of(device, new CpuBackendProvider());
    List<TrainingRuns.Run> cuda = run(training, loaded, BackendChoice.CUDA, providers);
    List<TrainingRuns.Run> cpu = run(training, loaded, BackendChoice.CPU, providers);
    assertThat(cuda).hasSize(2);
    Tolerance law = new Tolerance(DType.FLOAT64, 340);
    for (int s = 0; s < 2; s++) {
      assertThat(cuda.get(s).network()).exists();
      EpochMetrics got = cuda.get(s).result().history().getLast();
      EpochMetrics want = cpu.get(s).result().history().getLast();
      assertThat(law.accepts(got.trainLoss(), want.trainLoss(), 5)).as("%s %s", got, want).isTrue();
      assertThat(got.testAccuracy()).isEqualTo(want.testAccuracy()).isGreaterThan(0.2);
    }
    assertThat(cuda.get(0).result().history()).isNotEqualTo(cuda.get(1).result().history());
  }

  private List<TrainingRuns.Run> run(
      TrainingFile training,
      LoadedConfig loaded,
      BackendChoice choice,
      List<BackendProvider> providers) {
    LaminaConfig config = loaded.lamina().withBackend(choice);
    try (Lamina lamina = Lamina.open(config, providers)) {
      assertThat(lamina.backend().id().text()).isEqualTo(choice.text());
      return new TrainingRuns(training, folder.resolve(choice.toString()), true)
          .run(lamina, CacheFolder.of(config, Map.of()), Progress.NONE);
    }
  }
}
