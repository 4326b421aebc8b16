package dev.lamina.analysis.trainability;

import dev.lamina.analysis.degeneracy.InputAngles;
import java.util.List;

/**
 * What the section {@code trainability} of a study found.
 *
 * @param inputs angles between training inputs
 * @param predictors what is compared with the accuracy; {@link Row#predictions} has the same order
 * @param rows one per architecture
 * @param correlations one per predictor
 * @param depths series of equal depth
 * @param orders widths and their reverse
 * @param profiles angles behind every layer
 */
public record TrainabilityResult(
    InputAngles inputs,
    List<Predictor> predictors,
    List<Row> rows,
    List<Correlation> correlations,
    List<EqualDepth> depths,
    List<Reversed> orders,
    List<AngleProfile> profiles) {

  /** Copies the lists. */
  public TrainabilityResult {
    predictors = List.copyOf(predictors);
    rows = List.copyOf(rows);
    correlations = List.copyOf(correlations);
    depths = List.copyOf(depths);
    orders = List.copyOf(orders);
    profiles = List.copyOf(profiles);
  }

  /**
   * An architecture.
   *
   * @param architecture hidden widths, such as {@code 10x100}
   * @param depth number of hidden layers
   * @param weights number of weights
   * @param predictions one per predictor
   * @param accuracies test accuracy of each run that did not diverge
   * @param diverged runs that did
   * @param mean mean accuracy, NaN if all runs diverged
   * @param interval half of its 95 % interval, 1.96 sd/√runs as published; NaN below two runs
   */
  public record Row(
      String architecture,
      int depth,
      long weights,
      List<Double> predictions,
      List<Double> accuracies,
      int diverged,
      double mean,
      double interval) {
    /** Copies the lists. */
    public Row {
      predictions = List.copyOf(predictions);
      accuracies = List.copyOf(accuracies);
    }
  }

  /**
   * How the mean accuracy goes with a predictor, over the architectures.
   *
   * @param predictor which
   * @param spearman correlation of the ranks
   * @param pearson correlation of the numbers
   */
  public record Correlation(Predictor predictor, Estimate spearman, Estimate pearson) {}

  /**
   * A number with its bootstrap interval.
   *
   * @param value the number; NaN if it is not defined, as for a predictor that is constant
   * @param low lower end of the 95 % interval, by drawing the architectures again with repetition
   * @param high upper end
   */
  public record Estimate(double value, double low, double high) {}

  /**
   * Networks of equal depth and of one width each: infinite-width theory cannot tell them apart.
   *
   * @param depth number of hidden layers
   * @param widths their widths, ascending
   * @param accuracies mean accuracies
   * @param infinite what infinite-width theory predicts for all of them
   * @param density what the density rule predicts for each
   * @param spearman rank correlation of accuracy and density rule
   */
  public record EqualDepth(
      int depth,
      List<Integer> widths,
      List<Double> accuracies,
      double infinite,
      List<Double> density,
      double spearman) {
    /** Copies the lists. */
    public EqualDepth {
      widths = List.copyOf(widths);
      accuracies = List.copyOf(accuracies);
      density = List.copyOf(density);
    }
  }

  /**
   * Two architectures of the same widths in opposite order.
   *
   * @param forward the one with the wider layer first
   * @param backward its reverse
   */
  public record Reversed(Row forward, Row backward) {}
}
