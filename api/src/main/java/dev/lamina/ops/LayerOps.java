package dev.lamina.ops;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.Matrix;

/**
 * Forward and backward steps of layers, losses, and updates of parameters: what training is made
 * of.
 *
 * <p>Rows are examples. All matrices of an operation have one element type, are host matrices or
 * device matrices of the same backend, and may have any row stride. Wrong shapes throw {@link
 * dev.lamina.matrix.ShapeException} before anything is written. NaN and ∞ are no errors here: they
 * go through, and a training loop finds them in the losses. Results do not depend on the number of
 * threads, bit for bit. Operations on small matrices run on the calling thread, and several threads
 * may call at once.
 *
 * <p>The derivative of a piecewise linear activation at its kink is the slope of the left side, 0
 * for relu, in every operation here.
 *
 * <p>"Needs" says which device functions a backend must have: <i>gemm</i> is C = A op(B), the
 * <i>map</i> of an operation does the same for every entry, a <i>row sum</i> or <i>column sum</i>
 * reduces in a fixed order.
 */
public interface LayerOps {

  /**
   * Computes z = x Wᵀ + 1 bᵀ and a = φ(z). Needs: gemm with an epilogue that adds the bias and
   * writes z and φ(z), or gemm and a map.
   *
   * @param layer W, b, φ
   * @param x N×inputs
   * @param z N×outputs, overwritten by the pre-activations; may be {@code a} itself if they are not
   *     wanted
   * @param a N×outputs, overwritten by the activations
   */
  void forward(DenseParameters layer, Matrix x, Matrix z, Matrix a);

  /**
   * Goes backward through a layer to its parameters. Needs: map, gemm of a transposed left matrix,
   * column sum.
   *
   * @param layer W, b, φ
   * @param x N×inputs, the input of {@link #forward}
   * @param z N×outputs, its pre-activations
   * @param delta N×outputs, ∂loss/∂a, overwritten by ∂loss/∂z = ∂loss/∂a ∘ φ′(z)
   * @param gradient overwritten by ∂loss/∂W = ∂loss/∂zᵀ x and ∂loss/∂b
   */
  void backward(DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient);

  /**
   * Goes backward through a layer to its parameters and its input. Needs: as {@link
   * #backward(DenseParameters, Matrix, Matrix, Matrix, DenseGradient)}, and gemm.
   *
   * @param layer W, b, φ
   * @param x N×inputs, the input of {@link #forward}
   * @param z N×outputs, its pre-activations
   * @param delta N×outputs, ∂loss/∂a, overwritten by ∂loss/∂z
   * @param gradient overwritten by the gradient with respect to the parameters
   * @param dx N×inputs, overwritten by ∂loss/∂x = ∂loss/∂z W
   */
  void backward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient, Matrix dx);

  /**
   * Computes a = φ(z). Needs: map.
   *
   * @param activation φ
   * @param z N×n
   * @param a N×n, overwritten; may be {@code z} itself
   */
  void activate(Activation activation, Matrix z, Matrix a);

  /**
   * Computes delta ← delta ∘ φ′(z). Needs: map.
   *
   * @param activation φ
   * @param z N×n
   * @param delta N×n
   */
  void activateBackward(Activation activation, Matrix z, Matrix delta);

  /**
   * Computes delta ← delta ∘ φ″(z), of which curvature is made. Kinks have no share: φ″ is 0 for
   * every piecewise linear activation, and at a jump of φ″ it is that of the left side. Needs: map.
   *
   * @param activation φ
   * @param z N×n
   * @param delta N×n
   */
  void activateCurvature(Activation activation, Matrix z, Matrix delta);

  /**
   * Takes T tangents, side by side, through an activation: t ← slope ∘ t in each of the T blocks of
   * n columns. With slope = φ′(z) a direction ∂z becomes ∂a. Needs: map.
   *
   * @param slope N×n
   * @param tangents N×(T·n), T ≥ 1
   */
  void scaleTangents(Matrix slope, Matrix tangents);

  /**
   * Takes T tangents, side by side, back through an activation: t ← slope ∘ t + bend ∘ u in each of
   * the T blocks of n columns. With slope = φ′(z), bend = ∂loss/∂a ∘ φ″(z) and u = ∂z, the tangent
   * of ∂loss/∂a becomes that of ∂loss/∂z. Needs: map.
   *
   * @param slope N×n
   * @param bend N×n
   * @param other u, N×(T·n)
   * @param tangents t, N×(T·n), T ≥ 1
   */
  void scaleTangents(Matrix slope, Matrix bend, Matrix other, Matrix tangents);

  /**
   * Normalises a batch by its own mean and variance and moves the running values towards them.
   * Needs: column sums, map.
   *
   * @param norm γ, β; its running mean and variance are updated
   * @param z N×n, N ≥ 2
   * @param y N×n, overwritten by γ (z − mean)/√(variance + ε) + β; may be {@code z} itself only if
   *     {@link #normaliseBackward} is not wanted
   * @param statistics 2×n, overwritten: row 0 the means of the batch, row 1 1/√(variance + ε) with
   *     the variance divided by N
   */
  void normalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics);

  /**
   * Goes backward through {@link #normalise}. Needs: column sums, map.
   *
   * @param norm γ
   * @param z N×n, the input of {@link #normalise}
   * @param statistics 2×n as written there
   * @param delta N×n, ∂loss/∂y, overwritten by ∂loss/∂z
   * @param gradient overwritten by ∂loss/∂γ and ∂loss/∂β
   */
  void normaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient);

  /**
   * Normalises by the running mean and variance, as in evaluation: a fixed affine map. Needs: map.
   *
   * @param norm all four rows are read
   * @param z N×n
   * @param y N×n, overwritten; may be {@code z} itself
   */
  void normaliseFixed(NormParameters norm, Matrix z, Matrix y);

  /**
   * Goes backward through {@link #normaliseFixed}. Needs: map.
   *
   * @param norm γ and the running variance
   * @param delta N×n, ∂loss/∂y, overwritten by ∂loss/∂z = γ/√(variance + ε) ∂loss/∂y
   */
  void normaliseFixedBackward(NormParameters norm, Matrix delta);

  /**
   * Computes y ← alpha·x + beta·y: residual connections, plain gradient descent, projections.
   * Needs: map.
   *
   * @param alpha factor of x
   * @param x N×n
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param y N×n
   */
  void add(double alpha, Matrix x, double beta, Matrix y);

  /**
   * Computes the softmax cross-entropy ℓᵢ = factor·Σ_c t_ic (log Σ_k exp s_ik − s_ic) of each
   * example and the gradient of their sum. Needs: one function per row.
   *
   * @param logits s, N×C
   * @param targets t, N×C: one-hot labels or probabilities
   * @param factor 1/N for the mean over the batch
   * @param losses N×1, overwritten by ℓ
   * @param gradient N×C, overwritten by factor·(softmax(s)·Σt − t)
   */
  void softmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix losses, Matrix gradient);

  /**
   * Computes the squared error ℓᵢ = factor·‖fᵢ − tᵢ‖² of each example and the gradient of their
   * sum. Needs: one function per row.
   *
   * @param outputs f, N×C
   * @param targets t, N×C
   * @param factor 1/N for the mean over the batch without ½
   * @param losses N×1, overwritten by ℓ
   * @param gradient N×C, overwritten by 2·factor·(f − t)
   */
  void squaredError(Matrix outputs, Matrix targets, double factor, Matrix losses, Matrix gradient);

  /**
   * Marks the examples whose largest output stands where the largest target stands, the first one
   * of equals. Needs: one function per row.
   *
   * @param outputs N×C
   * @param targets N×C
   * @param hits N×1, overwritten by 1 or 0; 0 if an output is NaN
   */
  void hits(Matrix outputs, Matrix targets, Matrix hits);

  /**
   * Copies rows in the order of a list: out[i] = x[rows[from + i]]. Needs: map.
   *
   * @param x M×n
   * @param rows indices of rows of x; not kept
   * @param from where in the list to begin
   * @param out N×n, overwritten
   * @throws IndexOutOfBoundsException if the list is too short or an index is no row of x
   */
  void gatherRows(Matrix x, int[] rows, int from, Matrix out);

  /**
   * Moves parameters by one step of gradient descent with momentum, computed in their element type.
   * Needs: map.
   *
   * @param step the numbers
   * @param parameters w, m×n
   * @param gradient g, m×n
   * @param velocity v, m×n, zeros at first
   * @throws IllegalArgumentException if the rate or l2 is infinite in float32 and the parameters
   *     are float32
   */
  void sgdStep(SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity);

  /**
   * Moves parameters by one step of Adam, computed in their element type. Needs: map.
   *
   * @param step the numbers
   * @param parameters w, m×n
   * @param gradient g, m×n
   * @param first first moments, m×n, zeros at first
   * @param second second moments, m×n, zeros at first
   * @throws IllegalArgumentException if the rate, l2 or epsilon is infinite in float32, or epsilon
   *     0, and the parameters are float32
   */
  void adamStep(AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second);

  /**
   * Adds Gaussian noise: w_ij ← w_ij + scale·ξ(i·n + j). Needs: map. A Langevin step at temperature
   * T is a step of gradient descent followed by this with scale √(2·rate·T).
   *
   * @param scale standard deviation
   * @param noise which noise
   * @param w m×n
   */
  void addGaussian(double scale, NoiseKey noise, Matrix w);
}
