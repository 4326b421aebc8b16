package dev.lamina.cli;

import dev.lamina.analysis.curvature.CriticalPoint;
import dev.lamina.analysis.curvature.DenseSpectrum;
import dev.lamina.analysis.curvature.Inertia;
import dev.lamina.analysis.curvature.Lanczos;
import dev.lamina.analysis.curvature.SpectralDensity;
import dev.lamina.analysis.embedding.Perceptron;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** What {@code lamina hessian} prints: names of the JSON document with their values. */
final class HessianDocument {
  private static final int SHOWN = 10;
  private static final String NETWORK = "network";

  /** What rounding makes of a zero, as a share of what counts as zero. */
  private static final double ROUNDING = 1e-3;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final StringJoiner found = new StringJoiner("\n");
  private Optional<String> searched = Optional.empty();
  private double[] eigenvalues = {};
  private double tolerance = Double.NaN;

  void put(String name, Object value) {
    values.put(name, value);
  }

  Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  /** Adds where a search has gone to, and how. */
  void polished(Path file, CriticalPoint point) {
    String status = point.status().name().toLowerCase(Locale.ROOT);
    put("polished", file.toString());
    put("search", status);
    String steps;
    if (onlyDescends(point.network())) {
      put("lbfgsSteps", point.dampedSteps());
      steps = "%d steps of L-BFGS".formatted(point.dampedSteps());
    } else {
      put("dampedSteps", point.dampedSteps());
      put("newtonSteps", point.newtonSteps());
      steps =
          "%d Levenberg–Marquardt and %d Newton steps"
              .formatted(point.dampedSteps(), point.newtonSteps());
    }
    searched =
        Optional.of(
            "%s polished to %s: %s after %s"
                .formatted(values.get(NETWORK), file, status.replace('_', ' '), steps));
  }

  /** Returns whether a network is too large for the steps that need its Hessian. */
  static boolean onlyDescends(Perceptron network) {
    return network.parameterCount() > DenseSpectrum.LIMIT;
  }

  void dense(double[] ascending, Inertia inertia) {
    eigenvalues = ascending;
    tolerance = inertia.tolerance();
    inertia(inertia.positive(), inertia.negative(), inertia.zero(), tolerance);
    put("eigenvalues", ascending);
    found.add(
        String.format(
            Locale.ROOT,
            "inertia: %d positive, %d negative, %d zero (within %.3g)",
            inertia.positive(),
            inertia.negative(),
            inertia.zero(),
            inertia.tolerance()));
    List<Double> all = Arrays.stream(ascending).boxed().toList();
    found.add("smallest: " + some(all));
    found.add("largest:  " + some(all.reversed()));
  }

  void extremes(Lanczos.Extremes extremes) {
    inertia(null, null, null, null);
    put("eigenvalues", extremes.largest().reversed());
    put("smallest", extremes.smallest());
    put("residual", extremes.residual());
    put("steps", extremes.steps());
    put("converged", extremes.converged());
    found.add("largest:  " + some(extremes.largest()));
    found.add("smallest: " + some(extremes.smallest()));
    found.add(
        String.format(
            Locale.ROOT,
            "each within %.3g of an eigenvalue after %d products%s",
            extremes.residual(),
            extremes.steps(),
            extremes.converged() ? "" : ": not converged, raise --steps"));
  }

  void density(SpectralDensity density) {
    inertia(null, null, null, null);
    put("eigenvalues", density.nodes());
    put("weights", density.weights());
    put("meanEigenvalue", density.trace());
    put("meanEigenvalueError", density.traceError());
    put("probes", density.probes());
    put("steps", density.steps());
    double low = density.nodes().getFirst();
    double high = density.nodes().getLast();
    double error = density.traceError(); // NaN with one probe
    found.add(
        String.format(
            Locale.ROOT,
            "eigenvalues from %.6g to %.6g, mean %.6g%s; shares:",
            low,
            high,
            density.trace(),
            Double.isNaN(error) ? "" : String.format(Locale.ROOT, " ± %.2g", error)));
    double largest = Math.max(Math.abs(low), Math.abs(high));
    double[] cuts = {-1.1, -1e-1, -1e-2, -1e-3, -1e-4, 1e-4, 1e-3, 1e-2, 1e-1, 1.1};
    for (int i = 1; i < cuts.length; i++) {
      double from = cuts[i - 1] * largest;
      double to = cuts[i] * largest;
      found.add(
          String.format(
              Locale.ROOT, "  %11.4g to %11.4g  %8.5f", from, to, density.share(from, to)));
    }
  }

  private void inertia(Integer positive, Integer negative, Integer zero, Double within) {
    put("positive", positive);
    put("negative", negative);
    put("zero", zero);
    put("tolerance", within);
  }

  /**
   * Says how many eigenvalues count as zero though they are far above what rounding makes: above
   * 1e-12 max(1, largest), and above the bound below which the gradient forbids to conclude.
   */
  Optional<String> smallButNotZero(double bound) {
    double rounding = Math.max(tolerance * ROUNDING, bound);
    double[] small =
        Arrays.stream(eigenvalues)
            .filter(v -> Math.abs(v) <= tolerance && Math.abs(v) > rounding)
            .toArray();
    if (small.length == 0) {
      return Optional.empty();
    }
    long positive = Arrays.stream(small).filter(v -> v > 0).count();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d of the eigenvalues counted as zero are above %.3g, far more than rounding makes: %d positive, %d negative, from %.5g to %.5g; the signs of these may be real",
            small.length,
            rounding,
            positive,
            small.length - positive,
            small[0],
            small[small.length - 1]));
  }

  /** Says how many eigenvalues count as not zero but are below a bound. */
  String below(double bound) {
    long count =
        Arrays.stream(eigenvalues)
            .filter(v -> Math.abs(v) > tolerance && Math.abs(v) < bound)
            .count();
    return count == 0 ? "" : " (" + count + " of those counted as not zero)";
  }

  String text() {
    StringJoiner text = new StringJoiner("\n");
    searched.ifPresent(text::add);
    text.add(
        String.format(
            Locale.ROOT,
            "%s: %s parameters, %s %.12g, gradient (sum of sizes) %.3g",
            values.getOrDefault("polished", values.get(NETWORK)),
            values.get("parameters"),
            values.get("loss"),
            (Double) values.get("value"),
            (Double) values.get("gradientL1")));
    text.add(found.toString());
    if (values.get("warnings") instanceof List<?> warnings) {
      warnings.forEach(w -> text.add(w.toString()));
    }
    return text.toString();
  }

  private static String some(List<Double> v) {
    StringJoiner text = new StringJoiner(", ", "", v.size() > SHOWN ? ", …" : "");
    v.stream().limit(SHOWN).forEach(d -> text.add(String.format(Locale.ROOT, "%.8g", d)));
    return text.toString();
  }
}
