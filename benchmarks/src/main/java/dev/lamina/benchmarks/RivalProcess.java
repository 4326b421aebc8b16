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
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A rival in a python3 process of its own that stays up, so that runs can be interleaved: it prints
 * its versions when it is ready and then answers every line with a line.
 */
final class RivalProcess implements AutoCloseable {
  /** The user's own, then that of the system, for which Debian packages NumPy and PyTorch. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  /**
   * How long to wait after a rival's work until its threads sleep. OpenBLAS's wait busily for their
   * next call for about 0.1 s, in which whatever is timed next would have a processor less.
   */
  private static final long SETTLING_MILLIS = 150;

  /** How long to wait for an answer: far longer than usual work takes, but not for ever. */
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** What the script writes to standard error. */
  private static final String COMPLAINTS = "stderr";

  private final Rival rival;
  private final String script;
  private final Path folder;
  private final Process process;
  private final Duration limit;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;
  private Optional<RivalFailure> failure = Optional.empty();

  private RivalProcess(
      Rival rival, String script, Path folder, Process process, Duration ready, Duration limit)
      throws IOException, TimeoutException {
    this.rival = rival;
    this.script = script;
    this.folder = folder;
    this.process = process;
    this.limit = limit;
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    version = answer(ready).orElseThrow(() -> new IOException(script + " did not start"));
  }

  /**
   * Starts a rival.
   *
   * @param rival whose script it is
   * @param script a resource beside this class
   * @param environment variables that it starts with, such as those that libraries take their
   *     number of threads from
   * @param why told for each python3 why it does not run the script
   * @return empty if there is no python3 on this machine, or not what the script needs
   */
  static Optional<RivalProcess> start(
      Rival rival, String script, Map<String, String> environment, Consumer<String> why) {
    return start(rival, script, environment, why, LIMIT, LIMIT);
  }

  /**
   * Starts a rival.
   *
   * @param ready how long to wait until it is ready
   * @param limit how long to wait for each answer
   */
  static Optional<RivalProcess> start(
      Rival rival,
      String script,
      Map<String, String> environment,
      Consumer<String> why,
      Duration ready,
      Duration limit) {
    return PYTHONS.stream()
        .flatMap(python -> start(python, rival, script, environment, why, ready, limit).stream())
        .findFirst();
  }

  private static Optional<RivalProcess> start(
      String python,
      Rival rival,
      String script,
      Map<String, String> environment,
      Consumer<String> why,
      Duration ready,
      Duration limit) {
    Path folder = null;
    Process process = null;
    String reason;
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
      return Optional.of(new RivalProcess(rival, script, folder, process, ready, limit));
    } catch (IOException e) {
      reason = e.getMessage();
      if (process != null) {
        reason = lastLine(folder.resolve(COMPLAINTS)).orElse(reason);
      }
    } catch (TimeoutException _) {
      reason = "%s was not ready within %d s".formatted(script, ready.toSeconds());
    }
    if (process != null) {
      end(process);
    }
    delete(folder);
    why.accept(python + ": " + reason);
    return Optional.empty();
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

  /**
   * Sends a line and waits until it is done.
   *
   * @param request the line
   * @param answer what it is answered with
   * @throws RivalFailure if the rival ended or gives no answer or another one
   */
  void tell(String request, String answer) {
    String got = ask(request);
    if (!got.equals(answer)) {
      throw nonsense(request, got);
    }
  }

  /**
   * Sends a line and returns the seconds that are the answer, when the rival's threads sleep.
   *
   * @throws RivalFailure if the rival ended or gives no answer or no finite number ≥ 0
   */
  double seconds(String request) {
    double seconds = numbers(request, 1)[0];
    if (seconds < 0) {
      throw nonsense(request, String.valueOf(seconds));
    }
    try {
      Thread.sleep(SETTLING_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return seconds;
  }

  /**
   * Sends a line and returns the numbers that are the answer, with a space between them.
   *
   * @throws RivalFailure if the rival ended or gives no answer or not so many finite numbers
   */
  double[] numbers(String request, int count) {
    String answer = ask(request);
    String[] words = answer.split(" ", -1);
    double[] numbers = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = number(words[i]);
    }
    if (words.length != count || !Arrays.stream(numbers).allMatch(Double::isFinite)) {
      throw nonsense(request, answer);
    }
    return numbers;
  }

  /** Returns a number, or NaN if it is none. */
  private static double number(String word) {
    try {
      return Double.parseDouble(word);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  private String ask(String request) {
    // A rival that failed is not asked again: its next answer may be that to an earlier request.
    if (failure.isPresent()) {
      throw failure.get();
    }
    try {
      requests.write(request);
      requests.newLine();
      requests.flush();
      Optional<String> answer = answer(limit);
      if (answer.isPresent()) {
        return answer.get();
      }
    } catch (IOException _) {
      // It no longer reads: told below, with what it said itself.
    } catch (TimeoutException _) {
      end(process);
      throw failed("gave no answer to \"%s\" within %d s".formatted(request, limit.toSeconds()));
    }
    throw failed("ended%s when asked \"%s\"".formatted(status(), request));
  }

  /** Waits for the next line in a thread that may be left waiting; empty if there is none. */
  private Optional<String> answer(Duration most) throws IOException, TimeoutException {
    FutureTask<String> line = new FutureTask<>(answers::readLine);
    Thread.ofPlatform().daemon().name(script).start(line);
    try {
      return Optional.ofNullable(line.get(most.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private RivalFailure nonsense(String request, String answer) {
    return failed("answered \"%s\" to \"%s\"".formatted(answer, request));
  }

  /** Returns the failure of this rival from now on, with what it said on standard error. */
  RivalFailure failed(String what) {
    String said = lastLine(folder.resolve(COMPLAINTS)).map(line -> ": " + line).orElse("");
    RivalFailure first = new RivalFailure(rival, script + " " + what + said);
    failure = Optional.of(first);
    return first;
  }

  /** Says the exit status of a process that has closed its output, unless it lives on for long. */
  private String status() {
    try {
      return process.waitFor(10, TimeUnit.MINUTES)
          ? " with exit status " + process.exitValue()
          : "";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  @Override
  public void close() {
    end(process);
    delete(folder);
  }

  /** Ends a process and those that it started, which its end would leave behind. */
  private static void end(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
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
