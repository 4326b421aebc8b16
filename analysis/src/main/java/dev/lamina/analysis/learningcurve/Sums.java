package dev.lamina.analysis.learningcurve;

import java.util.List;

/** Weighted sums of outputs at some points, of their squares and of variances around them. */
final class Sums {
  private double weight;
  private final double[] first;
  private final double[] second;

  Sums(int points) {
    first = new double[points];
    second = new double[points];
  }

  static Sums total(List<Sums> parts, int points) {
    Sums total = new Sums(points);
    for (Sums part : parts) {
      total.weight += part.weight;
      for (int i = 0; i < points; i++) {
        total.first[i] += part.first[i];
        total.second[i] += part.second[i];
      }
    }
    return total;
  }

  /** Adds Gaussians of some means and variances with a common weight. */
  void add(double[] means, double[] variances, double w) {
    weight += w;
    for (int i = 0; i < first.length; i++) {
      first[i] += w * means[i];
      second[i] += w * (means[i] * means[i] + variances[i]);
    }
  }

  double weight() {
    return weight;
  }

  double mean(int i) {
    return first[i] / weight;
  }

  /** Returns the mean square distance from a centre. */
  double variance(int i, double centre) {
    return second[i] / weight - 2 * centre * mean(i) + centre * centre;
  }
}
