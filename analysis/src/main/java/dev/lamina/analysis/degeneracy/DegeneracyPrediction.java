package dev.lamina.analysis.degeneracy;

import java.util.List;

/**
 * The predicted angle behind every counted layer of a ReLU network.
 *
 * @param rule rule that predicted
 * @param convention which layers were counted
 * @param startAngle angle between the inputs in radians
 * @param layers predictions in order of the layers
 * @param collapseProbability probability 1 - prod(1 - (n_l + 1) 2<sup>-n_l</sup>) that some layer
 *     merges two almost parallel inputs completely; an upper bound for inputs at larger angles
 */
public record DegeneracyPrediction(
    Rule rule,
    Convention convention,
    double startAngle,
    List<PredictedLayer> layers,
    double collapseProbability) {

  /** Copies the list. */
  public DegeneracyPrediction {
    layers = List.copyOf(layers);
  }

  /**
   * Returns the prediction behind the last layer.
   *
   * @return the last layer
   */
  public PredictedLayer last() {
    return layers.getLast();
  }
}
