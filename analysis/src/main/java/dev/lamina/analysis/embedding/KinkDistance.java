package dev.lamina.analysis.embedding;

import java.util.Optional;
import org.hipparchus.linear.RealMatrix;

/**
 * The pre-activation that comes nearest to a kink of its activation. The loss is twice
 * differentiable at parameters only if no sample is on a kink.
 *
 * @param distance its distance from the kink
 * @param layer number of its layer, from 1
 * @param neuron its neuron, from 0
 * @param sample its sample, from 0
 */
public record KinkDistance(double distance, int layer, int neuron, int sample) {
  /** Nearer than this, second derivatives are not to be trusted. */
  public static final double SAFE = 1e-6;

  /**
   * {@return the nearest one, or nothing if no layer's activation has a kink}
   *
   * @param network the network
   * @param x samples in rows
   */
  public static Optional<KinkDistance> of(Perceptron network, RealMatrix x) {
    Features features = network.features(x);
    Optional<KinkDistance> nearest = Optional.empty();
    for (int l = 1; l <= network.depth(); l++) {
      for (double kink : AffineSegments.kinks(network.stage(l).activation())) {
        KinkDistance found = nearest(features.preActivation(l), kink, l);
        if (nearest.isEmpty() || found.distance < nearest.get().distance) {
          nearest = Optional.of(found);
        }
      }
    }
    return nearest;
  }

  private static KinkDistance nearest(RealMatrix u, double kink, int layer) {
    KinkDistance nearest = new KinkDistance(Double.POSITIVE_INFINITY, layer, 0, 0);
    for (int i = 0; i < u.getRowDimension(); i++) {
      for (int j = 0; j < u.getColumnDimension(); j++) {
        double distance = Math.abs(u.getEntry(i, j) - kink);
        if (distance < nearest.distance) {
          nearest = new KinkDistance(distance, layer, j, i);
        }
      }
    }
    return nearest;
  }

  /** {@return whether second derivatives can be trusted} */
  public boolean isSafe() {
    return distance > SAFE;
  }
}
