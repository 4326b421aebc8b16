package dev.lamina.analysis.propagation;

import dev.lamina.kernel.Activation;
import dev.lamina.lowering.DualActivation;

/** The steps of a network's layers in order, each with the variance that the ones before left. */
final class LayerSteps {
  /** Relative change of the variance that is nothing but rounding: it is at its fixed point. */
  private static final double STATIONARY = 1e-12;

  private final WideNetwork network;
  private final boolean homogeneous;
  private double variance;

  /** biasVariance/variance: what is left of the variance if φ is homogeneous. */
  private double bias;

  private LayerStep step;
  private boolean stationary;

  LayerSteps(WideNetwork network) {
    this.network = network;
    homogeneous = network.activation() instanceof Activation.PiecewiseLinear;
    variance = network.variance();
    bias = network.biasVariance() / network.variance();
  }

  /** Returns whether the next step equals the last one. */
  boolean stationary() {
    return stationary;
  }

  LayerStep next() {
    if (!stationary) {
      step = homogeneous ? homogeneous() : general();
    }
    return step;
  }

  /** Everything relative to the variance, which may grow or fall beyond the range of a double. */
  private LayerStep homogeneous() {
    DualActivation dual = step == null ? DualActivation.of(network.activation(), 1) : step.dual();
    double growth = growth(dual.secondMoment(), bias);
    LayerStep result = step(dual, dual.secondMoment(), growth);
    stationary = bias == 0 || Math.abs(growth - 1) < STATIONARY;
    bias /= growth;
    return result;
  }

  private LayerStep general() {
    DualActivation dual = DualActivation.of(network.activation(), variance);
    double second = dual.secondMoment() / variance;
    double growth = growth(second, network.biasVariance() / variance);
    LayerStep result = step(dual, second, growth);
    stationary = Math.abs(growth - 1) < STATIONARY;
    variance *= growth;
    return result;
  }

  private double growth(double second, double bias) {
    return (network.residual() ? 1 : 0) + network.weightVariance() * second + bias;
  }

  private LayerStep step(DualActivation dual, double second, double growth) {
    double own = network.weightVariance() * dual.derivativeSecondMoment();
    double gradientGrowth = network.residual() ? 1 + own : own;
    return new LayerStep(
        dual,
        network.residual() ? 1 / growth : 0,
        network.weightVariance() * second / growth,
        network.residual() ? 1 / gradientGrowth : 0,
        own / gradientGrowth,
        gradientGrowth);
  }
}
