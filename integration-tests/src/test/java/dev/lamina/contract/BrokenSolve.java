package dev.lamina.contract;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.SolveOps;

/** Right factorisations with at most one flaw. */
record BrokenSolve(SolveOps right, Flaw flaw) implements SolveOps {

  @Override
  public double cholesky(Matrix a, Jitter jitter) {
    if (flaw == Flaw.UPPER_TRIANGLE_READ && a instanceof HostMatrix host && a.rows() > 1) {
      host.set(1, 0, (host.get(1, 0) + host.get(0, 1)) / 2);
    }
    double used = right.cholesky(a, jitter);
    return flaw == Flaw.JITTER_UNREPORTED ? 0 : used;
  }

  @Override
  public void solve(Matrix factor, Matrix b) {
    if (flaw == Flaw.HALF_SOLVED) {
      right.solveLower(factor, b);
    } else {
      right.solve(factor, b);
    }
  }

  @Override
  public void solveLower(Matrix factor, Matrix b) {
    right.solveLower(factor, b);
  }

  @Override
  public double logDeterminant(Matrix factor) {
    return right.logDeterminant(factor) / (flaw == Flaw.DETERMINANT_NOT_DOUBLED ? 2 : 1);
  }

  @Override
  public void inverse(Matrix factor) {
    right.inverse(factor);
    if (flaw == Flaw.INVERSE_NOT_SYMMETRIC && factor instanceof HostMatrix host) {
      double corner = host.get(host.rows() - 1, 0);
      host.set(host.rows() - 1, 0, corner * (1 + 4 * host.dtype().unitRoundoff()));
    }
  }

  @Override
  public Refinement solveRefined(Matrix a, Matrix b) {
    return right.solveRefined(a, b);
  }

  @Override
  public ConjugateGradient.Result conjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings) {
    ConjugateGradient.Result result = right.conjugateGradient(operator, b, x, settings);
    return switch (flaw) {
      case CONVERGENCE_CLAIMED ->
          new ConjugateGradient.Result(result.iterations(), result.residual(), true);
      case RESIDUAL_UNDERSTATED -> {
        HostMatrix host = x instanceof HostMatrix h ? h : null;
        if (host != null) {
          host.set(0, 0, host.get(0, 0) * 1.01);
        }
        yield result;
      }
      case null, default -> result;
    };
  }

  @Override
  public void symmetricEigen(Matrix a, Matrix values, boolean vectors) {
    right.symmetricEigen(a, values, vectors);
    if (flaw == Flaw.EIGENVECTORS_IN_COLUMNS && vectors && a instanceof HostMatrix host) {
      double[][] rows = host.toArray();
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < rows.length; j++) {
          host.set(i, j, rows[j][i]);
        }
      }
    }
  }
}
