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

/** Runs a shorter form of examples/alignment-digits.conf and holds it to the known table. */
class AlignmentExampleTest {
  @TempDir Path folder;

  private RunResult study(String section) throws IOException {
    String example =
        Files.readString(Path.of("..", "examples", "alignment-digits.conf"))
            .replaceFirst("(?s)alignment \\{.*?\\}", "alignment { " + section + " }");
    Path file = Files.writeString(folder.resolve("study.conf"), example);
    return RunResult.of(
        "study", file.toString(), "--out", folder.resolve("out").toString(), "--backend", "cpu");
  }

  /**
   * Means of five runs, found once with other software: peaks at 2.09 and 3.17, largest alignments
   * 0.149 and 0.165, last layers 0.070 and 0.074, fresh ones 0.040–0.048 and 0.025–0.040. Single
   * runs scatter by about half a layer and a sixth of the alignment.
   */
  @Test
  void digitsPeakAtTheEquilibriumLayer() throws IOException {
    RunResult run =
        study(
            "depths = [5, 8], rates = [0.02, 0.01], runs = 2, permutations = 5, times-per-decade = 2");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("out/report.html")).isNotEmptyFile();
    JsonNode result =
        Json.read(
            Files.readString(folder.resolve("out/sections/alignment/result.json")), JsonNode.class);
    double[] known = {0.149, 0.165};
    double[] predicted = {1.99, 3.22};
    for (int d = 0; d < 2; d++) {
      JsonNode depth = result.get("depths").get(d);
      double equilibrium = depth.get("prediction").get("layer").asDouble();
      assertThat(equilibrium).isCloseTo(predicted[d], within(0.1));
      assertThat(depth.get("runs")).hasSize(2);
      double largest = 0;
      double[] profile = new double[d == 0 ? 5 : 8];
      for (JsonNode one : depth.get("runs")) {
        assertThat(one.get("testAccuracy").asDouble()).isGreaterThan(0.93);
        for (int l = 0; l < profile.length; l++) {
          JsonNode layer = one.get("trained").get("layers").get(l);
          profile[l] += layer.get("alignment").asDouble() / 2;
          double fresh = one.get("fresh").get("layers").get(l).get("alignment").asDouble();
          assertThat(fresh).isBetween(0.01, 0.075);
          assertThat(layer.get("permutedMean").asDouble())
              .isLessThan(0.5 * layer.get("alignment").asDouble());
        }
      }
      int peak = 0;
      for (int l = 0; l < profile.length; l++) {
        if (profile[l] > largest) {
          largest = profile[l];
          peak = l + 1;
        }
      }
      assertThat((double) peak).isCloseTo(equilibrium, within(1.01));
      assertThat(largest).isCloseTo(known[d], within(0.35 * known[d]));
      assertThat(profile[profile.length - 1]).isBetween(0.05, 0.1055);
    }
    JsonNode times = result.get("depths").get(1).get("runs").get(0).get("times");
    assertThat(times.get(0).get("step").asInt()).isZero();
    assertThat(times.get(2).get("step").asInt()).isEqualTo(3);
    JsonNode fresh = result.get("depths").get(1).get("runs").get(0).get("fresh").get("layers");
    double before = fresh.get(3).get("alignment").asDouble();
    // Not to the last bit: permuted labels go back through the layers beside the labels.
    assertThat(times.get(0).get("train").get(3).asDouble())
        .isCloseTo(before, within(1e-12 * before));
    assertThat(result.get("depths").get(0).get("runs").get(0).get("times")).isEmpty();
  }

  @Test
  void randomLabelsAndProbesAreUnderstood() throws IOException {
    RunResult run =
        study(
            "depths = [3], runs = 1, epochs = 1, label-noise = 1, probes = 10, examples = 50, times-per-decade = 0");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result =
        Json.read(
            Files.readString(folder.resolve("out/sections/alignment/result.json")), JsonNode.class);
    JsonNode one = result.get("depths").get(0).get("runs").get(0);
    assertThat(one.get("trainAccuracy").asDouble()).isLessThan(0.2);
    assertThat(one.get("trained").get("layers").get(0).get("kernelNormError").asDouble())
        .isPositive();
  }

  @Test
  void problemsAreReportedAtOnce() throws IOException {
    RunResult run = study("depths = [1, 5], momentum = 2, label-noise = -1, exampels = 3");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("depths", "momentum", "label-noise", "exampels", "examples");
    RunResult order = study("depths = [8, 5]");
    assertThat(order.code()).isEqualTo(2);
    assertThat(order.err()).contains("depths must ascend but are [8, 5]");
    RunResult rates = study("depths = [5, 8, 9], rates = [0.1, 0.2]");
    assertThat(rates.code()).isEqualTo(2);
    assertThat(rates.err()).contains("one for each of the 3 depths but there are 2");
  }
}
