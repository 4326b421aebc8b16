package dev.lamina.benchmarks.device;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/** What {@link DeviceSuite} found, as tables. */
public final class DeviceReport {
  private DeviceReport() {}

  /**
   * {@return Markdown, a table for each section}
   *
   * @param result what was found
   * @param date when
   */
  public static String markdown(DeviceResult result, LocalDate date) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        format(
            "%s (%s); products by %s; %s; %.0f s.",
            result.device().name(),
            result.device().detail(),
            result.library(),
            date,
            result.seconds()));
    if (result.emulated()) {
      lines.add("EMULATED: the processor imitated the device; times say nothing about a GPU.");
    }
    lines.add(
        "Milliseconds between events of the device: median (fastest – slowest). Share: of the library's product rate in the same arithmetic.");
    lines.add(
        "Floor: operations at that rate, or bytes at the copy's rate. Errors: largest against float64 (by "
            + result.reference()
            + ") over sampled entries; over the most parallel pairs.");
    String section = "";
    for (Figure figure : result.figures()) {
      if (!figure.section().equals(section)) {
        section = figure.section();
        lines.add("").add("## " + section).add("");
        lines.add("| work | size | ms | rate | share | floor ms | error | parallel | peak MB |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
      }
      lines.add(row(figure));
    }
    lines.add("").add("## device functions, ms in one more run").add("");
    result.figures().stream()
        .filter(figure -> !figure.launches().isEmpty())
        .forEach(figure -> lines.add("- " + launches(figure)));
    if (!result.problems().isEmpty()) {
      lines.add("").add("## FAILED").add("");
      result.problems().forEach(problem -> lines.add("- " + problem));
    }
    return lines.toString();
  }

  /** Returns a figure as a row of its table. */
  static String row(Figure f) {
    return format(
        "| %s | %s | %.3f (%.3f – %.3f) | %s | %s | %s | %s | %s | %s |",
        f.note().isEmpty() ? f.work() : f.work() + " (" + f.note() + ")",
        f.size(),
        f.milliseconds().median(),
        f.milliseconds().min(),
        f.milliseconds().max(),
        f.gigabytes().isPresent()
            ? number("%.4g GB/s", f.gigabytes())
            : number("%.4g TFLOP/s", f.teraflops()),
        f.ceilingShare().isPresent() ? format("%.0f %%", 100 * f.ceilingShare().getAsDouble()) : "",
        number("%.3g", f.floorMilliseconds()),
        number("%.1e", f.error()),
        number("%.1e", f.parallelError()),
        f.peakBytes() == 0 ? "" : format("%.1f", f.peakBytes() / 1e6));
  }

  private static String launches(Figure f) {
    StringJoiner parts = new StringJoiner(", ");
    f.launches().entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(e -> parts.add(format("%s %.3f", e.getKey(), e.getValue())));
    return "%s, %s: %s".formatted(f.work(), f.size(), parts);
  }

  private static String number(String pattern, OptionalDouble value) {
    return value.isPresent() ? format(pattern, value.getAsDouble()) : "";
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one method
  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
