package dev.lamina.analysis.sparsity;

import dev.lamina.kernel.Activation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A layer in the covariance form.
 *
 * @param layer l, from 1; the last is the output layer
 * @param activation σ behind it; identity for the output layer
 * @param neurons n_l
 * @param effectiveNeurons rays of Z_l within the fine tolerance: an upper bound of Rank_σ
 * @param effectiveNeuronsCoarse rays of Z_l within the coarse tolerance
 * @param deadNeurons neurons shorter than the fine tolerance times the longest
 * @param rankInputs rank of B_{l−1}
 * @param rankK rank of K_l = Z_lᵀZ_l, a lower bound of Rank_σ
 * @param rankM rank of M_l = B_lᵀB_l; empty for the output layer
 * @param eigenvaluesM eigenvalues of M_l, largest first, min(N, n_l + 1) of them; the others are 0;
 *     empty for the output layer
 * @param penaltyWeights ‖W_l‖²
 * @param penaltyRepresentations ‖Z_l B_{l−1}⁺‖²
 * @param penaltyCovariances Tr[K_l M_{l−1}⁺]
 * @param dropped ‖V_l‖ of V_l = W_l − Z_l B_{l−1}⁺; 0 at every local minimum
 * @param balance Σ|‖in_k‖² − ‖out_k‖²|/Σ(‖in_k‖² + ‖out_k‖²) over the neurons, 0 (balanced, as at
 *     every local minimum of a positively homogeneous activation) to 1; empty for the output layer
 * @param attraction ‖A_l‖
 * @param repulsion ‖R_l‖; for the output layer ‖∂C/∂Z_L‖/λ, what attraction stands against there
 * @param forceResidual ‖(A_l + R_l)P‖/max(‖A_l‖, ‖R_l‖), P the projector on the rows of B_{l−1}: 0
 *     at local minima; see {@link LayerForces#residual()}
 * @param weightResidual the same as the weights feel it, without the pseudo-inverse: ‖∂L/∂W_l‖ over
 *     the larger of its two terms, V_l included; see {@link LayerForces#weightResidual()}
 * @param kinks entries of Z_l on a kink of the activation, of which the slopes were chosen for the
 *     least residual
 * @param form how the repulsion was computed
 */
public record LayerCovariance(
    int layer,
    Activation activation,
    int neurons,
    int effectiveNeurons,
    int effectiveNeuronsCoarse,
    int deadNeurons,
    int rankInputs,
    int rankK,
    Optional<Integer> rankM,
    List<Double> eigenvaluesM,
    double penaltyWeights,
    double penaltyRepresentations,
    double penaltyCovariances,
    double dropped,
    OptionalDouble balance,
    double attraction,
    double repulsion,
    double forceResidual,
    double weightResidual,
    int kinks,
    ForceForm form) {

  /** Copies the eigenvalues. */
  public LayerCovariance {
    eigenvaluesM = List.copyOf(eigenvaluesM);
  }
}
