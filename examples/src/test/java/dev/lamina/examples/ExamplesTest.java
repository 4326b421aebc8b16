package dev.lamina.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs every library example and holds what it prints to what it must be. */
public final class ExamplesTest {

  /** Returns what an example prints. */
  public static String output(Runnable example) {
    PrintStream before = System.out;
    Locale locale = Locale.getDefault();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    Locale.setDefault(Locale.ROOT);
    try {
      example.run();
    } finally {
      System.setOut(before);
      Locale.setDefault(locale);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Returns the number behind a label. */
  public static double number(String text, String label) {
    Matcher matcher = Pattern.compile(Pattern.quote(label) + "\\s*([-+.\\dE]+)").matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  /** The recursion of the tangent kernel on one pair, written out, plus the Gaussian kernel. */
  private static double kernel(double dot, double norms2, double distance2) {
    double k = dot; // weightVariance 2 over dimension 2
    double t = dot;
    double s = norms2;
    for (int layer = 0; layer < 5; layer++) {
      double theta = Math.acos(k / s);
      k = (s * Math.sin(theta) + (Math.PI - theta) * k) / Math.PI;
      t = k + (Math.PI - theta) / Math.PI * t;
    }
    return t + 0.1 * Math.exp(-distance2 / 8);
  }

  @Test
  void kernelMatrixExamplePrintsTheKernel() {
    String text = output(() -> KernelMatrixExample.main(new String[0]));
    assertThat(number(text, "k(x0, x2) =")).isCloseTo(kernel(1, Math.sqrt(2), 1), within(1e-12));
    assertThat(text).contains("alpha = [[");
  }

  @Test
  void tiledKernelExampleStaysWithinItsBudget() {
    String text = output(() -> TiledKernelExample.main(new String[0]));
    assertThat(number(text, "temporary bytes =")).isBetween(1.0, 2.0 * (1 << 20));
    assertThat(number(text, "largest difference =")).isLessThan(1e-3);
  }

  @Test
  void regressionExampleFitsTheSineAndIsUnsureFarAway() {
    String text = output(() -> RegressionExample.main(new String[0]));
    assertThat(number(text, "f(0.05) =")).isCloseTo(Math.sin(0.1), within(1e-2));
    assertThat(number(text, "f(1.0) =")).isCloseTo(Math.sin(2), within(1e-2));
    double near = number(text.substring(text.indexOf("f(1.0)")), "±");
    double far = number(text.substring(text.indexOf("f(6.0)")), "±");
    assertThat(far).isGreaterThan(10 * near);
  }

  private static String main(String file, String from, String to) throws IOException {
    String source =
        Files.readString(
            Path.of("").toAbsolutePath().resolve("src/main/java/dev/lamina/examples/" + file));
    int start = source.indexOf(from);
    return source.substring(start, source.indexOf(to, start)).stripTrailing().stripIndent().strip();
  }

  @Test
  void theReadmeShowsTheExamplesAsTheyAre() throws IOException {
    assertThat(Files.readString(Path.of("../README.md")))
        .contains(main("KernelMatrixExample.java", "    Kernel ntk", "  }\n}"))
        .contains(main("inject/GuiceExample.java", "    Injector injector", "      System.out"));
  }
}
