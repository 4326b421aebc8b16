package dev.lamina.analysis.lego;

import java.util.List;

/**
 * What became of a layer, or of layers that were trained together.
 *
 * @param first the lowest of them, from 1
 * @param last the highest, whose activations the loss is of
 * @param layersAbove p, hidden layers that the loss took to be above it
 * @param epochs what was measured, oldest first
 * @param best number of passes after which the kept parameters were there
 * @param ending why it ended, one sentence; empty while it goes on
 * @param diverged whether a number was NaN or infinite
 */
public record TurnHistory(
    int first,
    int last,
    int layersAbove,
    List<LegoEpoch> epochs,
    int best,
    String ending,
    boolean diverged) {

  /** Copies the list. */
  public TurnHistory {
    epochs = List.copyOf(epochs);
  }

  /** {@return such as {@code layer 2}, or {@code layers 1 to 3}} */
  public String name() {
    return first == last ? "layer " + first : "layers " + first + " to " + last;
  }

  /** {@return the loss before the first step} */
  public double firstLoss() {
    return epochs.isEmpty() ? Double.NaN : epochs.getFirst().loss();
  }

  /** {@return the last loss that was measured} */
  public double lastLoss() {
    return epochs.isEmpty() ? Double.NaN : epochs.getLast().loss();
  }
}
