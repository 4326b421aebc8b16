package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.backend.Availability;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaBackendProvider;
import dev.lamina.cuda.EmulatedBackendProvider;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {

  @Test
  void withoutAGpuTheReasonIsOneLine() {
    Assumptions.assumeTrue(
        new CudaBackendProvider().probe(LaminaConfig.defaults())
            instanceof Availability.Unavailable,
        "this machine has a GPU");
    RunResult run = RunResult.of("bench", "--backend", "cuda");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("lamina: the cuda backend is unavailable: ");
  }

  @Test
  void theSuiteRunsOnTheEmulatedDevice(@TempDir Path folder) throws IOException {
    Assumptions.assumeTrue(
        new EmulatedBackendProvider(1, 1, 0).probe(LaminaConfig.defaults())
            instanceof Availability.Available,
        "there is no emulation in this build");
    RunResult run =
        RunResult.of(
            "bench", "--emulated", "--json", "--report", folder.resolve("b.md").toString());
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = run.json();
    assertThat(result.get("emulated").asBoolean()).isTrue();
    assertThat(result.get("problems")).isEmpty();
    assertThat(result.get("figures").size()).isGreaterThan(15);
    assertThat(result.get("figures").findValuesAsText("section")).contains("Cholesky");
    assertThat(folder.resolve("b.md")).content().contains("## Cholesky", "EMULATED");
  }

  @Test
  void sizesAreChecked() {
    RunResult run = RunResult.of("bench", "--backend", "cpu", "--rows", "1");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--rows must be ≥ 2");
  }

  @Test
  void aLayerWiseStepIsTimedAndItsGradientChecked() {
    RunResult run =
        RunResult.of(
            "bench",
            "--backend",
            "cpu",
            "--precision",
            "float64",
            "--layer-wise",
            "--rows",
            "60",
            "--dimension",
            "16",
            "--depth",
            "2",
            "--repeat",
            "1",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = run.json();
    assertThat(result.get("settings").get("layersAbove").asInt()).isEqualTo(2);
    assertThat(result.get("step").get("median").asDouble()).isPositive();
    assertThat(result.get("overAlgebra").get("median").asDouble()).isPositive();
    assertThat(result.get("gradientError").asDouble()).isBetween(0.0, 1e-6);
  }

  @Test
  void aLayerWiseStepNeedsASamplePerOutput() {
    RunResult run = RunResult.of("bench", "--backend", "cpu", "--layer-wise", "--rows", "9");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("rows ≥ outputs");
  }
}
