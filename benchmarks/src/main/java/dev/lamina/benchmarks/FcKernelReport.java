package dev.lamina.benchmarks;

import dev.lamina.backend.DeviceInfo;
import dev.lamina.benchmarks.FcKernelBenchmark.Result;
import dev.lamina.benchmarks.FcKernelBenchmark.Seconds;
import dev.lamina.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;
import java.util.StringJoiner;

/** The figures of {@link FcKernelBenchmark} as a table. */
public final class FcKernelReport {
  private static final String BEGIN = "<!-- benchmark:begin -->";
  private static final String END = "<!-- benchmark:end -->";

  private FcKernelReport() {}

  /**
   * Returns a Markdown table.
   *
   * @param result the figures
   * @param device what they were measured on
   * @param date when
   */
  public static String markdown(Result result, DeviceInfo device, LocalDate date) {
    FcKernelBenchmark.Settings s = result.settings();
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        format(
            "N = %,d, d = %d, %d hidden layers, float32, %d rounds in turn; %s, %d threads (%s), %s.",
            s.rows(),
            s.dimension(),
            s.depth(),
            s.repetitions(),
            device.name(),
            device.parallelism(),
            device.detail(),
            date));
    lines.add("");
    lines.add("| work | median s | fastest – slowest | beside |");
    lines.add("| --- | --- | --- | --- |");
    lines.add(
        row(
            "Gram matrix alone (lower triangle, mirrored)",
            result.gram(),
            format("%.0f GFLOP/s", result.gramGflops())));
    lines.add(
        row(
            "NNGP and NTK, both from one pass",
            result.kernels(),
            format(
                "%.2f × the Gram matrix, %.1f ns per entry, %.1f MB temporary",
                result.overGram(), result.nanosPerEntry(), result.peakBytes() / 1e6)));
    result
        .numpy()
        .ifPresent(n ->
            lines.add(
                row(
                    "the same as a NumPy chain (" + result.numpyVersion().orElseThrow() + ")",
                    n,
                    format("%.1f × Lamina's time", result.numpyOverKernels().orElseThrow()))));
    lines.add("");
    lines.add(
        format(
            "Largest error against float64 over %d sampled entries, the %d most parallel pairs among them, relative to √(k(x,x)k(z,z)): NNGP %.1e, NTK %.1e.",
            result.audit().pairs(),
            result.audit().mostParallel(),
            result.nngpAudit().maxRelativeError(),
            result.audit().maxRelativeError()));
    return lines.toString();
  }

  private static String row(String work, Seconds seconds, String beside) {
    return format(
        "| %s | %.3f | %.3f – %.3f | %s |",
        work, seconds.median(), seconds.min(), seconds.max(), beside);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one method
  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /**
   * Replaces what stands between the benchmark markers of a file.
   *
   * @param file a text file with both markers
   * @param text the new text
   * @throws IllegalArgumentException if the markers are missing
   */
  public static void update(Path file, String text) {
    try {
      String old = Files.readString(file);
      int begin = old.indexOf(BEGIN);
      int end = old.indexOf(END);
      if (begin < 0 || end < begin) {
        throw new IllegalArgumentException(
            "%s has no markers %s and %s in that order".formatted(file, BEGIN, END));
      }
      String updated =
          old.substring(0, begin + BEGIN.length()) + "\n" + text + "\n" + old.substring(end);
      AtomicFile.writeString(file, updated);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
