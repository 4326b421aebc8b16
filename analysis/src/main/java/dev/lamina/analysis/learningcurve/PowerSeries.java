package dev.lamina.analysis.learningcurve;

import dev.lamina.kernel.Kernel;
import java.util.Arrays;
import org.hipparchus.complex.Complex;
import org.hipparchus.special.Gamma;
import org.hipparchus.util.CombinatoricsUtils;

/**
 * The coefficients b_q of K(t) = Σ b_q t^q, a kernel on the sphere as a function of the cosine.
 *
 * <p>Cauchy's formula on the circle |t| = ρ, a sum over M equally spaced points:
 *
 * <pre>  b_q ρ^q = (1/M) Σ_j K(ρ e^{2πij/M}) e^{−2πijq/M}</pre>
 *
 * <p>The sum also contains b_{q+M} ρ^M + …, which is below ρ^M K(1) as no coefficient of a positive
 * definite kernel is negative (Schoenberg 1942), and the rounding error of K grows by ρ^−q. On |t|
 * = ½ the latter spoils all coefficients from q ≈ 40; the circle here, with ρ^M = 10⁻¹⁷, keeps all
 * {@value #COUNT} of them.
 */
final class PowerSeries {
  /** Number of coefficients. */
  static final int COUNT = 1024;

  private static final int POINTS = 8192;
  private static final double RADIUS = Math.pow(10, -17.0 / POINTS);

  /** A few roundings for each of the dozen operations of a layer. */
  private static final double ROUNDING = 16 * Math.ulp(1.0);

  private final double[] coefficients;
  private final double[] errors;
  private final double atOne;

  private PowerSeries(double[] coefficients, double[] errors, double atOne) {
    this.coefficients = coefficients;
    this.errors = errors;
    this.atOne = atOne;
  }

  /** Returns the series of a kernel: in closed form if there is one. */
  static PowerSeries of(Kernel kernel, Sphere sphere) {
    double square = sphere.radius() * sphere.radius();
    return switch (kernel) {
      case Kernel.Constant(double value) -> binomial(0, 0, value);
      case Kernel.Linear(double offset) -> binomial(1, square, offset);
      case Kernel.Polynomial(int degree, double scale, double offset) when degree < COUNT ->
          binomial(degree, scale * square, offset);
      case Kernel.Gaussian(double length) -> exponential(square / (length * length));
      default -> onCircle(ZonalKernel.of(kernel, sphere));
    };
  }

  /** Returns the coefficients binom(n, q) a^q c^(n−q) of (a t + c)^n, or c if n is 0. */
  private static PowerSeries binomial(int n, double a, double c) {
    double[] b = new double[COUNT];
    for (int q = 0; q <= n; q++) {
      double binomial = CombinatoricsUtils.binomialCoefficientLog(n, q);
      b[q] =
          n == 0
              ? c
              : Math.rint(Math.exp(binomial)) < 1e15
                  ? Math.rint(Math.exp(binomial)) * Math.pow(a, q) * Math.pow(c, n - q)
                  : Math.exp(binomial + q * Math.log(a) + (n - q) * Math.log(c));
    }
    return exact(b, n == 0 ? c : Math.pow(a + c, n));
  }

  /** Returns the coefficients e^−c c^q/q! of exp(−c(1 − t)). */
  private static PowerSeries exponential(double c) {
    double[] b = new double[COUNT];
    for (int q = 0; q < COUNT; q++) {
      b[q] = Math.exp(q * Math.log(c) - c - Gamma.logGamma(q + 1.0));
    }
    return exact(b, 1);
  }

  private static PowerSeries exact(double[] b, double atOne) {
    double[] errors = new double[COUNT];
    for (int q = 0; q < COUNT; q++) {
      // logarithms of up to some thousands are rounded before they are exponents
      errors[q] = 1e-12 * b[q];
    }
    return new PowerSeries(b, errors, atOne);
  }

  /** Computes the coefficients; those within their error of zero are zero. */
  static PowerSeries onCircle(ZonalKernel kernel) {
    double[] re = new double[POINTS / 2 + 1];
    double[] im = new double[POINTS / 2 + 1];
    for (int j = 0; j <= POINTS / 2; j++) {
      double angle = 2 * Math.PI * j / POINTS;
      Complex t = new Complex(RADIUS * Math.cos(angle), RADIUS * Math.sin(angle));
      Complex value = kernel.at(t);
      re[j] = value.getRealPart();
      im[j] = value.getImaginaryPart();
    }
    double atOne = kernel.atComplement(0);
    double[] b = new double[COUNT];
    double[] errors = new double[COUNT];
    double[] cosines = new double[POINTS];
    for (int j = 0; j < POINTS; j++) {
      cosines[j] = Math.cos(2 * Math.PI * j / POINTS);
    }
    for (int q = 0; q < COUNT; q++) {
      double value = transform(re, im, cosines, q) * Math.pow(RADIUS, -q);
      errors[q] = atOne * (ROUNDING * Math.pow(RADIUS, -q) + 1e-17);
      b[q] = Math.abs(value) > errors[q] ? value : 0;
    }
    return new PowerSeries(b, errors, atOne);
  }

  /** Returns the mean over the circle; K at conjugate points is conjugate. Compensated sum. */
  private static double transform(double[] re, double[] im, double[] cosines, int q) {
    double sum = 0;
    double compensation = 0;
    for (int j = 0; j <= POINTS / 2; j++) {
      int phase = (int) ((long) j * q % POINTS);
      int quarter = (phase + 3 * (POINTS / 4)) % POINTS; // sin x = cos(x − π/2)
      double twice = j == 0 || j == POINTS / 2 ? 1 : 2;
      double term = twice * (re[j] * cosines[phase] + im[j] * cosines[quarter]) - compensation;
      double next = sum + term;
      compensation = next - sum - term;
      sum = next;
    }
    return sum / POINTS;
  }

  /** Returns K(1), the sum of all coefficients. */
  double atOne() {
    return atOne;
  }

  /** Returns b_q, which may be negative by no more than its error. */
  double coefficient(int q) {
    return coefficients[q];
  }

  /** Returns a bound of the error of b_q. */
  double error(int q) {
    return errors[q];
  }

  /**
   * Returns a series of which only b_0 … b_r are left.
   *
   * @param r last degree kept, from 0 to {@value #COUNT} − 1
   */
  PowerSeries truncated(int r) {
    double sum = 0;
    for (int q = r; q >= 0; q--) {
      sum += coefficients[q];
    }
    return new PowerSeries(
        Arrays.copyOf(Arrays.copyOf(coefficients, r + 1), COUNT),
        Arrays.copyOf(Arrays.copyOf(errors, r + 1), COUNT),
        sum);
  }

  /** Returns K(1) − Σ_{q≤r} b_q = Σ_{q&gt;r} b_q, not negative. */
  double tail(int r) {
    double rest = atOne;
    for (int q = 0; q <= r; q++) {
      rest -= coefficients[q];
    }
    return Math.max(0, rest);
  }
}
