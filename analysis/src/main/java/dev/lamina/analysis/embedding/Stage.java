package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.ShapeException;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * A layer in float64: f = φ(W a + b), or f = a + φ(W a + b) if it is bridged, a being the features
 * in front of it. The matrices are not to be changed.
 *
 * @param weights W, outputs×inputs
 * @param bias b, of as many entries as outputs
 * @param activation φ
 * @param bridged whether the features in front are added
 * @param biased whether b belongs to the parameters; if not it is 0
 */
public record Stage(
    RealMatrix weights, RealVector bias, Activation activation, boolean bridged, boolean biased) {

  /** Checks the shapes. */
  public Stage {
    if (bias.getDimension() != weights.getRowDimension()) {
      throw new ShapeException(
          "layer: bias must have %d entries like the rows of the weights but has %d"
              .formatted(weights.getRowDimension(), bias.getDimension()));
    }
    if (bridged && weights.getRowDimension() != weights.getColumnDimension()) {
      throw new ShapeException(
          "layer: a bridged layer must have as many outputs as inputs but has %d and %d"
              .formatted(weights.getRowDimension(), weights.getColumnDimension()));
    }
    if (!biased && bias.getLInfNorm() != 0) {
      throw new IllegalArgumentException("layer: one without a bias must have a bias of 0");
    }
  }

  /**
   * Makes a layer with a bias.
   *
   * @param weights W, outputs×inputs
   * @param bias b, of as many entries as outputs
   * @param activation φ
   * @param bridged whether the features in front are added
   */
  public Stage(RealMatrix weights, RealVector bias, Activation activation, boolean bridged) {
    this(weights, bias, activation, bridged, true);
  }

  /** {@return the number of inputs} */
  public int inputs() {
    return weights.getColumnDimension();
  }

  /** {@return the number of outputs} */
  public int outputs() {
    return weights.getRowDimension();
  }

  /** {@return the number of parameters} */
  public int parameters() {
    return Math.addExact(Math.multiplyExact(inputs(), outputs()), biased ? outputs() : 0);
  }

  /**
   * {@return the same layer with other parameters; one without a bias gets one if b is not 0}
   *
   * @param newWeights W
   * @param newBias b
   */
  public Stage with(RealMatrix newWeights, RealVector newBias) {
    boolean needed = biased || newBias.getLInfNorm() != 0;
    return new Stage(newWeights, newBias, activation, bridged, needed);
  }
}
