/**
 * The section {@code lifting} of a study: what lifting a critical point to deeper networks does to
 * its Hessian, at the point itself and at one where the search stopped early.
 */
package dev.lamina.analysis.lifting;
