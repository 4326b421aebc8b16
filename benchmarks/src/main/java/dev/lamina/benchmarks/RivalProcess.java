package dev.lamina.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A rival in a python3 process of its own that stays up, so that runs can be interleaved: it prints
 * its versions when it is ready and then answers every line with a line.
 */
final class RivalProcess implements AutoCloseable {
  /** The user's own, then that of the system, for which Debian packages NumPy and PyTorch. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  /** What the script writes to standard error. */
  private static final String COMPLAINTS = "stderr";

  private final String script;
  private final Path folder;
  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;

  private RivalProcess(String script, Path folder, Process process) throws IOException {
    this.script = script;
    this.folder = folder;
    this.process = process;
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(script + " did not start");
    }
    version = line;
  }

  /**
   * Starts a rival.
   *
   * @param script a resource beside this class
   * @param environment variables that it starts with, such as those that libraries take their
   *     number of threads from
   * @param why told for each python3 why it does not run the script
   * @return empty if there is no python3 on this machine, or not what the script needs
   */
  static Optional<RivalProcess> start(
      String script, Map<String, String> environment, Consumer<String> why) {
    return PYTHONS.stream()
        .flatMap(python -> start(python, script, environment, why).stream())
        .findFirst();
  }

  private static Optional<RivalProcess> start(
      String python, String script, Map<String, String> environment, Consumer<String> why) {
    Path folder = null;
    Process process = null;
    try {
      folder = Files.createTempDirectory("lamina-rival");
      Path file = folder.resolve(script);
      try (InputStream in = RivalProcess.class.getResourceAsStream(script)) {
        Files.copy(in, file);
      }
      ProcessBuilder builder =
          new ProcessBuilder(python, file.toString(), "--serve")
              .redirectError(folder.resolve(COMPLAINTS).toFile());
      builder.environment().putAll(environment);
      process = builder.start();
      return Optional.of(new RivalProcess(script, folder, process));
    } catch (IOException e) {
      String reason = e.getMessage();
      if (process != null) {
        process.destroy();
        reason = lastLine(folder.resolve(COMPLAINTS)).orElse(reason);
      }
      why.accept(python + ": " + reason);
      delete(folder);
      return Optional.empty();
    }
  }

  private static Optional<String> lastLine(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> !line.isBlank()).reduce((_, last) -> last);
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // Only an extra in the reason that is being told.
    }
  }

  /**
   * Returns the variables from which OpenBLAS, MKL and OpenMP take their number of threads,
   * whatever the user's own environment says.
   *
   * @param openBlas threads of OpenBLAS
   * @param threads threads of the others
   */
  static Map<String, String> threads(int openBlas, int threads) {
    return Map.of(
        "OPENBLAS_NUM_THREADS",
        String.valueOf(openBlas),
        "MKL_NUM_THREADS",
        String.valueOf(threads),
        "OMP_NUM_THREADS",
        String.valueOf(threads));
  }

  /** Returns what the rival said when it was ready: its versions. */
  String version() {
    return version;
  }

  /** Returns a folder for files that are handed over, removed with the rival. */
  Path folder() {
    return folder;
  }

  /** Sends a line and returns the answer. */
  String ask(String request) {
    try {
      requests.write(request);
      requests.newLine();
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException(script + " ended while it was asked: " + request);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(script + ", asked: " + request, e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    delete(folder);
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
