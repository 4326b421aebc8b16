package dev.lamina.analysis.embedding;

import java.util.Optional;

/**
 * How linear a hidden layer is on samples.
 *
 * @param layer its number, from 1
 * @param width number of its neurons
 * @param constant neurons whose pre-activations or features are constant, which is affine: the
 *     standard deviation of pre-activations is at most 10⁻¹² of the largest of them, or that of
 *     features at most 10⁻¹² of the largest of both
 * @param unimportant other neurons left out because their weights are small
 * @param minPearson least |ρ(φ(u_j), u_j)| of the neurons that count, 0 to 1; 1 if none counts
 * @param minPearsonOfAll the same with the unimportant ones
 * @param worstNeuron where the least one is, if a neuron counts
 * @param residual largest root mean square of what a neuron's best line misses, among those that
 *     count
 * @param effectivelyLinear whether {@code minPearson} exceeds the threshold
 */
public record LayerLinearity(
    int layer,
    int width,
    int constant,
    int unimportant,
    double minPearson,
    double minPearsonOfAll,
    Optional<Integer> worstNeuron,
    double residual,
    boolean effectivelyLinear) {}
