package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractSolveOps;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.Preconditioner;
import dev.lamina.ops.iteration.ApproximateInverse;
import dev.lamina.ops.iteration.BlockConjugateGradient;
import dev.lamina.ops.iteration.Columns;
import dev.lamina.ops.iteration.IterativeRefinement;
import java.util.Optional;
import java.util.stream.LongStream;

/** Factorisations, linear systems and eigenvalues on a GPU. */
final class CudaSolveOps extends AbstractSolveOps {
  /** Rows of the largest matrix whose eigenvalues the host finds. */
  private static final int LARGEST_ON_HOST = 512;

  private final DeviceContext context;
  private final GramOps gram;
  private final DeviceBlas blas;
  private final Triangles triangles;
  private final Columns columns =
      new Columns((count, body) -> LongStream.range(0, count).parallel().forEach(body));

  CudaSolveOps(DeviceContext context, GramOps gram, DeviceBlas blas) {
    this.context = context;
    this.gram = gram;
    this.blas = blas;
    this.triangles = new Triangles(context, blas);
  }

  @Override
  protected double doCholesky(Matrix a, Jitter jitter) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("cholesky")) {
      return CholeskyFactor.factor(workspace, triangles, a, jitter);
    }
  }

  @Override
  protected void doSolve(Matrix factor, Matrix b) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("solve")) {
      FactorSolve.solve(workspace, triangles, factor, b, true);
    }
  }

  @Override
  protected void doSolveLower(Matrix factor, Matrix b) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("solveLower")) {
      FactorSolve.solve(workspace, triangles, factor, b, false);
    }
  }

  @Override
  protected double doLogDeterminant(Matrix factor) {
    return switch (factor) {
      case HostMatrix host -> {
        double sum = 0;
        for (long i = 0; i < host.rows(); i++) {
          sum += Math.log(host.get(i, i));
        }
        yield 2 * sum;
      }
      case DeviceMatrix device -> logDeterminant(device);
    };
  }

  private double logDeterminant(DeviceMatrix factor) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("logDeterminant")) {
      DeviceBlock block = context.block(factor);
      DeviceBlock result = workspace.block("the result", DType.FLOAT64, 1, 1);
      Launch.of(
              context,
              block.dtype(),
              DeviceFunction.LOG_DETERMINANT_F32,
              DeviceFunction.LOG_DETERMINANT_F64)
          .with(block.address(), block.rows(), block.stride(), result.address())
          .run(1);
      HostMatrix sum = workspace.host("the result", DType.FLOAT64, 1, 1);
      context.download(result, sum);
      return sum.get(0, 0);
    }
  }

  @Override
  protected void doInverse(Matrix factor) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("inverse")) {
      FactorInverse.invert(workspace, triangles, factor);
    }
  }

  @Override
  protected Refinement doSolveRefined(Matrix a, Matrix b) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("solveRefined")) {
      HostMatrix solution = onHost(workspace, b);
      Refinement done =
          IterativeRefinement.solve(
              new CudaSystem(workspace, a, blas), solution, columns, workspace::host);
      if (b instanceof DeviceMatrix device) {
        context.upload(solution, context.block(device));
      }
      return done;
    }
  }

  /** Returns a matrix itself if it lies on the host, else a copy. */
  private HostMatrix onHost(Workspace workspace, Matrix m) {
    return switch (m) {
      case HostMatrix host -> host;
      case DeviceMatrix device -> {
        HostMatrix copy = workspace.host("vectors", m.dtype(), m.rows(), m.cols());
        context.download(context.block(device), copy);
        yield copy;
      }
    };
  }

  // The operator may be anybody's code, on any thread: nothing is held while it works.
  @Override
  protected ConjugateGradient.Result doConjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings) {
    try (Workspace workspace = context.workspace("conjugateGradient")) {
      HostMatrix right;
      HostMatrix solution;
      BlockConjugateGradient iteration;
      try (var _ = context.turn()) {
        right = onHost(workspace, b);
        solution = onHost(workspace, x);
        Optional<ApproximateInverse> preconditioner =
            preconditioner(settings.preconditioner(), b.cols(), workspace);
        BlockConjugateGradient.Vectors vectors =
            BlockConjugateGradient.Vectors.of(
                solution, preconditioner.isPresent(), workspace::host);
        iteration =
            new BlockConjugateGradient(operator, right, settings, preconditioner, vectors, columns);
      }
      ConjugateGradient.Result result = iteration.solve(solution);
      if (x instanceof DeviceMatrix device) {
        try (var _ = context.turn()) {
          context.upload(solution, context.block(device));
        }
      }
      return result;
    }
  }

  private Optional<ApproximateInverse> preconditioner(
      Preconditioner settings, long cols, Workspace workspace) {
    return switch (settings) {
      case Preconditioner.None() -> Optional.empty();
      case Preconditioner.PivotedCholesky pivoted ->
          Optional.of(new PivotedPreconditioner(pivoted, cols, gram, blas, workspace));
    };
  }

  @Override
  protected void doSymmetricEigen(Matrix a, Matrix values, boolean vectors) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("symmetricEigen")) {
      if (a.rows() <= LARGEST_ON_HOST) {
        HostEigen.decompose(workspace, a, values, vectors);
      } else {
        JacobiEigen.decompose(workspace, a, values, vectors);
      }
    }
  }
}
