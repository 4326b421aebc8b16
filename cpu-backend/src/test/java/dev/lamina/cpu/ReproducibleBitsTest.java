package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Elementary functions and kernel matrices have the same bits interpreted, compiled, and with
 * shorter vectors: each in a JVM of its own.
 */
final class ReproducibleBitsTest {

  private static final String[] EAGER = {"-XX:CompileThresholdScaling=0.05", "-Xbatch"};

  /** Enough for the JIT compiler's last stage, which with these options follows 250 calls. */
  private static final int WARM = 40;

  private static Map<String, String> fingerprint(int rounds, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:+IgnoreUnrecognizedVMOptions"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Fingerprint.class.getName(),
            Integer.toString(rounds)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      List<String> lines;
      try (var reader = process.inputReader()) {
        lines = reader.lines().filter(line -> line.contains("/")).toList();
      }
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(String.join(" ", command)).isTrue();
      assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
      return lines.stream()
          .collect(
              Collectors.toMap(
                  line -> line.substring(0, line.lastIndexOf(' ')),
                  line -> line.substring(line.lastIndexOf(' ') + 1)));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void interpretedAndCompiledCodeAgree() throws IOException, InterruptedException {
    Map<String, String> interpreted = fingerprint(1, "-Xint");
    assertThat(interpreted).hasSizeGreaterThan(40).doesNotContainValue("changed");
    assertThat(fingerprint(WARM, EAGER)).isEqualTo(interpreted);
  }

  @Test
  void vectorsOfAnyLengthAgree() throws IOException, InterruptedException {
    Map<String, String> widest = fingerprint(1);
    widest.keySet().removeIf(name -> name.startsWith("rows/"));
    for (String option : List.of("-XX:UseAVX=2", "-XX:MaxVectorSize=16")) {
      Map<String, String> narrow = fingerprint(WARM, EAGER[0], EAGER[1], option);
      narrow.keySet().removeIf(name -> name.startsWith("rows/"));
      assertThat(narrow).as(option).isEqualTo(widest);
    }
  }
}
