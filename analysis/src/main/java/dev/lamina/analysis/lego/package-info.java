/**
 * Layer-wise greedy optimisation: networks that are trained one layer at a time with a loss of that
 * layer alone, everything below frozen and everything above replaced by what wide layers would do.
 *
 * <p>The procedure and its loss are reconstructed: of arXiv 1902.02354, which names them, only the
 * abstracts could be read. {@link dev.lamina.analysis.layerwise} has the losses and says of each
 * formula where it is from.
 */
package dev.lamina.analysis.lego;
