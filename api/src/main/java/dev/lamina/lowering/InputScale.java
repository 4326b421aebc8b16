package dev.lamina.lowering;

/**
 * What lowering needs to know of the data.
 *
 * @param dimension d, the number of columns, ≥ 1
 * @param maxSquaredNorm the largest ‖x‖² of any row, finite
 */
public record InputScale(long dimension, double maxSquaredNorm) {}
