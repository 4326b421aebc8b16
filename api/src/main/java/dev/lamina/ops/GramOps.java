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
   * {@return the same operations, with {@code compute} telling a listener which share of the tiles
   * is done}
   *
   * @param listener hears of every kernel matrix that is computed through the result
   */
  GramOps heardBy(TileListener listener);
}
