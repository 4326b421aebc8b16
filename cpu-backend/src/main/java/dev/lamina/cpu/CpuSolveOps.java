package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractSolveOps;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.Preconditioner;
import dev.lamina.ops.iteration.BlockConjugateGradient;
import dev.lamina.ops.iteration.Columns;
import dev.lamina.ops.iteration.IterativeRefinement;
import java.util.Optional;

/** Factorisations, linear systems and eigenvalues on the processor. */
final class CpuSolveOps extends AbstractSolveOps {
  private final GramOps gram;
  private final Workers workers;
  private final MemoryBudget budget;

  CpuSolveOps(GramOps gram, Workers workers, MemoryBudget budget) {
    this.gram = gram;
    this.workers = workers;
    this.budget = budget;
  }

  @Override
  protected double doCholesky(Matrix a, Jitter jitter) {
    try (var _ = workers.turn()) {
      return Cholesky.factor("cholesky", CpuMatrix.host(a), jitter, workers, budget);
    }
  }

  @Override
  protected void doSolve(Matrix factor, Matrix b) {
    try (var _ = workers.turn()) {
      TriangularSolve.solve(CpuMatrix.host(factor), CpuMatrix.host(b), false, workers);
      TriangularSolve.solve(CpuMatrix.host(factor), CpuMatrix.host(b), true, workers);
    }
  }

  @Override
  protected void doSolveLower(Matrix factor, Matrix b) {
    try (var _ = workers.turn()) {
      TriangularSolve.solve(CpuMatrix.host(factor), CpuMatrix.host(b), false, workers);
    }
  }

  @Override
  protected double doLogDeterminant(Matrix factor) {
    HostMatrix l = CpuMatrix.host(factor);
    double sum = 0;
    for (long i = 0; i < l.rows(); i++) {
      sum += Math.log(l.get(i, i));
    }
    return 2 * sum;
  }

  @Override
  protected void doInverse(Matrix factor) {
    try (var _ = workers.turn()) {
      Inverse.invert(CpuMatrix.host(factor), workers, budget);
    }
  }

  @Override
  protected Refinement doSolveRefined(Matrix a, Matrix b) {
    try (var _ = workers.turn();
        Temporary temporary = new Temporary(budget, "solveRefined")) {
      return IterativeRefinement.solve(
          new CpuSystem(CpuMatrix.host(a), workers, budget),
          CpuMatrix.host(b),
          columns(),
          temporary::matrix);
    }
  }

  // The operator may be anybody's code, on any thread: nothing is held while it works.
  @Override
  protected ConjugateGradient.Result doConjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings) {
    HostMatrix solution = CpuMatrix.host(x);
    try (Temporary temporary = new Temporary(budget, "conjugateGradient")) {
      Optional<PivotedCholesky> preconditioner =
          switch (settings.preconditioner()) {
            case Preconditioner.None() -> Optional.empty();
            case Preconditioner.PivotedCholesky pivoted ->
                Optional.of(new PivotedCholesky(pivoted, b.cols(), gram, workers, temporary));
          };
      BlockConjugateGradient.Vectors vectors =
          BlockConjugateGradient.Vectors.of(
              solution, preconditioner.isPresent(), temporary::matrix);
      return new BlockConjugateGradient(
              operator, CpuMatrix.host(b), settings, preconditioner, vectors, columns())
          .solve(solution);
    }
  }

  private Columns columns() {
    return new Columns((count, body) -> workers.forEach(count, (worker, i) -> body.accept(i)));
  }

  @Override
  protected void doSymmetricEigen(Matrix a, Matrix values, boolean vectors) {
    try (var _ = workers.turn()) {
      SymmetricEigen.decompose(CpuMatrix.host(a), CpuMatrix.host(values), vectors, budget);
    }
  }
}
