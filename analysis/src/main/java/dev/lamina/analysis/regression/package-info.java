/**
 * Kernel regression and Gaussian-process inference: exact and iterative fits, ridge sweeps,
 * leave-one-out errors, infinite networks during training, and accuracy against depth.
 */
package dev.lamina.analysis.regression;
