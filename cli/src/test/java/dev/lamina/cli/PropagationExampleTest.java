package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs examples/propagation.conf and holds its report to the command. */
class PropagationExampleTest {
  @TempDir Path folder;

  @Test
  void theExampleAgreesWithTheCommand() throws IOException {
    Path out = folder.resolve("out");
    Path example = Path.of("..", "examples", "propagation.conf");
    RunResult run =
        RunResult.of("study", example.toString(), "--out", out.toString(), "--backend", "cpu");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    JsonNode result =
        Json.read(
            Files.readString(out.resolve("sections/propagation/result.json")), JsonNode.class);
    double cosine = result.get("cosine").asDouble();
    assertThat(cosine).isCloseTo(0.49, within(0.02)); // digits after one global mean and sd
    assertThat(result.get("networks")).hasSize(5);
    JsonNode relu = result.get("networks").get(0).get("profiles").get(1);
    RunResult command =
        RunResult.of(
            "propagate",
            "--activation",
            "relu",
            "--depth",
            "20",
            "--cosine",
            "" + cosine,
            "--json");
    assertThat(command.json().get("layers")).isEqualTo(relu.get("layers"));
    assertThat(command.json().get("equilibriumLayer")).isEqualTo(relu.get("equilibriumLayer"));
    // the study's network has nine hidden layers and an output layer
    assertThat(result.get("own").get(0).get("layers")).hasSize(10);
  }
}
