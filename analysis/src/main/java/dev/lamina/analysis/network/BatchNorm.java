package dev.lamina.analysis.network;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.List;

/**
 * Batch normalisation in front of an activation, with the statistics used in evaluation: z becomes
 * scale·(z − mean)/√(variance + epsilon) + shift (Ioffe and Szegedy 2015).
 *
 * @param scale γ, 1×n
 * @param shift β, 1×n
 * @param mean running mean, 1×n
 * @param variance running variance, 1×n, each &gt; −epsilon
 * @param epsilon positive
 */
public record BatchNorm(
    HostMatrix scale, HostMatrix shift, HostMatrix mean, HostMatrix variance, double epsilon) {

  /** The epsilon of PyTorch, whose files do not say. */
  public static final double USUAL_EPSILON = 1e-5;

  /** Checks shapes and variances. */
  public BatchNorm {
    for (HostMatrix m : List.of(scale, shift, mean, variance)) {
      if (m.rows() != 1 || m.cols() != scale.cols() || m.dtype() != scale.dtype()) {
        throw new ShapeException(
            "batch-norm: scale, shift, mean and variance must be rows of equal length and type but are %s, %s, %s and %s"
                .formatted(scale.shape(), shift.shape(), mean.shape(), variance.shape()));
      }
    }
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "batch-norm: epsilon must be positive and finite but is " + epsilon);
    }
    for (long j = 0; j < variance.cols(); j++) {
      if (!(variance.get(0, j) + epsilon > 0)) {
        throw new IllegalArgumentException(
            "batch-norm: variance must not be negative but that of unit %d is %s"
                .formatted(j, variance.get(0, j)));
      }
    }
  }

  /** {@return the number of units n} */
  public long units() {
    return scale.cols();
  }

  List<HostMatrix> matrices() {
    return List.of(scale, shift, mean, variance);
  }

  BatchNorm copy(DType type) {
    return new BatchNorm(
        scale.copy(type), shift.copy(type), mean.copy(type), variance.copy(type), epsilon);
  }
}
