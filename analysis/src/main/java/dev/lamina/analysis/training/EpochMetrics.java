package dev.lamina.analysis.training;

/**
 * What was measured in one pass over the training data.
 *
 * @param epoch number of finished epochs
 * @param step number of finished steps
 * @param rate learning rate of the epoch
 * @param trainLoss mean loss of the epoch's examples, each at the time of its step
 * @param runningLoss 0.9·(what it was) + 0.1·(loss of the batch), after the last step
 * @param trainAccuracy share of the epoch's examples that were classified rightly at the time of
 *     their step
 * @param testLoss mean loss of the test examples after the epoch, normalisations in evaluation
 * @param testAccuracy share of the test examples that are classified rightly after the epoch
 */
public record EpochMetrics(
    int epoch,
    long step,
    double rate,
    double trainLoss,
    double runningLoss,
    double trainAccuracy,
    double testLoss,
    double testAccuracy) {}
