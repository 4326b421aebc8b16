package dev.lamina.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The real {@code lamina} script with the application that the build has packaged, in a folder of
 * its own: without sources beside it, it never builds.
 */
final class InstalledCommand {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  /** Many times what the slowest run takes: it only ends what hangs. */
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private final Path script;
  private final Path work;

  private InstalledCommand(Path script, Path work) {
    this.script = script;
    this.work = work;
  }

  /**
   * How a run ended.
   *
   * @param exit the exit code
   * @param out standard output
   * @param err standard error, without the JVM's notice that it uses an incubator module
   */
  record Outcome(int exit, String out, String err) {}

  /**
   * Lays the command out.
   *
   * @param folder an empty folder; the command works in its folder {@code work}
   */
  static InstalledCommand in(Path folder) throws IOException {
    Path application = REPOSITORY.resolve("cli/target/lamina");
    assertThat(application.resolve("jvm.options"))
        .as("the packaged application: these tests run in mvn verify")
        .isRegularFile();
    Files.createDirectories(folder.resolve(".mvn"));
    Files.createDirectories(folder.resolve("cli/target"));
    Files.createSymbolicLink(folder.resolve("cli/target/lamina"), application);
    for (String name : List.of("lamina", ".mvn/find-jdk")) {
      Files.copy(REPOSITORY.resolve(name), folder.resolve(name));
      Files.setLastModifiedTime(folder.resolve(name), FileTime.from(Instant.EPOCH));
    }
    Files.setLastModifiedTime(folder.resolve(".mvn"), FileTime.from(Instant.EPOCH));
    return new InstalledCommand(
        folder.resolve("lamina"), Files.createDirectory(folder.resolve("work")));
  }

  /** Removes the link to the application, so that cleaning up the folder stays inside of it. */
  void remove() throws IOException {
    Files.delete(script.resolveSibling("cli/target/lamina"));
  }

  /** Returns the folder in which the command works. */
  Path work() {
    return work;
  }

  Outcome run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(environment, arguments));
  }

  /**
   * Runs the command and presses Ctrl-C.
   *
   * @param ready when to press
   * @param arguments what to run
   */
  Outcome interrupt(BooleanSupplier ready, String... arguments) throws Exception {
    Process process = start(Map.of(), arguments);
    try {
      Instant end = Instant.now().plus(PATIENCE);
      while (process.isAlive() && !ready.getAsBoolean() && Instant.now().isBefore(end)) {
        Thread.sleep(2);
      }
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      return finish(process);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns what a command that still runs has written to standard error. */
  String errSoFar() {
    try {
      return Files.readString(work.resolveSibling("stderr"));
    } catch (IOException e) {
      return ""; // It has not begun.
    }
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    // Where a build runs in the background, its children ignore Ctrl-C unless told otherwise.
    List<String> command =
        new ArrayList<>(List.of("env", "--default-signal=INT", script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    Map<String, String> all = new HashMap<>(environment);
    all.putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().keySet().removeIf(name -> name.startsWith("LAMINA_"));
    builder.environment().putAll(all);
    Process process =
        builder
            .redirectOutput(work.resolveSibling("stdout").toFile())
            .redirectError(work.resolveSibling("stderr").toFile())
            .start();
    process.getOutputStream().close();
    return process;
  }

  private Outcome finish(Process process) throws Exception {
    if (!process.waitFor(PATIENCE)) {
      process.destroyForcibly();
      throw new AssertionError("not done after " + PATIENCE + ": " + errSoFar());
    }
    String notice = "WARNING: Using incubator modules: jdk.incubator.vector\n";
    String err = errSoFar();
    assertThat(err).as("the JVM's notice").contains(notice);
    return new Outcome(
        process.exitValue(),
        Files.readString(work.resolveSibling("stdout")),
        err.replace(notice, ""));
  }
}
