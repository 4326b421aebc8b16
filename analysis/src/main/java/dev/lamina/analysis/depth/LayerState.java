package dev.lamina.analysis.depth;

import dev.lamina.analysis.embedding.LayerLinearity;
import java.util.List;

/**
 * How linear a hidden layer is.
 *
 * @param layer its number, from 1
 * @param width number of its neurons
 * @param constant neurons that are constant on the samples
 * @param unimportant other neurons left out because their weights are small
 * @param minPearson minimal Pearson correlation of those that count
 * @param minPearsonOfAll the same with the unimportant ones
 * @param residual largest root mean square of what a neuron's best line misses
 * @param effectivelyLinear whether {@code minPearson} exceeds the threshold
 */
public record LayerState(
    int layer,
    int width,
    int constant,
    int unimportant,
    double minPearson,
    double minPearsonOfAll,
    double residual,
    boolean effectivelyLinear) {

  static List<LayerState> of(List<LayerLinearity> layers) {
    return layers.stream()
        .map(l ->
            new LayerState(
                l.layer(),
                l.width(),
                l.constant(),
                l.unimportant(),
                l.minPearson(),
                l.minPearsonOfAll(),
                l.residual(),
                l.effectivelyLinear()))
        .toList();
  }

  /** Returns the numbers of the effectively linear layers. */
  static List<Integer> linear(List<LayerState> layers) {
    return layers.stream().filter(LayerState::effectivelyLinear).map(LayerState::layer).toList();
  }
}
