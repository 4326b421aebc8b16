package dev.lamina.analysis.propagation;

import dev.lamina.kernel.Activation;

/**
 * An infinitely wide, freshly initialised network of equal layers.
 *
 * <p>Weights are N(0, weightVariance/fan-in), biases N(0, biasVariance). Plain layers are z' = W
 * φ(z) + b, residual ones z' = z + W φ(z) + b. The variance of the first pre-activations, equal for
 * both inputs, changes from layer to layer unless it is at its fixed point.
 *
 * @param activation φ, with a square-integrable derivative
 * @param weightVariance variance of the weights times the fan-in, positive
 * @param biasVariance variance of the biases, not negative
 * @param residual whether the identity bridges each layer
 * @param variance variance of the first layer's pre-activations, positive; without effect for
 *     piecewise linear activations without bias
 */
public record WideNetwork(
    Activation activation,
    double weightVariance,
    double biasVariance,
    boolean residual,
    double variance) {

  /**
   * Bias variance of smooth activations at the edge of chaos if nothing else is asked for. Without
   * bias their edge of chaos is at vanishing variance, where they are linear.
   */
  public static final double SMOOTH_BIAS_VARIANCE = 0.05;

  /** Checks the ranges. */
  public WideNetwork {
    requirePositive("weightVariance", weightVariance);
    requirePositive("variance", variance);
    if (!(biasVariance >= 0 && biasVariance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "wide network: biasVariance must be finite and not negative but is " + biasVariance);
    }
    if (!Activation.hasDerivative(activation)) {
      throw new IllegalArgumentException(
          "wide network: activation %s has no square-integrable derivative, so gradients do not propagate"
              .formatted(activation));
    }
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "wide network: %s must be positive and finite but is %s".formatted(name, value));
    }
  }

  /**
   * {@return the plain network at the edge of chaos with the usual bias variance: 0 for piecewise
   * linear activations, else {@link #SMOOTH_BIAS_VARIANCE}}
   *
   * @param activation φ
   * @throws IllegalArgumentException if there is none
   */
  public static WideNetwork critical(Activation activation) {
    return critical(activation, usualBiasVariance(activation));
  }

  /**
   * Returns the plain network at the edge of chaos: its weight variance and its variance q solve
   *
   * <pre>
   *   biasVariance + weightVariance E[φ(√q g)²] = q,    weightVariance E[φ′(√q g)²] = 1
   * </pre>
   *
   * (Hayou et al. 2019, definition 1), so that neither values nor gradients grow or vanish.
   *
   * <p>For gelu, silu and exp the variance is at an unstable fixed point there, see {@link
   * #varianceIsStable}.
   *
   * @param activation φ
   * @param biasVariance variance of the biases, not negative
   * @return the network
   * @throws IllegalArgumentException if there is none
   */
  public static WideNetwork critical(Activation activation, double biasVariance) {
    return FixedPoints.edgeOfChaos(activation, biasVariance);
  }

  /**
   * {@return the plain network whose variance is at the fixed point q = biasVariance +
   * weightVariance E[φ(√q g)²]}
   *
   * @param activation φ
   * @param weightVariance variance of the weights times the fan-in, positive
   * @param biasVariance variance of the biases, not negative
   * @throws IllegalArgumentException if there is no positive fixed point; a network with a given
   *     first variance can then be made with the constructor
   */
  public static WideNetwork stationary(
      Activation activation, double weightVariance, double biasVariance) {
    return new WideNetwork(
        activation,
        weightVariance,
        biasVariance,
        false,
        FixedPoints.variance(activation, weightVariance, biasVariance));
  }

  /**
   * {@return the residual network without bias in which each layer adds alpha times the variance it
   * is given: weightVariance = 2·alpha/(1 + slope²), 2·alpha for relu}
   *
   * @param activation φ, piecewise linear
   * @param alpha share added by each layer, positive
   * @throws IllegalArgumentException if φ is not piecewise linear: its share would depend on the
   *     variance
   */
  public static WideNetwork residual(Activation activation, double alpha) {
    if (!(activation instanceof Activation.PiecewiseLinear(double slope))) {
      throw new IllegalArgumentException(
          "residual network: alpha is defined for piecewise linear activations (relu, leakyRelu, abs, identity); for %s give the weight variance"
              .formatted(activation));
    }
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "residual network: alpha must be positive and finite but is " + alpha);
    }
    return new WideNetwork(activation, 2 * alpha / (1 + slope * slope), 0, true, 1);
  }

  /**
   * {@return 0 for piecewise linear activations, else {@link #SMOOTH_BIAS_VARIANCE}}
   *
   * @param activation φ
   */
  public static double usualBiasVariance(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear ? 0 : SMOOTH_BIAS_VARIANCE;
  }

  /**
   * {@return the factor that the mean square of the gradient takes on its way back through the
   * first layer: 1 at the edge of chaos, above in the chaotic and below in the ordered phase; above
   * 1 for every residual network}
   */
  public double gradientGrowth() {
    return new LayerSteps(this).next().gradientGrowth();
  }

  /**
   * {@return whether a small deviation of the variance does not grow from layer to layer; where it
   * does, networks of finite width leave the fixed point. False for residual networks, whose
   * variance has no fixed point}
   */
  public boolean varianceIsStable() {
    return !residual && FixedPoints.isStable(this);
  }
}
