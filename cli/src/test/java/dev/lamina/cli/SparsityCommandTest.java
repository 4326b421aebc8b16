package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.network.BatchNorm;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparsityCommandTest {
  private static final double BETA = 0.5;
  private static final double LAMBDA = 0.02;

  @TempDir Path folder;

  /** First hidden layer: neurons 0 and 2 on one ray, neuron 3 dead; second layer: two outputs. */
  private static double[][] first() {
    return new double[][] {{.4, -.2, .1}, {-.3, .5, .2}, {.8, -.4, .2}, {0, 0, 0}, {.1, .9, -.6}};
  }

  private static double[][] firstBias() {
    return new double[][] {{.1, -.2, .2, 0, .3}};
  }

  private static double[][] second() {
    return new double[][] {{.5, -.7, .3, .9, .2}, {-.6, .1, .4, -.8, .3}};
  }

  private static double[][] x(int rows) {
    double[][] x = new double[rows][3];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < 3; j++) {
        x[i][j] = Math.sin(.9 * i + 1.7 * j + .3);
      }
    }
    return x;
  }

  private Path network(Activation activation, Optional<BatchNorm> norm) {
    Path file = folder.resolve("n.safetensors");
    List<DenseLayer> layers =
        List.of(
            new DenseLayer(
                HostMatrix.of(first()),
                Optional.of(HostMatrix.of(firstBias())),
                norm,
                activation,
                Residual.NONE),
            new DenseLayer(
                HostMatrix.of(second()),
                Optional.of(HostMatrix.of(new double[][] {{.05, -.1}})),
                Optional.empty(),
                Activation.IDENTITY,
                Residual.NONE));
    try (Network network = new Network(layers)) {
      NetworkFile.write(file, network);
    }
    return file;
  }

  private Path array(String name, double[][] values) {
    Path file = folder.resolve(name);
    try (HostMatrix m = HostMatrix.of(values)) {
      NpyFile.write(file, m);
    }
    return file;
  }

  private RunResult run(Path network, double[][] x, double[][] y, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "sparsity",
                "--network",
                network.toString(),
                "--x",
                array("x.npy", x).toString(),
                "--y",
                array("y.npy", y).toString()));
    line.addAll(List.of(more));
    return RunResult.of(line.toArray(new String[0]));
  }

  private static double[][] targets(int rows) {
    double[][] y = new double[rows][2];
    for (int i = 0; i < rows; i++) {
      y[i][0] = Math.cos(i);
      y[i][1] = Math.sin(2 * i);
    }
    return y;
  }

  /** The loss by plain loops. */
  private static double lossOfParameters(double[][] x, double[][] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < 2; o++) {
        double z = o == 0 ? .05 : -.1;
        for (int k = 0; k < 5; k++) {
          double in = firstBias()[0][k];
          for (int j = 0; j < 3; j++) {
            in += first()[k][j] * x[i][j];
          }
          z += second()[o][k] * Math.max(0, in);
        }
        sum += (z - y[i][o]) * (z - y[i][o]) / x.length;
      }
    }
    double weights = 0;
    for (double[][] w : List.of(first(), second())) {
      for (double[] row : w) {
        for (double v : row) {
          weights += v * v;
        }
      }
    }
    for (double b : firstBias()[0]) {
      weights += b * b / (BETA * BETA);
    }
    weights += (.05 * .05 + .1 * .1) / (BETA * BETA);
    return sum + LAMBDA * weights;
  }

  @Test
  void threeLossesOfAReluNetworkAndPruning() {
    Path pruned = folder.resolve("p.safetensors");
    RunResult run =
        run(
            network(Activation.RELU, Optional.empty()),
            x(12),
            targets(12),
            "--activation",
            "relu",
            "--lambda",
            "0.02",
            "--bias-strength",
            "0.5",
            "--prune",
            pruned.toString(),
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = run.json();
    double loss = json.get("loss").doubleValue();
    assertThat(loss).isCloseTo(lossOfParameters(x(12), targets(12)), within(1e-13));
    double representations = json.get("lossRepresentations").doubleValue();
    assertThat(representations).isLessThan(loss);
    assertThat(json.get("lossCovariances").doubleValue()).isCloseTo(representations, within(1e-12));
    assertThat(json.get("layers")).hasSize(2);
    JsonNode layer = json.get("layers").get(0);
    assertThat(layer.get("neurons").intValue()).isEqualTo(5);
    assertThat(layer.get("effectiveNeurons").intValue()).isEqualTo(3);
    assertThat(layer.get("deadNeurons").intValue()).isEqualTo(1);
    assertThat(layer.get("rankK").intValue()).isEqualTo(3);
    assertThat(layer.get("balance").doubleValue()).isBetween(0.01, 1.0);
    assertThat(layer.get("attraction").doubleValue()).isPositive();
    assertThat(layer.get("repulsion").doubleValue()).isPositive();
    JsonNode prune = json.get("prune");
    assertThat(prune.get("neuronsBefore").get(0).intValue()).isEqualTo(5);
    assertThat(prune.get("neuronsAfter").get(0).intValue()).isEqualTo(3);
    assertThat(prune.get("outputChange").doubleValue()).isLessThan(1e-14);
    try (Network read = NetworkFile.read(pruned)) {
      assertThat(read.widths()).containsExactly(3L, 3L, 2L);
      assertThat(read.dtype()).isEqualTo(DType.FLOAT64);
    }
  }

  /** Off a terminal there is no bar. */
  @Test
  void longMinimisationsAreAnnounced() {
    assertThat(SparsityCommand.patience(20_000, List.of(10L, 30L, 2L)))
        .hasValueSatisfying(
            text -> assertThat(text).contains("640000 numbers", "20000 samples", "can take long"));
    assertThat(SparsityCommand.patience(12, List.of(10L, 30L, 2L))).isEmpty();
  }

  @Test
  void tanhHasNoCovarianceForm() {
    RunResult run =
        run(
            network(Activation.Smooth.TANH, Optional.empty()),
            x(12),
            targets(12),
            "--lambda",
            "0.02",
            "--tikhonov",
            "0.001",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = run.json();
    assertThat(json.get("lossCovariances").isNull()).isTrue();
    assertThat(json.get("covarianceNote").textValue()).contains("positively homogeneous");
    assertThat(json.get("biasStrength").doubleValue()).isEqualTo(1);
    JsonNode tikhonov = json.get("tikhonov");
    assertThat(tikhonov.get("minimum").doubleValue())
        .isLessThan(tikhonov.get("loss").doubleValue());
    assertThat(tikhonov.get("gap").doubleValue()).isPositive();
    assertThat(tikhonov.get("layers")).hasSize(2);
    boolean stationary = true;
    for (JsonNode layer : tikhonov.get("layers")) {
      stationary &= layer.get("forceResidual").doubleValue() <= 1e-3;
    }
    assertThat(tikhonov.get("stationary").booleanValue()).isEqualTo(stationary);
  }

  @Test
  void residualsSayWhetherTheTikhonovFormIsAtAMinimum() {
    SparsityDocument.TikhonovLayer settled = new SparsityDocument.TikhonovLayer(1, .5, .5, 1e-3, 0);
    SparsityDocument.TikhonovLayer moving = new SparsityDocument.TikhonovLayer(2, .4, .4, .016, 3);
    SparsityDocument.Tikhonov minimum =
        SparsityDocument.Tikhonov.of(1e-3, .3, .2, .1, List.of(settled));
    assertThat(minimum.stationary()).isTrue();
    assertThat(minimum.text()).contains("layer 1").doesNotContain("not a minimum");
    SparsityDocument.Tikhonov stopped =
        SparsityDocument.Tikhonov.of(1e-3, .3, .2, .1, List.of(settled, moving));
    assertThat(stopped.stationary()).isFalse();
    assertThat(stopped.text())
        .contains("not a minimum yet: the residual of layers [2] is above 0.001");
  }

  @Test
  void labelsAndCrossEntropy() {
    double[][] labels = new double[12][1];
    for (int i = 0; i < 12; i++) {
      labels[i][0] = i % 2;
    }
    RunResult run =
        run(
            network(Activation.RELU, Optional.empty()),
            x(12),
            labels,
            "--lambda",
            "0.02",
            "--loss",
            "cross-entropy");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("loss of covariances").contains("cross-entropy");
  }

  @Test
  void badInputIsRefused() {
    Path relu = network(Activation.RELU, Optional.empty());
    refused(run(relu, x(12), targets(12), "--lambda", "0"), "lambda must be positive");
    refused(run(relu, x(12), targets(12), "--lambda", "-1"), "lambda must be positive");
    refused(
        run(relu, x(12), targets(12), "--lambda", "1", "--bias-strength", "-1"),
        "bias strength must be finite and not negative");
    refused(
        run(relu, x(12), targets(12), "--lambda", "1", "--bias-strength", "0"),
        "that of unit 0 (counted from 0) of layer 1 (from 1) is 0.1");
    refused(run(relu, x(12), targets(11), "--lambda", "1"), "must have a column");
    refused(run(relu, new double[12][4], targets(12), "--lambda", "1"), "has 3 inputs");
    refused(
        run(relu, x(12), targets(12), "--lambda", "1", "--loss", "hinge"),
        "mse, mean-square or cross-entropy");
    refused(
        run(relu, x(12), targets(12), "--lambda", "1", "--tikhonov", "0"),
        "epsilon must be positive");
    refused(
        run(relu, x(12), targets(12), "--lambda", "1", "--loss", "cross-entropy"),
        "targets of %s must be one-hot or probabilities".formatted(folder.resolve("y.npy")));
    double[][] nan = x(12);
    nan[3][1] = Double.NaN;
    refused(
        run(relu, nan, targets(12), "--lambda", "1"),
        "inputs of %s must be finite but row 3, column 1 (counted from 0) is NaN"
            .formatted(folder.resolve("x.npy")));
    double[][] infinite = targets(12);
    infinite[7][0] = Double.NEGATIVE_INFINITY;
    refused(
        run(relu, x(12), infinite, "--lambda", "1"),
        "targets of %s must be finite but row 7, column 0 (counted from 0) is -Infinity"
            .formatted(folder.resolve("y.npy")));
    Path pruned = folder.resolve("p.safetensors");
    refused(
        run(
            relu,
            x(12),
            targets(12),
            "--lambda",
            "1",
            "--tolerance",
            "0.9",
            "--prune",
            pruned.toString()),
        "nothing is written");
    assertThat(Files.exists(pruned)).isFalse();
    HostMatrix ones = HostMatrix.of(new double[][] {{1, 1, 1, 1, 1}});
    BatchNorm norm = new BatchNorm(ones, ones, ones, ones, 1e-5);
    refused(
        run(network(Activation.RELU, Optional.of(norm)), x(12), targets(12), "--lambda", "1"),
        "batch normalisation");
  }

  private static void refused(RunResult run, String message) {
    assertThat(run.code()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message);
  }
}
