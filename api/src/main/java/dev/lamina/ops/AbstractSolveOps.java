package dev.lamina.ops;

import static dev.lamina.ops.AbstractGramOps.require;
import static dev.lamina.ops.AbstractGramOps.requireApart;
import static dev.lamina.ops.AbstractGramOps.requireOneType;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import java.util.List;

/** Checks shapes and element types once, so that backends write arithmetic alone. */
public abstract class AbstractSolveOps implements SolveOps {

  /** Creates the checks. */
  protected AbstractSolveOps() {}

  @Override
  public final double cholesky(Matrix a, Jitter jitter) {
    requireSquare("cholesky", "a", a);
    return doCholesky(a, jitter);
  }

  @Override
  public final void solve(Matrix factor, Matrix b) {
    requireSystem("solve", factor, b);
    doSolve(factor, b);
  }

  @Override
  public final void solveLower(Matrix factor, Matrix b) {
    requireSystem("solveLower", factor, b);
    doSolveLower(factor, b);
  }

  @Override
  public final double logDeterminant(Matrix factor) {
    requireSquare("logDeterminant", "factor", factor);
    return doLogDeterminant(factor);
  }

  @Override
  public final void inverse(Matrix factor) {
    requireSquare("inverse", "factor", factor);
    doInverse(factor);
  }

  @Override
  public final Refinement solveRefined(Matrix a, Matrix b) {
    requireSquare("solveRefined", "a", a);
    requireRows("solveRefined", "b", b, a);
    require(
        a.dtype() == DType.FLOAT64 && b.dtype() == DType.FLOAT64,
        "solveRefined: a and b must be float64 but are %s and %s",
        a.shape(),
        b.shape());
    requireApart("solveRefined", b, List.of(a));
    return doSolveRefined(a, b);
  }

  @Override
  public final ConjugateGradient.Result conjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings) {
    require(
        b.rows() == operator.size(),
        "conjugateGradient: b must have %d rows (size of the operator) but is %s; x %s",
        operator.size(),
        b.shape(),
        x.shape());
    require(
        x.rows() == b.rows() && x.cols() == b.cols(),
        "conjugateGradient: x must have the shape of b but is %s; b %s",
        x.shape(),
        b.shape());
    requireOneType("conjugateGradient", List.of(b, x));
    requireApart("conjugateGradient", x, List.of(b));
    if (settings.preconditioner() instanceof Preconditioner.PivotedCholesky p) {
      require(
          p.x().rows() == b.rows(),
          "conjugateGradient: the preconditioner's inputs must have %d rows (rows of b) but are %s; b %s",
          b.rows(),
          p.x().shape(),
          b.shape());
    }
    return doConjugateGradient(operator, b, x, settings);
  }

  @Override
  public final void symmetricEigen(Matrix a, Matrix values, boolean vectors) {
    requireSquare("symmetricEigen", "a", a);
    require(
        values.rows() == a.rows() && values.cols() == 1,
        "symmetricEigen: values must be %d×1 (rows of a) but is %s; a %s",
        a.rows(),
        values.shape(),
        a.shape());
    requireOneType("symmetricEigen", List.of(a, values));
    requireApart("symmetricEigen", values, List.of(a));
    doSymmetricEigen(a, values, vectors);
  }

  private static void requireSquare(String operation, String name, Matrix a) {
    require(a.rows() == a.cols(), "%s: %s must be square but is %s", operation, name, a.shape());
  }

  private static void requireRows(String operation, String name, Matrix b, Matrix a) {
    require(
        b.rows() == a.rows(),
        "%s: %s must have %d rows (rows of the %s matrix) but is %s",
        operation,
        name,
        a.rows(),
        a.shape(),
        b.shape());
  }

  private static void requireSystem(String operation, Matrix factor, Matrix b) {
    requireSquare(operation, "factor", factor);
    requireRows(operation, "b", b, factor);
    requireOneType(operation, List.of(factor, b));
    requireApart(operation, b, List.of(factor));
  }

  /**
   * Does {@link #cholesky}; shapes are checked.
   *
   * @param a N×N, symmetric
   * @param jitter what may be added to the diagonal
   * @return the jitter that was used
   */
  protected abstract double doCholesky(Matrix a, Jitter jitter);

  /**
   * Does {@link #solve}; shapes are checked.
   *
   * @param factor N×N Cholesky factor
   * @param b N×t right-hand sides
   */
  protected abstract void doSolve(Matrix factor, Matrix b);

  /**
   * Does {@link #solveLower}; shapes are checked.
   *
   * @param factor N×N Cholesky factor
   * @param b N×t right-hand sides
   */
  protected abstract void doSolveLower(Matrix factor, Matrix b);

  /**
   * Does {@link #logDeterminant}; shapes are checked.
   *
   * @param factor N×N Cholesky factor
   * @return log det A
   */
  protected abstract double doLogDeterminant(Matrix factor);

  /**
   * Does {@link #inverse}; shapes are checked.
   *
   * @param factor N×N Cholesky factor
   */
  protected abstract void doInverse(Matrix factor);

  /**
   * Does {@link #solveRefined}; shapes are checked.
   *
   * @param a N×N, symmetric
   * @param b N×t right-hand sides
   * @return how far the refinement came
   */
  protected abstract Refinement doSolveRefined(Matrix a, Matrix b);

  /**
   * Does {@link #conjugateGradient}; shapes are checked.
   *
   * @param operator A
   * @param b N×t right-hand sides
   * @param x N×t solutions
   * @param settings tolerance, iteration limit
   * @return how far the iteration came
   */
  protected abstract ConjugateGradient.Result doConjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings);

  /**
   * Does {@link #symmetricEigen}; shapes are checked.
   *
   * @param a N×N, symmetric
   * @param values N×1 eigenvalues
   * @param vectors whether the eigenvectors are wanted
   */
  protected abstract void doSymmetricEigen(Matrix a, Matrix values, boolean vectors);
}
