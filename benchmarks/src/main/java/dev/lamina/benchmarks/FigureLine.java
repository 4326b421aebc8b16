package dev.lamina.benchmarks;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/** A figure in one line, as it is said while the benchmark runs. */
final class FigureLine {
  private FigureLine() {}

  static String of(Figure f) {
    StringJoiner parts = new StringJoiner(", ");
    parts.add(
        format(
            "%s%s, %s %s: %.4g ms (%.4g – %.4g)",
            f.work(),
            f.by().equals(FigureBuilder.LAMINA) ? "" : " (" + f.by() + ")",
            f.dtype(),
            sizes(f.sizes()),
            f.milliseconds().median(),
            f.milliseconds().min(),
            f.milliseconds().max()));
    add(parts, "%.4g TFLOP/s", f.teraflops());
    if (f.operations().isEmpty()) {
      add(parts, "%.4g GB/s", f.gigabytes());
    }
    if (f.ceilingShare().isPresent()) {
      parts.add(format("%.0f %% of the ceiling", 100 * f.ceilingShare().getAsDouble()));
    }
    for (Ratio ratio : f.ratios()) {
      parts.add(format("%.3g × %s", ratio.median(), ratio.to()));
    }
    add(parts, "error %.1e", f.error());
    add(parts, "parallel %.1e", f.parallelError());
    return f.note().isEmpty() ? parts.toString() : parts + "; " + f.note();
  }

  /** Returns sizes such as {@code N=8,000 d=784}. */
  private static String sizes(Map<String, Long> sizes) {
    StringJoiner parts = new StringJoiner(" ");
    sizes.forEach((letter, value) -> parts.add(format("%s=%,d", letter, value)));
    return parts.toString();
  }

  private static void add(StringJoiner parts, String pattern, OptionalDouble value) {
    if (value.isPresent()) {
      parts.add(format(pattern, value.getAsDouble()));
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one method
  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
