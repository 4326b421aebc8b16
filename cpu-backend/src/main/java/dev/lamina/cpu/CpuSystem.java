package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.iteration.RefinedSystem;

/**
 * A symmetric matrix as iterative refinement needs it.
 *
 * @param a N×N float64, its lower triangle is read
 * @param workers who works
 * @param budget takes the factor
 */
record CpuSystem(HostMatrix a, Workers workers, MemoryBudget budget) implements RefinedSystem {
  private static final String OPERATION = "solveRefined";

  @Override
  public long size() {
    return a.rows();
  }

  @Override
  public double infinityNorm() {
    return SymmetricProduct.infinityNorm(a, workers);
  }

  @Override
  public double[] diagonal() {
    double[] diagonal = new double[Math.toIntExact(a.rows())];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = a.get(i, i);
    }
    return diagonal;
  }

  @Override
  public Factor factor(DType dtype, double[] scale) {
    Temporary temporary = new Temporary(budget, OPERATION);
    boolean done = false;
    try {
      HostMatrix factor = temporary.matrix("the factor", dtype, a.rows(), a.rows());
      copyScaled(scale, factor);
      Cholesky.factor(OPERATION, factor, Jitter.NONE, workers, budget);
      done = true;
      return new CpuFactor(factor, workers, temporary);
    } finally {
      if (!done) {
        temporary.close();
      }
    }
  }

  private void copyScaled(double[] scale, HostMatrix factor) {
    workers.forEach(
        a.rows(),
        (worker, i) -> {
          for (int j = 0; j <= i; j++) {
            factor.set(i, j, a.get(i, j) * scale[(int) i] * scale[j]);
          }
        });
  }

  @Override
  public void subtractProduct(HostMatrix x, HostMatrix r) {
    SymmetricProduct.multiply(-1, a, x, 1, r, workers);
  }

  /** A factor and its memory. */
  private record CpuFactor(HostMatrix factor, Workers workers, Temporary temporary)
      implements Factor {
    @Override
    public void solve(HostMatrix step) {
      TriangularSolve.solve(factor, step, false, workers);
      TriangularSolve.solve(factor, step, true, workers);
    }

    @Override
    public void close() {
      temporary.close();
    }
  }
}
