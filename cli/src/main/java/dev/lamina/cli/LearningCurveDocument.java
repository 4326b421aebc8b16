package dev.lamina.cli;

import dev.lamina.analysis.learningcurve.CurvePoint;
import dev.lamina.analysis.learningcurve.LearningCurve;
import dev.lamina.analysis.learningcurve.Mode;
import dev.lamina.analysis.learningcurve.Renormalised;
import dev.lamina.analysis.learningcurve.SimulatedPoint;
import dev.lamina.analysis.learningcurve.Spectrum;
import dev.lamina.analysis.learningcurve.SphereSpectrum;
import dev.lamina.analysis.learningcurve.Target;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * What {@code lamina learning-curve --json} prints.
 *
 * @param kernel k; null for a spectrum from a file
 * @param dimension d; null for a spectrum from a file
 * @param radius norm of the inputs; null for a spectrum from a file
 * @param target degree:weight; null for a spectrum from a file
 * @param noise s2 of the theory: the ridge, and with a renormalised kernel what is added to it
 * @param labelNoise variance of the noise of the labels
 * @param renormalised r and s2_r; null if the kernel is whole
 * @param coefficients b_0, b_1, …, powers of the cosine; empty for a spectrum from a file
 * @param spectrum eigenvalues
 * @param trace K(x, x), the sum of all eigenvalues
 * @param remainder the part of the trace in eigenvalues that are not used one by one
 * @param targetPower mean square of the target: the MSE of predicting 0
 * @param points one for each number of samples
 */
record LearningCurveDocument(
    Optional<Kernel> kernel,
    Optional<Integer> dimension,
    OptionalDouble radius,
    Optional<String> target,
    double noise,
    double labelNoise,
    Optional<Tail> renormalised,
    List<Double> coefficients,
    List<Eigenvalue> spectrum,
    double trace,
    double remainder,
    double targetPower,
    List<Point> points) {

  /**
   * The powers that are counted as noise.
   *
   * @param power r, the last power kept
   * @param noise s2_r, the sum of the coefficients above
   * @param remainder √N d^−(r+1)/2 for the largest N, which must be small
   */
  record Tail(int power, double noise, double remainder) {}

  /**
   * An eigenvalue.
   *
   * @param degree of the harmonics; the row for a spectrum from a file
   * @param eigenvalue λ
   * @param degeneracy how many eigenfunctions share it
   * @param weight Σ g² of the target over them
   * @param error bound of the error of λ; null for a spectrum from a file
   */
  record Eigenvalue(
      int degree, double eigenvalue, double degeneracy, double weight, OptionalDouble error) {}

  /**
   * One number of samples.
   *
   * @param samples N
   * @param kernelSum C_K; null without noise
   * @param perturbation C_K/s2; null without noise
   * @param valid whether that is at most ½: ek and subLeading can be trusted
   * @param ek null without noise
   * @param subLeading null without noise
   * @param subLeadingPublished with the sign in print; null without noise
   * @param selfConsistent at any noise
   * @param simulated null if there was no simulation
   */
  record Point(
      double samples,
      double kernelSum,
      double perturbation,
      boolean valid,
      Optional<CurvePoint.Estimate> ek,
      Optional<CurvePoint.Estimate> subLeading,
      Optional<CurvePoint.Estimate> subLeadingPublished,
      CurvePoint.SelfConsistent selfConsistent,
      Optional<SimulatedPoint> simulated) {

    static Point of(CurvePoint p, Optional<SimulatedPoint> simulated) {
      return new Point(
          p.samples(),
          p.kernelSum(),
          p.perturbation(),
          p.valid(),
          p.ek(),
          p.subLeading(),
          p.subLeadingPublished(),
          p.selfConsistent(),
          simulated);
    }
  }

  /** Where the eigenvalues come from. */
  record Source(
      Optional<Kernel> kernel,
      Optional<SphereSpectrum> sphere,
      Optional<Target> target,
      Optional<Renormalised> renormalised,
      Spectrum spectrum) {

    static Source of(Spectrum spectrum) {
      return new Source(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), spectrum);
    }

    static Source of(
        Kernel kernel, SphereSpectrum sphere, Target target, Optional<Renormalised> renormalised) {
      return new Source(
          Optional.of(kernel),
          Optional.of(sphere),
          Optional.of(target),
          renormalised,
          sphere.with(target));
    }
  }

  /**
   * Puts everything together.
   *
   * @param shown largest degree and power to print, beside those of the target; all of a file
   */
  static LearningCurveDocument of(
      Source source,
      LearningCurve curve,
      double labelNoise,
      List<Double> samples,
      List<SimulatedPoint> simulated,
      int shown) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      points.add(
          Point.of(
              curve.at(samples.get(i)),
              simulated.isEmpty() ? Optional.empty() : Optional.of(simulated.get(i))));
    }
    double most = samples.stream().mapToDouble(n -> n).max().orElseThrow();
    Spectrum spectrum = source.spectrum();
    return new LearningCurveDocument(
        source.kernel(),
        source.sphere().map(s -> s.sphere().dimension()),
        source.sphere().map(s -> OptionalDouble.of(s.sphere().radius())).orElse(none()),
        source.target().map(Target::toString),
        points.isEmpty() ? 0 : curve.at(most).noise(),
        labelNoise,
        source.renormalised().map(r -> new Tail(r.power(), r.noise(), r.remainder(most))),
        source
            .sphere()
            .map(s -> s.coefficients().subList(0, Math.min(shown + 1, s.coefficients().size())))
            .orElse(List.of()),
        spectrum.modes().stream()
            .filter(m -> source.sphere().isEmpty() || m.degree() <= shown || m.weight() > 0)
            .map(m -> eigenvalue(m, source.sphere()))
            .toList(),
        spectrum.trace(),
        spectrum.remainder(),
        spectrum.targetPower(),
        points);
  }

  private static OptionalDouble none() {
    return OptionalDouble.empty();
  }

  private static Eigenvalue eigenvalue(Mode m, Optional<SphereSpectrum> sphere) {
    OptionalDouble error =
        sphere.isPresent() && m.degree() < sphere.get().degrees().size()
            ? OptionalDouble.of(sphere.get().degrees().get(m.degree()).error())
            : none();
    return new Eigenvalue(m.degree(), m.eigenvalue(), m.multiplicity(), m.weight(), error);
  }

  /** Returns what a person reads. */
  String text() {
    StringJoiner lines = new StringJoiner("\n");
    kernel.ifPresent(k ->
        lines.add(
            "%s on the sphere of radius %s in %d dimensions, target %s"
                .formatted(
                    k,
                    NumberTexts.rounded(radius.orElseThrow(), 6),
                    dimension.orElseThrow(),
                    target.orElseThrow())));
    renormalised.ifPresent(r ->
        lines.add(
            "powers above %d are noise of variance %s; sqrt(N) d^(-(r+1)/2) = %s"
                .formatted(
                    r.power(),
                    NumberTexts.rounded(r.noise(), 6),
                    NumberTexts.rounded(r.remainder(), 2))));
    lines.add("noise s2 " + NumberTexts.rounded(noise, 6));
    lines.add("  degree        eigenvalue    degeneracy        weight");
    for (Eigenvalue e : spectrum) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%8d  %16.9g  %12.6g  %12.6g",
              e.degree(),
              e.eigenvalue(),
              e.degeneracy(),
              e.weight()));
    }
    lines.add(
        "K(x, x) = %s, of which %s in smaller eigenvalues"
            .formatted(NumberTexts.rounded(trace, 10), NumberTexts.rounded(remainder, 4)));
    lines.add(
        "       N       C_K/s2            ek    subLeading  selfConsistent       kappa  simulated");
    for (Point p : points) {
      lines.add(line(p));
    }
    lines.add(
        "Mean squared errors; that of predicting 0 is " + NumberTexts.rounded(targetPower, 6));
    if (points.stream().anyMatch(p -> !p.valid())) {
      lines.add(
          noise == 0
              ? "Without noise only selfConsistent is defined"
                  + (kernel.isPresent() ? "; --renormalise makes noise of the kernel's tail." : ".")
              : "* C_K is not small against s2: trust selfConsistent.");
    }
    return lines.toString();
  }

  private static String line(Point p) {
    return String.format(
        Locale.ROOT,
        "%8s  %11s%s  %12s  %12s  %14.6g  %10.4g  %s",
        NumberTexts.rounded(p.samples(), 7),
        NumberTexts.rounded(p.perturbation(), 4),
        p.valid() || p.ek().isEmpty() ? " " : "*",
        mse(p.ek()),
        mse(p.subLeading()),
        p.selfConsistent().mse(),
        p.selfConsistent().kappa(),
        p.simulated()
            .map(s ->
                String.format(Locale.ROOT, "%.5g ± %.2g", s.mse().mean(), s.mse().standardError()))
            .orElse(""));
  }

  private static String mse(Optional<CurvePoint.Estimate> estimate) {
    return estimate.map(e -> String.format(Locale.ROOT, "%.6g", e.mse())).orElse("-");
  }
}
