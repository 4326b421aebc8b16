package dev.lamina.analysis.alignment;

import java.util.OptionalDouble;

/**
 * How the tangent features of a layer, or of the whole network, align with the labels. K is the
 * centred tangent kernel of all outputs, CN×CN, and y the centred labels. NaN where K vanishes: a
 * dead layer, or inputs that are all the same.
 *
 * @param layer weight layer, from 1; 0 for the whole network
 * @param alignment yᵀ K y/(‖K‖ ‖y‖²), in [0, 1] (published: arXiv 2110.11749, arXiv 2008.00938)
 * @param traceAlignment the same for the N×N kernel summed over the outputs and for Y Yᵀ, in [0, 1]
 *     (derived here); 1 for features that tell the classes apart and nothing else
 * @param numerator yᵀ K y
 * @param weightNumerator the part of the weights
 * @param biasNumerator the part of the biases; 0 without biases
 * @param kernelNorm ‖K‖, Frobenius
 * @param kernelNormError its relative standard error; 0 if exact
 * @param kernelTrace tr K; NaN if the N×N kernel did not fit
 * @param productRatio ‖K y‖²/(‖K‖² ‖y‖²), whose root bounds the alignment
 * @param permutedMean mean alignment with labels permuted at random; NaN without permutations
 * @param permutedLargest the largest of these
 * @param weightAlignment alignment of the weights' features alone, if asked for
 * @param biasAlignment alignment of the biases' features alone, if asked for and there are any
 * @param effectiveRank exp(−Σ p ln p) with p the eigenvalues of K over their sum, if asked for
 */
public record LayerAlignment(
    int layer,
    double alignment,
    double traceAlignment,
    double numerator,
    double weightNumerator,
    double biasNumerator,
    double kernelNorm,
    double kernelNormError,
    double kernelTrace,
    double productRatio,
    double permutedMean,
    double permutedLargest,
    OptionalDouble weightAlignment,
    OptionalDouble biasAlignment,
    OptionalDouble effectiveRank) {

  /** {@return whether the kernel vanishes, so that there is nothing to align} */
  public boolean isDead() {
    return kernelNorm == 0;
  }
}
