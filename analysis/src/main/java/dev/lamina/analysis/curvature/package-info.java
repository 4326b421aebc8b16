/**
 * Curvature of the risk of fully connected networks in float64: exact products with its Hessian,
 * inertia, spectra, critical points.
 */
package dev.lamina.analysis.curvature;
