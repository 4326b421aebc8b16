package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.Lamina;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningCurveCommandTest {
  private static final String PAPER = "ntk(depth=3, weightVariance=1, biasVariance=1)";

  @TempDir Path folder;

  private static RunResult run(String kernel, String... args) {
    List<String> line = new ArrayList<>(List.of("learning-curve", "--kernel", kernel));
    line.addAll(List.of(args));
    line.addAll(List.of("--backend", "cpu"));
    return RunResult.of(line.toArray(String[]::new));
  }

  private static RunResult words(String line) {
    return RunResult.of(("learning-curve " + line).split(" "));
  }

  /** Golden L-1 and the theory columns of E4. */
  @Test
  void thePublishedExample() {
    RunResult run =
        run(
            PAPER,
            "--dimension=50",
            "--target=1:0.5,2:0.5",
            "--samples=100,2500",
            "--renormalise=3",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = run.json();
    assertThat(json.get("coefficients").get(1).asDouble()).isCloseTo(.0361506968, within(6e-11));
    assertThat(json.get("spectrum")).hasSize(4);
    assertThat(json.get("spectrum").get(3).get("eigenvalue").asDouble())
        .isCloseTo(1.6203769860e-7, within(1e-17));
    assertThat(json.get("spectrum").get(2).get("degeneracy").asDouble()).isEqualTo(1274);
    assertThat(json.get("renormalised").get("noise").asDouble())
        .isCloseTo(.0187308369, within(6e-11));
    JsonNode last = json.get("points").get(1);
    assertThat(last.get("ek").get("mse").asDouble()).isCloseTo(.155, within(5e-4));
    assertThat(last.get("subLeading").get("mse").asDouble()).isCloseTo(.220, within(5e-4));
    assertThat(last.get("subLeadingPublished").get("mse").asDouble()).isLessThan(.155);
    assertThat(last.get("selfConsistent").get("mse").asDouble()).isCloseTo(.231, within(5e-4));
    assertThat(last.get("valid").asBoolean()).isTrue();
    assertThat(last.get("simulated").isNull()).isTrue();
    assertThat(json.get("points").get(0).get("valid").asBoolean()).isFalse();
    RunResult auto =
        run(
            PAPER,
            "--dimension=50",
            "--target=1:0.5,2:0.5",
            "--samples=100,2500",
            "--renormalise=auto",
            "--json");
    assertThat(auto.json()).isEqualTo(json);
  }

  @Test
  void noneKeepsTheWholeKernel() {
    List<String> line =
        new ArrayList<>(
            List.of("--dimension=50", "--target=1:0.5,2:0.5", "--samples=100", "--json"));
    JsonNode usual = run(PAPER, line.toArray(String[]::new)).json();
    line.add("--renormalise=none");
    RunResult run = run(PAPER, line.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json()).isEqualTo(usual);
    assertThat(usual.get("renormalised").isNull()).isTrue();
    assertThat(usual.get("noise").asDouble()).isZero();
  }

  /** Golden L-2. */
  @Test
  void aSpectrumFromAFile() throws IOException {
    Path file = folder.resolve("circle.csv");
    Files.writeString(
        file,
        """
        eigenvalue, multiplicity, weight
        # the circle
        1, 1, 0
        .5, 2, 0
        .25, 2, 0
        .12, 2, 1
        .06, 2, 0
        .03, 2, 0
        """);
    RunResult run = words("--spectrum " + file + " --noise 1 --samples 120 --json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode point = run.json().get("points").get(0);
    assertThat(point.get("kernelSum").asDouble()).isCloseTo(.084048977878, within(6e-13));
    assertThat(point.get("selfConsistent").get("kappa").asDouble())
        .isCloseTo(.009092220238, within(6e-13));
    assertThat(point.get("selfConsistent").get("mse").asDouble())
        .isCloseTo(.005371960980, within(6e-13));
    JsonNode sub = point.get("subLeading").get("residuals").get(0);
    assertThat(sub.get("degree").asInt()).isEqualTo(3);
    assertThat(sub.get("factor").asDouble()).isCloseTo(.070038392990, within(6e-13));
    assertThat(run.json().get("kernel").isNull()).isTrue();
    assertThat(words("--spectrum " + file + " --noise 1 --samples 120").out())
        .contains("0.00537196");
  }

  /** The eigenvalues put together again are the kernel that the backend computes. */
  @ParameterizedTest
  @CsvSource({
    "'polynomial(degree=6, scale=0.3, offset=1)', 1.3",
    "'nngp(depth=2, activation=erf, biasVariance=0.1)', 2",
    "'ntk(depth=2, activation=tanh, biasVariance=0.2, residual=true)', 1.5",
    "'ntk(depth=2, activation=sin, parametrization=standard, width=30)', 1",
    "'gaussian(lengthScale=1)*linear(offset=0.5)+rationalQuadratic(alpha=2, lengthScale=3)', 1",
    "'nngp(depth=1, activation=gelu)', 2",
    "'ntk(depth=1, activation=[leakyRelu(slope=0.9)], biasVariance=0.3)', 1",
  })
  void theSpectrumIsThatOfTheKernelMatrix(String text, double radius) {
    int d = 6;
    RunResult run =
        run(
            text,
            "--dimension=" + d,
            "--radius=" + radius,
            "--target=1:1",
            "--samples=5",
            "--degrees=60",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = run.json();
    try (Lamina lamina = Lamina.open();
        HostMatrix x = HostMatrix.allocate(DType.FLOAT64, 2, d);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, 2, 2)) {
      double t = 0.3;
      x.set(0, 0, radius);
      x.set(1, 0, radius * t);
      x.set(1, 1, radius * Math.sqrt(1 - t * t));
      lamina.gram().compute(Kernel.parse(text), x, x, k);
      assertThat(json.get("trace").asDouble()).isCloseTo(k.get(0, 0), within(2e-13 * k.get(0, 0)));
      double sum = 0;
      double before = 0;
      double legendre = 1;
      for (JsonNode e : json.get("spectrum")) {
        sum += e.get("eigenvalue").asDouble() * e.get("degeneracy").asDouble() * legendre;
        double l = e.get("degree").asDouble();
        double next = ((2 * l + d - 2) * t * legendre - l * before) / (l + d - 2);
        before = legendre;
        legendre = next;
      }
      // kinked kernels have a slowly falling tail beyond degree 60, oscillating at t = 0.3
      assertThat(sum).isCloseTo(k.get(0, 1), within(1e-9 * k.get(0, 0)));
    }
  }

  @Test
  void simulationWithoutNoiseAgreesWithTheSelfConsistentForm() {
    RunResult run =
        run(
            PAPER,
            "--dimension=20",
            "--target=1:0.5,2:0.5",
            "--samples=50,200",
            "--simulate=6",
            "--seed=3",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    for (JsonNode point : run.json().get("points")) {
      assertThat(point.get("ek").isNull()).isTrue();
      JsonNode mse = point.get("simulated").get("mse");
      double theory = point.get("selfConsistent").get("mse").asDouble();
      assertThat(mse.get("mean").asDouble())
          .isCloseTo(theory, within(4 * mse.get("standardError").asDouble() + 0.03 * theory));
    }
    assertThat(run(PAPER, "--dimension=20", "--target=1:1", "--samples=50").out())
        .contains("Without noise only selfConsistent is defined");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--dimension 1 --target 1:1 --samples 10; dimension must be 2 to 100000 but is 1",
        "--dimension 5 --target 1:1 --samples 0; number of samples must be finite and ≥ 1 but is 0",
        "--dimension 5 --target 1:1 --samples 10,-3; must be finite and ≥ 1 but is -3",
        "--dimension 5 --target 1:1 --samples ten; --samples",
        "--dimension 5 --target 1:1 --samples 10 --noise -1; noise (a variance) must be finite",
        "--dimension 5 --target 1:1 --samples 10 --noise NaN; must be finite and ≥ 0 but is NaN",
        "--dimension 5 --target 1:-1 --samples 10; weight of degree 1 must be positive",
        "--dimension 5 --target one --samples 10; must be a list degree:weight",
        "--dimension 5 --target 1:1 --samples 10 --radius 0; radius must be positive",
        "--dimension 5 --target 1:1 --samples 10 --radius big; a number or sqrt-d but is \"big\"",
        "--dimension 5 --target 1:1 --samples 10 --renormalise x; auto, none or a whole number",
        "--dimension 5 --target 1:1 --samples 10 --renormalise 99; r must be 0 to 63 but is 99",
        "--dimension 5 --target 1:1 --samples 10.5 --simulate 1; whole numbers of samples",
        "--dimension 5 --target 1:1 --samples 10 --simulate -1; must not be negative",
        "--dimension 5 --target 1:1 --samples NaN; must be finite and ≥ 1 but is NaN",
        "--dimension 5 --target 1:NaN --samples 10; weight of degree 1 must be positive",
        "--dimension 5 --target 1:1 --samples 10 --label-noise -1; label noise (a variance)",
        "--dimension 5 --target 1:1 --samples 10 --targets -5; testPoints ≥ 1 but are 0, -5",
        "--dimension 5 --target 1:1 --samples 10 --test-points 0; testPoints ≥ 1",
        "--dimension 2.5 --target 1:1 --samples 10; '2.5' is not an int",
        "--dimension 5 --target 1:1 --samples 9e6 --simulate 1 --backend cpu; 1 kernel matrix of 9000000 samples needs",
        "--target 1:1 --samples 10; --kernel needs --dimension and --target",
        "--dimension 5 --samples 10; --kernel needs --dimension and --target",
        "--dimension 5 --target 1:1; --samples",
      })
  void badInputEndsWithCodeTwoAndSaysWhatIsWrong(String line, String message) {
    RunResult run = words("--kernel ntk(depth=1) " + line);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'nngp(depth=1, activation=rellu)', did you mean 'relu'",
    "'ntk(depth=2, activation=elu)', there is no dual of it",
    "'ntk(depth=2, activation=hardTanh)', there is no dual of it",
  })
  void activationsWithoutAKernelAreRefused(String kernel, String message) {
    RunResult run = run(kernel, "--dimension=3", "--target=1:1", "--samples=5");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void kernelsWithoutAPowerSeriesAreRefused() {
    RunResult run = run("matern(nu=0.7)", "--dimension=3", "--target=1:1", "--samples=5");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("power series on the sphere");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1,1; line 1: expected 3 cells (eigenvalue, multiplicity, weight) but found 2 cells",
        "1,1,0|-0.1,2,1; line 2, column 1 (\"eigenvalue\"): expected a finite number, not negative but found '-0.1'",
        "1,0,0; column 2 (\"multiplicity\"): expected a finite number above 0 but found '0'",
        "1,1,x; column 3 (\"weight\"): expected a finite number, not negative but found 'x'",
        "1,1,; found an empty cell",
        "0,1,1; an eigenvalue above 0",
        "'#'; expected rows of eigenvalue, multiplicity, weight but found nothing",
        "Infinity,1,1; found 'Infinity'",
      })
  void brokenSpectrumFiles(String text, String message) throws IOException {
    Path file = folder.resolve("s.csv");
    Files.writeString(file, text.replace('|', '\n') + "\n");
    RunResult run = words("--spectrum " + file + " --noise 1 --samples 120");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(file.toString()).contains(message);
  }

  @Test
  void binaryFilesAreNoSpectra() throws IOException {
    Path file = folder.resolve("x.npy");
    Files.write(file, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) 0xff, 10});
    RunResult run = words("--spectrum " + file + " --noise 1 --samples 120");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(file.toString()).contains("expected text in UTF-8");
  }

  @Test
  void spectrumFilesHaveEverything() {
    assertThat(words("--spectrum missing.csv --samples 1").err()).contains("missing.csv");
    assertThat(words("--spectrum missing.csv --samples 1").code()).isEqualTo(2);
    assertThat(words("--spectrum a.csv --dimension 3 --samples 1").err())
        .contains("--spectrum has everything");
    assertThat(words("--samples 1").err()).contains("give one of --kernel and --spectrum");
  }
}
