package dev.lamina.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Compiles the stand-ins for NVIDIA's libraries; skips the test loudly where there is no g++. */
final class NativeFakes {
  private NativeFakes() {}

  /**
   * Compiles a shared library.
   *
   * @param source a file of {@code src/test/native}
   * @param target the library
   * @param options what g++ is told besides
   */
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void compile(String source, Path target, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("g++", "-O1", "-std=c++17", "-fPIC", "-shared"));
    command.addAll(List.of(options));
    command.addAll(
        List.of("-o", target.toString(), Path.of("src/test/native", source).toString(), "-ldl"));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      System.out.println("SKIPPED: " + source + " needs g++: " + e.getMessage());
      Assumptions.abort("no g++");
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " failed:\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compiling " + source, e);
    }
  }
}
