package dev.lamina.analysis.propagation;

/**
 * Two inputs at one layer. {@code cosine} and {@code gradientCorrelation} are the numbers of Lou et
 * al. (arXiv 2110.11749) for weight layer l, whose pre-activations are z.
 *
 * @param layer l, from 1
 * @param cosine correlation of the two inputs' z; at layer 1 what was given, without bias the
 *     cosine between the inputs
 * @param complement 1 − cosine with all its digits: what is left of the difference between the
 *     inputs
 * @param gradientCorrelation correlation of the two inputs' gradients of an output by z; 1 at the
 *     last layer
 */
public record PropagatedLayer(
    int layer, double cosine, double complement, double gradientCorrelation) {}
