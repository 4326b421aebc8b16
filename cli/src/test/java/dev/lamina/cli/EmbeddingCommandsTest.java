package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCommandsTest {
  @TempDir Path folder;

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void network(String name, String activation, String... more) {
    String[] all = {
      "network",
      "init",
      "--widths",
      "3,5,4,2",
      "--activation",
      activation,
      "--precision",
      "float64",
      "--out",
      file(name)
    };
    String[] line = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, line, all.length, more.length);
    assertThat(RunResult.of(line).code()).isZero();
  }

  private void samples(int columns, double scale) {
    try (HostMatrix x = HostMatrix.allocate(DType.FLOAT64, 20, columns)) {
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < columns; j++) {
          x.set(i, j, scale * Math.cos(0.7 * i * (j + 1) + 1.3 * j));
        }
      }
      NpyFile.write(folder.resolve("x.npy"), x);
    }
  }

  private RunResult lift(String... more) {
    String[] all = {
      "lift", "--network", file("a"), "--x", file("x.npy"), "--out", file("b"), "--json"
    };
    String[] line = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, line, all.length, more.length);
    return RunResult.of(line);
  }

  @Test
  void whatIsLiftedIsFoundLinearAndMergedAgain() {
    network("a", "tanh");
    samples(3, 2);
    JsonNode lifted = lift("--activation", "elu", "--after", "1", "--width", "6").json();
    assertThat(lifted.get("widths").toString()).isEqualTo("[3,5,6,4,2]");
    assertThat(lifted.get("exact").booleanValue()).isTrue();
    assertThat(lifted.get("outputChange").doubleValue()).isLessThan(1e-13);

    JsonNode layers =
        RunResult.of("linearity", "--network", file("b"), "--x", file("x.npy"), "--json")
            .json()
            .get("layers");
    assertThat(layers).hasSize(3);
    assertThat(layers.get(1).get("minPearson").doubleValue()).isCloseTo(1, within(1e-14));
    assertThat(layers.get(1).get("effectivelyLinear").booleanValue()).isTrue();
    assertThat(layers.get(0).get("effectivelyLinear").booleanValue()).isFalse();

    JsonNode merged =
        RunResult.of(
                "merge",
                "--network",
                file("b"),
                "--x",
                file("x.npy"),
                "--threshold",
                "0.9999999",
                "--out",
                file("c"),
                "--json")
            .json();
    assertThat(merged.get("mergedLayers").toString()).isEqualTo("[2]");
    assertThat(merged.get("widths").toString()).isEqualTo("[3,5,4,2]");
    assertThat(merged.get("maxOutputChange").doubleValue()).isLessThan(1e-12);
    assertThat(merged.get("bound").doubleValue()).isLessThan(1e-12);
  }

  @Test
  void splittingAndNullNeuronsMakeALayerWider() {
    network("a", "relu");
    RunResult split =
        RunResult.of(
            "split",
            "--network",
            file("a"),
            "--layer",
            "1",
            "--neuron",
            "2",
            "--alpha",
            "-0.5",
            "--out",
            file("b"),
            "--json");
    assertThat(split.json().get("widths").toString()).isEqualTo("[3,6,4,2]");
    assertThat(split.json().get("addedParameters").intValue()).isEqualTo(3 + 1 + 4);
    RunResult padded =
        RunResult.of(
            "split",
            "--network",
            file("b"),
            "--layer",
            "2",
            "--null-bias",
            "0.3",
            "--out",
            file("c"));
    assertThat(padded.code()).isZero();
    assertThat(padded.out()).contains("widths [3, 6, 5, 2], 9 parameters more");
  }

  @Test
  void smoothActivationsAreApproximateAndSaySo() {
    network("a", "tanh");
    samples(3, 1);
    RunResult without = lift("--after", "1", "--width", "4");
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.out() + without.err())
        .contains("tanh is affine nowhere")
        .contains("outputs change in proportion to e²")
        .contains("--segment LO,HI");
    assertThat(Files.exists(folder.resolve("b"))).isFalse();
    JsonNode lifted = lift("--after", "1", "--width", "4", "--segment", "-0.01,0.01").json();
    assertThat(lifted.get("exact").booleanValue()).isFalse();
    assertThat(lifted.get("outputChange").doubleValue()).isBetween(1e-9, 1e-3);
  }

  @Test
  void refusesWhatDoesNotFit() {
    network("a", "relu");
    samples(3, 1);
    requireRefused(lift("--after", "1", "--width", "3"), "at least min(5, 4) = 4 wide");
    requireRefused(lift("--after", "3", "--width", "4"), "to 2, the last hidden layer");
    requireRefused(
        lift("--after", "1", "--width", "4", "--segment", "-1,1"), "holds the kink of relu");
    requireRefused(
        lift("--after", "1", "--width", "4", "--segment", "-2,-1"), "constant on [-2.0, -1.0]");
    samples(4, 1);
    requireRefused(lift("--after", "1", "--width", "4"), "samples of 3 numbers");
    samples(3, Double.NaN);
    requireRefused(lift("--after", "1", "--width", "4"), "row 0, column 0 is NaN");
    samples(3, 1);
    network("a", "relu", "--batch-norm");
    requireRefused(lift("--after", "1", "--width", "4"), "layer 1 has a batch normalisation");
  }

  @Test
  void residualLayersHaveNoFileFormat() {
    network("a", "relu");
    samples(3, 1);
    requireRefused(
        lift("--after", "1", "--width", "5", "--residual"), "files hold no such residual layers");
  }

  @Test
  void nothingIsWrittenIfTheFunctionChanges() {
    network("a", "relu");
    requireRefused(
        RunResult.of(
            "split",
            "--network",
            file("a"),
            "--layer",
            "1",
            "--neuron",
            "2",
            "--alpha",
            "1e12",
            "--out",
            file("b")),
        "more than 1.0E-9 of their size; nothing was written");
  }

  private void requireRefused(RunResult result, String words) {
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out() + result.err()).contains(words);
    assertThat(Files.exists(folder.resolve("b"))).isFalse();
  }
}
