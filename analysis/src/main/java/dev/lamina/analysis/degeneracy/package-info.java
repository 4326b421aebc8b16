/**
 * Depth degeneracy: how the angle between two inputs shrinks on its way through a freshly
 * initialised ReLU network, predicted from the list of layer widths alone.
 *
 * <p>{@link dev.lamina.analysis.degeneracy.Degeneracy} predicts; the records it returns are plain
 * data. Sources: Jakub and Nica, "Depth Degeneracy in Neural Networks: Vanishing Angles in Fully
 * Connected ReLU Networks on Initialization" (arXiv 2302.09712, JMLR 2024) and "Network Degeneracy
 * as an Indicator of Training Performance" (arXiv 2306.01513). What is derived here instead of
 * published says so where it stands.
 */
package dev.lamina.analysis.degeneracy;
