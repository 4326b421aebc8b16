package dev.lamina.analysis.alignment;

import java.util.List;

/**
 * Where a profile over the layers peaks.
 *
 * @param layer the layer of the largest value, the first of equals, from 1; 0 if all are NaN
 * @param interpolated the top of the parabola through it and its neighbours; the layer itself at
 *     the first and last layer; NaN if all values are
 * @param centreOfMass mean layer with weights max(0, value − level); NaN if none is above the level
 */
public record Peak(int layer, double interpolated, double centreOfMass) {

  /**
   * {@return the peak of a profile}
   *
   * @param values one for each layer; NaN counts as below all others
   * @param level what the centre of mass leaves out
   */
  public static Peak of(List<Double> values, double level) {
    int best = -1;
    double mass = 0;
    double moment = 0;
    for (int l = 0; l < values.size(); l++) {
      double value = values.get(l);
      if (!Double.isNaN(value) && (best < 0 || value > values.get(best))) {
        best = l;
      }
      double weight = value > level ? value - level : 0;
      mass += weight;
      moment += weight * (l + 1);
    }
    return new Peak(best + 1, best < 0 ? Double.NaN : top(values, best), moment / mass);
  }

  private static double top(List<Double> values, int best) {
    if (best == 0 || best == values.size() - 1) {
      return best + 1.0;
    }
    double before = values.get(best - 1);
    double after = values.get(best + 1);
    double curvature = before - 2 * values.get(best) + after;
    // A missing neighbour or a plateau leaves the layer itself.
    return best + 1 + (curvature < 0 ? (before - after) / (2 * curvature) : 0);
  }
}
