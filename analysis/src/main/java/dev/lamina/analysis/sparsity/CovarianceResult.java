package dev.lamina.analysis.sparsity;

import java.util.List;

/**
 * A network's loss in its three forms.
 *
 * @param loss L = C + λΣ‖W_l‖², of the parameters
 * @param lossRepresentations L_r = C + λΣ‖Z_l B_{l−1}⁺‖² ≤ L, of the representations; equal where
 *     no weight is wasted, at local minima in particular
 * @param lossCovariances L_k = C + λΣTr[K_l M_{l−1}⁺], of the covariances; equals L_r up to
 *     rounding for the covariances of a network. As something to be minimised over pairs (K, M) it
 *     is the paper's third form only where {@code homogeneous}
 * @param homogeneous whether all activations are positively homogeneous, so that the pairs (K_l,
 *     M_l) of all networks fill translated cones
 * @param cost C
 * @param samples N
 * @param lambda λ
 * @param biasStrength β
 * @param tolerance of the fine count of neurons
 * @param coarseTolerance of the coarse one
 * @param layers layers 1 to L
 */
public record CovarianceResult(
    double loss,
    double lossRepresentations,
    double lossCovariances,
    boolean homogeneous,
    double cost,
    long samples,
    double lambda,
    double biasStrength,
    double tolerance,
    double coarseTolerance,
    List<LayerCovariance> layers) {

  /** Copies the list. */
  public CovarianceResult {
    layers = List.copyOf(layers);
  }
}
