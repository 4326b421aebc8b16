package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Spread;
import dev.lamina.benchmarks.report.BenchReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lamina bench compare} and {@code lamina bench readme}. */
class BenchFilesCommandsTest {
  @TempDir Path folder;

  private static BenchResult run(double milliseconds) {
    Figure figure =
        new Figure(
            "gram",
            "lower triangle, mirrored",
            "lamina",
            "float32",
            Map.of("N", 1000L),
            new Spread(milliseconds, milliseconds, milliseconds, 5),
            OptionalDouble.of(1e9),
            OptionalDouble.empty(),
            OptionalDouble.of(0.8),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            0,
            List.of(),
            Map.of(),
            "");
    BackendResult cpu =
        new BackendResult(
            "cpu",
            "d",
            "",
            1,
            false,
            "l",
            "",
            Ceilings.UNKNOWN,
            Map.of(),
            List.of(figure),
            List.of());
    BenchResult.Machine machine = new BenchResult.Machine("s", "a", "p", 1, 1, "j");
    return new BenchResult(
        "1", "2026-11-21", machine, Circumstances.UNKNOWN, 1, List.of(cpu), List.of());
  }

  @BeforeEach
  void writeTwoRuns() {
    BenchReport.write(run(10), folder.resolve("a"));
    BenchReport.write(run(20), folder.resolve("b"));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private RunResult compare(String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "bench";
    all[1] = "compare";
    System.arraycopy(args, 0, all, 2, args.length);
    return RunResult.of(all);
  }

  @Test
  void comparesFilesAndFolders() {
    RunResult result = compare(path("a"), path("b/results.json"));
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("SLOWER  cpu gram: lower triangle, mirrored, float32, N=1000");
    JsonNode json = compare(path("a"), path("b"), "--json").json();
    assertThat(json.get("pairs").get(0).get("ratio").asDouble()).isEqualTo(2);
    assertThat(json.get("pairs").get(0).get("time").asText()).isEqualTo("more");
    assertThat(json.get("slower").asBoolean()).isTrue();
  }

  @Test
  void failsOnSlowerOnlyIfAskedTo() {
    RunResult slower = compare(path("a"), path("b"), "--fail-on-slower");
    assertThat(slower.code()).isEqualTo(1);
    assertThat(slower.err()).contains("--fail-on-slower: B is slower than A");
    RunResult faster = compare(path("b"), path("a"), "--fail-on-slower");
    assertThat(faster.code()).isZero();
    assertThat(faster.err()).isEmpty();
  }

  @Test
  void runsWithoutACommonTimeAreWarnedOfOrFail() {
    BenchResult a = run(10);
    BenchReport.write(
        new BenchResult(
            a.version(),
            a.date(),
            a.machine(),
            a.circumstances(),
            a.seconds(),
            List.of(),
            List.of()),
        folder.resolve("empty"));
    RunResult warned = compare(path("a"), path("empty"));
    assertThat(warned.code()).isZero();
    assertThat(warned.out()).contains("WARNING: no time of Lamina's could be compared");
    RunResult failed = compare(path("a"), path("empty"), "--fail-on-slower");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err())
        .contains("lamina: --fail-on-slower: no time of Lamina's could be compared");
  }

  @Test
  void writesAPageButNotOverItsInput() {
    assertThat(compare(path("a"), path("b"), "--out", path("c.html")).code()).isZero();
    assertThat(folder.resolve("c.html")).content().contains("Two runs of the benchmark");
    RunResult other = compare(path("a"), path("b"), "--out", path("c"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("ends in .html");
    assertThat(folder.resolve("c")).doesNotExist();
    RunResult over = compare(path("a"), path("b"), "--out", path("a/results.json"));
    assertThat(over.code()).isEqualTo(2);
    assertThat(over.err()).contains("is also A and would overwrite it");
  }

  @Test
  void optionsOfRunsAreRefusedAndNotInTheHelp() {
    for (String[] wrong :
        new String[][] {
          {"bench", "compare", path("a"), path("b"), "--backend", "cpu"},
          {"bench", "--sizes", "tiny", "compare", path("a"), path("b")},
          {"--threads", "3", "bench", "compare", path("a"), path("b")},
          {"bench", "gram", "compare", path("a"), path("b")},
          {"bench", "readme", path("a"), path("b/report.md"), "--precision", "float64"},
          {"bench", "--precision=float64", "readme", path("a"), path("b/report.md")}
        }) {
      RunResult run = RunResult.of(wrong);
      assertThat(run.code()).as("%s", List.of(wrong)).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .containsPattern(
              "Unknown option.*--(backend|precision)|(--sizes|--threads|gram|--precision) has no effect here");
    }
    for (String command : List.of("compare", "readme")) {
      assertThat(RunResult.of("bench", command, "--help").out())
          .contains("--json", "--debug", "--help")
          .doesNotContain("--backend", "--threads", "--memory-budget", "--precision", "--config");
    }
    assertThat(RunResult.of("bench", "--json", "compare", path("a"), path("b")).json().get("pairs"))
        .hasSize(1);
    assertThat(RunResult.of("bench", "--help").out()).contains("--backend", "--threads");
  }

  @Test
  void aFileIsNotComparedWithItself() throws IOException {
    RunResult same = compare(path("a"), path("a/results.json"));
    assertThat(same.code()).isEqualTo(2);
    assertThat(same.err()).contains("A and B are the same file");
    Files.createDirectory(folder.resolve("copy"));
    Files.copy(folder.resolve("a/results.json"), folder.resolve("copy/results.json"));
    RunResult copy = compare(path("a"), path("copy"));
    assertThat(copy.code()).isZero();
    assertThat(copy.out()).contains("WARNING: A and B are the same run");
  }

  @Test
  void badFilesAreNamed() throws IOException {
    RunResult missing = compare(path("a"), path("nowhere"));
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("nowhere: there is no such file");
    Files.writeString(folder.resolve("x.json"), "{\"title\": \"a study\"}");
    RunResult other = compare(path("a"), path("x.json"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("x.json: in line 1", "the result of lamina bench");
    Files.writeString(folder.resolve("null.json"), "null");
    RunResult nothing = compare(path("a"), path("null.json"));
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err())
        .contains(
            "null.json: in line 1: expected the result of lamina bench but found JSON's null");
    String whole = Files.readString(folder.resolve("a/results.json"));
    Files.writeString(folder.resolve("half.json"), whole.substring(0, whole.length() / 2));
    RunResult half = compare(path("a"), path("half.json"), "--out", path("page.html"));
    assertThat(half.code()).isEqualTo(2);
    assertThat(half.err()).contains("half.json: in line ", "the end of the file");
    assertThat(folder.resolve("page.html")).doesNotExist();
    assertThat(compare(path("a")).code()).isEqualTo(2);
  }

  @Test
  void putsFiguresIntoAReadme() throws IOException {
    Path readme = folder.resolve("README.md");
    Files.writeString(readme, "a\n<!-- benchmark:begin -->\nold\n<!-- benchmark:end -->\nb\n");
    RunResult result = RunResult.of("bench", "readme", path("a"), readme.toString());
    assertThat(result.code()).isZero();
    assertThat(readme)
        .content()
        .startsWith("a\n")
        .contains("| Gram matrix, float32; N=1000 |")
        .endsWith("b\n");
    RunResult none = RunResult.of("bench", "readme", path("a"), path("a/report.md"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("has no markers");
    Files.write(readme, new byte[] {(byte) 0xe9, '\n'});
    RunResult latin = RunResult.of("bench", "readme", path("a"), readme.toString());
    assertThat(latin.code()).isEqualTo(2);
    assertThat(latin.err()).contains("is no text in UTF-8");
  }
}
