package dev.lamina.analysis.regression;

import dev.lamina.analysis.regression.RegressionResult.Quality;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Series;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How scores are named, printed and drawn.
 *
 * @param key {@code accuracy} or {@code rmse}
 */
record Metric(String key) {

  boolean isAccuracy() {
    return key.equals("accuracy");
  }

  /** Returns the name in running text. */
  String name() {
    return isAccuracy() ? "accuracy" : "RMSE";
  }

  Axis axis() {
    return isAccuracy() ? Axis.linear("accuracy", "") : Axis.linear("RMSE", "unit of the targets");
  }

  String shown(Quality quality) {
    return isAccuracy()
        ? String.format(Locale.ROOT, "%.1f %%", 100 * quality.value())
        : number(quality.value());
  }

  /** Returns the interval of a score and a comma, or nothing if it has none. */
  String interval(Quality quality) {
    return isAccuracy()
        ? String.format(
            Locale.ROOT, "95 %% interval %.1f–%.1f %%, ", 100 * quality.low(), 100 * quality.high())
        : "";
  }

  /** Returns measured scores with their intervals. */
  Series points(String name, String subject, List<Double> x, List<Quality> scores) {
    List<Double> y = column(scores, Quality::value);
    return isAccuracy()
        ? new Series.Points(
            name + " (95 % interval)",
            subject,
            x,
            y,
            column(scores, Quality::low),
            column(scores, Quality::high))
        : Series.Points.of(name, subject, x, y);
  }

  static <T> List<Double> column(List<T> rows, ToDoubleFunction<T> value) {
    return rows.stream().map(value::applyAsDouble).toList();
  }

  /** Returns a number with three significant digits and no trailing zeros. */
  static String number(double value) {
    return new BigDecimal(value)
        .round(new MathContext(3))
        .stripTrailingZeros()
        .toString()
        .replace("E", "e");
  }
}
