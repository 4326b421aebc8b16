package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.Json;
import dev.lamina.backend.Availability;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  /** Seconds that suffice for every suite on any machine. */
  private static final String LONG = "1000000";

  private static void requireNoGpu() {
    LaminaConfig config = LaminaConfig.defaults();
    Assumptions.assumeTrue(
        BackendSelector.probe(config, BackendSelector.providers()).get(BackendId.CUDA)
            instanceof Availability.Unavailable,
        "this machine has a GPU");
  }

  @Test
  void withoutAGpuTheReasonIsOneLine() {
    requireNoGpu();
    RunResult run = RunResult.of("bench", "transfer", "--backend", "cuda");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("lamina: the cuda backend is unavailable: ");
  }

  @Test
  void everyBackendThatIsThereIsMeasuredAndTheOthersAreNamed() {
    requireNoGpu();
    RunResult run =
        RunResult.of(
            "bench",
            "transfer",
            "--sizes",
            "tiny",
            "--seconds",
            LONG,
            "--backend",
            "all",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("backends").findValuesAsText("backend")).containsExactly("cpu");
    assertThat(run.err()).contains("NOT MEASURED: the cuda backend is unavailable: ");
  }

  @Test
  void resultsGoToTheFolderAndOneDocumentToStandardOutput(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("a/b");
    RunResult run =
        RunResult.of(
            "bench",
            "dgl",
            "gram",
            "--backend",
            "cpu",
            "--sizes",
            "tiny",
            "--repeat",
            "1",
            "--seconds",
            LONG,
            "--precision",
            "float64",
            "--out",
            out.toString(),
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode figures = run.json().get("backends").get(0).get("figures");
    assertThat(figures.findValuesAsText("suite")).contains("ceilings", "dgl", "gram");
    assertThat(figures.findValuesAsText("suite")).doesNotContain("kernel");
    assertThat(run.json())
        .isEqualTo(Json.read(Files.readString(out.resolve("results.json")), JsonNode.class));
    assertThat(run.err()).contains("value and gradient, float64 N=40 n=11 ");
  }

  @Test
  void wrongOptionsAreNamed() {
    for (List<String> wrong :
        List.of(
            List.of("grams", "the suites are gram, kernel, depth-sweep"),
            List.of("--sizes=large", "sizes must be usual, tiny or numbers"),
            List.of("--sizes=99999999999", "sizes must be ≤ 2147483647 but one is 99999999999"),
            List.of("--sizes=1", "sizes must be ≥ 2 but one is 1"),
            List.of("--repeat=0", "rounds and seconds must be ≥ 1 but are 0 and"),
            List.of("--sizes=", "sizes must be usual, tiny or numbers"),
            List.of("--sizes=-4", "sizes must be ≥ 2 but one is -4"),
            List.of("--seconds=0", "rounds and seconds must be ≥ 1 but are 5 and 0"),
            List.of("--rivals=jax", "jax"),
            List.of("--backend=gpu", "lamina.backend"))) {
      RunResult run = RunResult.of("bench", wrong.get(0));
      assertThat(run.code()).as(wrong.get(0)).isEqualTo(2);
      assertThat(run.err()).contains(wrong.get(1));
    }
  }

  /** Before anything is measured, which says what it draws. */
  @Test
  void aReadmeThatCannotTakeTheFiguresIsRefusedFirst(@TempDir Path folder) throws IOException {
    Path plain = Files.writeString(folder.resolve("plain.md"), "text");
    for (Path readme : List.of(folder.resolve("nope.md"), folder, plain)) {
      RunResult run =
          RunResult.of("bench", "gram", "--sizes", "tiny", "--readme", readme.toString());
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains(readme.toString()).doesNotContain("drawing");
    }
    assertThat(plain).hasContent("text");
  }

  @Test
  void anImitatedGpuIsNoOtherBackendAndInNoReadme(@TempDir Path folder) throws IOException {
    for (String backend : List.of("cpu", "all")) {
      RunResult run = RunResult.of("bench", "gram", "--emulated", "--backend", backend);
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("--emulated imitates a GPU").doesNotContain("drawing");
    }
    Path readme = folder.resolve("README.md");
    RunResult run = RunResult.of("bench", "gram", "--emulated", "--readme", readme.toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--readme: times of an imitated GPU");
  }

  /** The suite has no figure for it, which is known at the end only; the result is printed. */
  @Test
  void aResultThatCannotBeKeptIsStillPrinted(@TempDir Path folder) throws IOException {
    Path readme = folder.resolve("README.md");
    String text = "<!-- benchmark:begin -->old<!-- benchmark:end -->";
    Files.writeString(readme, text);
    RunResult run =
        RunResult.of(
            "bench",
            "transfer",
            "--backend",
            "cpu",
            "--sizes",
            "tiny",
            "--repeat",
            "1",
            "--seconds",
            LONG,
            "--json",
            "--readme",
            readme.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("lamina: bench: the result has no target");
    assertThat(run.json().get("backends").get(0).get("figures")).isNotEmpty();
    assertThat(readme).hasContent(text);
  }

  @Test
  void outputsThatCannotBeWrittenAreRefusedFirst(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    for (Path out : List.of(file, file.resolve("below"))) {
      RunResult run = RunResult.of("bench", "gram", "--sizes", "tiny", "--out", out.toString());
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("cannot write " + out).doesNotContain("drawing");
    }
    assertThat(file).hasContent("text");
  }

  @Test
  void onlyTheBenchmarkKnowsEveryBackend() {
    RunResult run = RunResult.of("doctor", "--backend", "all");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("all");
  }
}
