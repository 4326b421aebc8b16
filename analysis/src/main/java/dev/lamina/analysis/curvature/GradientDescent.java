package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.backend.Backend;

/**
 * Gradient descent on all samples at a constant rate, stopped as soon as the gradient is small: how
 * the published critical points were found. The point where it stops is only nearly critical.
 *
 * @param target Σ |gradient| at which it stops
 * @param rate learning rate, positive
 * @param steps steps at most
 */
public record GradientDescent(double target, double rate, long steps) {

  /** Checks the numbers. */
  public GradientDescent {
    if (!(target > 0) || !(rate > 0) || steps < 0) {
      throw new IllegalArgumentException(
          "gradient descent: target and rate must be positive and steps not negative but they are %s, %s, %d"
              .formatted(target, rate, steps));
    }
  }

  /**
   * Where the descent stopped.
   *
   * @param network the point
   * @param gradientL1 Σ |gradient| there
   * @param steps how many it took
   * @param reached whether the gradient is as small as was asked; if not, the steps were used up
   */
  public record Stop(Perceptron network, double gradientL1, long steps, boolean reached) {}

  /**
   * {@return where the descent stops}
   *
   * @param backend where to compute
   * @param start where to begin
   * @param risk what is measured
   * @throws IllegalArgumentException if the network does not fit the samples, or if the loss is no
   *     longer finite: the rate is too large
   */
  public Stop find(Backend backend, Perceptron start, Risk risk) {
    risk.requireFit(start);
    return Descent.steepest(backend, start, risk, this);
  }
}
