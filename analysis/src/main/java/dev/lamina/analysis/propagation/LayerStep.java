package dev.lamina.analysis.propagation;

import dev.lamina.lowering.DualActivation;

/**
 * One step from the pre-activations z of a layer to those of the next. The new variance is made of
 * three parts, that of the skip connection, of W φ(z), and of the bias; the bias is the same for
 * both inputs, so its share adds nothing to the complement.
 *
 * @param dual dual of φ at the variance of z
 * @param skip share of the skip connection in the new variance
 * @param keep share of W φ(z) in the new variance
 * @param gradientSkip share of the skip connection in the mean square of the gradient
 * @param gradientKeep share of W φ(z)
 * @param gradientGrowth factor of the mean square of the gradient on its way back
 */
record LayerStep(
    DualActivation dual,
    double skip,
    double keep,
    double gradientSkip,
    double gradientKeep,
    double gradientGrowth) {

  /** Returns 1 − c' from s = 1 − c. */
  double complement(double s) {
    return skip * s + keep * dual.complement(s);
  }

  /** Returns the factor of the gradient correlation, which is 1 at s = 0. */
  double slope(double s) {
    return gradientSkip + gradientKeep * dual.derivativeCorrelation(s);
  }

  /** Returns 1 minus the factor, with all its digits where the factor is near 1. */
  double slopeComplement(double s) {
    return gradientKeep * dual.derivativeComplement(s);
  }
}
