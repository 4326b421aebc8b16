package dev.lamina.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests the bundle's gpu-check in a folder of its own, with a command and a Java that pretend. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "gpu-check is a POSIX shell script")
class GpuCheckTest {
  private static final String LAMINA =
      """
      #!/bin/sh
      echo "lamina $*" >>"$CALLS"
      case $1 in
        doctor) echo "state of $*" ;;
        bench) echo "tables"; echo "measuring" >&2; for last; do :; done; mkdir -p "$last"; echo '{}' >"$last/results.json" ;;
      esac
      """;
  private static final String JAVA =
      """
      #!/bin/sh
      echo "java $*" >>"$CALLS"
      echo "contract tests: cuda float32 7 passed"
      echo "contract tests: cuda float64 7 passed"
      """;

  @TempDir private Path folder;

  private record Outcome(int exit, String said) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.createDirectories(folder.resolve("bundle/bin"));
    Files.createDirectories(folder.resolve("bundle/runtime/bin"));
    Files.copy(
        Path.of("..", "bundle", "content", "bin", "gpu-check"),
        folder.resolve("bundle/bin/gpu-check"));
    script("bin/lamina", LAMINA);
    script("runtime/bin/java", JAVA);
  }

  private void script(String name, String text) throws IOException {
    Path file = folder.resolve("bundle").resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "bundle/bin/gpu-check"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("CALLS", folder.resolve("calls").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    return new Outcome(process.exitValue(), said);
  }

  private List<String> results() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private JsonNode summary() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("out/summary.json").toFile());
  }

  @Test
  void everyStepLeavesItsResults() throws Exception {
    Outcome outcome = run("out");
    assertThat(outcome.exit()).as(outcome.said()).isZero();
    assertThat(outcome.said()).contains("contract tests: cuda float32 7 passed", "all passed in ");
    assertThat(results())
        .containsExactly(
            "benchmark",
            "benchmark.log",
            "benchmark.md",
            "contracts.txt",
            "doctor.json",
            "doctor.txt",
            "summary.json",
            "summary.txt");
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .anySatisfy(call -> assertThat(call).startsWith("lamina doctor --backend cuda"))
        .anySatisfy(call ->
            assertThat(call)
                .startsWith("java")
                .contains("-Dlamina.test.require=cuda")
                .endsWith(" cuda"))
        .anySatisfy(call -> assertThat(call).startsWith("lamina bench --backend cuda --seconds "));
    JsonNode summary = summary();
    assertThat(summary.get("device").asText()).isEqualTo("cuda");
    assertThat(summary.get("contracts").get(1).asText())
        .isEqualTo("contract tests: cuda float64 7 passed");
    assertThat(summary.get("steps").findValuesAsText("passed")).containsOnly("true").hasSize(3);
  }

  @Test
  void aFailedStepIsNamedAndTheNextOnesRun() throws Exception {
    script(
        "runtime/bin/java",
        "#!/bin/sh\necho 'contract tests: cuda float32 6 passed, 1 FAILED'\nexit 1\n");
    Outcome outcome = run("out");
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(folder.resolve("out/benchmark.md")).hasContent("tables");
    assertThat(folder.resolve("out/summary.txt"))
        .content()
        .contains("FAILED: contracts\n", "6 passed, 1 FAILED", "benchmark  passed");
    assertThat(summary().get("state").asText()).isEqualTo("FAILED: contracts");
  }

  @Test
  void theEmulatedDeviceIsNamedEverywhere() throws Exception {
    assertThat(run("--emulated", "out").exit()).isZero();
    assertThat(summary().get("device").asText()).isEqualTo("cuda (emulated)");
    assertThat(folder.resolve("calls"))
        .content()
        .contains("lamina bench --emulated --out ", " cuda-emulated/")
        .doesNotContain("--backend cuda");
  }

  @Test
  void wrongArgumentsAndOldResultsAreRefused() throws Exception {
    assertThat(run("--emulate").exit()).isEqualTo(2);
    assertThat(run("one", "two").exit()).isEqualTo(2);
    assertThat(run("out").exit()).isZero();
    Outcome again = run("out");
    assertThat(again.exit()).isEqualTo(2);
    assertThat(again.said()).contains("has results already");
  }
}
