package dev.lamina.analysis.depth;

import java.util.List;

/**
 * A network at one moment of its training.
 *
 * @param epoch finished passes over the training data
 * @param loss on the training samples that are looked at
 * @param accuracy on them; NaN without classes
 * @param testLoss on the test samples that are looked at
 * @param testAccuracy on them; NaN without classes
 * @param minPearson minimal Pearson correlation of each hidden layer, unimportant neurons left out
 * @param minPearsonOfAll the same with them
 * @param blocks how much each residual layer adds; none in looks that were kept without
 * @param outputs the first output on the training samples, where it was asked for
 */
public record Moment(
    long epoch,
    double loss,
    double accuracy,
    double testLoss,
    double testAccuracy,
    List<Double> minPearson,
    List<Double> minPearsonOfAll,
    List<BlockSize> blocks,
    List<Double> outputs) {
  /** Copies the lists. */
  public Moment {
    minPearson = List.copyOf(minPearson);
    minPearsonOfAll = List.copyOf(minPearsonOfAll);
    blocks = blocks == null ? List.of() : List.copyOf(blocks);
    outputs = List.copyOf(outputs);
  }

  /** Returns the same look, so many epochs later. */
  Moment later(long epochs) {
    return new Moment(
        epoch + epochs,
        loss,
        accuracy,
        testLoss,
        testAccuracy,
        minPearson,
        minPearsonOfAll,
        blocks,
        outputs);
  }
}
