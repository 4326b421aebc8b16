package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.CurvePoint.Estimate;
import dev.lamina.analysis.learningcurve.LearningCurveResult.Compared;
import dev.lamina.analysis.learningcurve.SphereSpectrum.Degree;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Shows a {@link LearningCurveResult}. */
final class LearningCurveView {
  private final LearningCurveConfig config;
  private final LearningCurveResult result;
  private final LearningCurvePlots plots;
  private final Optional<RidgeView> ridges;
  private final Optional<WidthView> widths;

  LearningCurveView(LearningCurveConfig config, LearningCurveResult result, long seed) {
    this.config = config;
    this.result = result;
    this.plots = new LearningCurvePlots(config, result, seed);
    this.ridges = config.ridges().map(r -> new RidgeView(r, result.ridges(), seed));
    this.widths =
        config
            .noisyTraining()
            .map(s -> new WidthView(s, result.noisyTraining().orElseThrow(), seed));
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(plots.curve());
    blocks.add(curveTable());
    config
        .regression()
        .target()
        .parts()
        .forEach(part -> blocks.add(plots.residuals(part.degree())));
    if (result.theory().getFirst().noise() > 0) {
      blocks.add(plots.validity());
    }
    blocks.add(plots.spectrum());
    blocks.add(plots.coefficients());
    blocks.add(spectrumTable());
    ridges.ifPresent(view -> blocks.addAll(view.blocks()));
    widths.ifPresent(view -> blocks.addAll(view.blocks()));
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "How the error of Gaussian-process regression falls with the number of samples follows"
        + " from the spectrum of its kernel: a part of the target is learnt once there are enough"
        + " samples for its eigenvalue to stand out of the noise. On spheres the spectrum of every"
        + " network kernel is known, and the tail of the kernel's power series acts as noise of its"
        + " own (arXiv 1906.05301). Theory is compared with regression on random inputs.";
  }

  private String settings() {
    SphereSimulation.Settings s = config.regression();
    return String.format(
        Locale.ROOT,
        "%s on the sphere of radius %s in %d dimensions; target of harmonics degree:weight %s; ridge"
            + " %s, label noise %s. %s The section draws its own inputs: the study's data and"
            + " network have no part in it.",
        s.kernel(),
        NumberTexts.rounded(s.sphere().radius(), 6),
        s.sphere().dimension(),
        s.target(),
        NumberTexts.rounded(s.noise(), 4),
        NumberTexts.rounded(s.labelNoise(), 4),
        result
            .tail()
            .map(t ->
                String.format(
                    Locale.ROOT,
                    "Powers of the cosine above %d count as noise of variance %s; √N d^(−(r+1)/2) is"
                        + " %s for the largest N and must be small.",
                    t.power(),
                    NumberTexts.rounded(t.noise(), 4),
                    NumberTexts.rounded(t.remainder(), 2)))
            .orElse("The kernel is whole."));
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    List<Compared> simulated =
        result.points().stream().filter(p -> p.simulated().isPresent()).toList();
    if (!simulated.isEmpty()) {
      headlines.add(
          new Headline(
              "largest error of the self-consistent form",
              percent(worst(simulated, p -> p.theory().selfConsistent().mse())),
              "of the error of regression, over " + simulated.size() + " sizes"));
      List<Compared> valid = simulated.stream().filter(p -> p.theory().valid()).toList();
      headlines.add(
          new Headline(
              "the same with the sub-leading term",
              valid.isEmpty()
                  ? "–"
                  : percent(worst(valid, p -> p.theory().subLeading().orElseThrow().mse())),
              valid.isEmpty()
                  ? "nowhere is C_K at most half the noise"
                  : "where C_K is at most half the noise, from N = "
                      + NumberTexts.rounded(valid.getFirst().theory().samples(), 7)));
    }
    damage().ifPresent(headlines::add);
    widths.ifPresent(view ->
        headlines.add(
            new Headline(
                "exponent of the width",
                NumberTexts.rounded(view.exponent(), 3),
                "in the error of the mean of finite networks; theory says −1")));
    return headlines;
  }

  private static double worst(List<Compared> points, ToDoubleFunction<Compared> theory) {
    return points.stream()
        .mapToDouble(
            p -> Math.abs(theory.applyAsDouble(p) / p.simulated().orElseThrow().mse().mean() - 1))
        .max()
        .orElseThrow();
  }

  private static String percent(double share) {
    return NumberTexts.rounded(100 * share, 2) + " %";
  }

  /** Says from which ridge on float32 entries do no damage at the largest N. */
  private Optional<Headline> damage() {
    if (result.ridges().isEmpty()) {
      return Optional.empty();
    }
    int most = result.ridges().getLast().samples();
    List<PrecisionPoint> exact = sweep(most, DType.FLOAT64);
    List<PrecisionPoint> rounded = sweep(most, DType.FLOAT32);
    int first = exact.size();
    while (first > 0 && close(exact.get(first - 1), rounded.get(first - 1))) {
      first--;
    }
    return Optional.of(
        new Headline(
            "least ridge without damage by float32",
            first == exact.size() ? "none" : NumberTexts.rounded(exact.get(first).ridge(), 2),
            "errors within 2 % of those of float64 from there on, N = " + most));
  }

  private static boolean close(PrecisionPoint a, PrecisionPoint b) {
    return Math.abs(b.mse().mean() / a.mse().mean() - 1) < 0.02;
  }

  private List<PrecisionPoint> sweep(int samples, DType dtype) {
    return result.ridges().stream()
        .filter(p -> p.samples() == samples && p.dtype() == dtype)
        .toList();
  }

  private Table curveTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Compared p : result.points()) {
      CurvePoint t = p.theory();
      Optional<SimulatedPoint> s = p.simulated();
      rows.add(
          row(
              (long) t.samples(),
              s.map(x -> x.mse().mean()).orElse(Double.NaN),
              s.map(x -> x.mse().interval(x.draws())).orElse(Double.NaN),
              mse(t.ek()),
              mse(t.subLeading()),
              mse(t.subLeadingPublished()),
              t.selfConsistent().mse(),
              p.whole().selfConsistent().mse(),
              t.perturbation(),
              t.ek().isEmpty() ? null : t.valid(),
              t.selfConsistent().kappa()));
    }
    return new Table(
        "curve-numbers",
        "Errors in numbers",
        "Mean squared errors; that of predicting 0 is "
            + NumberTexts.rounded(result.targetPower(), 4)
            + ". The sign in print is shown to be told from the corrected one.",
        columns(
            "N",
            "regression",
            "± 95 %",
            LearningCurvePlots.EK,
            LearningCurvePlots.SUB,
            LearningCurvePlots.PRINTED,
            LearningCurvePlots.SELF,
            "the same, whole kernel",
            "C_K/s2",
            "valid",
            "kappa"),
        rows);
  }

  private static double mse(Optional<Estimate> estimate) {
    return estimate.map(Estimate::mse).orElse(Double.NaN);
  }

  private Table spectrumTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Degree d : result.whole()) {
      Optional<Degree> kept =
          result.kept().stream().filter(k -> k.degree() == d.degree()).findFirst();
      rows.add(
          row(
              d.degree(),
              d.degeneracy(),
              d.eigenvalue(),
              d.error(),
              kept.map(Degree::eigenvalue).orElse(Double.NaN),
              d.integral(),
              d.degree() < result.coefficients().size()
                  ? result.coefficients().get(d.degree())
                  : Double.NaN));
    }
    return new Table(
        "spectrum-numbers",
        "Eigenvalues in numbers",
        "For each degree l the eigenvalue of the whole kernel with a bound of its error, without the"
            + " tail, and by the second route; and the coefficient of the power l.",
        columns(
            "l",
            "degeneracy",
            "eigenvalue",
            "error bound",
            "without the tail",
            "by the integral",
            "coefficient"),
        rows);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(name -> Column.of(name).digits(6)).toList();
  }

  /** Returns a row with nothing where there is no number. */
  private static List<Object> row(Object... values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Double d && d.isNaN() ? null : value);
    }
    return row;
  }
}
