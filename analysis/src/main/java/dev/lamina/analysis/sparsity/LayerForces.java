package dev.lamina.analysis.sparsity;

/**
 * The forces on the representation of a layer, in units where the loss's force is λ times theirs.
 */
public final class LayerForces {
  private final int layer;
  private final double[][] attraction;
  private final double[][] repulsion;
  private final ForceForm form;
  private final double residual;
  private final double weightResidual;
  private final int kinks;

  LayerForces(
      int layer,
      double[][] attraction,
      double[][] repulsion,
      ForceForm form,
      double residual,
      double weightResidual,
      int kinks) {
    this.layer = layer;
    this.attraction = attraction;
    this.repulsion = repulsion;
    this.form = form;
    this.residual = residual;
    this.weightResidual = weightResidual;
    this.kinks = kinks;
  }

  /** {@return l, from 1} */
  public int layer() {
    return layer;
  }

  /** {@return A_l, the derivative of the layer's own penalty by Z_l, n_l×N; not a copy} */
  public double[][] attraction() {
    return attraction;
  }

  /** {@return R_l, that of the penalty of the next layer, or of C/λ, n_l×N; not a copy} */
  public double[][] repulsion() {
    return repulsion;
  }

  /** {@return how R_l was computed} */
  public ForceForm form() {
    return form;
  }

  /**
   * {@return ‖(A_l + R_l)P‖/max(‖A_l‖, ‖R_l‖), P the projector on the rows of B_{l−1} (without P
   * for the Tikhonov form); 0 at a local minimum, 0 if both vanish} The pseudo-inverse in A_l
   * enlarges what is left of a gradient by up to the spread of the singular values of B_{l−1}; see
   * {@link #weightResidual}.
   */
  public double residual() {
    return residual;
  }

  /**
   * {@return ‖∂L/∂W_l‖/max(2λ‖W_l‖, ‖∂C/∂W_l‖), the same as the weights feel it; NaN for the
   * Tikhonov form, which has no weights} The weights are those of the network, with what a
   * projection would drop from them, here and in the layers above through which ∂C/∂W_l comes; on
   * kinks the slopes are those of the forces. With nothing to drop this is ‖(A_l +
   * R_l)B_{l−1}ᵀ‖/max(‖A_l B_{l−1}ᵀ‖, ‖R_l B_{l−1}ᵀ‖), R_l from multipliers.
   */
  public double weightResidual() {
    return weightResidual;
  }

  /**
   * {@return how many entries of Z_l sit on a kink of σ: there R_l has the slope, between those of
   * both sides, that makes the residual smallest}
   */
  public int kinks() {
    return kinks;
  }

  /** {@return ‖A_l‖ (Frobenius)} */
  public double attractionNorm() {
    return Math.sqrt(Weights.squaredNorm(attraction));
  }

  /** {@return ‖R_l‖ (Frobenius)} */
  public double repulsionNorm() {
    return Math.sqrt(Weights.squaredNorm(repulsion));
  }
}
