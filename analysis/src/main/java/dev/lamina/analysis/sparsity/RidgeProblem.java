package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.training.Loss;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;

/**
 * What is minimised: C(Z_L) + λ Σ‖W_l‖² on given data.
 *
 * @param x inputs, N×n₀, a sample per row, finite; the caller owns it
 * @param y targets, N×n_L, finite; for cross-entropy one-hot or probabilities; the caller owns it
 * @param loss C: (1/N)‖Z_L − Yᵀ‖² or the mean cross-entropy
 * @param lambda λ &gt; 0, without a factor ½
 * @param biasStrength β ≥ 0; 0 means no biases; a bias b costs λ(b/β)²
 */
public record RidgeProblem(
    HostMatrix x, HostMatrix y, Loss loss, double lambda, double biasStrength) {

  /**
   * Checks shapes, ranges and entries.
   *
   * @throws ShapeException if x and y have different numbers of rows, or none
   * @throws IllegalArgumentException if λ or β is out of range or an entry is not finite
   */
  public RidgeProblem {
    if (x.rows() != y.rows() || x.rows() < 1 || x.cols() < 1 || y.cols() < 1) {
      throw new ShapeException(
          "ridge problem: x and y must have equally many rows, one per sample, and at least one column, but x is %s and y is %s"
              .formatted(x.shape(), y.shape()));
    }
    if (!(lambda > 0 && lambda < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "ridge problem: lambda must be positive and finite but is "
              + lambda
              + "; without it there is no smallest loss and no neuron vanishes");
    }
    if (!(biasStrength >= 0 && biasStrength < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "ridge problem: the bias strength must be finite and not negative but is "
              + biasStrength
              + "; 0 means no biases, 1 the usual ones");
    }
    requireInputs("inputs", x);
    requireTargets("targets", y, loss);
  }

  /**
   * Checks the entries of inputs.
   *
   * @param what how to call them in a message, such as a file
   * @param x inputs
   * @throws IllegalArgumentException if an entry is not finite
   */
  public static void requireInputs(String what, HostMatrix x) {
    requireFinite(what, x);
  }

  /**
   * Checks the entries of targets.
   *
   * @param what how to call them in a message, such as a file
   * @param y targets
   * @param loss what they are for
   * @throws IllegalArgumentException if an entry is not finite, or the loss is the cross-entropy
   *     and a row is not one-hot or probabilities
   */
  public static void requireTargets(String what, HostMatrix y, Loss loss) {
    requireFinite(what, y);
    loss.requireTargets("ridge problem: " + what, y.toArray());
  }

  private static void requireFinite(String what, HostMatrix m) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        if (!Double.isFinite(m.get(i, j))) {
          throw new IllegalArgumentException(
              "ridge problem: %s must be finite but row %d, column %d (counted from 0) is %s"
                  .formatted(what, i, j, Double.toString(m.get(i, j))));
        }
      }
    }
  }

  /** {@return N} */
  public long samples() {
    return x.rows();
  }

  /** Returns how many rows the constant adds to every B_l: 0 or 1. */
  int constantRows() {
    return biasStrength > 0 ? 1 : 0;
  }
}
