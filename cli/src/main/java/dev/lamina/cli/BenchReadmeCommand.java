package dev.lamina.cli;

import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.report.BenchReadme;
import dev.lamina.benchmarks.report.ResultFile;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lamina bench readme}. */
@Command(
    name = "readme",
    description = {
      "Puts the most telling figures of a run between the benchmark markers of a Markdown file."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class BenchReadmeCommand extends Subcommand {

  @Parameters(
      index = "0",
      paramLabel = "RESULTS",
      description = "results.json of a run, or its folder.")
  private Path results;

  @Parameters(
      index = "1",
      paramLabel = "FILE.md",
      description = "A file with <!-- benchmark:begin --> and <!-- benchmark:end -->.")
  private Path file;

  @Spec private CommandSpec spec;

  BenchReadmeCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    BenchCommand.refuseOptionsOfRuns(spec);
    BenchResult result = ResultFile.read(results);
    BenchReadme.update(file, result);
    String text = BenchReadme.text(result);
    return Output.of(Map.of("file", file.toString(), "text", text), text);
  }
}
