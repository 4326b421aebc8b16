package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of the rivals, where their libraries are installed. */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a script may hang
final class RivalScriptsTest {

  /** More than the tests' machine has, so that no default is taken for it. */
  private static final int THREADS = 3;

  @TempDir private Path folder;

  private final Told told = new Told();

  private Rivals rivals(Rival... wanted) {
    return new Rivals(Set.of(wanted), THREADS, told, RivalProcess::start);
  }

  /** Without the rival the test is skipped and says why. */
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  private <T> T require(Optional<T> rival) {
    if (rival.isEmpty()) {
      System.out.println("SKIPPED: " + told.lines);
      Assumptions.abort(told.lines.toString());
    }
    return rival.orElseThrow();
  }

  @Test
  void linearAlgebraAnswers() {
    Rivals rivals = rivals(Rival.numpy);
    try (AlgebraRival rival = require(rivals.algebra())) {
      assertThat(rivals.versions().get("numpy")).startsWith("NumPy ").endsWith(", threads: 3");
      for (DType dtype : DType.values()) {
        rival.draw(40, 30, dtype);
        assertThat(rival.gram()).isPositive();
        rival.positive(40, 30, dtype);
        assertThat(rival.cholesky()).isPositive();
      }
    }
  }

  @Test
  void trainingAnswers() {
    Rivals rivals = rivals(Rival.torch);
    try (TorchRival rival = require(rivals.torch())) {
      assertThat(rivals.versions().get("torch"))
          .startsWith("PyTorch ")
          .endsWith(", threads: 3, OPENBLAS_NUM_THREADS=1");
      rival.load(List.of(5, 4, 3), 2, 3, 1);
      assertThat(rival.run()).isPositive();
    }
  }

  /** Lamina's number of threads, whatever the shell says; here as the process itself has it. */
  @Test
  void threadsAreThoseOfLamina() {
    List<String> reasons = new ArrayList<>();
    Optional<RivalProcess> rival =
        RivalProcess.start(Rival.numpy, "environment.py", RivalProcess.threads(5, 7), reasons::add);
    Assumptions.assumeTrue(rival.isPresent(), reasons.toString());
    try (RivalProcess process = rival.orElseThrow()) {
      assertThat(process.version()).isEqualTo("5 7 7");
    }
  }

  /** The other rivals run through their classes; here a person does it. */
  @ParameterizedTest
  @ValueSource(strings = {"fc_kernels.py", "linear_algebra.py"})
  void scriptsRunByHand(String name) throws IOException, InterruptedException {
    require(rivals(Rival.numpy).numpy()).close();
    Assumptions.assumeTrue(hasNumpy(), "python3 on the path has no NumPy");
    Path script = folder.resolve(name);
    try (InputStream in = RivalProcess.class.getResourceAsStream(name)) {
      Files.copy(in, script);
    }
    assertThat(run("python3", script.toString(), "-n", "50", "-d", "7", "-r", "2"))
        .contains("NumPy ", "N=50", "median");
    assertThat(run("python3", script.toString(), "--help")).contains("lamina bench --rivals numpy");
  }

  private static boolean hasNumpy() throws IOException, InterruptedException {
    return new ProcessBuilder("python3", "-c", "import numpy").start().waitFor() == 0;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Arrays.toString(command) + text).isZero();
    return text;
  }

  @Test
  void whatIsMissingIsNamed() {
    List<String> reasons = new ArrayList<>();
    assertThat(RivalProcess.start(Rival.numpy, "incomplete.py", Map.of(), reasons::add)).isEmpty();
    assertThat(reasons)
        .hasSize(2)
        .allMatch(r -> r.contains("a_module_that_nobody_has") || r.contains("Cannot run program"));
    assertThat(reasons.getFirst()).startsWith("python3: ");
  }

  @Test
  void rivalsThatNobodyAskedForAreNotStarted() {
    Rivals rivals = rivals();
    assertThat(rivals.numpy()).isEmpty();
    assertThat(rivals.algebra()).isEmpty();
    assertThat(rivals.torch()).isEmpty();
    assertThat(rivals.versions()).isEmpty();
  }
}
