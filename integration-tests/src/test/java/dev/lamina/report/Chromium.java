package dev.lamina.report;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** A real browser without a window. */
final class Chromium {
  /** Many times what the slowest run takes: it only ends what hangs. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path program;

  private Chromium(Path program) {
    this.program = program;
  }

  /**
   * Returns the browser, or skips the test, loudly; with {@code -Dlamina.test.require=chromium} (or
   * a list that has it) its absence is a failure.
   */
  static Chromium require() {
    Optional<Path> found =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                    .map(Path.of(folder)::resolve))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isPresent()) {
      return new Chromium(found.get());
    }
    String message = "NOT TESTED: the report in a browser, because there is no chromium on PATH";
    System.err.println(message);
    if (List.of(System.getProperty("lamina.test.require", "").split(",")).contains("chromium")) {
      throw new AssertionError(message);
    }
    throw new TestAbortedException(message);
  }

  /**
   * What the browser made of a page.
   *
   * @param dom the document after its scripts have run
   * @param console what the page wrote to the console, errors among it
   */
  record Page(String dom, List<String> console) {}

  Page open(Path html, String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--dump-dom", "--enable-logging=stderr"));
    Result result = run(html, arguments);
    List<String> console = result.err().lines().filter(line -> line.contains("CONSOLE")).toList();
    return new Page(result.out(), console);
  }

  void screenshot(Path html, Path picture, int width, int height, String... options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--screenshot=" + picture.toAbsolutePath());
    arguments.add("--window-size=" + width + "," + height);
    run(html, arguments);
  }

  void print(Path html, Path pdf) throws IOException, InterruptedException {
    run(html, List.of("--print-to-pdf=" + pdf.toAbsolutePath(), "--no-pdf-header-footer"));
  }

  private record Result(String out, String err) {}

  private Result run(Path html, List<String> options) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lamina-chromium");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>(List.of(program.toString(), "--headless"));
    command.addAll(
        List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--user-data-dir=" + folder.resolve("profile"),
            "--virtual-time-budget=30000"));
    command.addAll(options);
    command.add(html.toUri().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(PATIENCE)) {
        throw new AssertionError("chromium is not done after " + PATIENCE + ": " + command);
      }
      return new Result(
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.ISO_8859_1));
    } finally {
      process.destroyForcibly();
      delete(folder);
    }
  }

  /** Removes what it can: processes that the browser has left behind may still write. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("left in " + folder + ": " + e);
    }
  }
}
