package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.CurvePoint.Estimate;
import dev.lamina.analysis.learningcurve.CurvePoint.Residual;
import dev.lamina.analysis.learningcurve.LearningCurveResult.Compared;
import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.learningcurve.SphereSpectrum.Degree;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The pictures of curves and spectra of a {@link LearningCurveResult}. */
final class LearningCurvePlots {
  static final String EK = "equivalence kernel";
  static final String SUB = "with sub-leading term";
  static final String PRINTED = "with the sign in print";
  static final String SELF = "self-consistent";
  private static final String WHOLE = "self-consistent, whole kernel";
  private static final String MEASURED = "regression";
  private static final Axis SAMPLES = Axis.logarithmic("training samples N", "");
  private static final String THEORIES =
      "Equivalence kernel: published (arXiv 1906.05301). Sub-leading term: published with a"
          + " misprinted sign, corrected here. Self-consistent form: derived.";

  private final LearningCurveConfig config;
  private final LearningCurveResult result;
  private final String simulation;

  LearningCurvePlots(LearningCurveConfig config, LearningCurveResult result, long seed) {
    this.config = config;
    this.result = result;
    SphereSimulation.Settings s = config.regression();
    this.simulation =
        s.draws() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " Regression: %d draws of fresh inputs for each N, %d targets and %,d test inputs"
                    + " each, float64, seed %d.",
                s.draws(),
                s.targets(),
                s.testPoints(),
                seed);
  }

  Plot curve() {
    List<Series> series = new ArrayList<>();
    perturbative(series, EK, CurvePoint::ek);
    perturbative(series, SUB, CurvePoint::subLeading);
    perturbative(series, PRINTED, CurvePoint::subLeadingPublished);
    series.add(line(SELF, result.theory(), p -> p.selfConsistent().mse()));
    if (!result.wholeTheory().isEmpty()) {
      series.add(line(WHOLE, result.wholeTheory(), p -> p.selfConsistent().mse()));
    }
    measured(series, SimulatedPoint::mse);
    return new Plot(
        "curve",
        "Error against the number of samples",
        "Mean squared error against the noise-free target on fresh inputs. The first two theories"
            + " are to be trusted where C_K/s2, shown below, is small; the self-consistent form"
            + " needs no noise.",
        THEORIES + simulation,
        SAMPLES,
        Axis.logarithmic("mean squared error", ""),
        series);
  }

  Plot residuals(int degree) {
    List<Series> series = new ArrayList<>();
    if (result.theory().getFirst().ek().isPresent()) {
      series.add(line(EK, result.theory(), p -> factor(p.ek(), degree)));
      series.add(line(SUB, result.theory(), p -> factor(p.subLeading(), degree)));
      series.add(line(PRINTED, result.theory(), p -> factor(p.subLeadingPublished(), degree)));
    }
    series.add(line(SELF, result.theory(), p -> factor(p.selfConsistent().residuals(), degree)));
    measured(
        series,
        s ->
            s.residuals().stream()
                .filter(r -> r.degree() == degree)
                .findFirst()
                .orElseThrow()
                .factor());
    return new Plot(
        "residual-" + degree,
        "What is left of degree " + degree,
        "(g − g*)/g, the part of the target's harmonics of this degree that the mean prediction"
            + " misses: 1 is nothing learnt, 0 everything.",
        THEORIES + " The projection of each prediction on a harmonic is exact." + simulation,
        SAMPLES,
        Axis.linear("(g − g*)/g", ""),
        series);
  }

  private static double factor(Optional<Estimate> estimate, int degree) {
    return factor(estimate.orElseThrow().residuals(), degree);
  }

  private static double factor(List<Residual> residuals, int degree) {
    return residuals.stream()
        .filter(r -> r.degree() == degree)
        .mapToDouble(Residual::factor)
        .findFirst()
        .orElseThrow();
  }

  /** Shows where the perturbation theory may be trusted; there must be noise. */
  Plot validity() {
    List<Double> ends =
        List.of(result.theory().getFirst().samples(), result.theory().getLast().samples());
    List<Series> series = new ArrayList<>();
    series.add(line("C_K/s2", result.theory(), CurvePoint::perturbation));
    series.add(
        new Series.Line(
            "largest that counts as valid",
            "limit",
            ends,
            List.of(LearningCurve.LARGEST_PERTURBATION, LearningCurve.LARGEST_PERTURBATION)));
    return new Plot(
        "validity",
        "Where perturbation theory holds",
        "C_K/s2, what the kernel's modes contribute beside the noise s2 = "
            + NumberTexts.rounded(result.theory().getFirst().noise(), 4)
            + ". Equivalence kernel and sub-leading term assume that it is small.",
        "Condition: published (arXiv 1906.05301); the limit ½ is a convention.",
        SAMPLES,
        Axis.logarithmic("C_K/s2", ""),
        series);
  }

  Plot spectrum() {
    List<Series> series = new ArrayList<>();
    series.add(eigenvalues("whole kernel", result.whole(), Degree::eigenvalue));
    series.add(
        positive(
            "bound K(x, x)/degeneracy",
            "bound",
            result.whole(),
            d -> result.trace() / d.degeneracy()));
    if (!result.kept().isEmpty()) {
      series.add(eigenvalues("without the tail", result.kept(), Degree::eigenvalue));
    }
    series.add(eigenvalues("by the integral of Funk and Hecke", result.whole(), Degree::integral));
    return new Plot(
        "spectrum",
        "Eigenvalues of the kernel on the sphere",
        "λ of each degree of spherical harmonics; a degree is learnt once N is about noise/λ. The"
            + " integral is a second route, whose error is about 1e-15 of K(x, x): smaller"
            + " eigenvalues are lost in it.",
        "Power series: published (arXiv 1906.05301); its circle and the recursion of the weights:"
            + " derived.",
        Axis.linear("degree l", ""),
        Axis.logarithmic("eigenvalue", ""),
        series);
  }

  private static Series eigenvalues(
      String name, List<Degree> degrees, ToDoubleFunction<Degree> value) {
    List<Degree> shown = degrees.stream().filter(d -> value.applyAsDouble(d) > 0).toList();
    return Series.Points.of(
        name,
        name,
        shown.stream().map(d -> (double) d.degree()).toList(),
        shown.stream().map(value::applyAsDouble).toList());
  }

  private static Series positive(
      String name, String subject, List<Degree> degrees, ToDoubleFunction<Degree> value) {
    return new Series.Line(
        name,
        subject,
        degrees.stream().map(d -> (double) d.degree()).toList(),
        degrees.stream().map(value::applyAsDouble).toList());
  }

  Plot coefficients() {
    List<Integer> powers =
        IntStream.range(0, result.coefficients().size())
            .filter(q -> result.coefficients().get(q) > 0)
            .boxed()
            .toList();
    return new Plot(
        "coefficients",
        "The kernel as a power series in the cosine",
        "Coefficients b of K = Σ b_q cos^q. They sum to K(x, x); "
            + result
                .tail()
                .map(t ->
                    "those above power %d, together %s, count as noise."
                        .formatted(t.power(), NumberTexts.rounded(t.noise(), 4)))
                .orElse("none of them counts as noise."),
        "Cauchy's formula on a circle: derived; the paper gives the first four of one kernel.",
        Axis.linear("power q", ""),
        Axis.logarithmic("b_q", ""),
        List.of(
            Series.Points.of(
                config.regression().kernel().toString(),
                "kernel",
                powers.stream().map(q -> (double) q).toList(),
                powers.stream().map(result.coefficients()::get).toList())));
  }

  private void perturbative(
      List<Series> series, String name, Function<CurvePoint, Optional<Estimate>> of) {
    if (of.apply(result.theory().getFirst()).isPresent()) {
      series.add(line(name, result.theory(), p -> of.apply(p).orElseThrow().mse()));
    }
  }

  private static Series line(
      String name, List<CurvePoint> points, ToDoubleFunction<CurvePoint> value) {
    return new Series.Line(
        name,
        name,
        points.stream().map(CurvePoint::samples).toList(),
        points.stream().map(value::applyAsDouble).toList());
  }

  private void measured(List<Series> series, Function<SimulatedPoint, Mean> value) {
    List<SimulatedPoint> points =
        result.points().stream().map(Compared::simulated).flatMap(Optional::stream).toList();
    if (points.isEmpty()) {
      return;
    }
    series.add(
        new Series.Points(
            "regression; bars: 95 % interval of the mean",
            MEASURED,
            points.stream().map(p -> (double) p.samples()).toList(),
            points.stream().map(p -> value.apply(p).mean()).toList(),
            points.stream().map(p -> end(p, value.apply(p), -1)).toList(),
            points.stream().map(p -> end(p, value.apply(p), 1)).toList()));
  }

  private static double end(SimulatedPoint point, Mean mean, int sign) {
    return mean.mean() + sign * mean.interval(point.draws());
  }
}
