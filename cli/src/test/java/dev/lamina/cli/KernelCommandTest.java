package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelCommandTest {
  private static final int D = 5;

  @TempDir Path folder;

  private Path write(String name, DType dtype, double[][] values) {
    try (HostMatrix wide = HostMatrix.of(values);
        HostMatrix m = wide.copy(dtype)) {
      Path file = folder.resolve(name);
      NpyFile.write(file, m);
      return file;
    }
  }

  private static double[][] random(int rows, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[][] values = new double[rows][D];
    for (double[] row : values) {
      for (int j = 0; j < D; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return values;
  }

  private RunResult kernel(String text, Path x, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of("kernel", "--backend", "cpu", "--kernel", text, "--x", x.toString()));
    line.addAll(List.of(more));
    if (!line.contains("--out")) {
      line.addAll(List.of("--out", folder.resolve("k.npy").toString()));
    }
    return RunResult.of(line.toArray(String[]::new));
  }

  private static double linear(double[] a, double[] b) {
    double sum = 1;
    for (int j = 0; j < D; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  @Test
  void theMatrixOfTwoFilesIsWrittenAndDescribed() {
    double[][] xs = random(37, 1);
    double[][] zs = random(11, 2);
    Path x = write("x.npy", DType.FLOAT64, xs);
    Path z = write("z.npy", DType.FLOAT64, zs);
    RunResult run =
        kernel(
            "linear(offset=1)",
            x,
            "--z",
            z.toString(),
            "--precision",
            "float64",
            "--repeat",
            "3",
            "--audit",
            "100",
            "--json");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    JsonNode json = run.json();
    assertThat(json.get("rows").asInt()).isEqualTo(37);
    assertThat(json.get("cols").asInt()).isEqualTo(11);
    assertThat(json.get("features").asInt()).isEqualTo(D);
    assertThat(json.get("kernel").asText()).isEqualTo("linear(offset=1)");
    assertThat(json.get("backend").asText()).isEqualTo("cpu");
    assertThat(json.get("precision").asText()).isEqualTo("float64");
    assertThat(json.get("repeat").asInt()).isEqualTo(3);
    double seconds = json.get("seconds").asDouble();
    assertThat(seconds).isPositive();
    assertThat(json.get("gflops").asDouble())
        .isCloseTo(2.0 * 37 * 11 * D / seconds / 1e9, within(1e-9));
    assertThat(json.at("/audit/pairs").asInt()).isEqualTo(100);
    assertThat(json.at("/audit/mostParallel").asInt()).isEqualTo(64);
    assertThat(json.at("/audit/maxRelativeError").asDouble()).isLessThan(1e-15);
    try (HostMatrix k = HostMatrix.map(folder.resolve("k.npy"))) {
      assertThat(k.dtype()).isEqualTo(DType.FLOAT64);
      assertThat(k.get(36, 10)).isCloseTo(linear(xs[36], zs[10]), within(1e-13));
    }
  }

  @Test
  void withoutZTheMatrixIsSymmetricAndOneTriangleIsCounted() {
    Path x = write("x.npy", DType.FLOAT32, random(70, 3));
    Path angles = folder.resolve("t.npy");
    RunResult run = kernel("nngp(depth=2)", x, "--angles", angles.toString(), "--audit", "--json");
    assertThat(run.code()).isZero();
    JsonNode json = run.json();
    double seconds = json.get("seconds").asDouble();
    assertThat(json.get("gflops").asDouble())
        .isCloseTo(70.0 * 71 * D / seconds / 1e9, within(1e-9));
    assertThat(json.at("/audit/pairs").asInt()).isEqualTo(4096);
    assertThat(json.at("/audit/maxRelativeError").asDouble()).isBetween(1e-12, 1e-5);
    assertThat(json.at("/audit/maxRelativeAngleError").asDouble()).isBetween(1e-12, 1e-4);
    try (HostMatrix k = HostMatrix.map(folder.resolve("k.npy"));
        HostMatrix t = HostMatrix.map(angles)) {
      assertThat(k.dtype()).isEqualTo(DType.FLOAT32);
      assertThat(k.get(3, 44)).isEqualTo(k.get(44, 3));
      double cosine = k.get(3, 44) / Math.sqrt(k.get(3, 3) * k.get(44, 44));
      assertThat(t.get(3, 44)).isCloseTo(Math.acos(cosine), within(1e-5));
    }
  }

  @Test
  void peopleReadWhatWasDone() {
    RunResult run = kernel("gaussian(lengthScale=2)", write("x.npy", DType.FLOAT64, random(4, 1)));
    assertThat(run.code()).isZero();
    assertThat(run.err())
        .isEqualTo(
            folder.resolve("x.npy")
                + ": float64 is rounded to float32; --precision float64 keeps it\n");
    assertThat(run.out())
        .startsWith("gaussian(lengthScale=2) on cpu (")
        .contains("4×4 from d = 5 in ", "GFLOP/s", "wrote " + folder.resolve("k.npy"));
  }

  @ParameterizedTest
  @CsvSource({"linear()", "gaussian()", "ntk(depth=1)", "laplace()"})
  void oneRowAndDuplicateRowsAreFine(String text) {
    Path one = write("one.npy", DType.FLOAT32, random(1, 1));
    assertThat(kernel(text, one, "--audit", "3").code()).isZero();
    double[] row = random(1, 2)[0];
    Path same = write("same.npy", DType.FLOAT32, new double[][] {row, row, row});
    assertThat(kernel(text, same, "--audit", "10").code()).isZero();
    try (HostMatrix k = HostMatrix.map(folder.resolve("k.npy"))) {
      assertThat(k.get(0, 2)).isCloseTo(k.get(0, 0), within(1e-6));
    }
  }

  private void refused(RunResult run, int code, String... message) {
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err()).startsWith("lamina").contains(message);
    assertThat(run.out()).isEmpty();
    assertThat(folder.resolve("k.npy")).doesNotExist();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(f -> f.toString().endsWith(".part"))).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "lineer(); did you mean 'linear'?",
        "ntk(deph=3); ntk has no parameter 'deph'; did you mean 'depth'?",
        "ntk(depth=0); depth must be 1",
        "ntk(depth=2, activation=rellu); did you mean 'relu' or",
        "nngp(depth=1, weightVariance=-2); weightVariance",
        "nngp(depth=1, biasVariance=-1); biasVariance",
        "gaussian(lengthScale=0); lengthScale",
        "gaussian(lengthScale=; column",
      })
  void wrongKernelsAreExplained(String text, String message) {
    refused(kernel(text, write("x.npy", DType.FLOAT32, random(3, 1))), 2, message);
  }

  @Test
  void angleIsRefusedWhereThereIsNone() {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    refused(
        kernel("gaussian()", x, "--angles", folder.resolve("t.npy").toString()), 2, "has no angle");
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    Path z = write("z.npy", DType.FLOAT32, new double[][] {{1, 2}});
    refused(
        kernel("linear()", x, "--z", z.toString()),
        2,
        "--x and --z must have the same number of columns but " + x + " is 3×5",
        z + " is 1×2");
  }

  @Test
  void badRowsAreNamed() {
    double[][] values = random(6, 1);
    values[4][2] = Double.NaN;
    Path x = write("nan.npy", DType.FLOAT32, values);
    refused(kernel("linear()", x), 2, "row 4", "column 2", "NaN");
    values[4][2] = Double.NEGATIVE_INFINITY;
    refused(kernel("linear()", write("inf.npy", DType.FLOAT32, values)), 2, "row 4", "column 2");
    values[4] = new double[D];
    refused(
        kernel("arcCosine(order=1)", write("zero.npy", DType.FLOAT32, values)), 2, "row 4", "zero");
  }

  @Test
  void brokenFilesAreRefusedWithoutHugeAllocation() throws IOException {
    Path x = write("x.npy", DType.FLOAT32, random(6, 1));
    byte[] whole = Files.readAllBytes(x);
    Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, 140));
    refused(kernel("linear()", cut), 2, "cut.npy", "at byte");
    String lie = new String(whole, StandardCharsets.ISO_8859_1);
    Path lying =
        Files.write(
            folder.resolve("lie.npy"),
            lie.replace("(6, 5), }        ", "(60000000, 50), }")
                .getBytes(StandardCharsets.ISO_8859_1));
    refused(kernel("linear()", lying), 2, "lie.npy", "at byte");
    Path text = Files.writeString(folder.resolve("text.npy"), "not numpy at all");
    refused(kernel("linear()", text), 2, "text.npy");
  }

  @Test
  void missingInputAndUnwritableOutputAreNamed() throws IOException {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    refused(kernel("linear()", folder.resolve("no.npy")), 2, "no.npy: there is no such file");
    refused(
        kernel("linear()", x, "--out", folder.resolve("no/k.npy").toString()),
        2,
        "the folder " + folder.resolve("no") + " does not exist");
    refused(kernel("linear()", x, "--out", folder.toString()), 2, "it is a folder");
  }

  @Test
  void aFullDiskIsAFailure() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full), "NOT TESTED: a full disk, no /dev/full here");
    Path x = write("x.npy", DType.FLOAT32, random(300, 1));
    refused(kernel("linear()", x, "--out", full.toString()), 1, "the disk is full");
  }

  @Test
  void aBudgetTooSmallForOneTileIsNamed() {
    Path x = write("x.npy", DType.FLOAT32, random(30, 1));
    refused(
        kernel("nngp(depth=20)", x, "--memory-budget", "1KiB"), 2, "raise lamina.memory-budget");
  }

  @ParameterizedTest
  @CsvSource({
    "--repeat,0,--repeat must be ≥ 1",
    "--audit,0,--audit must be from 1 to 1000000",
    "--audit,1000001,but is 1000001"
  })
  void countsMustBePositive(String option, String value, String message) {
    refused(
        kernel("linear()", write("x.npy", DType.FLOAT32, random(3, 1)), option, value), 2, message);
  }

  @Test
  void aForcedBackendThatIsMissingShowsTheTable() {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    refused(
        RunResult.of(
            "kernel",
            "--kernel",
            "linear()",
            "--x",
            x.toString(),
            "--out",
            folder.resolve("k.npy").toString(),
            "--backend",
            "cuda"),
        2,
        "the backend cuda is not available",
        "cuda  unavailable",
        "cpu   available");
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "4, 0"})
  void arraysWithoutRowsOrColumnsAreRefused(int rows, int cols) {
    try (HostMatrix empty = HostMatrix.allocate(DType.FLOAT32, rows, cols)) {
      NpyFile.write(folder.resolve("empty.npy"), empty);
    }
    refused(
        kernel("linear()", folder.resolve("empty.npy")),
        2,
        "empty.npy: there must be at least one row and one column but the array is %d×%d"
            .formatted(rows, cols));
  }

  @Test
  void outputsNeverOverwriteInputsOrEachOther() throws IOException {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    byte[] before = Files.readAllBytes(x);
    String detour = folder.resolve("../" + folder.getFileName() + "/x.npy").toString();
    refused(kernel("linear()", x, "--out", detour), 2, "--out", "is also --x");
    Path link = Files.createSymbolicLink(folder.resolve("link.npy"), x);
    refused(kernel("linear()", x, "--out", link.toString()), 2, "is also --x");
    refused(
        kernel("ntk()", x, "--angles", folder.resolve("./k.npy").toString()),
        2,
        "is also --out and would overwrite it; choose another name");
    assertThat(Files.readAllBytes(x)).isEqualTo(before);
  }

  @Test
  void aKernelThatOverflowsIsRefused() {
    double[][] rows = random(3, 1);
    rows[2] = new double[] {1e9, 0, 0, 0, 0};
    Path x = write("x.npy", DType.FLOAT32, rows);
    refused(
        kernel("polynomial(degree=3)", x),
        2,
        "the kernel leaves the range of float32 (--precision float64 has more): row 2, column 2 of the matrix is Infinity");
    assertThat(kernel("polynomial(degree=3)", x, "--precision", "float64").code()).isZero();
  }

  @Test
  void ofAnAuditThatIsLargerThanTheMatrixEveryEntryIsCheckedOnce() {
    Path x = write("x.npy", DType.FLOAT32, random(9, 1));
    JsonNode json = kernel("ntk(depth=2)", x, "--audit", "1000000", "--json").json();
    assertThat(json.at("/audit/pairs").asInt()).isEqualTo(81);
  }

  @Test
  void emptyFileNamesAreRefused() {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    refused(
        kernel("linear()", x, "--out", ""),
        2,
        "option '--out'",
        "a file name is expected but the text is empty");
  }

  @Test
  void onlyTheNeighbourhoodOfAnErrorIsShown() {
    Path x = write("x.npy", DType.FLOAT32, random(3, 1));
    RunResult run = kernel("linear() + ".repeat(500) + "lineer()", x);
    refused(run, 2, "did you mean 'linear'?", "…", "column 5501");
    assertThat(run.err()).hasSizeLessThan(300);
  }
}
