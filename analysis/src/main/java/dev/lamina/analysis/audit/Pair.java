package dev.lamina.analysis.audit;

/**
 * An entry of a kernel matrix.
 *
 * @param row row of x
 * @param col row of z
 */
public record Pair(long row, long col) {}
