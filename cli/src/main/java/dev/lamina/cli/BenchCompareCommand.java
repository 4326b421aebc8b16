package dev.lamina.cli;

import dev.lamina.benchmarks.report.BenchComparison;
import dev.lamina.benchmarks.report.ResultFile;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lamina bench compare}. */
@Command(
    name = "compare",
    description = {
      "Compares two runs of the benchmark figure by figure and marks what changed beyond the spread:"
          + " times whose medians lie outside the range of the other run's rounds (three or more), errors"
          + " by a factor of two, peak memory by 5 %%."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class BenchCompareCommand extends Subcommand {

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "results.json of the first run, or its folder.")
  private Path first;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "results.json of the second run, or its folder.")
  private Path second;

  @Option(
      names = "--out",
      paramLabel = "FILE.html",
      description = "Write the comparison as a page; the name ends in .html.")
  private Path out;

  @Option(
      names = "--fail-on-slower",
      description =
          "End with exit code 1 if work of Lamina's takes longer in B, beyond the spread, or if no time of Lamina's could be compared.")
  private boolean failOnSlower;

  @Spec private CommandSpec spec;

  BenchCompareCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    BenchCommand.refuseOptionsOfRuns(spec);
    OutputFiles.require(
        List.of(
            new OutputFiles.Named("A", ResultFile.file(first)),
            new OutputFiles.Named("B", ResultFile.file(second))),
        List.of(new OutputFiles.Named("--out", out)));
    if (OutputFiles.isSame(ResultFile.file(first), ResultFile.file(second))) {
      throw new IllegalArgumentException(
          "bench compare: A and B are the same file %s".formatted(ResultFile.file(first)));
    }
    if (out != null && !out.toString().endsWith(".html")) {
      throw new IllegalArgumentException(
          "--out: expected a file whose name ends in .html, found " + out);
    }
    BenchComparison comparison =
        BenchComparison.of(ResultFile.read(first), ResultFile.read(second));
    if (out != null) {
      comparison.writePage(out);
    }
    boolean failed = failOnSlower && (comparison.isSlower() || !comparison.comparesTimes());
    if (failed) {
      session()
          .say(
              comparison.isSlower()
                  ? "lamina: --fail-on-slower: B is slower than A beyond the spread"
                  : "lamina: --fail-on-slower: no time of Lamina's could be compared");
    }
    return new Output(comparison, comparison.text(), failed ? Failure.FAILED : 0);
  }
}
