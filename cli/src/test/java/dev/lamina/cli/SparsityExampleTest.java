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

/** Runs shorter forms of examples/sparsity-digits.conf. */
class SparsityExampleTest {
  @TempDir Path folder;

  private RunResult study(String network, String section) throws IOException {
    String example =
        Files.readString(Path.of("..", "examples", "sparsity-digits.conf"))
            .replaceFirst("network \\{.*?\\}", "network { " + network + " }")
            .replaceFirst("(?s)sparsity \\{.*?\\n    \\}", "sparsity { " + section + " }");
    Path file = Files.writeString(folder.resolve("study.conf"), example);
    return RunResult.of(
        "study", file.toString(), "--out", folder.resolve("out").toString(), "--backend", "cpu");
  }

  private void refused(String network, String section, String... messages) throws IOException {
    RunResult run = study(network, section);
    assertThat(run.err()).contains(messages);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
  }

  private JsonNode result() throws IOException {
    return Json.read(
        Files.readString(folder.resolve("out/sections/sparsity/result.json")), JsonNode.class);
  }

  @Test
  void digitsLeaveFewNeuronsAndHaveAPlateau() throws IOException {
    RunResult run =
        study(
            "hidden = [20, 20], activation = relu, init = he, bias = true",
            """
            classes = ["7", "8", "9"], samples = 42, test-samples = 120, lambda = 1e-2, starts = 2
            adam-steps = 300, rounds = 2, iterations = 100, widths = [1, 3, 8], depths = [2]
            """);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("plateau from width");
    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("Loss against width", "Samples in layer 1 and the forces on them")
        .contains("Neurons of layer 2 and the forces on them", "Provenance. Published");
    JsonNode result = result();
    assertThat(result.get("labels")).hasSize(42);
    assertThat(result.get("cost").asText()).isEqualToIgnoringCase("cross_entropy");
    JsonNode trained = result.get("trained");
    double loss = trained.get("loss").asDouble();
    assertThat(trained.get("lossRepresentations").asDouble()).isCloseTo(loss, within(1e-10));
    assertThat(trained.get("lossCovariances").asDouble()).isCloseTo(loss, within(1e-10));
    for (int l = 0; l < 2; l++) {
      JsonNode layer = trained.get("layers").get(l);
      assertThat(layer.get("effectiveNeuronsCoarse").asInt()).isBetween(2, 12);
      assertThat(layer.get("balance").asDouble()).isLessThan(1e-4);
    }
    JsonNode planes = result.get("tikhonov").get(0).get("planes");
    assertThat(planes).hasSize(2);
    assertThat(planes.get(0).get("cosine").asDouble()).isLessThan(-0.9);
    JsonNode plateau = result.get("plateau");
    assertThat(plateau).hasSize(3);
    // One neuron cannot tell three classes apart; eight need no more than three do, nearly.
    assertThat(plateau.get(0).get("loss").asDouble()).isGreaterThan(1.3 * loss);
    assertThat(plateau.get(2).get("loss").asDouble()).isCloseTo(loss, within(0.02 * loss));
    assertThat(result.get("test").get("accuracy").asDouble()).isGreaterThan(0.85);
  }

  @Test
  void aTeacherAndSquaredErrorAreUnderstood() throws IOException {
    RunResult run =
        study(
            "hidden = [3], activation = relu, init = he, bias = false",
            """
            teacher { inputs = 2, hidden = [2], outputs = 1 }, samples = 6, test-samples = 5
            starts = 2, adam-steps = 100, rounds = 2, widths = [1, 4], lambdas = [1e-1, 1e-2]
            plateau-samples = 9, epsilon = 0
            """);
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = result();
    assertThat(result.get("data").asText()).contains("teacher of widths [2, 2, 1]");
    assertThat(result.get("plateauSamples").asInt()).isEqualTo(9);
    assertThat(result.get("tikhonov")).isEmpty();
    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("lower bound", "optimum of two layers, any width");
  }

  @Test
  void problemsAreReportedAtOnce() throws IOException {
    String plain = "hidden = [4], activation = relu, bias = true";
    refused(
        plain,
        "lambda = 0, starts = 0, bias-strength = 0, lambdas = [1e-3], depth-width = 3, widht = [1]",
        "lambda",
        "starts",
        "must be > 0 for a network with biases",
        "has no effect without widths",
        "has no effect without depths",
        "did you mean 'widths'?");
    refused(plain, "widths = [3, 3]", "widths must ascend but are [3, 3]");
    refused(plain, "classes = [\"7\"]", "at least two different ones");
    refused(plain, "teacher {}, cost = cross-entropy", "a teacher gives numbers");
    refused("hidden = [4], bias = false", "bias-strength = 1", "must be 0 for a network without");
    refused("hidden = [4], activation = tanh", "", "positively homogeneous", "activation is tanh");
    refused("hidden = [4], batch-norm = true", "", "without batch normalisation");
  }
}
