package dev.lamina.analysis.depth;

import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.training.LogSteps;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingReader;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.Optional;

/**
 * How networks are trained and how often they are looked at. An epoch is a pass over the training
 * data.
 *
 * @param loss what is made small
 * @param optimiser how parameters follow the gradient
 * @param rate learning rate
 * @param batch examples per step; 0 for all of them in every step
 * @param epochs passes over the training data; 0 for no training
 * @param every epochs between two looks, a divisor of {@code epochs}
 * @param perDecade further looks at epochs that are evenly spaced on a logarithmic scale, so many
 *     for each factor of ten; 0 for none
 * @param samples samples of the training and of the test data that are looked at; 0 for all
 * @param threshold minimal Pearson correlation above which a layer is effectively linear, in (0, 1]
 * @param importance neurons below this share of a layer's largest importance do not count
 * @param checkpointEvery looks between two checkpoints
 */
public record FollowedPlan(
    Loss loss,
    Optimiser optimiser,
    double rate,
    int batch,
    int epochs,
    int every,
    int perDecade,
    int samples,
    double threshold,
    double importance,
    int checkpointEvery) {
  private static final int LOOKS = 100;

  /** Checks the numbers. */
  public FollowedPlan {
    if (epochs > 0 && epochs % every != 0) {
      throw new IllegalArgumentException(
          "record-every must divide epochs = %d but is %d".formatted(epochs, every));
    }
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold must lie in (0, 1] but is " + threshold);
    }
    if (samples == 1) {
      throw new IllegalArgumentException(
          "samples must be 0 for all or at least 2, any function of one is linear, but is 1");
    }
  }

  /**
   * Reads the keys
   *
   * <pre>{@code
   * loss = mean-square, optimiser { kind = descent }, rate, batch = 0, epochs, record-every,
   * times-per-decade = 10, samples = 0, threshold = 0.99, importance = 1e-3, checkpoint-every = 10
   * }</pre>
   *
   * @param c the block of the section
   * @param epochs passes over the training data
   */
  static FollowedPlan read(ConfigReader c, int epochs) {
    return new FollowedPlan(
        c.choice("loss", Loss.words(), Loss.MEAN_SQUARE),
        c.section("optimiser")
            .read(o -> TrainingReader.optimiser(o, "descent"))
            .orElse(new Optimiser.Descent(0)),
        c.number("rate", Bounds.POSITIVE),
        c.integer("batch", Bounds.atLeast(0), 0),
        epochs,
        c.integer("record-every", Bounds.atLeast(1), usualEvery(epochs)),
        c.integer("times-per-decade", Bounds.between(0, 50), 10),
        c.integer("samples", Bounds.atLeast(0), 0),
        c.number("threshold", Bounds.ANY, Linearity.USUAL.threshold()),
        c.number("importance", Bounds.between(0, 1), Linearity.USUAL.importance()),
        c.integer("checkpoint-every", Bounds.atLeast(1), 10));
  }

  /** Returns the largest divisor that gives at least a hundred looks. */
  static int usualEvery(int epochs) {
    int every = Math.max(1, epochs / LOOKS);
    while (epochs % every != 0) {
      every--;
    }
    return every;
  }

  Linearity linearity() {
    return new Linearity(threshold, importance);
  }

  /** Returns whether networks are looked at after an epoch. */
  boolean looksAt(long epoch) {
    return epoch % every == 0 || (perDecade > 0 && LogSteps.contains(epoch, perDecade));
  }

  /** Returns the same plan for another number of epochs. */
  FollowedPlan lasting(int otherEpochs) {
    return new FollowedPlan(
        loss,
        optimiser,
        rate,
        batch,
        otherEpochs,
        usualEvery(otherEpochs),
        perDecade,
        samples,
        threshold,
        importance,
        checkpointEvery);
  }

  /** Returns the same plan, with looks as often, for another number of epochs. */
  FollowedPlan during(int otherEpochs) {
    return new FollowedPlan(
        loss,
        optimiser,
        rate,
        batch,
        otherEpochs,
        every,
        perDecade,
        samples,
        threshold,
        importance,
        checkpointEvery);
  }

  /** Returns the plan of one run. */
  TrainingPlan training(long seed) {
    return new TrainingPlan(
        loss,
        optimiser,
        rate,
        Schedule.CONSTANT,
        batch,
        epochs / every,
        Long.MAX_VALUE,
        Optional.empty(),
        seed,
        every);
  }

  /** Returns what the looks of a run depend on, its length excepted. */
  String identity() {
    return "%s %s %s %d %d %d %d %s %s"
        .formatted(
            loss.text(), optimiser, rate, batch, every, perDecade, samples, threshold, importance);
  }
}
