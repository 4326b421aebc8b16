package dev.lamina.analysis.propagation;

import dev.lamina.kernel.Activation;
import java.util.Optional;

/**
 * The laws to which a network tends with depth: 1 − c_l ~ coefficient/l^exponent and ĉ_l ~
 * (l/L)^gradientExponent. They are approached slowly, so they are for orientation only; numbers
 * come from {@link SignalPropagation}.
 *
 * <p>Published: 9π²/(2l²) for relu and 2/(f″(1) l) for smooth activations (Hayou et al. 2019,
 * propositions 1 and 2), and the exponent 3/5 of the equilibrium layer for relu (arXiv 2110.11749).
 * Derived here: other slopes, residual networks, the exponent 2/3 of smooth activations, and all
 * constants of the equilibrium layer.
 *
 * @param coefficient positive
 * @param exponent positive
 * @param gradientExponent positive
 */
public record PowerLaw(double coefficient, double exponent, double gradientExponent) {
  /** How far from 1 the gradient growth may be to count as the edge of chaos. */
  private static final double EDGE = 1e-9;

  /**
   * Returns the law of a network.
   *
   * <p>With θ the angle of c, a kinked activation of negative slope a has θ' = θ − κθ²/3 + …, κ =
   * (1 − a)²/(π(1 + a²)), times α/(1 + α) in residual networks; so θ_l ~ 3/(κl), and ĉ takes the
   * factor 1 − κθ ~ 1 − 3/l. A smooth one has 1 − c' = s − f″s²/2 + … and the factor 1 − f″s.
   *
   * @param network the network
   * @return the law; empty off the edge of chaos, where both quantities change geometrically, for
   *     identity, and for residual networks with bias or smooth activations
   */
  public static Optional<PowerLaw> of(WideNetwork network) {
    LayerSteps steps = new LayerSteps(network);
    LayerStep first = steps.next();
    if (!steps.stationary()) {
      return Optional.empty();
    }
    if (network.activation() instanceof Activation.PiecewiseLinear(double a)) {
      double kappa = (1 - a) * (1 - a) / (Math.PI * (1 + a * a)) * first.keep();
      return kappa == 0 || network.biasVariance() > 0
          ? Optional.empty()
          : Optional.of(new PowerLaw(9 / (2 * kappa * kappa), 2, 3));
    }
    double curvature = first.keep() * first.dual().curvature();
    return network.residual() || Math.abs(first.gradientGrowth() - 1) > EDGE || curvature == 0
        ? Optional.empty()
        : Optional.of(new PowerLaw(2 / curvature, 1, 2));
  }

  /**
   * {@return 1 − c at a layer}
   *
   * @param layer l, positive
   */
  public double complement(double layer) {
    return coefficient / Math.pow(layer, exponent);
  }

  /**
   * {@return ĉ at a layer}
   *
   * @param layer l, positive
   * @param depth number of layers L
   */
  public double gradientCorrelation(double layer, double depth) {
    return Math.pow(layer / depth, gradientExponent);
  }

  /** {@return the exponent of the depth in the equilibrium layer} */
  public double equilibriumExponent() {
    return gradientExponent / (exponent + gradientExponent);
  }

  /**
   * {@return the layer at which both are equal, coefficient^(1/(exponent + gradientExponent)) ·
   * depth^{@link #equilibriumExponent}}
   *
   * @param depth number of layers L
   */
  public double equilibriumLayer(double depth) {
    return Math.pow(coefficient, 1 / (exponent + gradientExponent))
        * Math.pow(depth, equilibriumExponent());
  }
}
