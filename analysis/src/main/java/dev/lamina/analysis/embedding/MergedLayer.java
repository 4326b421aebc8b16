package dev.lamina.analysis.embedding;

/**
 * A layer that was replaced by lines and multiplied into the next one.
 *
 * @param layer its number in the network before any merge, from 1
 * @param linearity how linear it was
 * @param nextChange bound of the root mean square change of any pre-activation of the next layer:
 *     max_i Σ_j |V_ij| std(f_j) √(1 − ρ_j²) [derived]
 * @param rmsBound bound of the root mean square change of any output, from the same sums sent
 *     through the sizes of the weights above and the largest slopes of their activations
 * @param bound bound of the change of any output on any sample, from the largest misses of the
 *     lines instead of their root mean squares
 */
public record MergedLayer(
    int layer, LayerLinearity linearity, double nextChange, double rmsBound, double bound) {}
