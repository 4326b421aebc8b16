package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;

/**
 * Where a search for a critical point ended.
 *
 * @param network the point
 * @param loss the risk there
 * @param gradientL1 Σ |gradient| there
 * @param status how critical it is
 * @param dampedSteps accepted Levenberg–Marquardt steps
 * @param newtonSteps accepted Newton steps
 */
public record CriticalPoint(
    Perceptron network,
    double loss,
    double gradientL1,
    Status status,
    int dampedSteps,
    int newtonSteps) {

  /** How a search ended. */
  public enum Status {
    /** The gradient is as small as was asked. */
    CRITICAL,
    /** No part of a Newton step makes the gradient smaller: rounding, or a kink is in the way. */
    STALLED,
    /** The steps were used up. */
    OUT_OF_STEPS,
    /** L-BFGS ended, with a gradient that is not as small as was asked. */
    DESCENDED
  }

  /** {@return whether the gradient is as small as was asked} */
  public boolean isCritical() {
    return status == Status.CRITICAL;
  }
}
