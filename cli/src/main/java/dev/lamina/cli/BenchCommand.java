package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendSelector;
import dev.lamina.benchmarks.FcKernelBenchmark;
import dev.lamina.benchmarks.FcKernelBenchmark.Result;
import dev.lamina.benchmarks.FcKernelBenchmark.Settings;
import dev.lamina.benchmarks.FcKernelReport;
import dev.lamina.benchmarks.KernelEntriesBenchmark;
import dev.lamina.benchmarks.LayerWiseStepBenchmark;
import dev.lamina.benchmarks.TrainingStepBenchmark;
import dev.lamina.benchmarks.device.DeviceReport;
import dev.lamina.benchmarks.device.DeviceResult;
import dev.lamina.benchmarks.device.DeviceSettings;
import dev.lamina.benchmarks.device.DeviceSuite;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.io.AtomicFile;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina bench}. */
@Command(
    name = "bench",
    description = {
      "On the cpu backend: times NNGP and tangent kernel of a ReLU network beside the Gram matrix alone and rivals found here.",
      "On the cuda backend: measures the GPU's ceilings, then kernel matrices in every arithmetic, Gram matrices, products with vectors, depths and Cholesky factors, errors beside each figure."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BenchCommand extends Subcommand {
  private static final int ROWS = 8192;
  private static final int DIMENSION = 784;
  private static final int DEPTH = 5;
  private static final int DEVICE_ROWS = 60_000;
  private static final int STEP_ROWS = 2000;
  private static final int STEP_WIDTH = 512;
  private static final int STEP_LAYERS = 3;
  private static final int STEP_OUTPUTS = 10;
  private static final long EMULATED_MEMORY = 64L << 20;

  /** Programs that Lamina can be compared with. */
  enum Rival {
    /** The chain of NumPy operations, in python3. */
    numpy,
    /** Training steps in PyTorch, in python3. */
    torch
  }

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Number of inputs (default: 8192, on a GPU 60000, of a layer-wise step 2000).")
  private Integer rows;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      description = "Number of features (default: 784, of a layer-wise step 512).")
  private Integer dimension;

  @Option(
      names = "--depth",
      paramLabel = "L",
      description = "Number of hidden layers (default: 5, above a layer-wise step 3).")
  private Integer depth;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Counted rounds after one warm-up (default: ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--rivals",
      paramLabel = "NAME",
      split = ",",
      description = "Run in turn with: ${COMPLETION-CANDIDATES}.")
  private List<Rival> rivals = List.of();

  @Option(
      names = "--readme",
      paramLabel = "FILE",
      description = "Put the figures between the file's benchmark markers.")
  private Path readme;

  @Option(
      names = "--entries",
      description =
          "Instead time what an entry of each kernel costs once its dot product is there, on one thread; --rows 1500 --dimension 64 suit.")
  private boolean entries;

  @Option(
      names = "--training",
      description = "Instead time training steps of three networks, with --rivals torch beside.")
  private boolean training;

  @Option(
      names = "--layer-wise",
      description =
          "Instead time a step of the deep Gaussian layer-wise loss beside the linear algebra that it needs: --rows samples, --dimension neurons, --depth layers above, 10 outputs, in the configured precision, on either backend.")
  private boolean layerWise;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "200",
      description =
          "On a GPU: leave rounds out when this time runs short (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--emulated",
      description =
          "Try the GPU's suite with tiny sizes on a GPU that the processor imitates; the times mean nothing.")
  private boolean emulated;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "On a GPU: write the tables to this file too, beside --json.")
  private Path report;

  BenchCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    LaminaConfig config = session().config();
    boolean other = entries || training || layerWise || readme != null || !rivals.isEmpty();
    if (emulated || (!other && choosesCuda(config))) {
      return device(config);
    }
    if (layerWise) {
      return layerWise(config);
    }
    int n = rows == null ? ROWS : rows;
    if (n < 2 || dimension() < 1 || depth() < 1 || repeat < 1) {
      throw new IllegalArgumentException(
          "bench: --rows must be ≥ 2 and --dimension, --depth and --repeat ≥ 1 but are %d, %d, %d and %d"
              .formatted(n, dimension(), depth(), repeat));
    }
    return entries ? entries(n) : training ? training() : network(n);
  }

  private int dimension() {
    return dimension == null ? DIMENSION : dimension;
  }

  private int depth() {
    return depth == null ? DEPTH : depth;
  }

  /** Whether the GPU is asked for, or is what {@code auto} takes. */
  private static boolean choosesCuda(LaminaConfig config) {
    if (config.backend() == BackendChoice.CUDA) {
      return true;
    }
    return config.backend() == BackendChoice.AUTO
        && BackendSelector.select(
                config, BackendSelector.probe(config, BackendSelector.providers()))
            .selected()
            .equals(Optional.of(BackendId.CUDA));
  }

  private Output device(LaminaConfig config) {
    DeviceSettings settings =
        emulated
            ? DeviceSettings.tiny()
            : DeviceSettings.of(
                rows == null ? DEVICE_ROWS : rows, dimension(), depth(), repeat, seconds);
    try (CudaWorkbench workbench =
        emulated ? CudaWorkbench.emulated(config, EMULATED_MEMORY) : CudaWorkbench.open(config)) {
      DeviceResult result = DeviceSuite.run(workbench, config, settings, session()::say);
      String text = DeviceReport.markdown(result, LocalDate.now(ZoneOffset.UTC));
      if (report != null) {
        AtomicFile.writeString(report, text + "\n");
      }
      return new Output(result, text, result.problems().isEmpty() ? 0 : Failure.FAILED);
    }
  }

  private Output network(int n) {
    Settings settings = new Settings(n, dimension(), depth(), repeat, rivals.contains(Rival.numpy));
    try (Lamina lamina = Lamina.open(session().config())) {
      Result result = FcKernelBenchmark.run(lamina.backend(), settings, session()::say);
      String text =
          FcKernelReport.markdown(result, lamina.backend().device(), LocalDate.now(ZoneOffset.UTC));
      if (readme != null) {
        FcKernelReport.update(readme, text);
      }
      return Output.of(result, text);
    }
  }

  private Output training() {
    try (Lamina lamina = Lamina.open(session().config())) {
      TrainingStepBenchmark.Result result =
          TrainingStepBenchmark.run(
              lamina.backend(),
              new TrainingStepBenchmark.Settings(repeat, rivals.contains(Rival.torch), 1),
              session()::say);
      return Output.of(
          result,
          TrainingStepBenchmark.markdown(
              result, lamina.backend().device(), LocalDate.now(ZoneOffset.UTC)));
    }
  }

  private Output layerWise(LaminaConfig config) {
    LayerWiseStepBenchmark.Settings settings =
        new LayerWiseStepBenchmark.Settings(
            rows == null ? STEP_ROWS : rows,
            dimension == null ? STEP_WIDTH : dimension,
            depth == null ? STEP_LAYERS : depth,
            STEP_OUTPUTS,
            repeat,
            config.precision());
    try (Lamina lamina = Lamina.open(config)) {
      LayerWiseStepBenchmark.Result result =
          LayerWiseStepBenchmark.run(lamina.backend(), settings, session()::say);
      return Output.of(
          result,
          LayerWiseStepBenchmark.markdown(
              result, lamina.backend().device(), LocalDate.now(ZoneOffset.UTC)));
    }
  }

  private Output entries(int n) {
    LaminaConfig config = session().config().withCpuThreads(1);
    try (Lamina lamina = Lamina.open(config)) {
      KernelEntriesBenchmark.Result result =
          KernelEntriesBenchmark.run(
              lamina.backend(),
              new KernelEntriesBenchmark.Settings(n, dimension(), repeat, config.precision()),
              session()::say);
      return Output.of(
          result,
          KernelEntriesBenchmark.markdown(
              result, lamina.backend().device(), LocalDate.now(ZoneOffset.UTC)));
    }
  }
}
