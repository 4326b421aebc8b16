package dev.lamina.analysis.data;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs the client program of a package registry. */
final class PackageClient {
  /** How often the progress is looked at. */
  private static final long PAUSE_MILLIS = 200;

  /** Lines of the client's output that an error message repeats. */
  private static final int LAST_LINES = 12;

  private final Map<String, String> environment;

  /** Creates a runner with the environment that programs are looked for and run in. */
  PackageClient(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Returns where a program is on the PATH. */
  Optional<Path> find(String program) {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    List<String> endings = windows ? List.of(".exe", ".cmd", ".bat") : List.of("");
    String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
    for (String folder : path.split(Pattern.quote(File.pathSeparator), -1)) {
      for (String ending : endings) {
        Path candidate = Path.of(folder.isEmpty() ? "." : folder, program + ending);
        if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
          return Optional.of(candidate.toAbsolutePath());
        }
      }
    }
    return Optional.empty();
  }

  /**
   * How a run ended.
   *
   * @param status exit status
   * @param lastLines the end of what it printed
   */
  record Ended(int status, List<String> lastLines) {}

  /**
   * Runs a program to its end. It is stopped if this thread is interrupted or the JVM ends.
   *
   * @param program the program
   * @param arguments its arguments
   * @param folder where it runs
   * @param tick called several times a second
   * @throws IOException if it cannot be started
   */
  Ended run(Path program, List<String> arguments, Path folder, Runnable tick) throws IOException {
    Path log = folder.resolve("client.log");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread stop = new Thread(process::destroy, "stop " + program.getFileName());
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      process.getOutputStream().close(); // A client that asks a question gets no answer.
      while (!process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        tick.run();
      }
      return new Ended(process.exitValue(), lastLines(log));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException("interrupted while " + program.getFileName() + " was running", e);
    } finally {
      process.destroy();
      forget(stop);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // The JVM is ending and the hook is running.
    }
  }

  private static List<String> lastLines(Path log) throws IOException {
    String text = new String(Files.readAllBytes(log), Charset.defaultCharset());
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
  }
}
