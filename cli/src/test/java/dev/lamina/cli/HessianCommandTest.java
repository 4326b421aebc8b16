package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.network.Residual;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HessianCommandTest {
  @TempDir Path folder;

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private static DenseLayer layer(double[][] w, double[] b, Activation activation) {
    return new DenseLayer(
        HostMatrix.of(w),
        Optional.of(HostMatrix.of(new double[][] {b})),
        Optional.empty(),
        activation,
        Residual.NONE);
  }

  /** The teacher of the golden cases, near a minimum whose eigenvalues are known. */
  private void teacher(String activation) {
    List<DenseLayer> layers =
        List.of(
            layer(
                new double[][] {{1.1}, {-0.9}},
                new double[] {0.4, 0.3},
                Activation.parse(activation)),
            layer(new double[][] {{1.2, -0.8}}, new double[] {0.1}, Activation.IDENTITY));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
  }

  private void data() {
    double[][] x = new double[13][1];
    double[][] y = new double[13][1];
    for (int i = 0; i < 13; i++) {
      double at = -3 + 0.5 * i;
      x[i][0] = at;
      y[i][0] =
          1.2 * elu(1.1 * at + 0.4) - 0.8 * elu(-0.9 * at + 0.3) + 0.1 + 0.1 * Math.sin(5 * at);
    }
    write("x.npy", x);
    write("y.npy", y);
  }

  private void write(String name, double[][] values) {
    try (HostMatrix m = HostMatrix.of(values)) {
      NpyFile.write(folder.resolve(name), m);
    }
  }

  private static double elu(double u) {
    return u > 0 ? u : Math.expm1(u);
  }

  private RunResult hessian(String... more) {
    String[] all = {
      "hessian", "--network", file("a"), "--x", file("x.npy"), "--y", file("y.npy"), "--json"
    };
    String[] line = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, line, all.length, more.length);
    return RunResult.of(line);
  }

  @Test
  void polishesAndCountsEigenvalues() {
    teacher("elu");
    data();
    JsonNode found = hessian("--loss", "mse", "--dense", "--polish", file("b")).json();
    assertThat(found.get("gradientL1").doubleValue()).isLessThan(1e-12);
    assertThat(found.get("critical").booleanValue()).isTrue();
    assertThat(found.get("search").textValue()).isEqualTo("critical");
    assertThat(found.get("value").doubleValue()).isCloseTo(0.003744959101, within(1e-12));
    assertThat(found.get("positive").intValue()).isEqualTo(7);
    assertThat(found.get("negative").intValue()).isZero();
    assertThat(found.get("zero").intValue()).isZero();
    assertThat(found.get("tolerance").doubleValue()).isCloseTo(1.58e-8, within(1e-10));
    assertThat(found.get("eigenvalues")).hasSize(7);
    assertThat(found.get("eigenvalues").get(6).doubleValue()).isCloseTo(15.800164891, within(1e-8));
    assertThat(found.get("warnings")).isEmpty();

    JsonNode again =
        RunResult.of(
                "hessian",
                "--network",
                file("b"),
                "--x",
                file("x.npy"),
                "--y",
                file("y.npy"),
                "--top",
                "2",
                "--json")
            .json();
    assertThat(again.get("eigenvalues").get(1).doubleValue()).isCloseTo(15.800164891, within(1e-8));
    assertThat(again.get("smallest").get(0).doubleValue())
        .isCloseTo(2.9734703227e-4, within(1e-12));
    assertThat(again.get("converged").booleanValue()).isTrue();
    assertThat(again.get("positive").isNull()).isTrue();
  }

  @Test
  void saysWhereASearchEndedAndWhy() {
    teacher("elu");
    data();
    String[] few = {"--polish", file("b"), "--polish-steps", "1"};
    JsonNode found = hessian(few).json();
    assertThat(found.get("search").textValue()).isEqualTo("out_of_steps");
    assertThat(found.get("polished").textValue()).isEqualTo(file("b"));
    assertThat(found.get("dampedSteps").intValue()).isEqualTo(1);
    assertThat(found.get("warnings").get(0).textValue())
        .contains("not a critical point", "used up its steps", "--polish-steps", file("b"))
        .doesNotContain("--polish goes to");
    RunResult text =
        RunResult.of(
            "hessian",
            "--network",
            file("a"),
            "--x",
            file("x.npy"),
            "--y",
            file("y.npy"),
            "--polish",
            file("c"));
    assertThat(text.out())
        .contains(file("a") + " polished to " + file("c") + ": critical after ", " Newton steps")
        .contains(file("c") + ": 7 parameters")
        .doesNotContain(file("a") + ": 7 parameters");
    JsonNode stopped = hessian("--polish", file("e"), "--polish-minutes", "1e-12").json();
    assertThat(stopped.get("search").textValue()).isEqualTo("stopped");
    assertThat(stopped.get("dampedSteps").intValue()).isEqualTo(1);
    assertThat(stopped.get("newtonSteps").intValue()).isZero();
    assertThat(stopped.get("warnings").get(0).textValue()).contains("--polish-minutes");
    assertThat(folder.resolve("e")).isNotEmptyFile();
    requireRefused(hessian("--polish-minutes", "3"), "--polish-minutes is for --polish");
    requireRefused(hessian("--polish", file("d"), "--polish-minutes", "0"), "positive", "is 0");
    requireRefused(hessian("--polish-steps", "3"), "--polish-steps is for --polish");
    requireRefused(hessian("--polish", file("d"), "--polish-steps", "0"), "at least 1", "is 0");
  }

  /** Too many parameters for a dense Hessian: the search goes downhill, and can be ended too. */
  @Test
  void largeNetworksArePolishedByLbfgs() {
    assertThat(
            RunResult.of(
                    "network",
                    "init",
                    "--widths",
                    "1,95,85,1",
                    "--activation",
                    "tanh",
                    "--out",
                    file("a"))
                .code())
        .isZero();
    data();
    JsonNode few = polished("b", "--polish-steps", "4").json();
    assertThat(few.get("search").textValue()).isEqualTo("out_of_steps");
    assertThat(few.get("lbfgsSteps").intValue()).isEqualTo(4);
    assertThat(few.has("newtonSteps")).isFalse();
    JsonNode stopped = polished("c", "--polish-minutes", "1e-12").json();
    assertThat(stopped.get("search").textValue()).isEqualTo("stopped");
    assertThat(stopped.get("lbfgsSteps").intValue()).isEqualTo(1);
    assertThat(stopped.get("warnings").get(0).textValue()).contains("used up its time");
    assertThat(folder.resolve("c")).isNotEmptyFile();
    assertThat(few.get("value").doubleValue()).isLessThan(stopped.get("value").doubleValue());
    assertThat(
            RunResult.of(
                    "hessian",
                    "--network",
                    file("a"),
                    "--x",
                    file("x.npy"),
                    "--y",
                    file("y.npy"),
                    "--density",
                    "--probes",
                    "1",
                    "--steps",
                    "2",
                    "--polish",
                    file("d"),
                    "--polish-steps",
                    "2")
                .out())
        .contains("polished to " + file("d") + ": out of steps after 2 steps of L-BFGS");
  }

  /** Polishes and takes the smallest density that there is, which costs next to nothing. */
  private RunResult polished(String out, String limit, String value) {
    return hessian(
        "--density", "--probes", "1", "--steps", "2", "--polish", file(out), limit, value);
  }

  /** The inertia law through files: residual layers, and an ordinary one behind them. */
  @Test
  void residualLiftsKeepTheSignsAndAddZeros() {
    teacher("elu");
    data();
    assertThat(hessian("--polish", file("b0")).code()).isZero();
    int zeros = 0;
    String[][] lifts = {
      {"--after", "0", "--residual", "--activation", "relu"},
      {"--after", "2", "--residual"},
      {"--after", "3", "--width", "2", "--activation", "leakyRelu(slope=0.1)"}
    };
    for (int k = 0; k < lifts.length; k++) {
      String[] line = {
        "lift", "--network", file("b" + k), "--x", file("x.npy"), "--out", file("b" + (k + 1))
      };
      String[] all = java.util.Arrays.copyOf(line, line.length + lifts[k].length + 1);
      System.arraycopy(lifts[k], 0, all, line.length, lifts[k].length);
      all[all.length - 1] = "--json";
      zeros += RunResult.of(all).json().get("addedParameters").intValue();
      JsonNode found =
          RunResult.of(
                  "hessian",
                  "--network",
                  file("b" + (k + 1)),
                  "--x",
                  file("x.npy"),
                  "--y",
                  file("y.npy"),
                  "--json")
              .json();
      assertThat(found.get("gradientL1").doubleValue()).isLessThan(1e-11);
      assertThat(found.get("value").doubleValue()).isCloseTo(0.003744959101, within(1e-12));
      assertThat(found.get("positive").intValue()).isEqualTo(7);
      assertThat(found.get("negative").intValue()).isZero();
      assertThat(found.get("zero").intValue()).isEqualTo(zeros);
    }
    assertThat(zeros).isEqualTo(2 + 6 + 6);
  }

  /** One affine layer of two outputs: every eigenvalue is there twice. */
  @Test
  void topHasEqualEigenvaluesAsOftenAsTheyAre() {
    List<DenseLayer> layers =
        List.of(
            layer(
                new double[][] {{0.3, -0.2}, {1, 0.5}},
                new double[] {0.1, -0.4},
                Activation.IDENTITY));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
    write("x.npy", new double[][] {{1, 2}, {0.5, -1}, {-0.3, 0.7}, {1.5, 0.2}});
    write("y.npy", new double[][] {{0, 1}, {1, 0}, {0.5, 2}, {1, 1}});
    JsonNode all = hessian("--dense").json().get("eigenvalues");
    JsonNode top = hessian("--top", "3").json();
    for (int i = 0; i < 3; i++) {
      assertThat(top.get("eigenvalues").get(i).doubleValue())
          .isCloseTo(all.get(3 + i).doubleValue(), within(1e-12));
      assertThat(top.get("smallest").get(i).doubleValue())
          .isCloseTo(all.get(i).doubleValue(), within(1e-12));
    }
    assertThat(all.get(5).doubleValue()).isCloseTo(all.get(4).doubleValue(), within(1e-12));
    assertThat(all.get(5).doubleValue()).isGreaterThan(all.get(3).doubleValue() + 0.1);
    requireRefused(hessian("--top", "0"), "--top must be 1 to 6", "but is 0");
    requireRefused(hessian("--top", "7"), "--top must be 1 to 6", "but is 7");
    requireRefused(hessian("--top", "2", "--steps", "1"), "--steps must be at least 4", "but is 1");
  }

  /** One affine neuron with the eigenvalues 2, 2 and 2·10⁻¹⁰. */
  @Test
  void saysWhatCountsAsZeroAndIsNot() {
    List<DenseLayer> layers =
        List.of(layer(new double[][] {{1, 1}}, new double[] {0}, Activation.IDENTITY));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
    write("x.npy", new double[][] {{1, 1e-5}, {-1, 1e-5}, {1, -1e-5}, {-1, -1e-5}});
    write("y.npy", new double[][] {{1 + 1e-5}, {-1 + 1e-5}, {1 - 1e-5}, {-1 - 1e-5}});
    JsonNode found = hessian().json();
    assertThat(found.get("zero").intValue()).isEqualTo(1);
    assertThat(found.get("warnings")).hasSize(1);
    assertThat(found.get("warnings").get(0).textValue())
        .contains("1 of the eigenvalues counted as zero", "1 positive, 0 negative", "2.0000e-10");
  }

  /** A relu neuron that fits both samples best with the second on its kink. */
  @Test
  void saysWhereThePolishedPointIsThatCannotBeLookedAt() {
    List<DenseLayer> layers =
        List.of(
            layer(new double[][] {{1}}, new double[] {0}, Activation.RELU),
            layer(new double[][] {{1}}, new double[] {0}, Activation.IDENTITY));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
    write("x.npy", new double[][] {{1}, {0}});
    write("y.npy", new double[][] {{1}, {0}});
    requireRefused(hessian("--polish", file("b")), "kink", "the point that was found is in", "b");
    assertThat(folder.resolve("b")).exists();
  }

  @Test
  void saysWhatAPointThatIsNotCriticalForbids() {
    teacher("elu");
    data();
    JsonNode found = hessian().json();
    assertThat(found.get("critical").booleanValue()).isFalse();
    double gradient = found.get("gradientL1").doubleValue();
    assertThat(gradient).isGreaterThan(1e-3);
    assertThat(found.get("meaningfulFrom").doubleValue()).isGreaterThan(gradient);
    assertThat(found.get("warnings").get(0).textValue())
        .contains("not a critical point", "minimum or saddle", "--polish");
  }

  @Test
  void estimatesTheDensity() {
    teacher("tanh");
    data();
    JsonNode found = hessian("--density", "--probes", "3").json();
    double sum = 0;
    for (JsonNode weight : found.get("weights")) {
      sum += weight.doubleValue();
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
    assertThat(found.get("eigenvalues")).hasSameSizeAs(found.get("weights"));
    assertThat(found.get("steps").intValue()).isEqualTo(7);
    assertThat(
            RunResult.of(
                    "hessian",
                    "--network",
                    file("a"),
                    "--x",
                    file("x.npy"),
                    "--y",
                    file("y.npy"),
                    "--density")
                .out())
        .contains("shares:", "gradient");
  }

  @Test
  void oneProbeKnowsNoError() {
    teacher("tanh");
    data();
    assertThat(hessian("--density", "--probes", "1").json().get("meanEigenvalueError").isNull())
        .isTrue();
    assertThat(densityText("--probes", "1")).contains("mean ").doesNotContain("±", "NaN");
    assertThat(densityText("--probes", "2")).contains("±");
  }

  private String densityText(String... more) {
    List<String> line =
        new java.util.ArrayList<>(
            List.of("hessian", "--network", file("a"), "--x", file("x.npy"), "--y", file("y.npy")));
    line.add("--density");
    line.addAll(List.of(more));
    return RunResult.of(line.toArray(String[]::new)).out();
  }

  @Test
  void refusesOptionsWithoutEffect() {
    teacher("tanh");
    data();
    requireRefused(hessian("--probes", "8"), "--probes is for --density");
    requireRefused(hessian("--top", "2", "--probes", "8"), "--probes is for --density");
    requireRefused(hessian("--steps", "60"), "--steps is for --top or --density");
    requireRefused(hessian("--dense", "--steps", "60"), "--steps is for --top or --density");
    assertThat(hessian("--top", "2", "--steps", "60").code()).isZero();
  }

  /** One affine neuron on a sample of size s: loss and gradient are about s², or the Hessian is. */
  @Test
  void refusesWhatIsNotFinite() {
    List<DenseLayer> layers =
        List.of(layer(new double[][] {{1}}, new double[] {0}, Activation.IDENTITY));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
    String[][] ways = {{}, {"--dense"}, {"--top", "1"}, {"--density"}, {"--polish", file("b")}};
    write("x.npy", new double[][] {{1e200}, {2}});
    write("y.npy", new double[][] {{1}, {2}});
    for (String[] way : ways) {
      RunResult run = hessian(way);
      requireRefused(run, "the loss and its gradient must be finite", "mse is Infinity");
      requireRefused(run, file("a"), file("x.npy"));
    }
    assertThat(folder.resolve("b")).doesNotExist();
    write("y.npy", new double[][] {{1e200}, {2}}); // fits exactly
    for (String[] way : ways) {
      if (way.length == 0 || !way[0].equals("--polish")) {
        requireRefused(hessian(way), "hessian: ", "must be finite at these parameters");
      }
    }
  }

  @Test
  void takesClassLabels() {
    assertThat(
            RunResult.of(
                    "network",
                    "init",
                    "--widths",
                    "2,3,3",
                    "--activation",
                    "tanh",
                    "--precision",
                    "float64",
                    "--out",
                    file("a"))
                .code())
        .isZero();
    write("x.npy", new double[][] {{0.3, 1}, {-1, 0.2}, {0.5, -2}});
    write("y.npy", new double[][] {{0}, {2}, {1}});
    JsonNode labels = hessian("--loss", "cross-entropy").json();
    assertThat(labels.get("eigenvalues")).hasSize(21);
    write("y.npy", new double[][] {{1, 0, 0}, {0, 0, 1}, {0, 1, 0}});
    assertThat(hessian("--loss", "cross-entropy").json().get("eigenvalues"))
        .isEqualTo(labels.get("eigenvalues"));
    requireRefusedTargets(
        new double[][] {{1, 0, 0}, {0.7, 0.7, -0.4}, {0, 1, 0}}, "row 1, column 2", "-0.4");
    requireRefusedTargets(new double[][] {{0.2, 0.3, 0.5}, {0, 1, 0}, {1, 1, 0}}, "row 2", "2.0");
    assertThat(hessian("--loss", "mean-square").code()).isZero();
  }

  private void requireRefusedTargets(double[][] y, String... found) {
    write("y.npy", y);
    RunResult run = hessian("--loss", "cross-entropy");
    requireRefused(run, found);
    requireRefused(run, file("y.npy"), "one-hot or probabilities");
  }

  @Test
  void refusesWhatHasNoHessian() {
    teacher("relu");
    data();
    write("y.npy", new double[12][1]);
    requireRefused(hessian(), "13 samples", "12 targets");
    write("y.npy", new double[13][2]);
    requireRefused(hessian(), "1 outputs", "13×2");
    write("x.npy", new double[][] {{1}, {-0.4 / 1.1}});
    write("y.npy", new double[2][1]);
    requireRefused(hessian(), "sample 1", "kink of neuron 0 of layer 1", "no second derivatives");
    requireRefused(hessian("--loss", "hinge"), "cross-entropy, mse", "hinge");
    assertThat(RunResult.of("network", "init", "--widths", "1,4000,1", "--out", file("a")).code())
        .isZero();
    requireRefused(hessian(), "at most 8192", "12001", "--top", "--density");
  }

  /** PyTorch's names without a bias in the first layer: 3 weights, and 1 weight and a bias. */
  @Test
  void countsOnlyTheBiasesThatAreThere() {
    List<DenseLayer> layers =
        List.of(
            new DenseLayer(
                HostMatrix.of(new double[][] {{0.4, -0.7, 0.2}}),
                Optional.empty(),
                Optional.empty(),
                Activation.IDENTITY,
                Residual.NONE));
    try (Network network = new Network(layers)) {
      NetworkFile.write(folder.resolve("a"), network);
    }
    double[][] x = {{1, 2, 0}, {0.5, -1, 1}, {-0.3, 0.7, 2}, {1.5, 0.2, -1}};
    write("x.npy", x);
    double[][] y = new double[4][1];
    for (int i = 0; i < 4; i++) {
      y[i][0] = 0.4 * x[i][0] - 0.7 * x[i][1] + 0.2 * x[i][2];
    }
    write("y.npy", y);
    JsonNode exact = hessian().json();
    assertThat(exact.get("parameters").intValue()).isEqualTo(3);
    assertThat(exact.get("critical").booleanValue()).isTrue();
    double trace = 0;
    for (JsonNode value : exact.get("eigenvalues")) {
      trace += value.doubleValue();
    }
    double squares = 0;
    for (double[] row : x) {
      for (double v : row) {
        squares += v * v;
      }
    }
    assertThat(trace).isCloseTo(2 * squares / 4, within(1e-12));
    y[0][0]++;
    write("y.npy", y);
    JsonNode polished = hessian("--polish", file("b")).json();
    assertThat(polished.get("search").textValue()).isEqualTo("critical");
    assertThat(polished.get("parameters").intValue()).isEqualTo(3);
    assertThat(RunResult.of("network", "show", file("b")).out()).doesNotContain("bias");
  }

  private static void requireRefused(RunResult result, String... words) {
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out() + result.err()).contains(words);
  }
}
