package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.NamedTensor;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.SafetensorsFile;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlignmentCommandTest {
  private static final int[] SIZES = {5, 12, 10, 8, 3};

  @TempDir Path folder;

  private static double[][] weights(int l) {
    double[][] w = new double[SIZES[l]][SIZES[l - 1]];
    for (int i = 0; i < SIZES[l]; i++) {
      for (int j = 0; j < SIZES[l - 1]; j++) {
        w[i][j] =
            Math.sin(1.1 * l + 7.3 * i + 12.9 * j + 0.37 * i * j) * Math.sqrt(2.0 / SIZES[l - 1]);
      }
    }
    return w;
  }

  private static double[][] bias(int l) {
    double[][] b = new double[1][SIZES[l]];
    for (int i = 0; i < SIZES[l]; i++) {
      b[0][i] = 0.1 * Math.cos(l + i);
    }
    return b;
  }

  /** Writes the formula network with PyTorch's names: linear modules are 0, 2, 4, 6. */
  private Path pytorch(String... renamed) {
    List<NamedTensor> tensors = new ArrayList<>();
    for (int l = 1; l < SIZES.length; l++) {
      tensors.add(NamedTensor.matrix(2 * (l - 1) + ".weight", HostMatrix.of(weights(l))));
      tensors.add(NamedTensor.vector(2 * (l - 1) + ".bias", HostMatrix.of(bias(l))));
    }
    for (String name : renamed) {
      tensors.add(NamedTensor.vector(name, HostMatrix.of(bias(1))));
    }
    Path file = folder.resolve("torch.safetensors");
    SafetensorsFile.write(file, tensors, Map.of());
    tensors.forEach(tensor -> tensor.matrix().close());
    return file;
  }

  private Path own(Activation activation, double firstBias) {
    List<DenseLayer> layers = new ArrayList<>();
    for (int l = 1; l < SIZES.length; l++) {
      double[][] b = bias(l);
      if (l == 1) {
        for (int i = 0; i < b[0].length; i++) {
          b[0][i] += firstBias;
        }
      }
      layers.add(
          new DenseLayer(
              HostMatrix.of(weights(l)),
              Optional.of(HostMatrix.of(b)),
              Optional.empty(),
              l == SIZES.length - 1 ? Activation.IDENTITY : activation,
              Residual.NONE));
    }
    Path file = folder.resolve("own.safetensors");
    try (Network network = new Network(layers)) {
      NetworkFile.write(file, network);
    }
    return file;
  }

  private Path x(int rows, int cols) {
    Path file = folder.resolve("x.npy");
    try (HostMatrix x = HostMatrix.allocate(DType.FLOAT64, rows, cols)) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          x.set(i, j, Math.cos(0.7 * i + 1.3 * j));
        }
      }
      NpyFile.write(file, x);
    }
    return file;
  }

  private Path y(double... labels) {
    Path file = folder.resolve("y.npy");
    try (HostMatrix y = HostMatrix.allocate(DType.FLOAT32, labels.length, 1)) {
      for (int i = 0; i < labels.length; i++) {
        y.set(i, 0, labels[i]);
      }
      NpyFile.write(file, y);
    }
    return file;
  }

  private static RunResult run(Path network, Path x, Path y, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "alignment",
                "--network",
                network.toString(),
                "--x",
                x.toString(),
                "--y",
                y.toString()));
    line.addAll(List.of(more));
    return RunResult.of(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "tanh, .036530228896, .036971742073, .097816380502, .582059201868, 9.745651543725, .040271285262",
    "relu, .249546960979, .151883580724, .437490799236, 1.193611090009, .439467508020, .186995863547"
  })
  void goldenNumbersOfAPyTorchNetwork(
      String activation,
      double first,
      double last,
      double trace,
      double numerator,
      double norm,
      double whole) {
    RunResult run =
        run(
            pytorch(),
            x(6, 5),
            y(0, 1, 2, 0, 1, 2),
            "--activation",
            activation,
            "--exact",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    JsonNode layers = run.json().get("layers");
    assertThat(layers).hasSize(4);
    assertThat(layers.get(0).get("alignment").asDouble()).isCloseTo(first, within(6e-13));
    assertThat(layers.get(3).get("alignment").asDouble()).isCloseTo(last, within(6e-13));
    assertThat(layers.get(0).get("traceAlignment").asDouble()).isCloseTo(trace, within(6e-13));
    assertThat(layers.get(0).get("numerator").asDouble()).isCloseTo(numerator, within(6e-12));
    assertThat(layers.get(3).get("kernelNorm").asDouble()).isCloseTo(norm, within(6e-12));
    assertThat(run.json().get("wholeNetwork").get("alignment").asDouble())
        .isCloseTo(whole, within(6e-13));
    assertThat(run.json().get("denominator").asText()).isEqualTo("exact");
    assertThat(run.json().get("deadLayers")).isEmpty();
    assertThat(run.json().get("meanInputCosine").isNumber()).isTrue();
    assertThat(run.json().get("predictedEquilibriumLayer").asDouble()).isBetween(1.0, 4.0);
  }

  @Test
  void anOwnFileSaysItsActivation() {
    RunResult run = run(own(Activation.RELU, 0), x(6, 5), y(0, 1, 2, 0, 1, 2), "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("layers").get(1).get("alignment").asDouble())
        .isCloseTo(.202747966401, within(6e-13));
    RunResult text = run(own(Activation.RELU, 0), x(6, 5), y(0, 1, 2, 0, 1, 2), "--parts");
    assertThat(text.out())
        .contains(
            "6 examples, 3 outputs, 4 layers, exact norms",
            "0.2495     0.4375",
            "peak: layer 1, interpolated 1;",
            "layer 1: weights alone",
            "predicted equilibrium layer: ");
  }

  @Test
  void probesComeNearTheExactNorms() {
    RunResult run =
        run(
            pytorch(),
            x(6, 5),
            y(0, 1, 2, 0, 1, 2),
            "--activation",
            "relu",
            "--probes",
            "500",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode layer = run.json().get("layers").get(2);
    assertThat(run.json().get("denominator").asText()).isEqualTo("500 probes");
    assertThat(layer.get("kernelNorm").asDouble()).isCloseTo(3.07355, within(0.3));
    assertThat(layer.get("kernelNormError").asDouble()).isBetween(0.005, 0.1);
    assertThat(layer.get("numerator").asDouble()).isCloseTo(1.486738610548, within(6e-12));
  }

  @Test
  void targetsMayHaveAColumnForEachOutput() {
    Path targets = folder.resolve("t.npy");
    try (HostMatrix t = HostMatrix.allocate(DType.FLOAT64, 6, 3)) {
      for (int i = 0; i < 6; i++) {
        t.set(i, i % 3, 1);
      }
      NpyFile.write(targets, t);
    }
    RunResult run = run(pytorch(), x(6, 5), targets, "--activation", "relu", "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("layers").get(0).get("alignment").asDouble())
        .isCloseTo(.249546960979, within(6e-13));
    assertThat(run.json().get("missingClasses")).isEmpty();
  }

  @Test
  void missingClassesAreMentioned() {
    RunResult run = run(pytorch(), x(6, 5), y(0, 2, 0, 2, 0, 2), "--activation", "relu", "--json");
    assertThat(run.code()).isZero();
    assertThat(run.err().strip())
        .isEqualTo(
            folder.resolve("y.npy")
                + ": no example is of class 1; the alignment is that of the other classes");
    assertThat(run.json().get("missingClasses").toString()).isEqualTo("[1]");
  }

  @Test
  void parametersThatAreNoNumbersAreRefused() {
    RunResult run = run(own(Activation.RELU, Double.NaN), x(6, 5), y(0, 1, 2, 0, 1, 2));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("layer 1: parameters must be finite but row 0, column 0 of a 1×", "is NaN");
  }

  /** Every unit of the first layer is off, so that no gradient and no difference gets through. */
  @Test
  void deadLayersAreNullAndNamed() {
    Path dead = own(Activation.RELU, -1000);
    RunResult run = run(dead, x(6, 5), y(0, 1, 2, 0, 1, 2), "--json");
    assertThat(run.code()).as(run.err()).isZero();
    for (JsonNode layer : run.json().get("layers")) {
      assertThat(layer.get("alignment").isNull()).isTrue();
      assertThat(layer.get("traceAlignment").isNull()).isTrue();
      assertThat(layer.get("kernelNorm").asDouble()).isZero();
    }
    assertThat(run.json().get("deadLayers").toString()).isEqualTo("[1,2,3,4]");
    RunResult text = run(dead, x(6, 5), y(0, 1, 2, 0, 1, 2));
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains(
            "dead, their kernels vanish on these examples: layers [1, 2, 3, 4]",
            "no peak: all layers are dead");
  }

  private void requireBad(RunResult run, String message) {
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().strip()).isEqualTo("lamina: " + message.replace("DIR", folder.toString()));
  }

  @Test
  void badInputEndsWithCodeTwoAndSaysWhatIsWrong() {
    Path network = pytorch();
    String[] relu = {"--activation", "relu"};
    requireBad(
        run(network, x(6, 4), y(0, 1, 2, 0, 1, 2), relu),
        "DIR/torch.safetensors has 5 inputs but DIR/x.npy is 6×4 float64");
    requireBad(
        run(network, x(1, 5), y(0), relu),
        "alignment: there must be at least 2 examples but there is 1");
    requireBad(
        run(network, x(4, 5), y(2, 2, 2, 2), relu),
        "alignment: there must be examples of at least 2 classes but all 4 are of class 2");
    requireBad(
        run(network, x(4, 5), y(0, 1, 2), relu),
        "alignment: x and y must have equally many rows but x is 4×5 float64 and y has 3 labels");
    requireBad(
        run(network, x(4, 5), x(4, 5), relu),
        "DIR/torch.safetensors has 3 outputs but DIR/x.npy is 4×5 float64; it must have a column for each output, or class labels in one column");
    requireBad(
        run(network, x(3, 5), y(0, 1, 2)),
        "DIR/torch.safetensors does not say which activation its hidden layers have: give one (--activation)");
    requireBad(
        run(network, x(3, 5), y(0, 1, 2), "--activation", "relu", "--exact", "--probes", "3"),
        "--exact and --probes both say how norms are found: give one of them");
    requireBad(
        run(network, x(3, 5), y(0, 1, 2), "--activation", "relu", "--probes", "0"),
        "probes must be ≥ 1 but is 0");
    requireBad(
        run(network, x(3, 5), y(0, 1, 2), "--activation", "relu", "--permutations", "-1"),
        "permutations must be ≥ 0 but is -1");
  }

  @Test
  void labelsOutsideAndUnknownNamesAreListed() {
    RunResult label = run(pytorch(), x(4, 5), y(0, 1, 3, 2), "--activation", "relu");
    assertThat(label.code()).isEqualTo(2);
    assertThat(label.err())
        .contains(folder.resolve("y.npy").toString(), "a class label from 0 to 2", "3");
    RunResult names =
        run(pytorch("head.scale", "token"), x(4, 5), y(0, 1, 2, 0), "--activation", "relu");
    assertThat(names.code()).isEqualTo(2);
    assertThat(names.err()).contains("head.scale", "token", "0.weight");
    RunResult missing =
        run(folder.resolve("none.safetensors"), x(4, 5), y(0, 1, 2, 0), "--activation", "relu");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("none.safetensors");
  }
}
