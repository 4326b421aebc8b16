package dev.lamina.lowering;

import dev.lamina.kernel.Activation;

/**
 * The dual of an activation φ at one pre-activation variance q, in double precision for one pair at
 * a time: for Gaussians (u, v) of variance q and correlation c,
 *
 * <pre>  D(c) = E[φ(u)φ(v)] / E[φ(u)²]        D′(c) = E[φ′(u)φ′(v)] / E[φ′(u)²]</pre>
 *
 * <p>Correlations go in and come out as complements 1 − c, none of which is found by a difference
 * of nearly equal numbers. Backends run the same duals on whole matrices from a {@link
 * LoweredKernel}; this is for recursions of a few numbers on the host. Immutable.
 *
 * <p>Piecewise linear activations are in closed form, polynomials and Hermite sums exact, all
 * others Hermite series, cut where 1e-16 of E[φ²] and of E[φ′²] is left; they are refused where
 * that takes more terms than are practical. Those of exp are exact for q up to 5.
 */
public final class DualActivation {
  private final double secondMoment;
  private final double derivativeSecondMoment;
  private final Shape shape;

  private DualActivation(double secondMoment, double derivativeSecondMoment, Shape shape) {
    this.secondMoment = secondMoment;
    this.derivativeSecondMoment = derivativeSecondMoment;
    this.shape = shape;
  }

  /**
   * {@return the dual at a variance}
   *
   * @param activation φ, with a square-integrable derivative
   * @param variance q, positive and finite
   * @throws IllegalArgumentException if φ is constant or has no such derivative, if q is outside
   *     its range, or if φ needs an impractical number of Hermite terms at q
   */
  public static DualActivation of(Activation activation, double variance) {
    if (!(variance > 0 && variance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "dual of %s: variance must be positive and finite but is %s"
              .formatted(activation, variance));
    }
    if (!Activation.hasDerivative(activation)) {
      throw new IllegalArgumentException(
          "dual of %s: it has no square-integrable derivative".formatted(activation));
    }
    if (activation instanceof Activation.PiecewiseLinear(double slope)) {
      double half = (1 + slope * slope) / 2;
      return new DualActivation(half * variance, half, new Kinked(slope));
    }
    HermiteSeries series = HermiteSeries.of(activation, variance);
    int n = series.count();
    double[] cells = new double[2 * n + 2];
    series.expand(variance, cells, 0);
    if (cells[2 * n + 1] == 0) {
      throw new IllegalArgumentException("dual of %s: it is constant".formatted(activation));
    }
    return new DualActivation(cells[2 * n], cells[2 * n + 1], Series.of(cells, n));
  }

  /** {@return E[φ(u)²]} */
  public double secondMoment() {
    return secondMoment;
  }

  /** {@return E[φ′(u)²]} */
  public double derivativeSecondMoment() {
    return derivativeSecondMoment;
  }

  /**
   * {@return 1 − D(c)}
   *
   * @param s 1 − c, in [0, 2]
   */
  public double complement(double s) {
    return shape.complement(s);
  }

  /**
   * {@return 1 − D′(c), with all its digits where D′ is near 1}
   *
   * @param s 1 − c, in [0, 2]
   */
  public double derivativeComplement(double s) {
    return shape.derivativeComplement(s);
  }

  /**
   * {@return D′(c), with all its digits where it is near 0}
   *
   * @param s 1 − c, in [0, 2]
   */
  public double derivativeCorrelation(double s) {
    return shape.derivativeCorrelation(s);
  }

  /**
   * {@return p₀, p₁, … of D(c) = Σ pₙ cⁿ, which sum to 1; empty for piecewise linear activations,
   * whose series does not end}
   */
  public double[] seriesWeights() {
    return shape instanceof Series series ? series.weights.clone() : new double[0];
  }

  /** {@return the same of D′; empty for piecewise linear activations} */
  public double[] derivativeSeriesWeights() {
    return shape instanceof Series series ? series.derivativeWeights.clone() : new double[0];
  }

  /** {@return the second derivative of D at c = 1: infinite for an activation with a kink} */
  public double curvature() {
    return shape.curvature();
  }

  private sealed interface Shape {
    double complement(double s);

    double derivativeComplement(double s);

    double derivativeCorrelation(double s);

    double curvature();
  }

  /**
   * φ = (1 + a)/2·u + (1 − a)/2·|u|, with A the dual of |u| and shares p = (1 + a)²/(2(1 + a²)), r
   * = 1 − p:
   *
   * <pre>
   *   1 − D = p s + r (1 − A),   1 − A = 1 − cos η − (2/π)(sin η − η cos η),   η = min(θ, π − θ)
   *   D′ = p + r (1 − 2θ/π)
   * </pre>
   *
   * <p>Cho and Saul 2009, (6), for relu; A is even in c, so every term keeps its digits at both
   * ends.
   */
  private record Kinked(double slope) implements Shape {

    private double odd() {
      return (1 + slope) * (1 + slope) / (2 * (1 + slope * slope));
    }

    private double even() {
      return (1 - slope) * (1 - slope) / (2 * (1 + slope * slope));
    }

    /** Angle in [0, π] of a complement; the square roots are exact where the angle is steep. */
    private static double angle(double s) {
      return 2 * Math.atan2(Math.sqrt(s), Math.sqrt(2 - s));
    }

    @Override
    public double complement(double s) {
      double near = Math.min(s, 2 - s);
      double abs = near - 2 / Math.PI * sineMinusScaledCosine(angle(near));
      return odd() * s + even() * abs;
    }

    @Override
    public double derivativeComplement(double s) {
      return even() * 2 / Math.PI * angle(s);
    }

    @Override
    public double derivativeCorrelation(double s) {
      // p − r is exactly 2a/(1 + a²): for relu the rest is left alone when θ is near π.
      return s < 1
          ? 1 - derivativeComplement(s)
          : 2 * slope / (1 + slope * slope) + even() * 2 / Math.PI * angle(2 - s);
    }

    @Override
    public double curvature() {
      return slope == 1 ? 0 : Double.POSITIVE_INFINITY;
    }

    /** Returns sin t − t cos t; by its series t³/3 (1 − t²/10 + t⁴/280 − …) for small t. */
    private static double sineMinusScaledCosine(double t) {
      if (t > 0.5) {
        return Math.sin(t) - t * Math.cos(t);
      }
      double square = t * t;
      double term = t * square / 3;
      double sum = 0;
      // term_k = (−1)^k 2(k+1) t^(2k+3)/(2k+3)!; eight terms leave less than 1e-20 t³ at t = ½
      for (int k = 0; k < 8; k++) {
        sum += term;
        term *= -square * (k + 2) / ((k + 1.0) * (2 * k + 4) * (2 * k + 5));
      }
      return sum;
    }
  }

  /**
   * Mehler's formula: D = Σ pₙ cⁿ with pₙ the squares of unit Hermite coefficients, and so for D′.
   */
  private static final class Series implements Shape {
    private final double[] weights;
    private final double[] derivativeWeights;

    private Series(double[] weights, double[] derivativeWeights) {
      this.weights = weights;
      this.derivativeWeights = derivativeWeights;
    }

    static Series of(double[] units, int count) {
      double[] weights = new double[count];
      double[] derivative = new double[count];
      for (int n = 0; n < count; n++) {
        weights[n] = units[n] * units[n];
        derivative[n] = units[count + n] * units[count + n];
      }
      return new Series(weights, derivative);
    }

    @Override
    public double complement(double s) {
      return complement(weights, s);
    }

    @Override
    public double derivativeComplement(double s) {
      return complement(derivativeWeights, s);
    }

    @Override
    public double derivativeCorrelation(double s) {
      double sum = 0;
      double power = 1;
      for (double p : derivativeWeights) {
        sum += p * power;
        power *= 1 - s;
      }
      return sum;
    }

    @Override
    public double curvature() {
      double sum = 0;
      for (int n = 2; n < weights.length; n++) {
        sum += n * (n - 1.0) * weights[n];
      }
      return sum;
    }

    /** Returns Σ pₙ (1 − cⁿ) from ln|c|, which is exact near both c = 1 and c = −1. */
    private static double complement(double[] p, double s) {
      double log = s <= 1 ? Math.log1p(-s) : Math.log1p(s - 2);
      double sum = 0;
      for (int n = 1; n < p.length; n++) {
        boolean negative = s > 1 && n % 2 == 1;
        sum += p[n] * (negative ? 1 + Math.exp(n * log) : -Math.expm1(n * log));
      }
      return sum;
    }
  }
}
