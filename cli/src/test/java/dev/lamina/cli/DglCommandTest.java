package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DglCommandTest {
  @TempDir Path folder;

  private Path phi;
  private Path labels;

  private static double grid(int i, int j, double a, double b, double c) {
    return Math.sin(a * i + b * j + c);
  }

  /** The layer of the golden numbers: relu(X Wᵀ + b), 6×5, labels i mod 3. */
  @BeforeEach
  void files() {
    phi = folder.resolve("phi.npy");
    labels = folder.resolve("labels.npy");
    try (HostMatrix m = HostMatrix.allocate(DType.FLOAT64, 6, 5)) {
      for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 5; k++) {
          double z = Math.sin(0.3 * k - 0.2);
          for (int j = 0; j < 3; j++) {
            z += grid(i, j, 0.7, 1.3, 0.5) * grid(k, j, 0.4, 0.9, 1.1);
          }
          m.set(i, k, Math.max(0, z));
        }
      }
      NpyFile.write(phi, m);
    }
    NpyFile.writeIntegers(labels, new long[] {0, 1, 2, 0, 1, 2});
  }

  private Path matrix(String name, double[]... rows) {
    Path file = folder.resolve(name);
    try (HostMatrix m = HostMatrix.of(rows)) {
      NpyFile.write(file, m);
    }
    return file;
  }

  private RunResult run(String... more) {
    return run(phi, labels, more);
  }

  private static RunResult run(Path activations, Path targets, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "dgl", "--activations", activations.toString(), "--targets", targets.toString()));
    line.addAll(List.of(more));
    return RunResult.of(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 20.831231551012, 28.306971423145, auto",
    "0, 20.831231551012, 28.306971423145, gram",
    "1, 16.613094314857, 17.272375542973, auto",
    "2, 14.306342499146, 12.703087721111, auto"
  })
  void goldenEvidence(String p, double loss, double norm, String space) {
    Path gradient = folder.resolve("g.npy");
    RunResult run =
        run(
            "--layers-above",
            p,
            "--noise",
            "0.05",
            "--space",
            space,
            "--gradient",
            gradient.toString(),
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    JsonNode json = run.json();
    assertThat(json.get("loss").asDouble()).isCloseTo(loss, within(1e-11));
    assertThat(json.get("gradientNorm").asDouble()).isCloseTo(norm, within(1e-11));
    assertThat(json.get("fit").asDouble() + 1.5 * json.get("logDeterminant").asDouble())
        .isCloseTo(loss, within(1e-11));
    assertThat(json.get("form").asText()).isEqualTo("evidence");
    assertThat(json.get("samples").asInt()).isEqualTo(6);
    assertThat(json.get("features").asInt()).isEqualTo(5);
    assertThat(json.get("classes").asInt()).isEqualTo(3);
    assertThat(json.get("layersAbove").asText()).isEqualTo(p);
    assertThat(json.get("backend").asText()).isEqualTo("cpu");
    assertThat(json.get("precision").asText()).isEqualTo("float64");
    assertThat(json.get("space").asText())
        .isEqualTo(p.equals("0") && space.equals("auto") ? "features" : "gram");
    try (HostMatrix g = NpyFile.read(gradient)) {
      double sum = 0;
      for (double[] row : g.toArray()) {
        for (double v : row) {
          sum += v * v;
        }
      }
      assertThat(Math.sqrt(sum)).isCloseTo(norm, within(1e-11));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "loo-nll, 0, 37.123924864817",
    "loo-nll, 1, 28.041746444980",
    "loo-mse, 0, 5.969703117117",
    "loo-mse, 1, 5.664780901357"
  })
  void goldenLeaveOneOut(String form, String p, double loss) {
    RunResult run = run("--layers-above", p, "--noise", "0.05", "--form", form, "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("loss").asDouble()).isCloseTo(loss, within(1e-11));
  }

  @ParameterizedTest
  @CsvSource({"0, 19.916865779555", "1, 15.124916491625"})
  void goldenCentredForm(String p, double loss) {
    RunResult run = run("--layers-above", p, "--noise", "0.05", "--centred", "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("loss").asDouble()).isCloseTo(loss, within(1e-11));
    assertThat(run.json().get("centred").asBoolean()).isTrue();
  }

  /** Numbers in columns are taken as they are: the coded labels give the labels' loss. */
  @Test
  void targetsMayBeNumbers() {
    double third = 1.0 / 3;
    double[][] rows = new double[6][];
    for (int i = 0; i < 6; i++) {
      rows[i] = new double[] {-third, -third, -third};
      rows[i][i % 3] = 1 - third;
    }
    RunResult run =
        run(phi, matrix("y.npy", rows), "--layers-above", "1", "--noise", "0.05", "--json");
    assertThat(run.json().get("loss").asDouble()).isCloseTo(16.613094314857, within(1e-11));
  }

  @Test
  void formsWithoutNoiseAndPartsHaveNull() {
    RunResult run = run("--layers-above", "1", "--form", "alignment", "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("loss").asDouble()).isBetween(-1.0, 0.0);
    for (String name : List.of("fit", "logDeterminant", "noise", "fullLossEstimate")) {
      assertThat(run.json().get(name).isNull()).as(name).isTrue();
    }
    RunResult text = run("--layers-above", "0", "--noise", "0.05");
    assertThat(text.out())
        .contains("evidence, 0 wide layers above, 6 samples, 5 features", "loss 20.8312315510");
  }

  /** A batch that is the whole population is no batch. */
  @Test
  void aPopulationChangesTheNoise() {
    RunResult whole = run("--layers-above", "1", "--noise", "0.05", "--population", "6", "--json");
    assertThat(whole.json().get("fullLossEstimate").asDouble())
        .isCloseTo(16.613094314857, within(1e-11));
    RunResult part = run("--layers-above", "1", "--noise", "0.1", "--population", "12", "--json");
    assertThat(part.json().get("noise").asDouble()).isCloseTo(0.05, within(1e-16));
    assertThat(part.json().get("loss").asDouble()).isCloseTo(16.613094314857, within(1e-11));
    assertThat(part.json().get("fullLossEstimate").asDouble())
        .isCloseTo(
            16.613094314857 - 1.5 * 6 * Math.log(0.05) + 1.5 * 12 * Math.log(0.1), within(1e-10));
  }

  @Test
  void targetsThatAreNotCentredAreMentionedWhereTheFormCentresThem() {
    Path y = matrix("y.npy", new double[] {1}, new double[] {2}, new double[] {3});
    Path x = matrix("x.npy", new double[] {1, 0}, new double[] {0.5, 2}, new double[] {0, 1});
    RunResult run = run(x, y, "--layers-above", "0", "--form", "hsic");
    assertThat(run.code()).isZero();
    assertThat(run.err().strip())
        .isEqualTo(
            y
                + ": the targets are not centred (a column has the mean 2.00); this form takes the"
                + " means away");
  }

  private void requireBad(RunResult run, String... parts) {
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(parts);
  }

  @Test
  void badInputEndsWithCodeTwoAndSaysWhatIsWrong() {
    requireBad(run("--layers-above", "0", "--noise", "-1"), "noise must be finite and ≥ 0");
    requireBad(
        run("--layers-above", "-1", "--noise", "1"),
        "layers above must be from 0 to 10,000 but are -1");
    requireBad(
        run("--layers-above", "100000000", "--noise", "1"),
        "layers above must be from 0 to 10,000 but are 100,000,000");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--population", "0"),
        "population must be ≥ 1 but is 0");
    requireBad(run("--layers-above", "0"), "--form evidence needs --noise");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--form", "eviden"),
        "must be one of evidence, fit, training-error");
    requireBad(
        run("--layers-above", "1", "--noise", "1", "--space", "features"),
        "the feature-space form needs 0 layers above");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--weight-variance", "0"),
        "weight variance must be finite and > 0 but is 0.0");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--population", "5"),
        "--population must be at least the 6 rows");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--gradient", phi.toString()),
        "is also --activations and would overwrite it");
    Path nowhere = folder.resolve("none").resolve("g.npy");
    requireBad(
        run("--layers-above", "0", "--noise", "1", "--gradient", nowhere.toString()),
        nowhere.toString());
  }

  /**
   * Six samples of five features and a bias have full rank; seven have not, nor have equal ones.
   */
  @Test
  void withoutNoiseASingularMatrixIsAFailure() {
    assertThat(run("--layers-above", "0", "--noise", "0").code()).isZero();
    double[][] rows = new double[7][3];
    for (int i = 0; i < 7; i++) {
      rows[i] = new double[] {1 + Math.sin(i), 1 + Math.cos(2 * i), Math.abs(Math.sin(3 * i))};
    }
    Path y = folder.resolve("seven.npy");
    NpyFile.writeIntegers(y, new long[] {0, 1, 0, 1, 0, 1, 0});
    requireSingular(
        run(matrix("low.npy", rows), y, "--layers-above", "0", "--noise", "0"),
        "the Gram matrix of size 7 with noise 0.0 is singular",
        "give more noise");
    assertThat(run(folder.resolve("low.npy"), y, "--layers-above", "1", "--noise", "0").code())
        .isZero();
    rows[4] = rows[1].clone();
    requireSingular(
        run(matrix("twice.npy", rows), y, "--layers-above", "1", "--noise", "0"),
        "with noise 0.0 is singular: pivot 4");
    requireSingular(
        run(folder.resolve("twice.npy"), y, "--layers-above", "1", "--noise", "1e-20"),
        "with noise 1.0E-20 is singular: pivot 4");
  }

  /** As in other commands that factor a matrix. */
  private static void requireSingular(RunResult run, String... words) {
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(words);
  }

  @Test
  void whatOverflowsIsRefusedAndNothingIsWritten() {
    Path gradient = folder.resolve("g.npy");
    String[] above = {"--layers-above", "0", "--gradient", gradient.toString()};
    Path large = matrix("large.npy", new double[] {1e160, 0}, new double[] {0, 2e160});
    Path y = matrix("two.npy", new double[] {1}, new double[] {-1});
    Path huge = matrix("huge.npy", new double[] {1e200}, new double[] {-1e200});
    Path small = matrix("small.npy", new double[] {1, 0}, new double[] {0, 2});
    requireBad(
        run(large, y, with(above, "--form", "hsic")),
        "the loss and its gradient must be finite",
        large.toString());
    requireBad(run(large, y, with(above, "--noise", "0.1")), "products stay finite");
    requireBad(run(small, huge, with(above, "--noise", "0.1")), "must be finite", huge.toString());
    requireBad(
        run(small, y, with(above, "--noise", "1e-300", "--form", "high-noise")), "must be finite");
    assertThat(gradient).doesNotExist();
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void negativeLabelsAreToldFromNumbers() {
    Path signs = folder.resolve("signs.npy");
    NpyFile.writeIntegers(signs, new long[] {1, -1, 1, -1, 1, -1});
    requireBad(
        run(phi, signs, "--layers-above", "0", "--noise", "1"),
        "numbers such as -1 and 1 are stored as floats",
        "the label -1");
  }

  @Test
  void badRowsAreNamed() throws IOException {
    Path nan =
        matrix("nan.npy", new double[] {1, 0}, new double[] {0.5, Double.NaN}, new double[] {0, 1});
    Path y = matrix("y.npy", new double[] {1}, new double[] {-1}, new double[] {0});
    requireBad(
        run(nan, y, "--layers-above", "0", "--noise", "1"),
        "nan.npy: all numbers must be finite but row 1, column 1 is NaN");
    Path dead = matrix("dead.npy", new double[] {1, 0}, new double[] {0.5, 1}, new double[] {0, 0});
    requireBad(
        run(dead, y, "--layers-above", "1", "--noise", "1", "--bias-variance", "0"),
        "dead.npy: all activations of sample 2 are 0");
    for (String[] fine :
        new String[][] {{"--layers-above", "0", "--bias-variance", "0"}, {"--layers-above", "1"}}) {
      List<String> line = new ArrayList<>(List.of(fine));
      line.addAll(List.of("--noise", "1"));
      assertThat(run(dead, y, line.toArray(String[]::new)).code()).isZero();
    }
    requireBad(
        run(dead, labels, "--layers-above", "0", "--noise", "1"),
        "--activations and --targets must have the same number of samples",
        "has 6");
    assertThat(leftovers())
        .containsExactlyInAnyOrder("phi.npy", "labels.npy", "nan.npy", "y.npy", "dead.npy");
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void tooManySamplesSayWhatWouldFit() {
    int n = 300;
    double[][] rows = new double[n][2];
    long[] classes = new long[n];
    for (int i = 0; i < n; i++) {
      rows[i] = new double[] {1 + Math.sin(i), 1 + Math.cos(3 * i)};
      classes[i] = i % 2;
    }
    Path x = matrix("many.npy", rows);
    Path y = folder.resolve("many-labels.npy");
    NpyFile.writeIntegers(y, classes);
    String[] small = {"--noise", "0.1", "--memory-budget", "512 KiB", "--layers-above"};
    List<String> line = new ArrayList<>(List.of(small));
    line.add("2");
    RunResult run = run(x, y, line.toArray(String[]::new));
    requireBad(
        run,
        "300 samples need 1.401 MiB (2 Gram matrices of 300×300 float64 at least)",
        "of the memory budget of 512 KiB can be used",
        "mini-batches of at most 172 samples would fit",
        "the feature-space form, for 0 layers above, would fit up to");
    line.set(line.size() - 1, "0");
    assertThat(run(x, y, line.toArray(String[]::new)).code()).isZero();
    line.addAll(List.of("--space", "gram"));
    requireBad(
        run(x, y, line.toArray(String[]::new)), "the feature-space form would fit", "or raise");
  }
}
