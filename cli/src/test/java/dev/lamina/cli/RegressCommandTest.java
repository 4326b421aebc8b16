package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegressCommandTest {
  @TempDir Path folder;

  private String numbers(String name, double[][] values) {
    Path file = folder.resolve(name);
    try (HostMatrix matrix = HostMatrix.of(values)) {
      NpyFile.write(file, matrix);
    }
    return file.toString();
  }

  /** Writes labels the way NumPy saves an array of int64. */
  private String labels(String name, long... values) throws IOException {
    String header =
        "{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }".formatted(values.length);
    header += " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 8 * values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0);
    bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    for (long value : values) {
      bytes.putLong(value);
    }
    return Files.write(folder.resolve(name), bytes.array()).toString();
  }

  private static RunResult regress(List<String> files, String... more) {
    List<String> args = new ArrayList<>(List.of("regress", "--json"));
    args.addAll(files);
    args.addAll(List.of(more));
    return RunResult.of(args.toArray(String[]::new));
  }

  /** Two training points and one test point of the kernel x·z in one dimension. */
  private List<String> line() {
    return List.of(
        "--train-x", numbers("x.npy", new double[][] {{1}, {2}}),
        "--train-y", numbers("y.npy", new double[][] {{1}, {3}}),
        "--test-x", numbers("t.npy", new double[][] {{4}}),
        "--kernel", "linear()");
  }

  @Test
  void regressionAgreesWithPaper() {
    String test = numbers("ty.npy", new double[][] {{5}});
    Path mean = folder.resolve("mean.npy");
    Path variance = folder.resolve("var.npy");
    RunResult run =
        regress(
            line(),
            "--test-y",
            test,
            "--noise",
            "0.5",
            "--precision",
            "float64",
            "--out",
            mean.toString(),
            "--variance",
            variance.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    JsonNode json = run.json();
    // One weight with prior variance 1: precision 1 + (1 + 4)/0.5 = 11, mean (1 + 6)/0.5/11.
    double weight = 14.0 / 11;
    assertThat(json.get("rmse").asDouble()).isCloseTo(Math.abs(5 - 4 * weight), within(1e-12));
    assertThat(json.has("accuracy")).isFalse();
    assertThat(json.get("jitter").asDouble()).isZero();
    // A = [[1.5, 2], [2, 4.5]], det 2.75, yᵀA⁻¹y = (4.5 − 12 + 13.5)/2.75.
    assertThat(json.get("logMarginalLikelihood").asDouble())
        .isCloseTo(-(6 / 2.75 + Math.log(2.75) + 2 * Math.log(2 * Math.PI)) / 2, within(1e-12));
    assertThat(json.get("seconds").asDouble()).isPositive();
    try (HostMatrix m = NpyFile.read(mean);
        HostMatrix v = NpyFile.read(variance)) {
      assertThat(m.get(0, 0)).isCloseTo(4 * weight, within(1e-12));
      assertThat(v.get(0, 0)).isCloseTo(16.0 / 11, within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cholesky", "iterative"})
  void integersAreClassesAndBothSolversFindThem(String solver) throws IOException {
    int n = 60;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    double[][] x = new double[n][2];
    long[] y = new long[n];
    for (int i = 0; i < n; i++) {
      y[i] = i % 3;
      double angle = 2 * Math.PI * y[i] / 3;
      x[i][0] = Math.cos(angle) + .1 * random.nextGaussian();
      x[i][1] = Math.sin(angle) + .1 * random.nextGaussian();
    }
    String inputs = numbers("x.npy", x);
    String targets = labels("y.npy", y);
    RunResult run =
        regress(
            List.of("--train-x", inputs, "--train-y", targets, "--test-x", inputs),
            "--test-y",
            targets,
            "--kernel",
            "nngp(depth=2)",
            "--noise",
            "0.01",
            "--solver",
            solver);
    assertThat(run.err()).contains("float64 is rounded to float32");
    JsonNode json = run.json();
    assertThat(json.get("accuracy").asDouble()).isEqualTo(1);
    assertThat(json.get("accuracyLow").asDouble()).isBetween(.9, .95);
    assertThat(json.get("task").asText()).isEqualTo("classification");
    assertThat(json.get("outputs").asInt()).isEqualTo(3);
    assertThat(json.get("solver").asText()).isEqualTo(solver);
    assertThat(json.has("iterations")).isEqualTo(solver.equals("iterative"));
    assertThat(json.has("logMarginalLikelihood")).isEqualTo(solver.equals("cholesky"));
  }

  @Test
  void textNamesScoreAndTime() {
    String test = numbers("ty.npy", new double[][] {{5}});
    List<String> args = new ArrayList<>(List.of("regress", "--noise", "0.5", "--test-y", test));
    args.addAll(line());
    RunResult run = RunResult.of(args.toArray(String[]::new));
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("linear() on cpu", "regression: 1 test after 2 training samples")
        .contains("root mean squared error 0.0909", "log marginal likelihood", "to fit");
  }

  @Test
  void budgetsTooSmallForTheMatrixAreSolvedIterativelyAndSaySo() {
    double[][] x = new double[100][1];
    double[][] y = new double[100][1];
    for (int i = 0; i < 100; i++) {
      x[i][0] = i / 50.0 - 1;
      y[i][0] = 2 * x[i][0];
    }
    String inputs = numbers("x.npy", x);
    RunResult run =
        regress(
            List.of("--train-x", inputs, "--train-y", numbers("y.npy", y), "--test-x", inputs),
            "--kernel",
            "linear()",
            "--noise",
            "0.5",
            "--memory-budget",
            "64 KiB",
            "--rank",
            "5");
    assertThat(run.err()).contains("the kernel matrix needs 78.13 KiB", "solving iteratively");
    assertThat(run.code()).isZero();
    assertThat(run.json().get("converged").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--noise=-1|2|noise (a variance) must be finite and ≥ 0 but is -1.0",
        "--noise=nought|2|--noise",
        "--noise=1 --solver=magic|2|must be one of auto, cholesky, iterative but is \"magic\"",
        "--noise=1 --solver=iterative --variance=v.npy|2|--variance needs the factor",
        "--noise=0 --solver=iterative|2|noise (a variance) must be finite and > 0 but is 0.0",
        "--noise=1 --test-y=nowhere.npy|2|nowhere.npy",
        "--noise=1 --out=no/such/folder/m.npy|2|no/such/folder",
        "--noise=1 --task=classification|0|",
        "--noise=1 --task=guessing|2|classification, regression",
      })
  void badOptionsAreNamed(String options, int code, String message) {
    RunResult run = regress(line(), options.split(" "));
    assertThat(run.code()).isEqualTo(code);
    assertThat(run.err()).contains(message == null ? "" : message);
  }

  @Test
  void outputsNeverOverwriteInputsOrEachOther() {
    String x = folder.resolve("x.npy").toString();
    String mean = folder.resolve("mean.npy").toString();
    assertThat(regress(line(), "--noise", "1", "--out", x).err()).contains("is also --train-x");
    RunResult twice = regress(line(), "--noise", "1", "--out", mean, "--variance", mean);
    assertThat(twice.err()).contains("--variance " + mean + " is also --out");
    assertThat(twice.code()).isEqualTo(2);
    assertThat(folder.resolve("mean.npy")).doesNotExist();
  }

  @Test
  void aSingularKernelWithoutNoiseGetsJitterOrSaysWhichPivot() throws IOException {
    double[][] same = new double[20][3];
    for (double[] row : same) {
      Arrays.fill(row, 1);
    }
    String x = numbers("same.npy", same);
    String y = labels("y20.npy", new long[20]);
    RunResult run =
        regress(
            List.of("--train-x", x, "--train-y", y, "--test-x", x, "--kernel", "linear()"),
            "--noise",
            "0",
            "--precision",
            "float64");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("jitter").asDouble()).isPositive();
  }

  @Test
  void badFilesAreNamed() throws IOException {
    List<String> kernel = List.of("--kernel", "linear()", "--noise", "1");
    String x = numbers("x.npy", new double[][] {{1}, {2}});
    String three = labels("y3.npy", 0, 1, 1);
    String two = labels("y2.npy", 0, 1);
    String five = labels("y5.npy", 0, 5);
    String minus = labels("ym.npy", 0, -1);
    String years = labels("years.npy", 1998, 2024);
    String nan = numbers("nan.npy", new double[][] {{1}, {Double.NaN}});
    String wide = numbers("wide.npy", new double[][] {{1, 2}});
    requireBad(kernel, x, three, x, two, "y must have one row for each");
    requireBad(kernel, x, two, x, five, "a class label from 0 to 1");
    requireBad(kernel, x, minus, x, two, "class label");
    requireBad(kernel, x, years, x, two, "class labels below 1000");
    requireBad(kernel, nan, two, x, two, "row 1");
    requireBad(kernel, x, two, wide, two, "columns");
  }

  private static void requireBad(
      List<String> kernel, String x, String y, String testX, String testY, String message) {
    RunResult run =
        regress(kernel, "--train-x", x, "--train-y", y, "--test-x", testX, "--test-y", testY);
    assertThat(run.err()).contains(message);
    assertThat(run.code()).isEqualTo(2);
  }
}
