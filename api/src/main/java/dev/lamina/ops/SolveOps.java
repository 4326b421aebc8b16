package dev.lamina.ops;

import dev.lamina.matrix.Matrix;

/**
 * Factorisations, linear systems and eigenvalues of symmetric matrices.
 *
 * <p>Results do not depend on the number of threads. Wrong shapes throw {@link
 * dev.lamina.matrix.ShapeException} before anything is written.
 */
public interface SolveOps {

  /**
   * Replaces a symmetric positive definite matrix by its Cholesky factor: A + jitter·I = L Lᵀ.
   *
   * <p>Only the lower triangle of A is read. It is overwritten by L; what stands above the diagonal
   * afterwards is unspecified while the factorisation succeeds without jitter.
   *
   * @param a N×N, overwritten
   * @param jitter which diagonal additions to try
   * @return the jitter that was used
   * @throws NotPositiveDefiniteException if none of them made A positive definite; {@code a} is
   *     then destroyed
   */
  double cholesky(Matrix a, Jitter jitter);

  /**
   * Solves L Lᵀ X = B in place.
   *
   * @param factor N×N with L in its lower triangle
   * @param b N×t, overwritten by X
   */
  void solve(Matrix factor, Matrix b);

  /**
   * Solves L X = B in place: the first half of {@link #solve}.
   *
   * @param factor N×N with L in its lower triangle
   * @param b N×t, overwritten by X
   */
  void solveLower(Matrix factor, Matrix b);

  /**
   * {@return log det(L Lᵀ) = 2 Σ log L_ii, summed in float64}
   *
   * @param factor N×N with L in its lower triangle
   */
  double logDeterminant(Matrix factor);

  /**
   * Replaces a Cholesky factor by the full symmetric inverse (L Lᵀ)⁻¹.
   *
   * @param factor N×N with L in its lower triangle, overwritten
   */
  void inverse(Matrix factor);

  /**
   * Solves A X = B for symmetric positive definite A with a float32 factorisation and float64
   * residuals (iterative refinement), falling back to a float64 factorisation if that does not
   * converge.
   *
   * @param a N×N float64, only its lower triangle is read; kept
   * @param b N×t float64, overwritten by X
   * @return what was done
   * @throws NotPositiveDefiniteException if A is not positive definite in float64 either
   */
  Refinement solveRefined(Matrix a, Matrix b);

  /**
   * Solves A X = B by preconditioned conjugate gradients, all columns of B side by side.
   *
   * @param operator A, symmetric positive definite, N×N
   * @param b N×t
   * @param x N×t: the starting point, overwritten by the solution
   * @param settings tolerance, iteration limit
   * @return how far it got
   */
  ConjugateGradient.Result conjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings);

  /**
   * Computes all eigenvalues and, on demand, eigenvectors of a symmetric matrix.
   *
   * @param a N×N, symmetric, overwritten: row i becomes the unit eigenvector of eigenvalue i if
   *     {@code vectors}, unspecified otherwise
   * @param values N×1, overwritten by the eigenvalues in ascending order
   * @param vectors whether eigenvectors are wanted
   */
  void symmetricEigen(Matrix a, Matrix values, boolean vectors);

  /**
   * What iterative refinement did.
   *
   * @param iterations refinement steps, ≥ 0
   * @param residual final largest ‖b − A x‖₂/‖b‖₂ over the columns
   * @param float32Factor whether the float32 factor sufficed
   */
  record Refinement(int iterations, double residual, boolean float32Factor) {}
}
