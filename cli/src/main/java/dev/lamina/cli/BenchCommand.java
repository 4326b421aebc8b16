package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.benchmarks.FcKernelBenchmark;
import dev.lamina.benchmarks.FcKernelBenchmark.Result;
import dev.lamina.benchmarks.FcKernelBenchmark.Settings;
import dev.lamina.benchmarks.FcKernelReport;
import dev.lamina.benchmarks.KernelEntriesBenchmark;
import dev.lamina.benchmarks.TrainingStepBenchmark;
import dev.lamina.config.LaminaConfig;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina bench}. */
@Command(
    name = "bench",
    description =
        "Times NNGP and tangent kernel of a ReLU network beside the Gram matrix alone and rivals found here.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BenchCommand extends Subcommand {

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
      defaultValue = "8192",
      description = "Number of inputs (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      defaultValue = "784",
      description = "Number of features (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--depth",
      paramLabel = "L",
      defaultValue = "5",
      description = "Number of hidden layers (default: ${DEFAULT-VALUE}).")
  private int depth;

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

  BenchCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    if (rows < 2 || dimension < 1 || depth < 1 || repeat < 1) {
      throw new IllegalArgumentException(
          "bench: --rows must be ≥ 2 and --dimension, --depth and --repeat ≥ 1 but are %d, %d, %d and %d"
              .formatted(rows, dimension, depth, repeat));
    }
    if (entries) {
      return entries();
    }
    if (training) {
      return training();
    }
    Settings settings = new Settings(rows, dimension, depth, repeat, rivals.contains(Rival.numpy));
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

  private Output entries() {
    LaminaConfig config = session().config().withCpuThreads(1);
    try (Lamina lamina = Lamina.open(config)) {
      KernelEntriesBenchmark.Result result =
          KernelEntriesBenchmark.run(
              lamina.backend(),
              new KernelEntriesBenchmark.Settings(rows, dimension, repeat, config.precision()),
              session()::say);
      return Output.of(
          result,
          KernelEntriesBenchmark.markdown(
              result, lamina.backend().device(), LocalDate.now(ZoneOffset.UTC)));
    }
  }
}
