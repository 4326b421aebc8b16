package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.Preconditioner;
import dev.lamina.ops.iteration.ApproximateInverse;

/**
 * The preconditioner P = F Fᵀ + noise·I with the first columns F of the Cholesky factor of a kernel
 * matrix under diagonal pivoting (Harbrecht, Peters and Schneider 2012; Gardner et al. 2018,
 * section 4).
 *
 * <p>P⁻¹ r = (r − F (noise·I + FᵀF)⁻¹ Fᵀ r)/noise by the Woodbury identity. Fᵀ is stored, m×N.
 */
final class PivotedCholesky implements ApproximateInverse {
  private static final String OPERATION = "conjugateGradient: pivoted Cholesky preconditioner";

  /** Rows of Fᵀ, or of the result, that one body works on. */
  private static final int STEP = 64;

  private static final int COLUMNS = 2048;

  private final HostMatrix factor;
  private final HostMatrix core;
  private final HostMatrix projected;
  private final double noise;
  private final int rank;
  private final Workers workers;

  /**
   * Builds the preconditioner: {@code rank} rows of the kernel matrix are evaluated.
   *
   * @param settings kernel, inputs, noise and rank
   * @param cols right-hand sides that {@link #apply} will be given
   * @param gram evaluates the kernel
   * @param temporary takes the memory
   */
  PivotedCholesky(
      Preconditioner.PivotedCholesky settings,
      long cols,
      GramOps gram,
      Workers workers,
      Temporary temporary) {
    this.noise = settings.noise();
    this.workers = workers;
    HostMatrix x = CpuMatrix.host(settings.x());
    long n = x.rows();
    int most = (int) Math.min(n, settings.rank());
    factor = temporary.matrix("preconditioner", DType.FLOAT64, most, n);
    core = temporary.matrix("preconditioner", DType.FLOAT64, most, most);
    projected = temporary.matrix("preconditioner", DType.FLOAT64, most, cols);
    HostMatrix diagonal = temporary.matrix("preconditioner", x.dtype(), n, 1);
    HostMatrix row = temporary.matrix("preconditioner", x.dtype(), 1, n);
    gram.diagonal(settings.kernel(), x, diagonal);
    temporary.reserve("preconditioner", n * Double.BYTES);
    rank = factor(settings, x, gram, diagonal, row);
    factorCore();
  }

  /** Returns how many columns F has: fewer than asked for if the kernel matrix has smaller rank. */
  int rank() {
    return rank;
  }

  private int factor(
      Preconditioner.PivotedCholesky settings,
      HostMatrix x,
      GramOps gram,
      HostMatrix diagonal,
      HostMatrix row) {
    double[] rest = new double[Math.toIntExact(x.rows())];
    double trace = 0;
    for (int i = 0; i < rest.length; i++) {
      rest[i] = diagonal.get(i, 0);
      trace += rest[i];
    }
    // What is left of the diagonal then is rounding error (N u max k_ii in LAPACK's dpstrf).
    double smallest = trace * x.dtype().unitRoundoff();
    for (int m = 0; m < factor.rows(); m++) {
      int pivot = largest(rest);
      if (!(rest[pivot] > smallest)) {
        return m;
      }
      gram.compute(settings.kernel(), x.rows(pivot, pivot + 1L), x, row);
      addRow(m, pivot, row, rest);
    }
    return Math.toIntExact(factor.rows());
  }

  /** Returns the index of the largest entry, the first if there are several. */
  private static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private void addRow(int m, int pivot, HostMatrix row, double[] rest) {
    double root = Math.sqrt(rest[pivot]);
    workers.forEach(
        Math.ceilDiv(factor.cols(), COLUMNS),
        (worker, block) -> {
          long from = block * COLUMNS;
          long to = Math.min(factor.cols(), from + COLUMNS);
          for (long i = from; i < to; i++) {
            factor.set(m, i, row.get(0, i));
          }
          if (m > 0) {
            Blas.gemm(
                -1,
                Block.of(factor, 0, m, pivot, 1),
                true,
                Block.of(factor, 0, m, from, to - from),
                false,
                1,
                Block.of(factor, m, 1, from, to - from));
          }
          for (long i = from; i < to; i++) {
            double value = factor.get(m, i) / root;
            factor.set(m, i, value);
            rest[(int) i] -= value * value;
          }
        });
    rest[pivot] = 0;
  }

  /** Factors noise·I + FᵀF. */
  private void factorCore() {
    if (rank > 0) {
      Blas.syrk(1, Block.of(factor, 0, rank, 0, factor.cols()), false, 0, core());
      for (int i = 0; i < rank; i++) {
        core.set(i, i, core.get(i, i) + noise);
      }
      int pivot = Blas.cholesky(core());
      if (pivot >= 0) {
        throw new NotPositiveDefiniteException(OPERATION, pivot, core.get(pivot, pivot), 0);
      }
    }
  }

  private Block core() {
    return Block.of(core, 0, rank, 0, rank);
  }

  @Override
  public void apply(HostMatrix r, HostMatrix z) {
    workers.forEach(
        Math.ceilDiv(rank, STEP),
        (worker, step) -> {
          long from = step * STEP;
          long rows = Math.min(rank - from, STEP);
          Blas.gemm(
              1 / noise,
              Block.of(factor, from, rows, 0, factor.cols()),
              false,
              Block.of(r),
              false,
              0,
              Block.of(projected, from, rows, 0, r.cols()));
        });
    Block weights = Block.of(projected, 0, rank, 0, r.cols());
    Blas.solveLeft(core(), false, 1, weights);
    Blas.solveLeft(core(), true, 1, weights);
    workers.forEach(
        Math.ceilDiv(r.rows(), COLUMNS), (worker, block) -> applyBlock(block, r, z, weights));
  }

  private void applyBlock(long block, HostMatrix r, HostMatrix z, Block weights) {
    long from = block * COLUMNS;
    long to = Math.min(r.rows(), from + COLUMNS);
    for (long i = from; i < to; i++) {
      for (long j = 0; j < r.cols(); j++) {
        z.set(i, j, r.get(i, j) / noise);
      }
    }
    if (rank > 0) {
      Blas.gemm(
          -1,
          Block.of(factor, 0, rank, from, to - from),
          true,
          weights,
          false,
          1,
          Block.of(z, from, to - from, 0, z.cols()));
    }
  }
}
