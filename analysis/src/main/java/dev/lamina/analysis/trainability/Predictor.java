package dev.lamina.analysis.trainability;

/**
 * A number that is known before training and may tell how well a network trains.
 *
 * @param name a word for tables and legends
 * @param meaning what it is, in a few words
 */
public record Predictor(String name, String meaning) {}
