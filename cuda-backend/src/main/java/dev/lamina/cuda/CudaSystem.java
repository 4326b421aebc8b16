package dev.lamina.cuda;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.iteration.RefinedSystem;

/** A symmetric matrix on the device as iterative refinement needs it. */
final class CudaSystem implements RefinedSystem {
  private final Workspace workspace;
  private final DeviceContext context;
  private final Triangles triangles;
  private final DeviceBlas blas;

  /** The full symmetric matrix: of the given one only the lower triangle is read. */
  private final DeviceBlock full;

  private final HostMatrix host;

  /**
   * Brings the matrix to the device.
   *
   * @param workspace takes the memory, for the matrix, its factor and a copy on the host
   * @param a N×N float64
   * @param blas multiplies
   */
  CudaSystem(Workspace workspace, Matrix a, DeviceBlas blas) {
    this.workspace = workspace;
    this.context = workspace.context();
    this.blas = blas;
    this.triangles = new Triangles(context, blas);
    long n = a.rows();
    full = workspace.block("the matrix", DType.FLOAT64, n, n);
    host = workspace.host("the matrix", DType.FLOAT64, n, n);
    switch (a) {
      case HostMatrix h -> host.copyFrom(h);
      case DeviceMatrix d -> context.download(context.block(d), host);
    }
    HostParts.lowerToUpper(host);
    context.upload(host, full);
  }

  @Override
  public long size() {
    return host.rows();
  }

  @Override
  public double infinityNorm() {
    double norm = 0;
    for (long i = 0; i < host.rows(); i++) {
      double sum = 0;
      for (long j = 0; j < host.cols(); j++) {
        sum += Math.abs(host.get(i, j));
      }
      norm = Math.max(norm, sum);
    }
    return norm;
  }

  @Override
  public double[] diagonal() {
    double[] diagonal = new double[Math.toIntExact(host.rows())];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = host.get(i, i);
    }
    return diagonal;
  }

  @Override
  public Factor factor(DType dtype, double[] scale) {
    Workspace own = context.workspace(workspace.operation());
    boolean done = false;
    try {
      DeviceBlock factor = own.block("the factor", dtype, size(), size());
      try (Workspace brief = context.workspace(workspace.operation())) {
        HostMatrix scaled = brief.host("the scaled matrix", dtype, size(), size());
        for (int i = 0; i < scale.length; i++) {
          for (int j = 0; j <= i; j++) {
            scaled.set(i, j, host.get(i, j) * scale[i] * scale[j]);
          }
        }
        context.upload(scaled, factor);
      }
      CudaMatrix matrix = new CudaMatrix(context, factor, false);
      CholeskyFactor.factor(own, triangles, matrix, Jitter.NONE);
      done = true;
      return new CudaFactor(own, triangles, matrix);
    } finally {
      if (!done) {
        own.close();
      }
    }
  }

  @Override
  public void subtractProduct(HostMatrix x, HostMatrix r) {
    try (Workspace own = context.workspace(workspace.operation())) {
      DeviceBlock solution = own.block("the solution", DType.FLOAT64, x.rows(), x.cols());
      DeviceBlock residual = own.block("residuals", DType.FLOAT64, r.rows(), r.cols());
      context.upload(x, solution);
      context.upload(r, residual);
      blas.gemm(full, false, solution, false, -1, 1, residual);
      context.download(residual, r);
    }
  }

  /** A factor and its memory. */
  private record CudaFactor(Workspace workspace, Triangles triangles, CudaMatrix factor)
      implements Factor {
    @Override
    public void solve(HostMatrix step) {
      try (Workspace own = workspace.context().workspace(workspace.operation())) {
        FactorSolve.solve(own, triangles, factor, step, true);
      }
    }

    @Override
    public void close() {
      workspace.close();
    }
  }
}
