package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.regression.GaussianProcess;
import dev.lamina.analysis.regression.IterativeRegression;
import dev.lamina.analysis.regression.Precision;
import dev.lamina.analysis.regression.Score;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What {@code lamina regress} found. Keys that do not apply are absent: {@code accuracy} or {@code
 * rmse}, likelihood and jitter or iterations.
 */
final class RegressDocument {
  private final Map<String, Object> values = new LinkedHashMap<>();

  RegressDocument(
      Kernel kernel,
      Lamina lamina,
      HostMatrix x,
      HostMatrix test,
      TargetFiles targets,
      double noise) {
    values.put("kernel", kernel.toString());
    values.put("backend", lamina.backend().id().text());
    values.put("device", lamina.backend().device().name());
    values.put("precision", Precision.of(lamina.config().precision()).text());
    values.put("task", targets.train().isClassification() ? "classification" : "regression");
    values.put("trainSamples", x.rows());
    values.put("testSamples", test.rows());
    values.put("features", x.cols());
    values.put("outputs", targets.train().outputs());
    values.put("noise", noise);
  }

  void fitted(GaussianProcess model, double seconds) {
    values.put("solver", "cholesky");
    values.put("logMarginalLikelihood", model.logMarginalLikelihood());
    values.put("jitter", model.jitter());
    values.put("fitSeconds", seconds);
  }

  void iterated(IterativeRegression model, double seconds) {
    values.put("solver", "iterative");
    values.put("iterations", model.convergence().iterations());
    values.put("residual", model.convergence().residual());
    values.put("converged", model.convergence().converged());
    values.put("fitSeconds", seconds);
  }

  void predicted(HostMatrix mean, TargetFiles targets, double seconds) {
    values.put("predictSeconds", seconds);
    values.put("seconds", seconds + (Double) values.get("fitSeconds"));
    targets
        .test()
        .ifPresent(test -> {
          switch (test.score(mean)) {
            case Score.Accuracy a -> {
              values.put("accuracy", a.value());
              values.put("accuracyLow", a.lower());
              values.put("accuracyHigh", a.upper());
            }
            case Score.Rmse r -> values.put("rmse", r.value());
          }
        });
  }

  /** Returns what {@code --json} prints. */
  Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  /** Returns what a person reads. */
  String text() {
    StringJoiner lines = new StringJoiner("\n");
    add(lines, "%s on %s (%s)", "kernel", "backend", "device");
    add(
        lines,
        "%s: %d test after %d training samples, d = %d, %d outputs, noise %s, %s, %s",
        "task",
        "testSamples",
        "trainSamples",
        "features",
        "outputs",
        "noise",
        "precision",
        "solver");
    add(
        lines,
        "accuracy %.4f (95 %% interval %.4f to %.4f)",
        "accuracy",
        "accuracyLow",
        "accuracyHigh");
    add(lines, "root mean squared error %.6g", "rmse");
    add(lines, "log marginal likelihood %.8g, jitter %.3g", "logMarginalLikelihood", "jitter");
    add(lines, "%d iterations, relative residual %.2e", "iterations", "residual");
    add(
        lines,
        "%.3g s: %.3g s to fit, %.3g s to predict",
        "seconds",
        "fitSeconds",
        "predictSeconds");
    return lines.toString();
  }

  /** Adds a line if there are values for it. */
  private void add(StringJoiner lines, String format, String... keys) {
    if (values.containsKey(keys[0])) {
      Object[] shown = new Object[keys.length];
      for (int i = 0; i < keys.length; i++) {
        shown[i] = values.get(keys[i]);
      }
      lines.add(String.format(Locale.ROOT, format, shown));
    }
  }
}
