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
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * The targets and the most telling figures of a benchmark, between the markers of a text such as
 * README.md.
 */
public final class BenchReadme {
  private static final String BEGIN = "<!-- benchmark:begin -->";
  private static final String END = "<!-- benchmark:end -->";
  private static final int DATE_LENGTH = 10;
  private static final String ROUGH =
      "~: fewer than three rounds, or the slowest took more than twice as long as the fastest.";

  private BenchReadme() {}

  /**
   * Replaces what stands between the markers {@code <!-- benchmark:begin -->} and {@code <!--
   * benchmark:end -->} of a file.
   *
   * @param file a text file with both markers
   * @param result what was found
   * @throws FileException if the file cannot be read or written
   * @throws IllegalArgumentException if the file is no text in UTF-8, if it has not exactly one
   *     pair of markers, or if there is no figure to put there
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
   * @throws IllegalArgumentException if the file is no text in UTF-8, or if it has not exactly one
   *     pair of markers
   */
  public static void require(Path file) {
    marked(file);
    AtomicFile.requireWritable(file);
  }

  /** Returns the text of a file that has one pair of markers. */
  private static String marked(Path file) {
    FileException.requireReadable(file);
    try {
      String text = Files.readString(file);
      int begin = text.indexOf(BEGIN);
      if (begin < 0 || text.indexOf(END) < begin) {
        throw new IllegalArgumentException(
            "%s has no markers %s and %s in that order".formatted(file, BEGIN, END));
      }
      if (begin != text.lastIndexOf(BEGIN) || text.indexOf(END) != text.lastIndexOf(END)) {
        throw new IllegalArgumentException(
            "%s has more than one marker %s or %s".formatted(file, BEGIN, END));
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is no text in UTF-8", e);
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
    text.add(head(result));
    targets(result).ifPresent(t -> text.add(MarkdownPage.text(t)));
    boolean empty = targets(result).isEmpty();
    for (BackendResult measured : result.backends()) {
      BackendResult backend = OwnErrors.leftOut(measured);
      List<Contest> telling = Contest.telling(backend);
      if (!backend.emulated() && !telling.isEmpty()) {
        text.add(head(result, backend));
        text.add(MarkdownPage.text(table(telling)));
        if (telling.stream().anyMatch(contest -> contest.text().contains("~"))) {
          text.add(ROUGH);
        }
        empty = false;
      }
    }
    if (empty) {
      throw new IllegalArgumentException(
          "the result has no target and no figure of a Gram or kernel matrix, K v, Cholesky's factor, training or alignment: nothing to show");
    }
    return text.toString();
  }

  private static String head(BenchResult result) {
    BenchResult.Machine machine = result.machine();
    String date = result.date().substring(0, Math.min(DATE_LENGTH, result.date().length()));
    return "Lamina %s on %s, %d cores, %s, %s%s."
        .formatted(
            result.version(),
            machine.processor(),
            machine.cores(),
            machine.jvm(),
            date,
            result
                .circumstances()
                .disturbance(machine.cores())
                .map(text -> "; " + text)
                .orElse(""));
  }

  private static String head(BenchResult result, BackendResult backend) {
    boolean known = result.machine().processor().equals(backend.device());
    String detail =
        Arrays.stream(backend.detail().split(", ", -1))
            .filter(part -> !part.isEmpty() && !backend.library().contains(part))
            .map(part -> ", " + part)
            .collect(Collectors.joining());
    String rivals =
        backend.rivals().entrySet().stream()
            .map(e -> "; " + e.getKey() + ": " + e.getValue())
            .collect(Collectors.joining());
    return "%s: %s%d threads%s; products by %s%s%s."
        .formatted(
            backend.backend(),
            known ? "" : backend.device() + ", ",
            backend.threads(),
            detail,
            backend.library(),
            ceilings(backend),
            rivals);
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

  private static Table table(List<Contest> telling) {
    return new Table(
        "telling",
        "",
        "",
        List.of(
            Column.of("work"),
            Column.of("median ms").digits(4),
            Column.of("fastest – slowest"),
            Column.of("of ceiling"),
            Column.of("beside"),
            Column.of("error"),
            Column.of("error, parallel inputs")),
        telling.stream().map(BenchReadme::row).toList());
  }

  private static List<Object> row(Contest contest) {
    Figure f = contest.figure();
    return Arrays.asList(
        "%s, %s; %s".formatted(contest.work(), f.dtype(), FigureTexts.sizes(f.sizes())),
        f.milliseconds().median(),
        FigureTexts.number(f.milliseconds().min(), 4)
            + " – "
            + FigureTexts.number(f.milliseconds().max(), 4),
        f.ceilingShare().isPresent()
            ? FigureTexts.number(100 * f.ceilingShare().getAsDouble(), 2) + " %"
            : "",
        contest.beside(),
        FigureTexts.number(f.error(), 2),
        FigureTexts.number(f.parallelError(), 2));
  }

  /** Returns the targets that this run measured; empty if there are none. */
  private static Optional<Table> targets(BenchResult result) {
    boolean several = result.targets().stream().map(Target::backend).distinct().count() > 1;
    List<List<Object>> rows =
        result.targets().stream()
            .filter(t -> t.measured().isPresent())
            .map(t -> target(t, several))
            .toList();
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "targets",
                "",
                "",
                List.of(
                    Column.of("target"),
                    Column.of("wanted"),
                    Column.of("measured").digits(3),
                    Column.of("in"),
                    Column.of("met")),
                rows));
  }

  private static List<Object> target(Target t, boolean several) {
    return List.of(
        several ? t.backend() + ": " + t.work() : t.work(),
        (t.atMost() ? "≤ " : "≥ ") + FigureTexts.number(t.wanted(), 4),
        t.measured().orElseThrow(),
        t.unit(),
        t.met() ? "yes" : "no");
  }
}
