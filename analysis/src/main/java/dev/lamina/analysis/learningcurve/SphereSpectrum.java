package dev.lamina.analysis.learningcurve;

import dev.lamina.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The spectrum of a kernel on a sphere: K(x, z) = Σ_l λ_l Σ_m Y_lm(x) Y_lm(z) with harmonics that
 * are orthonormal in the uniform measure of total mass 1.
 *
 * <p>From the coefficients b_q of K = Σ b_q t^q in the cosine t [published: arXiv 1906.05301],
 *
 * <pre>  λ_l = Γ(d/2)/(√π 2^l) Σ_s b_{2s+l} (2s+l)!/(2s)! Γ(s+½)/Γ(s+l+d/2),</pre>
 *
 * where all terms are positive, so that tiny eigenvalues keep their digits; the weights come from
 * their ratios, without a Gamma function. On spheres of few dimensions the sum converges slowly,
 * and the integral of {@link FunkHecke} is better: each eigenvalue is taken from the route with the
 * smaller error bound, and {@link Degree} has both.
 *
 * @param sphere where the inputs are
 * @param coefficients b_0, b_1, …, as many as are of interest
 * @param coefficientErrors a bound of the error of each
 * @param degrees l = 0, 1, … as far as eigenvalues are above rounding
 * @param trace K(1) = Σ b_q = Σ_l degeneracy_l λ_l
 * @param remainder the part of the trace beyond the last degree
 */
public record SphereSpectrum(
    Sphere sphere,
    List<Double> coefficients,
    List<Double> coefficientErrors,
    List<Degree> degrees,
    double trace,
    double remainder) {

  /** Number of coefficients that are kept. */
  private static final int KEPT = Renormalised.HIGHEST + 1;

  /** An eigenvalue below this share of the trace has no effect: it is left to the remainder. */
  private static final double NEGLIGIBLE = 1e-20;

  /** An eigenvalue below so many times its error bound counts as 0. */
  private static final double SURE = 10;

  /** So many zeros in a row end the spectrum; kernels that are even or odd miss every other. */
  private static final int MISSING = 4;

  /** Error of the integral of Funk and Hecke in units of K(1). */
  private static final double INTEGRAL_ROUNDING = 8 * Math.ulp(1.0);

  /** A smaller share of the trace than this is rounding, not a remainder. */
  private static final double TRACE_ROUNDING = 1e-13;

  /** Copies the lists. */
  public SphereSpectrum {
    coefficients = List.copyOf(coefficients);
    coefficientErrors = List.copyOf(coefficientErrors);
    degrees = List.copyOf(degrees);
  }

  /**
   * The harmonics of one degree.
   *
   * @param degree l
   * @param eigenvalue λ_l, from the better route
   * @param degeneracy how many harmonics there are
   * @param error a bound of the error of λ_l
   * @param series λ_l from the power series
   * @param integral λ_l from the integral of Funk and Hecke; its error is absolute, about 10⁻¹⁵
   *     K(1)
   */
  public record Degree(
      int degree,
      double eigenvalue,
      double degeneracy,
      double error,
      double series,
      double integral) {}

  /**
   * Computes the spectrum.
   *
   * @param kernel a kernel whose power series in the cosine is known: all but Matérn kernels of
   *     other ν than ½, 3/2, 5/2 and 7/2
   * @param sphere where the inputs are
   * @return the spectrum
   * @throws IllegalArgumentException if the power series is not known, or if the kernel is 0
   */
  public static SphereSpectrum of(Kernel kernel, Sphere sphere) {
    ZonalKernel zonal = ZonalKernel.of(kernel, sphere);
    PowerSeries series = PowerSeries.of(kernel, sphere);
    if (!(series.atOne() > 0 && series.atOne() < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "spectrum of %s on the sphere of radius %s: K(x, x) must be positive and finite but is %s"
              .formatted(kernel, sphere.radius(), series.atOne()));
    }
    return of(sphere, series, new FunkHecke(zonal, sphere.dimension()));
  }

  /**
   * Computes the spectrum of the kernel with only b_0 … b_r left, as if the others were noise
   * [published: arXiv 1906.05301]. It has r + 1 eigenvalues, all positive if the b are.
   *
   * @param kernel the kernel
   * @param sphere where the inputs are
   * @param r last power kept, from 0 to 63
   * @return the spectrum of the renormalised kernel and the variance of that noise
   * @throws IllegalArgumentException if r is outside its range, and as {@link #of} does
   */
  public static Renormalised renormalised(Kernel kernel, Sphere sphere, int r) {
    if (r < 0 || r >= KEPT) {
      throw new IllegalArgumentException(
          "renormalised kernel: r must be 0 to %d but is %d".formatted(KEPT - 1, r));
    }
    PowerSeries full = PowerSeries.of(kernel, sphere);
    PowerSeries kept = full.truncated(r);
    ZonalKernel polynomial = new TruncatedKernel(kept, r);
    SphereSpectrum spectrum = of(sphere, kept, new FunkHecke(polynomial, sphere.dimension()));
    return new Renormalised(r, spectrum, full.tail(r));
  }

  private static SphereSpectrum of(Sphere sphere, PowerSeries series, FunkHecke integral) {
    List<Degree> degrees = new ArrayList<>();
    double floor = INTEGRAL_ROUNDING * series.atOne();
    GegenbauerSum sum = new GegenbauerSum(series, sphere.dimension());
    List<Double> degeneracies = sphere.degeneracies(FunkHecke.HIGHEST);
    int missing = 0;
    for (int l = 0; l < degeneracies.size() && missing < MISSING; l++) {
      GegenbauerSum.Term bySeries = sum.next();
      double byIntegral = integral.next();
      boolean better = bySeries.error() <= floor;
      double value = better ? bySeries.value() : byIntegral;
      double error = better ? bySeries.error() : floor;
      boolean sure = value > SURE * error && value > NEGLIGIBLE * series.atOne();
      missing = sure ? 0 : missing + 1;
      degrees.add(
          new Degree(
              l, sure ? value : 0, degeneracies.get(l), error, bySeries.value(), byIntegral));
    }
    List<Degree> found = degrees.subList(0, degrees.size() - missing);
    double rest = series.atOne();
    for (Degree degree : found.reversed()) {
      rest -= degree.degeneracy() * degree.eigenvalue();
    }
    return new SphereSpectrum(
        sphere,
        IntStream.range(0, KEPT).mapToObj(series::coefficient).toList(),
        IntStream.range(0, KEPT).mapToObj(series::error).toList(),
        found,
        series.atOne(),
        rest > TRACE_ROUNDING * series.atOne() ? rest : 0);
  }

  /**
   * {@return the eigenvalues with what a target has of each degree}
   *
   * @param target what the target is made of; degrees beyond those of the spectrum have the
   *     eigenvalue 0
   */
  public Spectrum with(Target target) {
    List<Mode> modes = new ArrayList<>();
    for (Degree d : degrees) {
      modes.add(new Mode(d.degree(), d.eigenvalue(), d.degeneracy(), target.weight(d.degree())));
    }
    List<Double> degeneracies = sphere.degeneracies(target.highest() + 1);
    for (Target.Part part : target.parts()) {
      if (part.degree() >= degrees.size()) {
        double degeneracy =
            part.degree() < degeneracies.size()
                ? degeneracies.get(part.degree())
                : Double.MAX_VALUE;
        modes.add(new Mode(part.degree(), 0, degeneracy, part.weight()));
      }
    }
    return new Spectrum(modes, remainder);
  }
}
