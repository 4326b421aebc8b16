/**
 * Alignment of each layer's tangent features with the labels, and where it is expected to peak.
 *
 * <p>{@link dev.lamina.analysis.alignment.TangentAlignment} measures a network, {@link
 * dev.lamina.analysis.alignment.EquilibriumPrediction} predicts the layer of the peak. Definition:
 * published (Lou et al., arXiv 2110.11749; Baratin et al., arXiv 2008.00938). Trace variant, null
 * levels and the computation without a Jacobian: derived here.
 */
package dev.lamina.analysis.alignment;
