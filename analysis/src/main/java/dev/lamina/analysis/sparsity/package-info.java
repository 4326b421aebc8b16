/**
 * L2-regularised networks as optimisation of representations and of covariances (Jacot, Golikov,
 * Hongler, Gabriel, arXiv 2205.15809).
 *
 * <p>Conventions of the paper, which differ from those of the layers: <b>samples are columns</b>
 * here. With X of N columns, B₀ = [X; β1ᵀ], Z_l = W_l B_{l−1} and B_l = [σ(Z_l); β1ᵀ]; the last
 * column of W_l is the bias over the bias strength, b/β, and is penalised like any other weight, so
 * that a network's loss is
 *
 * <pre>  L = C(Z_L) + λ Σ_l (‖weights_l‖² + ‖bias_l‖²/β²)</pre>
 *
 * without a factor ½. Without bias strength, β = 0, there is no last row or column and biases must
 * be absent or zero. C is (1/N)‖Z_L − Y‖² or the mean cross-entropy. K_l = Z_lᵀZ_l, M_l = B_lᵀB_l.
 * Everything is computed in float64.
 *
 * <p>Where the paper's text has misprints the corrected form is computed: the pseudo-inverse in the
 * loss of representations is that of B_{l−1} (one display prints Z_l), and W_l is n_l × (n_{l−1} +
 * 1) (the text prints the transposed shape). What is marked <i>derived</i> is not in the paper's
 * main text and held to an independent computation by tests.
 */
package dev.lamina.analysis.sparsity;
