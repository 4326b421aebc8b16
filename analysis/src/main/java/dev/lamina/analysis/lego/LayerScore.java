package dev.lamina.analysis.lego;

/**
 * How well a read-out from one layer does.
 *
 * @param layer the layer, from 1; 0 for the inputs
 * @param evidence the evidence form of all training samples at p = 0, by the read-out's own route
 * @param train accuracy on the training samples, or root mean squared error for numbers
 * @param test the same on the test samples
 */
public record LayerScore(int layer, double evidence, double train, double test) {}
