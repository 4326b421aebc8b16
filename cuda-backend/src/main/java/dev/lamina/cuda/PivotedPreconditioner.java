package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.Preconditioner;
import dev.lamina.ops.iteration.ApproximateInverse;

/**
 * The preconditioner P = F Fᵀ + noise·I with the first columns F of the Cholesky factor of a kernel
 * matrix under diagonal pivoting (Gardner et al. 2018, section 4), kept on the device.
 *
 * <p>P⁻¹ r = (r − F (noise·I + FᵀF)⁻¹ Fᵀ r)/noise by the Woodbury identity. Fᵀ is stored, m×N.
 */
final class PivotedPreconditioner implements ApproximateInverse {
  private static final int RESULTS = 2;

  private final DeviceContext context;
  private final DeviceBlas blas;
  private final Workspace workspace;
  private final double noise;
  private final DeviceBlock factor;
  private final DeviceBlock core;
  private final DeviceBlock residual;
  private final DeviceBlock projected;
  private final int rank;

  /**
   * Builds the preconditioner: {@code rank} rows of the kernel matrix are evaluated.
   *
   * @param settings kernel, inputs, noise and rank
   * @param cols right-hand sides that {@link #apply} will be given
   * @param gram evaluates the kernel
   * @param blas multiplies
   * @param workspace takes the memory
   */
  PivotedPreconditioner(
      Preconditioner.PivotedCholesky settings,
      long cols,
      GramOps gram,
      DeviceBlas blas,
      Workspace workspace) {
    this.context = workspace.context();
    this.blas = blas;
    this.workspace = workspace;
    this.noise = settings.noise();
    long n = settings.x().rows();
    int most = (int) Math.min(n, settings.rank());
    factor = workspace.block("preconditioner", DType.FLOAT64, most, n);
    core = workspace.block("preconditioner", DType.FLOAT64, most, most);
    residual = workspace.block("preconditioner", DType.FLOAT64, n, cols);
    projected = workspace.block("preconditioner", DType.FLOAT64, most, cols);
    rank = factor(settings, gram, most);
    if (rank > 0) {
      factorCore();
    }
  }

  private int factor(Preconditioner.PivotedCholesky settings, GramOps gram, int most) {
    Matrix x = settings.x();
    long n = x.rows();
    DeviceBlock rest = workspace.block("preconditioner", DType.FLOAT64, n, 1);
    DeviceBlock row = workspace.block("preconditioner", x.dtype(), 1, n);
    DeviceBlock found = workspace.block("preconditioner", DType.FLOAT64, 1, RESULTS);
    try (HostMatrix largest = HostMatrix.allocate(DType.FLOAT64, 1, RESULTS);
        HostMatrix diagonal = HostMatrix.allocate(x.dtype(), n, 1);
        HostMatrix wide = HostMatrix.allocate(DType.FLOAT64, n, 1)) {
      gram.diagonal(settings.kernel(), x, diagonal);
      wide.copyFrom(diagonal);
      double trace = 0;
      for (long i = 0; i < n; i++) {
        trace += wide.get(i, 0);
      }
      context.upload(wide, rest);
      // What is left of the diagonal then is rounding error (N u max k_ii in LAPACK's dpstrf).
      double smallest = trace * x.dtype().unitRoundoff();
      for (int m = 0; m < most; m++) {
        new Launch(context, DeviceFunction.LARGEST).with(rest.address(), n, found.address()).run(1);
        context.download(found, largest);
        long pivot = (long) largest.get(0, 0);
        if (!(largest.get(0, 1) > smallest)) {
          return m;
        }
        gram.compute(
            settings.kernel(), x.rows(pivot, pivot + 1), x, new CudaMatrix(context, row, false));
        addRow(row, m, pivot, Math.sqrt(largest.get(0, 1)), rest);
      }
    }
    return most;
  }

  private void addRow(DeviceBlock row, int step, long pivot, double root, DeviceBlock rest) {
    Launch.of(context, row.dtype(), DeviceFunction.PIVOT_STEP_F32, DeviceFunction.PIVOT_STEP_F64)
        .with(row.address(), row.cols(), factor.address(), factor.stride(), step, pivot)
        .real(root)
        .address(rest)
        .run(Math.ceilDiv(row.cols(), (long) DeviceFunction.PIVOT_STEP_F32.threads()));
  }

  private DeviceBlock rows(DeviceBlock block) {
    return block.rows(0, rank);
  }

  private DeviceBlock core() {
    return core.part(0, rank, 0, rank);
  }

  /** Factors noise·I + FᵀF. */
  private void factorCore() {
    OwnBlas.gemmLower(context, rows(factor), false, rows(factor), true, 1, 0, core(), true);
    new Launch(context, DeviceFunction.SET_DIAGONAL_F64)
        .with(core.address(), rank, core.stride(), 0)
        .real(noise)
        .run(Math.ceilDiv(rank, DeviceFunction.SET_DIAGONAL_F64.threads()));
    try (Workspace own = context.workspace(workspace.operation())) {
      CholeskyFactor.factor(own, triangles(), new CudaMatrix(context, core(), false), Jitter.NONE);
    }
  }

  private Triangles triangles() {
    return new Triangles(context, blas);
  }

  @Override
  public void apply(HostMatrix r, HostMatrix z) {
    try (var _ = context.turn()) {
      context.upload(r, residual);
      if (rank > 0) {
        blas.gemm(rows(factor), false, residual, false, 1 / noise, 0, rows(projected));
        triangles().solveLower(core(), rows(projected));
        triangles().solveLowerTransposed(core(), rows(projected));
        blas.gemm(rows(factor), true, rows(projected), false, -1, 1 / noise, residual);
      } else {
        blas.gemm(rows(factor), true, rows(projected), false, 0, 1 / noise, residual);
      }
      context.download(residual, z);
    }
  }
}
