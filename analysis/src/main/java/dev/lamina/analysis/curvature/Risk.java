package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.training.Loss;
import org.hipparchus.linear.RealMatrix;

/**
 * What a network is measured by: the mean loss on samples. The squared error is (1/n) Σ‖f(xᵢ) −
 * yᵢ‖², without ½ and summed over outputs.
 *
 * @param loss the loss
 * @param x samples in rows, n×inputs, n ≥ 1
 * @param y targets in rows, n×outputs; probabilities, such as one-hot rows, for the cross-entropy
 */
public record Risk(Loss loss, RealMatrix x, RealMatrix y) {

  /** Checks the numbers of rows, and that the targets suit the loss. */
  public Risk {
    if (x.getRowDimension() != y.getRowDimension()) {
      throw new IllegalArgumentException(
          "risk: there must be a row of targets for each sample but there are %d samples and %d targets"
              .formatted(x.getRowDimension(), y.getRowDimension()));
    }
    loss.requireTargets("risk: targets", y.getData());
  }

  /** {@return n} */
  public int samples() {
    return x.getRowDimension();
  }

  /** Checks that a network takes the samples and gives as many outputs as there are targets. */
  void requireFit(Perceptron network) {
    if (network.width(0) != x.getColumnDimension()
        || network.width(network.depth()) != y.getColumnDimension()) {
      throw new IllegalArgumentException(
          "risk: the network %s does not fit samples of %d numbers with %d targets each"
              .formatted(network.widths(), x.getColumnDimension(), y.getColumnDimension()));
    }
  }
}
