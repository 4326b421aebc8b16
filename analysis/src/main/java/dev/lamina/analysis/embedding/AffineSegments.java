package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * Where activations are affine. Exact segments are those of the depth paper [paper]; lines for
 * smooth activations are least-squares fits [derived], better than the tangent.
 */
public final class AffineSegments {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final Accuracy EXACT = new Accuracy.Exact();

  /** Points on which the error of a line is looked for. */
  private static final int GRID = 2000;

  /** A Gauss–Legendre rule of so many points is exact to rounding for φ on a segment of a few. */
  private static final GaussIntegrator RULE = new GaussIntegratorFactory(64).legendre(64);

  private static final String SMALL =
      "on a segment -e,e the outputs change in proportion to e² and the gradient to e";

  private AffineSegments() {}

  /**
   * {@return the largest open intervals on which the activation is exactly affine and not constant,
   * the rightmost first; empty for smooth ones}
   *
   * @param activation φ
   */
  public static List<AffineSegment> exact(Activation activation) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> piecewise(p.slope());
      case Activation.Elu _ -> List.of(new AffineSegment(0, INF, 1, 0, EXACT));
      case Activation.HardTanh _ -> List.of(new AffineSegment(-1, 1, 1, 0, EXACT));
      case Activation.Polynomial p -> line(p.coefficients());
      case Activation.Hermite h -> line(h.coefficients());
      case Activation.Smooth _, Activation.Sign _ -> List.of();
    };
  }

  private static List<AffineSegment> piecewise(double slope) {
    if (slope == 1) {
      return List.of(new AffineSegment(-INF, INF, 1, 0, EXACT));
    }
    List<AffineSegment> segments = new ArrayList<>(List.of(new AffineSegment(0, INF, 1, 0, EXACT)));
    if (slope != 0) {
      segments.add(new AffineSegment(-INF, 0, slope, 0, EXACT));
    }
    return List.copyOf(segments);
  }

  private static List<AffineSegment> line(List<Double> coefficients) {
    return coefficients.size() == 2
        ? List.of(new AffineSegment(-INF, INF, coefficients.get(1), coefficients.get(0), EXACT))
        : List.of();
  }

  /**
   * {@return where the activation is not analytic: between two of these it has one formula}
   *
   * @param activation φ
   */
  public static List<Double> kinks(Activation activation) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> p.slope() == 1 ? List.of() : List.of(0.0);
      case Activation.Elu _, Activation.Sign _ -> List.of(0.0);
      case Activation.HardTanh _ -> List.of(-1.0, 1.0);
      case Activation.Smooth _, Activation.Polynomial _, Activation.Hermite _ -> List.of();
    };
  }

  /**
   * {@return the closed interval [low, high] with the activation's line on it: exact if it lies
   * inside an exact segment, else the least-squares line over the interval}
   *
   * @param activation φ
   * @param low finite
   * @param high finite, above low
   * @throws IllegalArgumentException if the interval is empty, holds or touches a kink, or if φ is
   *     constant there
   */
  public static AffineSegment on(Activation activation, double low, double high) {
    requireUsable(activation, low, high);
    for (AffineSegment s : exact(activation)) {
      if (s.low() < low && high < s.high()) {
        return new AffineSegment(low, high, s.slope(), s.offset(), EXACT);
      }
    }
    double centre = (low + high) / 2;
    double half = (high - low) / 2;
    double middle = activation.value(centre);
    // With t from −1 to 1: the mean of φ and 3/2 ∫ t φ dt, the slope times the half-width. φ at the
    // centre is taken off first, lest it costs the digits of short segments.
    double mean = RULE.integrate(t -> activation.value(centre + half * t) - middle) / 2;
    double rise = 1.5 * RULE.integrate(t -> t * (activation.value(centre + half * t) - middle));
    double slope = rise / half;
    return approximate(activation, low, high, slope, middle + mean - slope * centre);
  }

  /**
   * {@return the closed interval with the tangent at its centre, for comparison}
   *
   * @param activation φ
   * @param low finite
   * @param high finite, above low
   * @throws IllegalArgumentException as {@link #on}, or if the tangent is level
   */
  public static AffineSegment tangent(Activation activation, double low, double high) {
    requireUsable(activation, low, high);
    double centre = (low + high) / 2;
    double slope = activation.derivative(centre);
    return approximate(activation, low, high, slope, activation.value(centre) - slope * centre);
  }

  private static AffineSegment approximate(
      Activation activation, double low, double high, double slope, double offset) {
    if (!Double.isFinite(slope) || slope == 0) {
      throw new IllegalArgumentException(
          "lift: %s is level on [%s, %s], slope %s: no layer in front of it can be kept"
              .formatted(activation, low, high, slope));
    }
    double error = 0;
    for (int i = 0; i <= GRID; i++) {
      double u = low + (high - low) * i / GRID;
      error = Math.max(error, Math.abs(activation.value(u) - slope * u - offset));
    }
    return new AffineSegment(
        low, high, slope, offset, new Accuracy.Approximate(error, order(activation, low, high)));
  }

  /** Returns 2 if the centre is an inflection: φ′ is then even about it to first order. */
  private static int order(Activation activation, double low, double high) {
    double centre = (low + high) / 2;
    double h = 1e-4;
    double left = activation.derivative(centre - h);
    double right = activation.derivative(centre + h);
    return Math.abs(right - left) < 1e-6 * h * Math.max(1, Math.abs(left)) ? 2 : 1;
  }

  private static void requireUsable(Activation activation, double low, double high) {
    if (!Double.isFinite(low) || !Double.isFinite(high) || !(low < high)) {
      throw new IllegalArgumentException(
          "lift: a segment must have two finite ends, the lower first, but is [%s, %s]"
              .formatted(low, high));
    }
    for (double kink : kinks(activation)) {
      if (low <= kink && kink <= high) {
        throw new IllegalArgumentException(
            "lift: the segment [%s, %s] holds the kink of %s at %s; stay on one side of it"
                .formatted(low, high, activation, kink));
      }
    }
    if (activation.derivative(low) == 0
        && activation.derivative(high) == 0
        && activation.value(low) == activation.value(high)
        && !(activation instanceof Activation.Smooth)) {
      throw new IllegalArgumentException(
          "lift: %s is constant on [%s, %s]: a layer there forgets its inputs"
              .formatted(activation, low, high));
    }
  }

  /**
   * {@return what a user should know who asks for a lift with an activation without an exact
   * segment, or an empty text if it has one}
   *
   * @param activation φ
   */
  public static String advice(Activation activation) {
    if (!exact(activation).isEmpty()) {
      return "";
    }
    String common = activation + " is affine nowhere, so that a lift is approximate: ";
    return switch (activation) {
      case Activation.Sign _ ->
          "sign is constant on both sides of 0: a layer of it forgets its inputs, and none can be inserted";
      case Activation.Smooth s ->
          common
              + switch (s) {
                case TANH, ERF, SIN ->
                    SMALL
                        + "; rounding stays small there, but on a segment c-e,c+e is about 1e-16·|c|/e";
                case SIGMOID ->
                    SMALL
                        + "; below about 1e-5 rounding, 1e-16/e as the value at 0 is 1/2, is larger";
                case GELU, SILU, SOFTPLUS ->
                    "far to the right, on t,t+1, it is nearly u, off by about %s; elsewhere outputs change in proportion to the segment's half-width"
                        .formatted(
                            s == Activation.Smooth.GELU
                                ? "t·Φ(−t)"
                                : s == Activation.Smooth.SILU ? "t·e^(−t)" : "e^(−t)");
                case COS, EXP ->
                    "outputs change in proportion to the segment's half-width (cos about π/2: to its square)";
              };
      case Activation.PiecewiseLinear _,
          Activation.Elu _,
          Activation.HardTanh _,
          Activation.Polynomial _,
          Activation.Hermite _ ->
          common + "outputs change in proportion to the segment's half-width";
    };
  }
}
