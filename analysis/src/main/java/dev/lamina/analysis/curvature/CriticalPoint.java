package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;

/**
 * Where a search for a critical point ended.
 *
 * @param network the point
 * @param loss the risk there
 * @param gradientL1 Σ |gradient| there
 * @param rounding what rounding alone can make of Σ |gradient|, {@link RiskPoint#gradientRounding}
 * @param status how critical it is
 * @param dampedSteps accepted Levenberg–Marquardt steps, or steps of L-BFGS
 * @param newtonSteps accepted Newton steps
 */
public record CriticalPoint(
    Perceptron network,
    double loss,
    double gradientL1,
    double rounding,
    Status status,
    int dampedSteps,
    int newtonSteps) {

  /** How a search ended. */
  public enum Status {
    /** The gradient is as small as was asked. */
    CRITICAL,
    /**
     * No part of a Newton step makes the gradient smaller, and it is no larger than what rounding
     * makes of it: it cannot be seen to be smaller.
     */
    AT_ROUNDING,
    /**
     * No part of a Newton step makes the gradient smaller, though rounding is smaller: a kink is in
     * the way, or the loss is nearly flat where the gradient points.
     */
    STALLED,
    /** The steps were used up. */
    OUT_OF_STEPS,
    /** Who watched the search ended it. */
    STOPPED,
    /** L-BFGS found nothing lower, with a gradient that is not as small as was asked. */
    DESCENDED
  }

  /** {@return whether the gradient is as small as was asked} */
  public boolean isCritical() {
    return status == Status.CRITICAL;
  }
}
