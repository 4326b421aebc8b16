package dev.lamina.analysis.trainability;

import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.degeneracy.Convention;
import dev.lamina.analysis.degeneracy.Degeneracy;
import dev.lamina.analysis.degeneracy.Rule;
import java.util.ArrayList;
import java.util.List;

/** Everything that is compared with the accuracy. */
final class Predictors {
  /** Index of the published abscissa. */
  static final int PUBLISHED = 0;

  private static final List<Rule> RULES =
      List.of(Rule.INFINITE, Rule.PAPER, Rule.DIGAMMA, Rule.DENSITY);

  private static final String ORTHOGONAL = "from a right angle";
  private static final String DATA = "from the data's mean angle";

  /** Index of the density rule from the data's mean angle. */
  static final int DENSITY = 2 * RULES.size();

  /** Index of infinite width from the data's mean angle. */
  static final int INFINITE = 1 + RULES.size();

  /** Index of what was measured. */
  static final int MEASURED = 1 + 2 * RULES.size();

  private Predictors() {}

  static List<Predictor> all() {
    List<Predictor> all = new ArrayList<>();
    all.add(
        new Predictor(
            "paper, as published",
            "published rule from a right angle, the inputs counted as a layer (2306.01513)"));
    for (String start : List.of(ORTHOGONAL, DATA)) {
      for (Rule rule : RULES) {
        all.add(new Predictor(rule + ", " + start, rule + " rule, hidden layers alone, " + start));
      }
    }
    all.add(new Predictor("measured", "mean ln sin² θ of real pairs behind the last hidden layer"));
    all.add(new Predictor("log10 weights", "logarithm of the number of weights"));
    all.add(new Predictor("−depth", "number of hidden layers, negative"));
    return all;
  }

  /**
   * Returns the predictors' values for an architecture.
   *
   * @param inputs number of inputs
   * @param outputs number of outputs
   * @param angle mean angle of the data in radians
   * @param measured mean of ln sin² θ of real pairs behind the last hidden layer
   */
  static List<Double> of(
      Architecture architecture, int inputs, int outputs, double angle, double measured) {
    int[] widths = architecture.widths(inputs);
    List<Double> values = new ArrayList<>();
    values.add(last(widths, Math.PI / 2, Rule.PAPER, Convention.AUTHORS));
    for (double start : new double[] {Math.PI / 2, angle}) {
      for (Rule rule : RULES) {
        values.add(last(widths, start, rule, Convention.NETWORK));
      }
    }
    values.add(measured);
    values.add(Math.log10((double) architecture.weights(inputs, outputs)));
    values.add(-(double) architecture.hidden().size());
    return values;
  }

  private static double last(int[] widths, double angle, Rule rule, Convention convention) {
    return Degeneracy.predict(widths, angle, rule, convention).last().meanLogSin2();
  }
}
