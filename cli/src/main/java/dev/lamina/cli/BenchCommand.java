package dev.lamina.cli;

import dev.lamina.benchmarks.BenchDevice;
import dev.lamina.benchmarks.BenchListener;
import dev.lamina.benchmarks.BenchRequest;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Benchmark;
import dev.lamina.benchmarks.Rival;
import dev.lamina.benchmarks.SizeChoice;
import dev.lamina.benchmarks.Suite;
import dev.lamina.benchmarks.report.BenchReadme;
import dev.lamina.benchmarks.report.BenchReport;
import dev.lamina.benchmarks.report.ResultFile;
import dev.lamina.config.LaminaConfig;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code lamina bench}. */
@Command(
    name = "bench",
    description = {
      "Measures a backend: first what it does at best, products by the vendor's library and copies, then each suite beside the library and rivals, with errors against float64, memory and the share of the best.",
      "--backend all measures every backend that is there. The precisions are those that each suite is meant for, unless --precision names one."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Suites:",
      "  gram         Gram matrices by their lower triangle, beside the library's",
      "  kernel       NNGP and tangent kernel in one pass, and entries of every kernel",
      "  depth-sweep  NNGP and tangent kernel against hidden layers and columns",
      "  multiply     products of a kernel matrix with vectors, the matrix never stored",
      "  solve        Cholesky factors and linear systems, beside the library's",
      "  layer-step   training steps of fully connected networks",
      "  alignment    norms of the tangent kernels of every layer, block by block",
      "  dgl          steps of the deep Gaussian layer-wise loss",
      "  transfer     copies between host and device, and files"
    })
final class BenchCommand extends Subcommand {

  @Parameters(
      paramLabel = "SUITE",
      arity = "0..*",
      description = "What to measure (default: every suite).")
  private List<String> suites = List.of();

  @Option(
      names = "--sizes",
      paramLabel = "SIZES",
      defaultValue = "usual",
      description =
          "usual, tiny (to try everything in seconds), or the N of gram, kernel and solve, such as 2000,4000,8000; depth-sweep and multiply take the largest (default: ${DEFAULT-VALUE}).")
  private String sizes;

  @Option(
      names = "--rivals",
      paramLabel = "NAME",
      split = ",",
      description =
          "On the processor, run in turn with: ${COMPLETION-CANDIDATES}. The rest is measured without one that is not found or fails; then the exit code is 1.")
  private Set<Rival> rivals = Set.of();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Counted rounds after the first ones; short work gets up to ten times as many (default: ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "540",
      description =
          "Time for each backend: uncounted and counted rounds shrink when it runs short, and what it does not suffice for is left out and named (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--emulated",
      description =
          "Try the GPU's suites with tiny sizes on a GPU that the processor imitates; the times mean nothing.")
  private boolean emulated;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Write results.json, report.html, report.md, pictures and CSVs to this folder; made if it is missing.")
  private Path out;

  @Option(
      names = "--readme",
      paramLabel = "FILE",
      description = "Put the comparisons between the file's benchmark markers.")
  private Path readme;

  BenchCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    boolean every = session().options().isEveryBackend();
    LaminaConfig config = every ? session().configOfEveryBackend() : session().config();
    if (emulated) {
      requireEmulatedAlone(config, every);
    }
    BenchRequest request =
        new BenchRequest(
            chosen(), SizeChoice.parse(sizes), rivals, repeat, seconds, precision(config));
    if (out != null) {
      make(out);
      AtomicFile.requireWritable(out.resolve(ResultFile.NAME));
    }
    if (readme != null) {
      BenchReadme.require(readme);
    }
    try (ProgressBars bars = session().progress()) {
      Narrator narrator = new Narrator(bars);
      List<BenchDevice> devices =
          emulated
              ? List.of(BenchDevice.EMULATED)
              : every ? BenchDevice.all(config, narrator) : List.of(BenchDevice.chosen(config));
      BenchResult result = Benchmark.run(config, devices, request, narrator);
      bars.clear();
      List<String> problems = new ArrayList<>();
      result
          .backends()
          .forEach(b -> b.problems().forEach(p -> problems.add(b.backend() + ": " + p)));
      if (out != null) {
        keep(() -> BenchReport.write(result, out), problems);
      }
      if (readme != null) {
        keep(() -> BenchReadme.update(readme, result), problems);
      }
      problems.forEach(problem -> session().say("lamina: bench: " + problem));
      return new Output(
          result, BenchReport.markdown(result), problems.isEmpty() ? 0 : Failure.FAILED);
    }
  }

  /** Writes a file; if that fails, standard output still has what took minutes to measure. */
  private static void keep(Runnable writing, List<String> problems) {
    try {
      writing.run();
    } catch (FileException | IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
  }

  private void requireEmulatedAlone(LaminaConfig config, boolean every) {
    boolean other =
        config.settings().stream()
            .anyMatch(s ->
                s.path().equals("lamina.backend")
                    && s.origin().startsWith("command line")
                    && !s.value().equals("cuda"));
    if (every || other) {
      throw new IllegalArgumentException(
          "bench: --emulated imitates a GPU: expected --backend cuda or none");
    }
    if (readme != null) {
      throw new IllegalArgumentException(
          "bench: --readme: times of an imitated GPU are not put into a text");
    }
  }

  /**
   * Refuses, for subcommands that run nothing, what only runs take, wherever it stands on the
   * command line, and leaves it out of their help.
   */
  static void withoutOptionsOfRuns(CommandLine subcommand) {
    CommandSpec spec = subcommand.getCommandSpec();
    for (OptionSpec option : List.copyOf(spec.options())) {
      if (option.inherited() && !isOutput(option)) {
        spec.remove(option);
      }
    }
  }

  /** Refuses them in front of the subcommand's name. */
  static void refuseOptionsOfRuns(CommandSpec subcommand) {
    for (CommandLine c = subcommand.commandLine().getParent(); c != null; c = c.getParent()) {
      for (ArgSpec given : c.getParseResult().matchedArgs()) {
        if (!(given instanceof OptionSpec option && isOutput(option))) {
          throw new ParameterException(
              subcommand.commandLine(),
              "%s has no effect here, where nothing is measured"
                  .formatted(
                      given instanceof OptionSpec option
                          ? option.longestName()
                          : String.join(" ", given.originalStringValues())));
        }
      }
    }
  }

  private static boolean isOutput(OptionSpec option) {
    return Set.of("--json", "--debug", "--stacktrace").contains(option.longestName());
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }

  private List<Suite> chosen() {
    return suites.isEmpty()
        ? List.of(Suite.values())
        : new LinkedHashSet<>(suites).stream().map(Suite::of).toList();
  }

  /** Returns the precision if somebody asked for one. */
  private static Optional<DType> precision(LaminaConfig config) {
    return config.settings().stream()
        .filter(s -> s.path().equals("lamina.precision") && !s.origin().equals("default"))
        .map(_ -> config.precision())
        .findFirst();
  }

  /** Says on standard error what is done, below it a bar on a terminal. */
  private final class Narrator implements BenchListener {
    private final ProgressBars bars;

    Narrator(ProgressBars bars) {
      this.bars = bars;
    }

    @Override
    public void say(String line) {
      bars.clear();
      session().say(line);
    }

    @Override
    public void begin(String task, long steps) {
      bars.begin(task, steps);
    }

    @Override
    public void advance(long steps) {
      bars.advance(steps);
    }
  }
}
