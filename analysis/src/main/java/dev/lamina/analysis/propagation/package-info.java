/**
 * Signal propagation: how the correlation of two inputs and that of their gradients change from
 * layer to layer of an infinitely wide, freshly initialised network, and the equilibrium layer at
 * which the losses of both balance.
 *
 * <p>{@link dev.lamina.analysis.propagation.SignalPropagation} computes. Sources: Poole et al.,
 * "Exponential expressivity in deep neural networks through transient chaos" (arXiv 1606.05340);
 * Schoenholz et al., "Deep Information Propagation" (arXiv 1611.01232); Hayou et al., "On the
 * Impact of the Activation Function on Deep Neural Networks Training" (arXiv 1902.06853); Lou et
 * al., "Feature Learning and Signal Propagation in Deep Neural Networks" (arXiv 2110.11749). What
 * is derived here instead of published says so where it stands.
 */
package dev.lamina.analysis.propagation;
