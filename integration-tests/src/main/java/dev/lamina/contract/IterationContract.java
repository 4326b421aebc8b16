package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.Preconditioner;
import dev.lamina.ops.SolveOps.Refinement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What conjugate gradients and iterative refinement owe: the residual that they report. */
public abstract class IterationContract extends BackendContract {
  private static final double NOISE = 0.1;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected IterationContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** A dense matrix that is only applied. */
  private record Dense(IterationContract contract, Matrix a) implements LinearOperator {
    @Override
    public long size() {
      return a.rows();
    }

    @Override
    public void apply(Matrix v, Matrix out) {
      contract.backend().gram().gemm(a, false, v, false, 1, 0, out);
    }
  }

  private double reachable() {
    return dtype() == DType.FLOAT32 ? 1e-4 : 1e-10;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,3", "7,1", "33,2", "129,3", "400,1"})
  final void conjugateGradientsReachTheirTolerance(int n, int t) {
    double[][] a = Inputs.positiveDefinite(1, dtype(), n, 0.5);
    double[][] b = Inputs.rows(2, dtype(), n, t);
    var settings = new ConjugateGradient(reachable(), 500, new Preconditioner.None());
    for (Placement placement : new Placement[] {Placement.HOST, Placement.DEVICE}) {
      try (Placed pa = Placed.of(backend(), placement, dtype(), a);
          Placed pb = Placed.of(backend(), placement, dtype(), b);
          Placed px = Placed.of(backend(), placement, dtype(), new double[n][t])) {
        ConjugateGradient.Result result =
            backend()
                .solve()
                .conjugateGradient(
                    new Dense(this, pa.matrix()), pb.matrix(), px.matrix(), settings);
        assertThat(result.converged()).isTrue();
        assertThat(result.residual()).isLessThanOrEqualTo(reachable());
        assertThat(result.iterations()).isBetween(1, 500);
        requireResidual(a, b, px.read(), result.residual());
        pb.requireUnchanged("b");
      }
    }
  }

  /** ‖b − A x‖ is what was reported, up to rounding of the product in the element type. */
  private void requireResidual(double[][] a, double[][] b, double[][] x, double reported) {
    requireResidual(a, b, x, reported, tolerance(a.length));
  }

  private static void requireResidual(
      double[][] a, double[][] b, double[][] x, double reported, Tolerance tolerance) {
    double[][] residual = NaiveGram.combine(1, b, -1, NaiveGram.multiply(a, x));
    double[][] size = NaiveGram.multiply(NaiveGram.abs(a), NaiveGram.abs(x));
    double[] left = NaiveGram.rowNorms(NaiveGram.transpose(residual));
    double[] right = NaiveGram.rowNorms(NaiveGram.transpose(b));
    double[] scale = NaiveGram.rowNorms(NaiveGram.transpose(size));
    for (int c = 0; c < left.length; c++) {
      double bound = reported * right[c] + tolerance.bound(0, scale[c]);
      if (!(left[c] <= bound)) {
        throw new AssertionError(
            "column %d: residual is %s but %s was reported; at most %s is accepted"
                .formatted(c, left[c] / right[c], reported, bound / right[c]));
      }
    }
  }

  @Test
  final void aStartingPointIsUsed() {
    int n = 50;
    double[][] a = Inputs.positiveDefinite(3, dtype(), n, 0.5);
    double[][] b = Inputs.rows(4, dtype(), n, 1);
    double[][] solution = NaiveSolve.solve(NaiveSolve.cholesky(a), b);
    for (double[] row : solution) {
      row[0] = Inputs.round(dtype(), row[0]);
    }
    var settings = new ConjugateGradient(10 * reachable(), 100, new Preconditioner.None());
    try (Placed pa = host(a);
        Placed pb = host(b);
        Placed px = host(solution)) {
      ConjugateGradient.Result result =
          backend()
              .solve()
              .conjugateGradient(new Dense(this, pa.matrix()), pb.matrix(), px.matrix(), settings);
      assertThat(result.iterations()).isZero();
      assertThat(result.converged()).isTrue();
    }
  }

  @Test
  final void aLimitOfIterationsIsKeptAndReported() {
    int n = 200;
    double[][] x = Inputs.rows(5, dtype(), n, 2);
    double[][] a = kernelMatrix(x);
    try (Placed pa = host(a);
        Placed pb = host(Inputs.rows(6, dtype(), n, 1));
        Placed px = host(new double[n][1])) {
      ConjugateGradient.Result result =
          backend()
              .solve()
              .conjugateGradient(
                  new Dense(this, pa.matrix()),
                  pb.matrix(),
                  px.matrix(),
                  new ConjugateGradient(reachable(), 2, new Preconditioner.None()));
      assertThat(result.iterations()).isEqualTo(2);
      assertThat(result.converged()).isFalse();
      assertThat(result.residual()).isGreaterThan(reachable());
      requireResidual(a, pb.read(), px.read(), result.residual());
    }
  }

  @Test
  final void aPreconditionerSavesIterations() {
    int n = 200;
    double[][] x = Inputs.rows(5, dtype(), n, 2);
    double[][] a = kernelMatrix(x);
    double[][] b = Inputs.rows(6, dtype(), n, 2);
    int[] iterations = new int[2];
    try (Placed pa = host(a);
        Placed inputs = host(x);
        Placed pb = host(b)) {
      Preconditioner pivoted =
          new Preconditioner.PivotedCholesky(kernel(), inputs.matrix(), NOISE, 30);
      Preconditioner[] both = {new Preconditioner.None(), pivoted};
      for (int i = 0; i < 2; i++) {
        try (Placed px = host(new double[n][2])) {
          ConjugateGradient.Result result =
              backend()
                  .solve()
                  .conjugateGradient(
                      new Dense(this, pa.matrix()),
                      pb.matrix(),
                      px.matrix(),
                      new ConjugateGradient(reachable(), 1000, both[i]));
          assertThat(result.converged()).as(both[i].getClass().getSimpleName()).isTrue();
          requireResidual(a, b, px.read(), result.residual());
          iterations[i] = result.iterations();
        }
      }
    }
    assertThat(iterations[1]).as("with a preconditioner").isLessThan(iterations[0] / 2);
  }

  private static Kernel kernel() {
    return new Kernel.Gaussian(1);
  }

  /** K + noise·I of inputs in the plane: a few large eigenvalues and many of size noise. */
  private double[][] kernelMatrix(double[][] x) {
    double[][] k = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        double value = NaiveKernels.entry(kernel(), x[i], x[j]).value();
        k[i][j] = Inputs.round(dtype(), value + (i == j ? NOISE : 0));
      }
    }
    return k;
  }

  @Test
  final void aZeroColumnHasASolution() {
    double[][] a = Inputs.positiveDefinite(7, dtype(), 20, 0.5);
    double[][] b = Inputs.rows(8, dtype(), 20, 2);
    for (double[] row : b) {
      row[0] = 0;
    }
    try (Placed pa = host(a);
        Placed pb = host(b);
        Placed px = host(new double[20][2])) {
      ConjugateGradient.Result result =
          backend()
              .solve()
              .conjugateGradient(
                  new Dense(this, pa.matrix()),
                  pb.matrix(),
                  px.matrix(),
                  new ConjugateGradient(reachable(), 100, new Preconditioner.None()));
      assertThat(result.converged()).isTrue();
      double[][] x = px.read();
      Comparison.requireNumbers("x", x);
      assertThat(Arrays.stream(x).allMatch(row -> row[0] == 0)).isTrue();
    }
  }

  @Test
  final void wrongShapesAreNamed() {
    var settings = new ConjugateGradient(reachable(), 10, new Preconditioner.None());
    try (Placed a = host(Inputs.positiveDefinite(9, dtype(), 4, 0.5));
        Placed b = host(Inputs.rows(10, dtype(), 5, 1));
        Placed x = poisoned(4, 1)) {
      assertThatThrownBy(() ->
              backend()
                  .solve()
                  .conjugateGradient(new Dense(this, a.matrix()), b.matrix(), x.matrix(), settings))
          .isInstanceOf(ShapeException.class)
          .hasMessageStartingWith("conjugateGradient: ")
          .hasMessageContainingAll("5×1", "4×1");
      x.requireUnchanged("x");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 33, 200})
  final void refinementGivesFloat64FromAFloat32Factor(int n) {
    double[][] a = Inputs.positiveDefinite(11, DType.FLOAT64, n, 1e-2);
    Refinement done = requireRefined(a, Inputs.rows(12, DType.FLOAT64, n, 2));
    assertThat(done.float32Factor()).isTrue();
  }

  @Test
  final void refinementFallsBackToFloat64() {
    double[][] x = Inputs.rows(13, DType.FLOAT64, 60, 4);
    double[][] a = NaiveGram.multiply(x, NaiveGram.transpose(x));
    for (int i = 0; i < 60; i++) {
      a[i][i] += 1e-9; // condition 1e11: float32 cannot even factorise it
    }
    Refinement done = requireRefined(a, Inputs.rows(14, DType.FLOAT64, 60, 2));
    assertThat(done.float32Factor()).isFalse();
  }

  private Refinement requireRefined(double[][] a, double[][] b) {
    double[][] lower = NaiveGram.copy(a);
    for (int i = 0; i < a.length; i++) {
      Arrays.fill(lower[i], i + 1, a.length, Double.NaN);
    }
    try (Placed pa = Placed.of(backend(), Placement.STRIDED, DType.FLOAT64, lower);
        Placed pb = Placed.of(backend(), Placement.STRIDED, DType.FLOAT64, b)) {
      Refinement done = backend().solve().solveRefined(pa.matrix(), pb.matrix());
      assertThat(done.iterations()).isNotNegative();
      requireResidual(a, b, pb.read(), 0, new Tolerance(DType.FLOAT64, a.length));
      pa.requireUnchanged("a");
      pb.requirePaddingIntact("b");
      return done;
    }
  }

  @Test
  final void refinementNeedsAPositiveDefiniteMatrix() {
    double[][] a = Inputs.positiveDefinite(15, DType.FLOAT64, 10, 0.5);
    a[6][6] = -1;
    try (Placed pa = Placed.of(backend(), Placement.HOST, DType.FLOAT64, a);
        Placed pb =
            Placed.of(
                backend(), Placement.HOST, DType.FLOAT64, Inputs.rows(16, DType.FLOAT64, 10, 1))) {
      assertThatThrownBy(() -> backend().solve().solveRefined(pa.matrix(), pb.matrix()))
          .isInstanceOf(NotPositiveDefiniteException.class);
      pa.requireUnchanged("a");
    }
  }

  @Test
  final void refinementTakesFloat64Alone() {
    try (Placed pa = single(Inputs.positiveDefinite(17, DType.FLOAT32, 10, 0.5));
        Placed pb = single(Inputs.rows(18, DType.FLOAT32, 10, 1))) {
      assertThatThrownBy(() -> backend().solve().solveRefined(pa.matrix(), pb.matrix()))
          .isInstanceOf(ShapeException.class)
          .hasMessageStartingWith("solveRefined: ")
          .hasMessageContaining("float64");
      pb.requireUnchanged("b");
    }
  }

  private Placed single(double[][] values) {
    return Placed.of(backend(), Placement.HOST, DType.FLOAT32, values);
  }
}
