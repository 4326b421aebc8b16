package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Target;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** The most telling figures of a benchmark, between the markers of a text such as README.md. */
public final class BenchReadme {
  private static final String BEGIN = "<!-- benchmark:begin -->";
  private static final String END = "<!-- benchmark:end -->";
  private static final int DATE_LENGTH = 10;

  private BenchReadme() {}

  /**
   * Replaces what stands between the markers {@code <!-- benchmark:begin -->} and {@code <!--
   * benchmark:end -->} of a file.
   *
   * @param file a text file with both markers
   * @param result what was found
   * @throws FileException if the file cannot be read or written
   * @throws IllegalArgumentException if the markers are missing, or if there is no figure to put
   *     there
   */
  public static void update(Path file, BenchResult result) {
    String old = marked(file);
    String kept = old.substring(0, old.indexOf(BEGIN) + BEGIN.length());
    AtomicFile.writeString(
        file, kept + "\n" + text(result) + "\n" + old.substring(old.indexOf(END)));
  }

  /**
   * Checks, before long work, that {@link #update} can put its result into a file.
   *
   * @param file a text file with both markers
   * @throws FileException if the file cannot be read or written
   * @throws IllegalArgumentException if the markers are missing
   */
  public static void require(Path file) {
    marked(file);
    AtomicFile.requireWritable(file);
  }

  /** Returns the text of a file that has both markers. */
  private static String marked(Path file) {
    FileException.requireReadable(file);
    try {
      String text = Files.readString(file);
      int begin = text.indexOf(BEGIN);
      if (begin < 0 || text.indexOf(END) < begin) {
        throw new IllegalArgumentException(
            "%s has no markers %s and %s in that order".formatted(file, BEGIN, END));
      }
      return text;
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /**
   * {@return the text between the markers} Emulated devices are left out.
   *
   * @param result what was found
   * @throws IllegalArgumentException if there is no figure to show
   */
  public static String text(BenchResult result) {
    StringJoiner text = new StringJoiner("\n\n");
    for (BackendResult backend : result.backends()) {
      List<Contest> telling = Contest.telling(backend);
      if (!backend.emulated() && !telling.isEmpty()) {
        text.add(head(result, backend));
        text.add(MarkdownPage.text(table(backend, telling)));
      }
    }
    if (text.length() == 0) {
      throw new IllegalArgumentException(
          "the result has no figure with a share of a ceiling or with a rival beside: nothing to show");
    }
    targets(result).ifPresent(text::add);
    return text.toString();
  }

  private static String head(BenchResult result, BackendResult backend) {
    BenchResult.Machine machine = result.machine();
    String date = result.date().substring(0, Math.min(DATE_LENGTH, result.date().length()));
    String rivals =
        backend.rivals().entrySet().stream()
            .map(e -> "; " + e.getKey() + ": " + e.getValue())
            .collect(Collectors.joining());
    return "%s: %s, %d threads (%s) on %s, %s; products by %s%s%s. Lamina %s, %s."
        .formatted(
            backend.backend(),
            backend.device(),
            backend.threads(),
            backend.detail(),
            machine.processor(),
            machine.jvm(),
            backend.library(),
            ceilings(backend),
            rivals,
            result.version(),
            date);
  }

  private static String ceilings(BackendResult backend) {
    Ceilings c = backend.ceilings();
    RateUnit unit = RateUnit.of(backend);
    List<String> parts = new ArrayList<>();
    c.float32().ifPresent(_ -> parts.add("float32 " + unit.text(c.float32())));
    c.float64().ifPresent(_ -> parts.add("float64 " + unit.text(c.float64())));
    c.bandwidth().ifPresent(b -> parts.add("copy " + FigureTexts.number(b, 3) + " GB/s"));
    return parts.isEmpty() ? "" : ", " + String.join(", ", parts);
  }

  private static Table table(BackendResult backend, List<Contest> telling) {
    RateUnit unit = RateUnit.of(backend);
    return new Table(
        "telling",
        "",
        "",
        List.of(
            Column.of("work"),
            Column.of("sizes"),
            Column.of("type"),
            Column.of("median ms").digits(4),
            Column.of("fastest – slowest"),
            Column.of("rate"),
            Column.of("of ceiling"),
            Column.of("error"),
            Column.of("rivals")),
        telling.stream().map(contest -> row(contest, unit)).toList());
  }

  private static List<Object> row(Contest contest, RateUnit unit) {
    Figure f = contest.figure();
    return Arrays.asList(
        f.work(),
        FigureTexts.sizes(f.sizes()),
        f.dtype(),
        f.milliseconds().median(),
        FigureTexts.number(f.milliseconds().min(), 4)
            + " – "
            + FigureTexts.number(f.milliseconds().max(), 4),
        unit.text(f.teraflops()),
        f.ceilingShare().isPresent()
            ? FigureTexts.number(100 * f.ceilingShare().getAsDouble(), 2) + " %"
            : "",
        FigureTexts.number(f.error(), 2),
        contest.text());
  }

  private static Optional<String> targets(BenchResult result) {
    List<Target> measured =
        result.targets().stream().filter(t -> t.measured().isPresent()).toList();
    if (measured.isEmpty()) {
      return Optional.empty();
    }
    long met = measured.stream().filter(Target::met).count();
    return Optional.of("Targets met: %d of %d that were measured.".formatted(met, measured.size()));
  }
}
