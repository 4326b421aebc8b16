/**
 * Learning curves of Gaussian-process regression, and the Gaussian process that noisy training of
 * wide networks samples from.
 *
 * <p>{@link dev.lamina.analysis.learningcurve.SphereSpectrum} has the eigenvalues of kernels on
 * spheres, {@link dev.lamina.analysis.learningcurve.LearningCurve} what follows from eigenvalues,
 * {@link dev.lamina.analysis.learningcurve.SphereSimulation} what regression really does. Sources:
 * Cohen, Malka and Ringel, "Learning curves for overparametrized deep neural networks: a field
 * theory perspective" (arXiv 1906.05301); Naveh, Ben-David, Sompolinsky and Ringel, "Predicting the
 * outputs of finite networks trained with noisy gradients" (arXiv 2004.01190); Lee et al., "Finite
 * versus infinite neural networks" (arXiv 2007.15801). What is corrected or derived here instead of
 * published says so where it stands.
 */
package dev.lamina.analysis.learningcurve;
