package dev.lamina.ops;

import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.Matrix;
import java.util.List;

/**
 * Kernel matrices, Gram matrices and what is done to them entry by entry.
 *
 * <p>Matrices may be {@linkplain dev.lamina.matrix.HostMatrix host matrices}, which are read and
 * written tile by tile, or device matrices of the same backend. Except where an operation says
 * otherwise all its matrices have one element type. Results do not depend on the number of threads.
 * Wrong shapes throw {@link dev.lamina.matrix.ShapeException} before anything is written; a row
 * that a kernel cannot take (a zero row under an angle kernel without bias, NaN, ∞) throws {@link
 * KernelInputException} naming matrix and row.
 */
public interface GramOps {

  /**
   * Computes the kernel matrix {@code out[i][j] = k(x_i, z_j)}.
   *
   * <p>If {@code z == x} (the same object) one triangle is computed and mirrored: the result is
   * symmetric bit for bit and its diagonal is k(x_i, x_i) correctly rounded from float64.
   *
   * @param kernel k
   * @param x N×d, rows are samples
   * @param z M×d
   * @param out N×M, overwritten; must not overlap x or z
   */
  void compute(Kernel kernel, Matrix x, Matrix z, Matrix out);

  /**
   * Computes the kernel matrix and the angle of each pair under the kernel.
   *
   * <p>The angle arccos(k(x,z)/√(k(x,x) k(z,z))) comes from the complement 1 − cos that the entry
   * program carries, so it keeps its relative accuracy for nearly parallel inputs, where the kernel
   * value alone has lost it.
   *
   * @param kernel k, one that {@linkplain Kernel#hasAngle() has an angle}
   * @param x N×d
   * @param z M×d
   * @param out N×M, overwritten
   * @param angles N×M, overwritten with radians in [0, π]
   * @throws IllegalArgumentException if the kernel has no angle
   */
  void compute(Kernel kernel, Matrix x, Matrix z, Matrix out, Matrix angles);

  /**
   * Computes the NNGP and tangent kernel matrices of one network at several depths in one pass.
   *
   * @param kernels the network and the depths
   * @param x N×d
   * @param z M×d
   * @param nngp one N×M matrix for each of {@link NeuralKernels#depths()} in that order, or empty
   *     if they are not wanted
   * @param ntk likewise for the tangent kernels
   */
  void compute(
      NeuralKernels kernels,
      Matrix x,
      Matrix z,
      List<? extends Matrix> nngp,
      List<? extends Matrix> ntk);

  /**
   * Computes {@code out = K v} with {@code K[i][j] = k(x_i, z_j)} and never stores K.
   *
   * @param kernel k
   * @param x N×d
   * @param z M×d; if it is {@code x} itself only one triangle of K is computed
   * @param v M×t
   * @param out N×t, overwritten
   */
  void multiply(Kernel kernel, Matrix x, Matrix z, Matrix v, Matrix out);

  /**
   * Computes {@code out[i][0] = k(x_i, x_i)}.
   *
   * @param kernel k
   * @param x N×d
   * @param out N×1, overwritten
   */
  void diagonal(Kernel kernel, Matrix x, Matrix out);

  /**
   * Computes {@code out = alpha·X Xᵀ + beta·out}; one triangle is computed and mirrored.
   *
   * @param x N×d
   * @param alpha factor of the product
   * @param beta factor of the old value, which must be symmetric; 0 ignores the old value even if
   *     it is NaN
   * @param out N×N
   */
  void rowProducts(Matrix x, double alpha, double beta, Matrix out);

  /**
   * Computes {@code out = alpha·op(A) op(B) + beta·out}.
   *
   * @param a m×k, or k×m if {@code transposeA}
   * @param transposeA whether op(A) = Aᵀ
   * @param b k×n, or n×k if {@code transposeB}
   * @param transposeB whether op(B) = Bᵀ
   * @param alpha factor of the product
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param out m×n; must not overlap a or b
   */
  void gemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out);

  /**
   * Centres a kernel matrix in place: {@code K ← H K H} with H = I − 1 1ᵀ/N.
   *
   * @param k N×N, symmetric
   */
  void centre(Matrix k);

  /**
   * Computes {@code out[i][0] = ‖x_i‖}, without overflow or underflow of the squares.
   *
   * @param x N×d
   * @param out N×1, overwritten
   */
  void rowNorms(Matrix x, Matrix out);

  /**
   * {@return the Frobenius inner product Σ a_ij b_ij, summed in float64 in a fixed order}
   *
   * @param a N×M
   * @param b N×M
   */
  double dot(Matrix a, Matrix b);

  /**
   * Multiplies entry by entry: {@code out ← a ∘ out}. The Hadamard product of two Gram matrices is
   * the Gram matrix of the products of features, such as a layer's tangent kernel.
   *
   * @param a N×M
   * @param out N×M; must not overlap a
   */
  void hadamard(Matrix a, Matrix out);

  /**
   * Computes the squared Frobenius norms of kernels of C outputs whose blocks are centred Hadamard
   * products of Gram matrices, and of the sum of the kernels,
   *
   * <pre>  Σ_{c,c'} ‖H K_{cc'} H‖²,    K_{cc'} = (D_c D_{c'}ᵀ) ∘ G,    H = I − 1 1ᵀ/N.</pre>
   *
   * <p>With D_c the gradients of output c by a layer's pre-activations and G the Gram matrix of its
   * inputs, K is the layer's tangent kernel (Jacot et al. 2018), and the sum over layers that of
   * the network; neither is ever stored. Only blocks with c' ≤ c are computed; the others are their
   * transposes. Means are subtracted from the entries before these are squared, and the squares are
   * summed in float64 in a fixed order.
   *
   * @param d for each kernel the (C·N)×n matrices D_0, …, D_{C−1} one below the other; n may differ
   * @param g for each kernel the N×N matrix G, symmetric, N ≥ 1
   * @return the squared norm of each kernel, then that of their sum; NaN or ∞ if entries are
   */
  double[] hadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g);

  /**
   * Takes a kernel matrix through one wide ReLU layer, entry by entry (Cho and Saul 2009, (3) and
   * (6) with n = 1; Lee et al. 2018):
   *
   * <pre>
   *   out_ij = σw² k₁(K)_ij + σb²
   *   k₁(K)_ij = (s sin θ + (π − θ) K_ij) / 2π = E[relu(u) relu(v)],   k₁(K)_ii = K_ii / 2
   *   s = √(K_ii K_jj),   cos θ = K_ij / s,   (u, v) ~ N(0, [[K_ii, K_ij], [K_ij, K_jj]]).
   * </pre>
   *
   * <p>Only the lower triangle of K is read; the result is symmetric bit for bit. It is evaluated
   * in float64 from 1 − cos θ, which is formed as (K_ii K_jj − K_ij²)/(s (s + |K_ij|)) without
   * cancellation, so that each entry has the accuracy of its element type for nearly parallel rows
   * too, at any scale.
   *
   * <p>|K_ij| may exceed s by rounding, as it often does in float32: then θ is 0 or π. A row of K
   * with K_ii = 0, a sample at which nothing fires, has σb² in its row of the result as far as its
   * K_ij are 0, which they must be if K is positive semi-definite; otherwise it has σw² max(K_ij,
   * 0)/2 + σb². K_ii &lt; 0, NaN and ∞ give NaN in row and column i.
   *
   * @param layer σw² and σb²
   * @param k K, N×N, symmetric, K_ii ≥ 0
   * @param out N×N, overwritten; may be {@code k} itself, otherwise it must not overlap it
   */
  void arcCosine(WideLayer layer, Matrix k, Matrix out);

  /**
   * Pulls a gradient back through {@link #arcCosine}: replaces G with dL = Σ_ij G_ij dF_ij by H
   * with dL = Σ_ij H_ij dK_ij, where F is the result of {@code arcCosine} at K and dF and dK are
   * symmetric. In the notation there, with k₀ = (π − θ)/2π,
   *
   * <pre>
   *   H_ij = σw² G_ij k₀_ij                                                   (i ≠ j)
   *   H_ii = σw² (G_ii/2 + 2 Σ_{j≠i} G_ij s_ij sin θ_ij / (4π K_ii)).
   * </pre>
   *
   * <p>∂k₁/∂K_ij = k₀ is Cho and Saul's kernel of order 0; the second rule, derived and not in the
   * paper, collects what F_ij and F_ji change with K_ii through s and θ: ∂k₁_ij/∂K_ii = sin θ
   * √(K_jj/K_ii)/4π. Taking G_ij k₀ for the diagonal too, as for a kernel of fixed diagonal, would
   * lose it.
   *
   * <p>Only the lower triangles of K and G are read; the result is symmetric bit for bit, and the
   * sums over j are in float64 in a fixed order. If |K_ij| ≥ s, then θ is 0 or π and sin θ is 0. If
   * K_ii = 0, F has no derivative in row i except one of F_ii to one side; then H_ij = 0 for all j
   * ≠ i, as the slope of ReLU at 0 is 0 in this toolkit, and H_ii = σw² G_ii/2. K_ii &lt; 0, NaN
   * and ∞ give NaN in row and column i.
   *
   * @param layer σw² and σb² (which does not matter)
   * @param k K, N×N, symmetric, K_ii ≥ 0
   * @param g G, N×N, symmetric; overwritten by H; must not overlap k
   */
  void arcCosineAdjoint(WideLayer layer, Matrix k, Matrix g);

  /**
   * Adds to the diagonal: {@code k_ii ← k_ii + value}.
   *
   * @param value what is added, rounded once with the sum
   * @param k N×N
   */
  void addToDiagonal(double value, Matrix k);

  /**
   * Copies the diagonal: {@code out[i][0] = k_ii}.
   *
   * @param k N×N
   * @param out N×1, overwritten; must not overlap k
   */
  void diagonalOf(Matrix k, Matrix out);

  /**
   * Scales each row by a factor of its own: {@code x_i ← factors_i x_i}.
   *
   * @param factors N×1
   * @param x N×d, scaled in place; must not overlap {@code factors}
   */
  void scaleRows(Matrix factors, Matrix x);

  /**
   * {@return the same operations, with {@code compute} telling a listener which share of the tiles
   * is done}
   *
   * @param listener hears of every kernel matrix that is computed through the result
   */
  GramOps heardBy(TileListener listener);
}
