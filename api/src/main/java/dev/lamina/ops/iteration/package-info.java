/**
 * Iterations over a few vectors side by side that all backends share. The vectors are host matrices
 * in float64; what is large stays with the backend, which is asked for products and solutions.
 */
package dev.lamina.ops.iteration;
