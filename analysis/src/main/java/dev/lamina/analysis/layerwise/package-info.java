/**
 * Losses of one layer given what is above it: deep Gaussian layer-wise losses in all their forms,
 * and rivals with the same interface. Each is written once, as a composition of backend operations.
 *
 * <p>The losses are reconstructed from first principles: of arXiv 1902.02354 only the abstracts
 * could be read, and what is here has every property that they claim. Each formula says whether it
 * is published or derived, and has a second route among the tests.
 */
package dev.lamina.analysis.layerwise;
