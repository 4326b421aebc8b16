package dev.lamina.analysis.training;

import java.util.Optional;

/**
 * How a network is trained.
 *
 * @param loss what is made small
 * @param optimiser how parameters follow the gradient
 * @param rate learning rate, &gt; 0
 * @param schedule what the rate is multiplied by
 * @param batch examples per step, ≥ 1; 0 for all of them in every step
 * @param epochs most epochs, ≥ 1
 * @param steps most steps, ≥ 1
 * @param target when the loss is small enough, if that ends the run
 * @param seed of the order of the examples and of the noise
 * @param passes passes over the training data that make an epoch, ≥ 1; after each epoch the test
 *     data are evaluated and a checkpoint may be written, which takes longer than a step of a small
 *     network on all examples
 */
public record TrainingPlan(
    Loss loss,
    Optimiser optimiser,
    double rate,
    Schedule schedule,
    int batch,
    int epochs,
    long steps,
    Optional<Target> target,
    long seed,
    int passes) {

  /**
   * A loss that is small enough: the running loss, which forgets a tenth of itself at every step,
   * is below it at the end of successive epochs.
   *
   * @param loss the threshold, &gt; 0
   * @param epochs how many epochs in a row, ≥ 1
   */
  public record Target(double loss, int epochs) {
    /** Checks the ranges. */
    public Target {
      if (!(loss > 0) || epochs < 1) {
        throw new IllegalArgumentException(
            "target: loss must be positive and epochs ≥ 1 but are %s and %d"
                .formatted(loss, epochs));
      }
    }
  }

  /** Checks the ranges. */
  public TrainingPlan {
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("training: rate must be positive but is " + rate);
    }
    if (batch < 0 || epochs < 1 || steps < 1 || passes < 1) {
      throw new IllegalArgumentException(
          "training: batch must be ≥ 0, epochs, steps and passes ≥ 1 but are %d, %d, %d, %d"
              .formatted(batch, epochs, steps, passes));
    }
  }

  /**
   * A plan with one pass in each epoch.
   *
   * @param loss what is made small
   * @param optimiser how parameters follow the gradient
   * @param rate learning rate, &gt; 0
   * @param schedule what the rate is multiplied by
   * @param batch examples per step, ≥ 1; 0 for all of them in every step
   * @param epochs most passes over the training data, ≥ 1
   * @param steps most steps, ≥ 1
   * @param target when the loss is small enough, if that ends the run
   * @param seed of the order of the examples and of the noise
   */
  public TrainingPlan(
      Loss loss,
      Optimiser optimiser,
      double rate,
      Schedule schedule,
      int batch,
      int epochs,
      long steps,
      Optional<Target> target,
      long seed) {
    this(loss, optimiser, rate, schedule, batch, epochs, steps, target, seed, 1);
  }

  /**
   * {@return the same plan with another seed}
   *
   * @param other the seed
   */
  public TrainingPlan withSeed(long other) {
    return new TrainingPlan(
        loss, optimiser, rate, schedule, batch, epochs, steps, target, other, passes);
  }

  /**
   * {@return the same plan with another optimiser}
   *
   * @param other how parameters follow the gradient
   */
  public TrainingPlan withOptimiser(Optimiser other) {
    return new TrainingPlan(loss, other, rate, schedule, batch, epochs, steps, target, seed);
  }
}
