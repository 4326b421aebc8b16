package dev.lamina.analysis.sparsity;

import dev.lamina.matrix.DeviceMatrix;
import java.util.List;

/**
 * Looks for a step that fulfils the weak Wolfe conditions, by bracketing (Nocedal and Wright,
 * algorithms 3.5 and 3.6) with cubic interpolation. The weak ones, because across a kink of relu
 * the slope jumps from steep fall to steep rise and the strong ones cannot be met, while
 * quasi-Newton steps with weak ones go on along the kink (Lewis and Overton 2013). Close to a
 * minimum, where differences of values are rounding, the slopes decide (the approximate Wolfe
 * conditions of Hager and Zhang 2005).
 */
final class LineSearch {
  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.9;
  private static final int MOST = 25;

  /** Relative differences of values below this are rounding. */
  private static final double ROUNDING = 1e-15;

  private final Points points;
  private final Objective objective;
  private final List<DeviceMatrix> point;
  private final List<DeviceMatrix> gradient;

  /**
   * What was found: the step is {@link #point}, with its gradient.
   *
   * @param found whether there is one
   * @param value at the new point
   * @param evaluations how many it took
   */
  record Step(boolean found, double value, int evaluations) {}

  /** A place on the line with its value and slope. */
  private record Place(double at, double value, double slope) {}

  LineSearch(
      Points points, Objective objective, List<DeviceMatrix> point, List<DeviceMatrix> gradient) {
    this.points = points;
    this.objective = objective;
    this.point = point;
    this.gradient = gradient;
  }

  List<DeviceMatrix> point() {
    return point;
  }

  List<DeviceMatrix> gradient() {
    return gradient;
  }

  /**
   * Searches from x along a direction.
   *
   * @param slope of the value at x, negative
   * @param first step to try first
   */
  Step along(
      List<DeviceMatrix> x,
      List<DeviceMatrix> direction,
      double value,
      double slope,
      double first) {
    Place start = new Place(0, value, slope);
    Place low = start;
    Place high = null;
    double at = first;
    for (int k = 1; k <= MOST; k++) {
      Place place = evaluate(x, direction, at);
      if (!Double.isFinite(place.value()) || rises(start, low, place)) {
        high = place;
      } else if (place.slope() >= CURVATURE * slope) {
        return new Step(true, place.value(), k);
      } else {
        double towards = high == null ? 1 : high.at() - low.at();
        high = towards * place.slope() >= 0 ? low : high;
        low = place;
      }
      if (high != null && Math.abs(high.at() - low.at()) <= 1e-15 * Math.abs(low.at())) {
        break;
      }
      at = high == null ? Math.min(4 * at, 1e10) : between(low, high);
    }
    return settle(x, direction, start, low);
  }

  /** Takes the lowest point so far even if it is not flat enough: relu has kinks. */
  private Step settle(List<DeviceMatrix> x, List<DeviceMatrix> direction, Place start, Place low) {
    boolean lower = low.at() > 0 && low.value() < start.value();
    if (lower) {
      evaluate(x, direction, low.at());
    }
    return new Step(lower, low.value(), MOST + (lower ? 1 : 0));
  }

  private boolean rises(Place start, Place low, Place place) {
    double slack = ROUNDING * Math.abs(start.value());
    boolean approximate =
        place.value() <= start.value() + slack
            && place.slope() <= (2 * DECREASE - 1) * start.slope();
    boolean decrease = place.value() <= start.value() + DECREASE * place.at() * start.slope();
    return !approximate && (!decrease || (low.at() > 0 && place.value() >= low.value() + slack));
  }

  private Place evaluate(List<DeviceMatrix> x, List<DeviceMatrix> direction, double at) {
    points.copy(x, point);
    points.add(at, direction, 1, point);
    double value = objective.evaluate(point, gradient);
    return new Place(at, value, points.dot(gradient, direction));
  }

  /** Returns where the cubic through both places is smallest, kept away from both. */
  private static double between(Place low, Place high) {
    double width = high.at() - low.at();
    double guess = Double.NaN;
    if (Double.isFinite(high.value()) && Double.isFinite(high.slope())) {
      double d1 = low.slope() + high.slope() - 3 * (low.value() - high.value()) / -width;
      double root = d1 * d1 - low.slope() * high.slope();
      if (root >= 0) {
        double d2 = Math.copySign(Math.sqrt(root), width);
        guess =
            high.at() - width * (high.slope() + d2 - d1) / (high.slope() - low.slope() + 2 * d2);
      }
    }
    double inner = low.at() + 0.1 * width;
    double outer = low.at() + 0.9 * width;
    boolean inside = guess >= Math.min(inner, outer) && guess <= Math.max(inner, outer);
    return inside ? guess : low.at() + 0.5 * width;
  }
}
