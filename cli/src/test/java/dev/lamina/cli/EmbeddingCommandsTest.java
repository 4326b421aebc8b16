package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.network.Residual;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

  private void networkWithoutBiases(DenseLayer... layers) {
    try (Network network = new Network(List.of(layers))) {
      NetworkFile.write(folder.resolve("a"), network);
    }
  }

  /** Returns a layer of three inputs; its place only makes its weights others. */
  private static DenseLayer layer(
      int place, int outputs, Activation activation, Residual residual) {
    double[][] w = new double[outputs][3];
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < 3; j++) {
        w[i][j] = Math.sin(1 + 2 * place + 3 * i + 5 * j);
      }
    }
    return new DenseLayer(
        HostMatrix.of(w), Optional.empty(), Optional.empty(), activation, residual);
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

  /** No segment would help. */
  @Test
  void signCannotBeInserted() {
    network("a", "tanh");
    samples(3, 1);
    RunResult sign = lift("--after", "1", "--width", "4", "--activation", "sign");
    assertThat(sign.code()).isEqualTo(2);
    assertThat(sign.out() + sign.err())
        .contains("sign is constant on both sides of 0", "none can be inserted")
        .doesNotContain("--segment");
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
        .contains("on a segment c-e,c+e is about 1e-16·|c|/e")
        .contains("--segment LO,HI");
    assertThat(Files.exists(folder.resolve("b"))).isFalse();
    JsonNode lifted = lift("--after", "1", "--width", "4", "--segment", "-0.01,0.01").json();
    assertThat(lifted.get("exact").booleanValue()).isFalse();
    assertThat(lifted.get("outputChange").doubleValue()).isBetween(1e-9, 1e-3);
  }

  /** Rounding is the value's in the middle of the segment over its half-width. */
  @Test
  void shortSegmentsOfTanhAtZeroAreNotRounded() {
    network("a", "tanh");
    samples(3, 1);
    assertThat(changeOn("tanh", "-1e-9,1e-9")).isLessThan(1e-14);
    assertThat(changeOn("tanh", "0.499999999,0.500000001")).isBetween(1e-10, 1e-5);
    assertThat(changeOn("sigmoid", "-1e-9,1e-9")).isBetween(1e-10, 1e-5);
    RunResult sigmoid = lift("--after", "1", "--width", "4", "--activation", "sigmoid");
    assertThat(sigmoid.out() + sigmoid.err()).contains("1e-16/e as the value at 0 is 1/2");
  }

  private double changeOn(String activation, String segment) {
    return lift("--after", "1", "--width", "4", "--activation", activation, "--segment", segment)
        .json()
        .get("outputChange")
        .doubleValue();
  }

  @Test
  void optionsThatCannotBeAreNamed() {
    network("a", "relu");
    samples(3, 1);
    requireRefused(lift("--after", "1", "--width", "1000000000"), "--width 1000000000 needs about");
    requireRefused(split("--layer", "1", "--null-bias", "1", "--alpha", "2"), "--alpha");
    requireRefused(split("--layer", "1", "--neuron", "9"), "split: layer 1 has neurons 0 to 4");
    requireRefused(split("--layer", "3", "--neuron", "0"), "split: hidden layers are 1 to 2");
    requireRefused(lift("--after", "2", "--width", "1"), "= 2 wide, but 1 was asked");
  }

  /** Help is broken once, at the width of the terminal. */
  @Test
  void footersAreNotBrokenTwice() {
    for (String command : new String[] {"lift", "merge", "linearity", "hessian", "sparsity"}) {
      String[] lines = RunResult.of(command, "--help").out().split("\\R");
      int from = java.util.Arrays.asList(lines).lastIndexOf("");
      for (int k = from + 1; k < lines.length - 1; k++) {
        String next = lines[k + 1].split(" ", -1)[0];
        assertThat(lines[k].length() + 1 + next.length()).as(lines[k]).isGreaterThanOrEqualTo(80);
      }
    }
  }

  private RunResult split(String... more) {
    String[] all = {"split", "--network", file("a"), "--out", file("b")};
    String[] line = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, line, all.length, more.length);
    return RunResult.of(line);
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
  void residualLayersAreLiftedFoundLinearAndMergedAgain() {
    network("a", "tanh");
    samples(3, 2);
    JsonNode lifted = lift("--activation", "relu", "--after", "1", "--residual").json();
    assertThat(lifted.get("widths").toString()).isEqualTo("[3,5,5,4,2]");
    assertThat(lifted.get("residual").booleanValue()).isTrue();
    assertThat(lifted.get("exact").booleanValue()).isTrue();
    assertThat(lifted.get("outputChange").doubleValue()).isLessThan(1e-13);
    JsonNode kinds = RunResult.of("network", "show", file("b"), "--json").json().get("layers");
    assertThat(kinds.findValuesAsText("residual"))
        .containsExactly("none", "post-activation", "none", "none");
    assertThat(RunResult.of("network", "show", file("b")).out())
        .contains("relu, bias, residual (post-activation)");

    JsonNode layers =
        RunResult.of("linearity", "--network", file("b"), "--x", file("x.npy"), "--json")
            .json()
            .get("layers");
    assertThat(layers.get(1).get("effectivelyLinear").booleanValue()).isTrue();
    assertThat(layers.get(0).get("effectivelyLinear").booleanValue()).isFalse();
    JsonNode merged =
        RunResult.of(
                "merge", "--network", file("b"), "--x", file("x.npy"), "--out", file("c"), "--json")
            .json();
    assertThat(merged.get("mergedLayers").toString()).isEqualTo("[2]");
    assertThat(merged.get("keptLayers")).isEmpty();
    assertThat(merged.get("widths").toString()).isEqualTo("[3,5,4,2]");
    assertThat(merged.get("maxOutputChange").doubleValue()).isLessThan(1e-12);
    assertThat(merged.get("bound").doubleValue()).isLessThan(1e-12);
  }

  /** A linear layer in front of a residual one that is bent. */
  @Test
  void whatAResidualLayerAddsIsKept() {
    samples(3, 1);
    networkWithoutBiases(
        layer(0, 3, Activation.IDENTITY, Residual.NONE),
        layer(1, 3, Activation.RELU, Residual.POST_ACTIVATION),
        layer(2, 2, Activation.IDENTITY, Residual.NONE));
    RunResult merged =
        RunResult.of("merge", "--network", file("a"), "--x", file("x.npy"), "--out", file("c"));
    assertThat(merged.code()).as(merged.err()).isZero();
    assertThat(merged.out())
        .contains("merged layers []; linear too but added to what is behind: [1]");
  }

  @Test
  void residualLiftsNearlyLinearHaveOnePowerMore() {
    network("a", "tanh");
    samples(3, 1);
    RunResult without = lift("--after", "1", "--residual");
    assertThat(without.out() + without.err()).contains("with --residual one power of e more");
    double coarse =
        lift("--after", "1", "--residual", "--segment", "-0.1,0.1")
            .json()
            .get("outputChange")
            .doubleValue();
    JsonNode fine = lift("--after", "1", "--residual", "--segment", "-0.01,0.01").json();
    assertThat(fine.get("accuracy").textValue()).contains("the cube of its half-width");
    assertThat(coarse / fine.get("outputChange").doubleValue()).isBetween(700.0, 1300.0);
  }

  @Test
  void refusesWhereNoResidualLayerFits() throws java.io.IOException {
    network("a", "relu");
    samples(3, 1);
    requireRefused(lift("--after", "1", "--width", "4", "--residual"), "must be 5 wide like it");
    requireRefused(lift("--after", "3", "--residual"), "to 2, the last hidden layer");
    requireRefused(lift("--after", "1"), "--width M is missing");
    assertThat(lift("--after", "1", "--residual").code()).isZero();
    Files.move(
        folder.resolve("b"),
        folder.resolve("a"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    requireRefused(
        lift("--after", "1", "--width", "5"), "layer 2 adds the features in front of it");
    assertThat(lift("--after", "2", "--width", "5").json().get("widths").toString())
        .isEqualTo("[3,5,5,5,4,2]");
    Files.delete(folder.resolve("b"));
    RunResult split =
        RunResult.of(
            "split",
            "--network",
            file("a"),
            "--layer",
            "2",
            "--neuron",
            "0",
            "--alpha",
            "2",
            "--out",
            file("b"));
    requireRefused(split, "layer 2");
    assertThat(
            RunResult.of("network", "init", "--widths", "3,5,5,2", "--residual", "--out", file("a"))
                .code())
        .isZero();
    requireRefused(
        lift("--after", "1", "--width", "5"), "layer 2 adds the pre-activations of the layer");
  }

  /** What a file says about its activations is not overruled. */
  @Test
  void anActivationThatContradictsTheFileIsRefused() {
    network("a", "relu");
    samples(3, 1);
    String[] common = {"--network", file("a"), "--activation", "tanh", "--x", file("x.npy")};
    for (String[] own :
        new String[][] {
          {"linearity"},
          {"merge", "--out", file("b")},
          {"hessian", "--y", file("x.npy")},
          {"sparsity", "--y", file("x.npy"), "--lambda", "0.1"},
          {"alignment", "--y", file("x.npy")}
        }) {
      String[] line = java.util.Arrays.copyOf(own, own.length + common.length);
      System.arraycopy(common, 0, line, own.length, common.length);
      requireRefused(
          RunResult.of(line), "says that layers.1.activation is relu but tanh was given");
    }
    requireRefused(
        RunResult.of(
            "split",
            "--network",
            file("a"),
            "--activation",
            "tanh",
            "--layer",
            "1",
            "--neuron",
            "0",
            "--out",
            file("b")),
        "says that layers.1.activation is relu but tanh was given");
    assertThat(
            lift("--activation", "leakyRelu(slope=0.1)", "--after", "1", "--width", "5")
                .json()
                .get("widths")
                .toString())
        .isEqualTo("[3,5,5,4,2]");
  }

  /** A lift needs a bias behind the new layer, and says so; a split does not. */
  @Test
  void biasesAreAddedOnlyWhereTheyAreNeeded() {
    samples(3, 1);
    networkWithoutBiases(
        layer(0, 3, Activation.RELU, Residual.NONE),
        layer(1, 2, Activation.IDENTITY, Residual.NONE));
    RunResult split =
        RunResult.of(
            "split",
            "--network",
            file("a"),
            "--layer",
            "1",
            "--neuron",
            "0",
            "--out",
            file("c"),
            "--json");
    assertThat(split.json().get("addedParameters").intValue()).isEqualTo(3 + 2);
    RunResult lifted = lift("--after", "1", "--width", "2");
    assertThat(lifted.json().get("addedParameters").intValue())
        .isEqualTo(2 * (3 + 1) + 2 * (2 + 1) - 2 * 3);
    assertThat(lifted.err()).contains("layer 2", "has no bias", "need not stay one");
    JsonNode kinds = RunResult.of("network", "show", file("b"), "--json").json().get("layers");
    assertThat(kinds.findValuesAsText("bias")).containsExactly("false", "true", "true");
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
