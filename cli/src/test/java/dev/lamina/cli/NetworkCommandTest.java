package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkCommandTest {
  @TempDir Path folder;

  private RunResult init(String... args) {
    List<String> line = new ArrayList<>(List.of("network", "init"));
    line.addAll(List.of(args));
    line.addAll(List.of("--out", folder.resolve("n.safetensors").toString()));
    return RunResult.of(line.toArray(String[]::new));
  }

  private RunResult show(String... args) {
    List<String> line =
        new ArrayList<>(List.of("network", "show", folder.resolve("n.safetensors").toString()));
    line.addAll(List.of(args));
    return RunResult.of(line.toArray(String[]::new));
  }

  @Test
  void whatIsMadeIsShown() {
    RunResult made =
        init("--widths", "300,2x200,10", "--activation", "tanh", "--seed", "5", "--json");
    assertThat(made.code()).as(made.err()).isZero();
    JsonNode shown = show("--json").json();
    assertThat(shown).isEqualTo(made.json());
    assertThat(shown.get("precision").asText()).isEqualTo("float32");
    assertThat(shown.get("entries").asLong()).isEqualTo(300 * 200 + 200 * 200 + 2000 + 410);
    JsonNode first = shown.get("layers").get(0);
    assertThat(first.get("activation").asText()).isEqualTo("tanh");
    assertThat(first.get("bias").asBoolean()).isTrue();
    assertThat(first.get("weightVariance").asDouble()).isCloseTo(2, within(0.06));
    assertThat(shown.get("layers").get(2).get("activation").asText()).isEqualTo("identity");
    RunResult text = show();
    assertThat(text.out()).contains("depth 3, 102,410 parameters in float32", "tanh, bias");
  }

  @Test
  void theSameSeedGivesTheSameFile() throws IOException {
    Path file = folder.resolve("n.safetensors");
    assertThat(init("--widths", "5,4,3", "--precision", "float64").code()).isZero();
    byte[] first = Files.readAllBytes(file);
    assertThat(init("--widths", "5,4,3", "--precision", "float64").code()).isZero();
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    assertThat(init("--widths", "5,4,3", "--precision", "float64", "--seed", "2").code()).isZero();
    assertThat(Files.readAllBytes(file)).isNotEqualTo(first);
    assertThat(show("--json").json().get("precision").asText()).isEqualTo("float64");
  }

  @Test
  void optionsReachTheNetwork() {
    RunResult made =
        init(
            "--widths",
            "5,4,4,3",
            "--activation",
            "relu",
            "--activation",
            "erf",
            "--init",
            "normal(sd=0.1)",
            "--no-bias",
            "--batch-norm",
            "--residual",
            "--json");
    JsonNode second = made.json().get("layers").get(1);
    assertThat(second.get("activation").asText()).isEqualTo("erf");
    assertThat(second.get("bias").asBoolean()).isFalse();
    assertThat(second.get("batchNorm").asBoolean()).isTrue();
    assertThat(second.get("residual").asText()).isEqualTo("pre-activation");
  }

  @Test
  void residualLayersMayAddTheirInputs() {
    RunResult made = init("--widths", "5,4,4,3", "--residual", "post-activation", "--json");
    assertThat(made.json().get("layers").findValuesAsText("residual"))
        .containsExactly("none", "post-activation", "none");
    assertThat(show().out()).contains("relu, bias, residual (post-activation)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--widths 5; at least two",
        "--widths 5,a,3; 5,a,3",
        "--widths 5,4,3 --init hee; did you mean 'he'",
        "--widths 5,4,3 --activation rleu; relu",
        "--widths 5,4,6,3 --residual; equal widths",
        "--widths 5,4,4,3 --residual skip; none, pre-activation, post-activation",
        "--seed 3; --widths",
      })
  void wrongOptionsEndWithCodeTwo(String line, String message) {
    RunResult run = init(line.split(" ", -1));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void whatIsNoNetworkEndsWithCodeTwo() throws IOException {
    Path file = folder.resolve("n.safetensors");
    assertThat(show().code()).isEqualTo(2);
    assertThat(show().err()).contains("no such file");
    Files.write(file, new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'});
    assertThat(show().code()).isEqualTo(2);
    assertThat(show().err()).contains("at byte 0: expected the header's length");
    assertThat(RunResult.of("network").err()).contains("init or show");
    String header = "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}}";
    byte[] bytes = new byte[8 + header.length() + 4];
    bytes[0] = (byte) header.length();
    System.arraycopy(
        header.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, bytes, 8, header.length());
    Files.write(file, bytes);
    assertThat(show().code()).isZero();
    assertThat(show().out()).contains("depth 1").contains("identity");
  }
}
