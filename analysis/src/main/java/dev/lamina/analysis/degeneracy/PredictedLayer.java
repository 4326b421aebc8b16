package dev.lamina.analysis.degeneracy;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The predicted angle behind one ReLU layer.
 *
 * @param layer number of the counted layer, from 1
 * @param width number of its units
 * @param meanLogSin2 mean of ln sin&sup2; theta behind it, given that the inputs have not
 *     collapsed; NaN if a Monte-Carlo run has no sample left
 * @param sdLogSin2 standard deviation of ln sin&sup2; theta over initialisations, where the rule
 *     gives one
 * @param angle angle in [0, pi/2] that belongs to the mean, asin(exp(mean/2)) in radians
 * @param samples statistics of the samples, for Monte Carlo only
 */
public record PredictedLayer(
    int layer,
    int width,
    double meanLogSin2,
    OptionalDouble sdLogSin2,
    double angle,
    Optional<SampleStatistics> samples) {}
