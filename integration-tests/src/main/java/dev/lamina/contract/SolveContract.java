package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.Comparison.At;
import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.SolveOps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Cholesky factors and everything that is made of them owe: small backward errors. */
public abstract class SolveContract extends BackendContract {
  private static final int SAMPLED = 500;
  private static final long SMALL_BUDGET = 2L << 20;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected SolveContract(String name, DType dtype) {
    super(name, dtype);
  }

  private SolveOps solve() {
    return backend().solve();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 1000, 1023, 1025})
  final void factorises(int n) {
    double[][] a = Inputs.positiveDefinite(1, dtype(), n, 0.5);
    for (Placement placement : n > 200 ? new Placement[] {Placement.HOST} : Placement.values()) {
      try (Placed pa = Placed.of(backend(), placement, dtype(), lowerOf(a, Double.NaN))) {
        assertThat(solve().cholesky(pa.matrix(), Jitter.NONE)).isZero();
        requireFactor("cholesky of %d×%d, %s".formatted(n, n, placement), pa.read(), a, 0);
        pa.requirePaddingIntact("the factor");
      }
    }
  }

  /**
   * |A + jitter·I − L Lᵀ| is bounded entry by entry by rounding of √(a_ii a_jj) (Higham 2002,
   * 10.3).
   */
  private void requireFactor(String what, double[][] factor, double[][] a, double jitter) {
    int n = a.length;
    double[][] product = new double[n][n];
    List<At> positions = new ArrayList<>();
    for (At at : Comparison.sample(n, n, SAMPLED)) {
      if (at.row() >= at.col()) {
        positions.add(at);
        for (int k = 0; k <= at.col(); k++) {
          product[at.row()][at.col()] += factor[at.row()][k] * factor[at.col()][k];
        }
      }
    }
    Comparison.require(
        what,
        product,
        positions,
        (i, j) ->
            new Entry(
                a[i][j] + (i == j ? jitter : 0),
                Math.sqrt((a[i][i] + jitter) * (a[j][j] + jitter))),
        tolerance(n));
  }

  @Test
  final void addsTheLeastJitterThatWorks() {
    double[][] x = Inputs.rows(2, dtype(), 60, 5); // a Gram matrix of rank 5
    double[][] a = NaiveGram.multiply(x, NaiveGram.transpose(x));
    double mean = 0;
    for (int i = 0; i < 60; i++) {
      a[i][i] = Inputs.round(dtype(), a[i][i]);
      mean += a[i][i] / 60;
      for (int j = 0; j < i; j++) {
        a[i][j] = a[j][i] = Inputs.round(dtype(), a[i][j]);
      }
    }
    try (Placed pa = host(lowerOf(a, Double.NaN))) {
      double jitter = solve().cholesky(pa.matrix(), Jitter.DEFAULT);
      double steps = Math.log10(jitter / mean / Jitter.DEFAULT.first());
      assertThat(jitter).isPositive();
      assertThat(steps)
          .as("powers of ten above the first jitter")
          .isCloseTo(Math.rint(steps), Offset.offset(1e-3))
          .isBetween(-0.5, 5.5);
      requireFactor("cholesky with jitter", pa.read(), a, jitter);
    }
  }

  @Test
  final void saysWhereAMatrixIsNotPositiveDefinite() {
    double[][] a = Inputs.positiveDefinite(3, dtype(), 40, 0.5);
    for (int j = 0; j <= 37; j++) {
      a[37][j] = 0;
    }
    a[37][37] = -2;
    try (Placed pa = host(lowerOf(a, 0))) {
      assertThatThrownBy(() -> solve().cholesky(pa.matrix(), Jitter.NONE))
          .isInstanceOfSatisfying(
              NotPositiveDefiniteException.class,
              e -> {
                assertThat(e.pivot()).isEqualTo(37);
                assertThat(e.value()).isEqualTo(-2);
                assertThat(e.jitter()).isZero();
              })
          .hasMessageContainingAll("cholesky", "37", "-2");
    }
    try (Placed pa = host(lowerOf(a, 0))) {
      assertThatThrownBy(() -> solve().cholesky(pa.matrix(), Jitter.DEFAULT))
          .isInstanceOfSatisfying(
              NotPositiveDefiniteException.class,
              e -> {
                assertThat(e.pivot()).isEqualTo(37);
                assertThat(e.jitter()).isPositive();
              });
    }
  }

  static Stream<int[]> systems() {
    return Stream.of(
        new int[][] {
          {1, 1}, {2, 3}, {3, 1}, {7, 129}, {31, 2}, {32, 32}, {33, 1}, {127, 7}, {128, 1},
          {129, 33}, {1000, 2}
        });
  }

  @ParameterizedTest
  @MethodSource("systems")
  final void solvesSystems(int[] sizes) {
    int n = sizes[0];
    int t = sizes[1];
    double[][] l = factor(n);
    double[][] b = Inputs.rows(4, dtype(), n, t);
    for (Placement placement : Placement.values()) {
      try (Placed pl = Placed.of(backend(), placement, dtype(), lowerOf(l, Double.NaN));
          Placed whole = Placed.of(backend(), placement, dtype(), b);
          Placed half = Placed.of(backend(), placement, dtype(), b)) {
        String what = "%d×%d, %d right-hand sides, %s".formatted(n, n, t, placement);
        solve().solveLower(pl.matrix(), half.matrix());
        double[][] y = half.read();
        requireSolution("solveLower of " + what, b, lowerTimes(l, y), lowerTimes(abs(l), abs(y)));
        solve().solve(pl.matrix(), whole.matrix());
        double[][] x = whole.read();
        double[][] upper = NaiveGram.transpose(l);
        requireSolution(
            "solve of " + what,
            b,
            lowerTimes(l, NaiveGram.multiply(upper, x)),
            lowerTimes(abs(l), NaiveGram.multiply(abs(upper), abs(x))));
        pl.requireUnchanged("the factor");
        half.requirePaddingIntact("b");
        whole.requirePaddingIntact("b");
      }
    }
  }

  /** A x̂ = b up to rounding of |A| |x̂| (Higham 2002, theorem 8.5). */
  private void requireSolution(String what, double[][] b, double[][] product, double[][] scale) {
    // Twice a triangular solve: two roundings of sums of N terms, hence the 2.
    Comparison.require(
        what, product, b, NaiveGram.combine(2, scale, 0, scale), tolerance(b.length));
  }

  private static double[][] abs(double[][] a) {
    return NaiveGram.abs(a);
  }

  private static double[][] lowerTimes(double[][] l, double[][] x) {
    return NaiveGram.multiply(l, x);
  }

  /** A well-conditioned lower triangular factor in the element type; zeros above the diagonal. */
  private double[][] factor(int n) {
    double[][] l = Inputs.rows(5, dtype(), n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double value = i == j ? 1 + Math.abs(l[i][i]) : l[i][j] / (2 * n);
        l[i][j] = j > i ? 0 : Inputs.round(dtype(), value);
      }
    }
    return l;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 33, 129, 1000})
  final void logDeterminantsAreSummedInFloat64(int n) {
    double[][] l = factor(n);
    double want = 0;
    double scale = 0;
    for (int i = 0; i < n; i++) {
      want += 2 * Math.log(l[i][i]);
      scale += 2 * Math.abs(Math.log(l[i][i]));
    }
    for (Placement placement : Placement.values()) {
      try (Placed pl = Placed.of(backend(), placement, dtype(), lowerOf(l, Double.NaN))) {
        double got = solve().logDeterminant(pl.matrix());
        if (!new Tolerance(DType.FLOAT64, n).accepts(got, want, scale)) {
          throw new AssertionError(
              "logDeterminant, %s: %s, not %s".formatted(placement, got, want));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 31, 32, 33, 127, 129, 400})
  final void inverts(int n) {
    double[][] l = factor(n);
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    double[][] want = NaiveSolve.solve(l, identity);
    // |X − A⁻¹| ≤ |A⁻¹| |L| |Lᵀ| |X| times the rounding (Higham 2002, 14.3).
    double[][] scale =
        NaiveGram.multiply(
            abs(want),
            NaiveGram.multiply(abs(l), NaiveGram.multiply(abs(NaiveGram.transpose(l)), abs(want))));
    for (Placement placement : Placement.values()) {
      try (Placed pl = Placed.of(backend(), placement, dtype(), lowerOf(l, Double.NaN))) {
        solve().inverse(pl.matrix());
        double[][] got = pl.read();
        String what = "inverse of %d×%d, %s".formatted(n, n, placement);
        Comparison.require(what, got, want, scale, tolerance(n));
        Comparison.requireSymmetric(what, got);
        pl.requirePaddingIntact(what);
      }
    }
  }

  /** A factorisation in place needs next to no memory of its own. */
  @Test
  final void aSmallBudgetIsKeptAndChangesNothing() {
    LaminaConfig config = LaminaConfig.defaults();
    List<double[][]> roomy = factorSolveInvert(config);
    List<double[][]> tight = factorSolveInvert(config.withMemoryBudget(SMALL_BUDGET));
    for (int i = 0; i < roomy.size(); i++) {
      Comparison.requireSame("within 2 MiB, result " + i, tight.get(i), roomy.get(i));
    }
  }

  /** Replaces what is above the diagonal, which no operation may read. */
  private static double[][] lowerOf(double[][] a, double above) {
    double[][] lower = NaiveGram.copy(a);
    for (int i = 0; i < a.length; i++) {
      java.util.Arrays.fill(lower[i], i + 1, a.length, above);
    }
    return lower;
  }

  @Test
  final void threadsDoNotChangeABit() {
    List<double[][]> one = factorSolveInvert(LaminaConfig.defaults().withCpuThreads(1));
    for (int threads : new int[] {2, 3}) {
      List<double[][]> more = factorSolveInvert(LaminaConfig.defaults().withCpuThreads(threads));
      for (int i = 0; i < one.size(); i++) {
        Comparison.requireSame(threads + " threads, result " + i, more.get(i), one.get(i));
      }
    }
  }

  /** Factors a matrix that is larger than the small budget and does everything with the factor. */
  private List<double[][]> factorSolveInvert(LaminaConfig config) {
    int n = 777;
    List<double[][]> results = new ArrayList<>();
    try (Backend b = open(config);
        Placed a =
            Placed.of(b, Placement.HOST, dtype(), Inputs.positiveDefinite(6, dtype(), n, 0.5));
        Placed x = Placed.of(b, Placement.HOST, dtype(), Inputs.rows(7, dtype(), n, 5))) {
      b.budget().resetPeak();
      b.solve().cholesky(a.matrix(), Jitter.NONE);
      results.add(lowerOf(a.read(), 0));
      b.solve().solve(a.matrix(), x.matrix());
      results.add(x.read());
      b.solve().solveLower(a.matrix(), x.matrix());
      results.add(x.read());
      b.solve().inverse(a.matrix());
      results.add(a.read());
      b.synchronize();
      assertThat(b.budget().peak()).isLessThanOrEqualTo(b.budget().limit());
      assertThat(b.budget().available()).as("left").isEqualTo(b.budget().limit());
    }
    return results;
  }

  private interface WrongCall {
    void on(SolveOps solve, Matrix oblong, Matrix square, Matrix column);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void wrongShapesAreNamedAndNothingIsWritten(Placement placement) {
    requireWrong(placement, "cholesky", (s, o, a, v) -> s.cholesky(o, Jitter.NONE));
    requireWrong(placement, "solve", (s, o, a, v) -> s.solve(o, v));
    requireWrong(placement, "solve", (s, o, a, v) -> s.solve(a, v));
    requireWrong(placement, "solveLower", (s, o, a, v) -> s.solveLower(a, v));
    requireWrong(placement, "logDeterminant", (s, o, a, v) -> s.logDeterminant(o));
    requireWrong(placement, "inverse", (s, o, a, v) -> s.inverse(o));
  }

  private void requireWrong(Placement placement, String operation, WrongCall call) {
    try (Placed oblong = Placed.poisoned(backend(), placement, dtype(), 5, 4);
        Placed square = Placed.poisoned(backend(), placement, dtype(), 5, 5);
        Placed column = Placed.poisoned(backend(), placement, dtype(), 6, 1)) {
      assertThatThrownBy(() -> call.on(solve(), oblong.matrix(), square.matrix(), column.matrix()))
          .as(operation)
          .isInstanceOf(ShapeException.class)
          .hasMessageStartingWith(operation + ": ")
          .message()
          .containsAnyOf("5×4", "6×1");
      oblong.requireUnchanged("the oblong matrix");
      square.requireUnchanged("the square matrix");
      column.requireUnchanged("the column");
    }
  }
}
