package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Parts of a figure in words. */
final class FigureTexts {
  /** Who did it when it was Lamina. */
  static final String OWN = "lamina";

  private FigureTexts() {}

  /** Returns sizes such as {@code N=8192, d=784}. */
  static String sizes(Map<String, Long> sizes) {
    return sizes.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(", "));
  }

  /** Returns what it is and of which size, and who did it if that was not Lamina. */
  static String name(Figure figure) {
    String by = figure.by().equals(OWN) ? "" : " by " + figure.by();
    String sizes = figure.sizes().isEmpty() ? "" : ", " + sizes(figure.sizes());
    return figure.work() + by + ", " + figure.dtype() + sizes;
  }

  /** Returns {@code 1.66 × the Gram matrix (1.6 – 1.71)}, for each ratio. */
  static String ratios(Figure figure) {
    return figure.ratios().stream().map(FigureTexts::ratio).collect(Collectors.joining("; "));
  }

  private static String ratio(Ratio ratio) {
    return "%s × %s (%s – %s)"
        .formatted(
            number(ratio.median(), 3), ratio.to(), number(ratio.min(), 3), number(ratio.max(), 3));
  }

  /** Returns a number for people. */
  static String number(double value, int digits) {
    return NumberTexts.rounded(value, digits);
  }

  /** Returns a number for people; empty if there is none. */
  static String number(OptionalDouble value, int digits) {
    return value.isPresent() ? number(value.getAsDouble(), digits) : "";
  }
}
