package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.WideLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What small operations on stored kernel matrices owe, on diagonals and whole rows, and what these
 * and wide layers owe to wrong shapes.
 */
public abstract class StoredKernelContract extends BackendContract {
  private static final WideLayer LAYER = new WideLayer(2, 0.1);
  private static final long SMALL_BUDGET = 64 << 10;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected StoredKernelContract(String name, DType dtype) {
    super(name, dtype);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 33, 129, 300})
  final void addsToDiagonals(int n) {
    double[][] k = Inputs.rows(81, dtype(), n, n);
    for (double value : new double[] {0.1, -3, 1e-30, 0}) {
      double[][] want = NaiveGram.copy(k);
      for (int i = 0; i < n; i++) {
        want[i][i] = Inputs.round(dtype(), k[i][i] + value);
      }
      for (Placement placement : Placement.values()) {
        try (Placed pk = Placed.of(backend(), placement, dtype(), k)) {
          backend().gram().addToDiagonal(value, pk.matrix());
          Comparison.requireSame("addToDiagonal, " + placement, pk.read(), want);
          pk.requirePaddingIntact("k");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 33, 129, 300})
  final void copiesDiagonals(int n) {
    double[][] k = Inputs.rows(82, dtype(), n, n);
    double[][] want = new double[n][1];
    Arrays.setAll(want, i -> new double[] {k[i][i]});
    for (Placement from : Placement.values()) {
      for (Placement to : Placement.values()) {
        try (Placed pk = Placed.of(backend(), from, dtype(), k);
            Placed out = Placed.poisoned(backend(), to, dtype(), n, 1)) {
          backend().gram().diagonalOf(pk.matrix(), out.matrix());
          Comparison.requireSame("diagonalOf %s to %s".formatted(from, to), out.read(), want);
          out.requirePaddingIntact("out");
          pk.requireUnchanged("k");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "7,1", "33,31", "129,3", "64,1025", "3,2100"})
  final void scalesRows(int n, int d) {
    double[][] x = Inputs.rows(83, dtype(), n, d);
    double[][] factors = Inputs.rows(84, dtype(), n, 1);
    double[][] want = scaled(x, factors);
    for (Placement of : Placement.values()) {
      for (Placement to : Placement.values()) {
        try (Placed pf = Placed.of(backend(), of, dtype(), factors);
            Placed px = Placed.of(backend(), to, dtype(), x)) {
          backend().gram().scaleRows(pf.matrix(), px.matrix());
          Comparison.requireSame("scaleRows of %s by %s".formatted(to, of), px.read(), want);
          px.requirePaddingIntact("x");
          pf.requireUnchanged("factors");
        }
      }
    }
  }

  private double[][] scaled(double[][] x, double[][] factors) {
    double[][] want = NaiveGram.copy(x);
    for (int i = 0; i < x.length; i++) {
      double factor = factors[i][0];
      double[] row = x[i];
      Arrays.setAll(want[i], j -> Inputs.round(dtype(), row[j] * factor));
    }
    return want;
  }

  @Test
  final void aSmallBudgetIsKept() {
    double[][] x = Inputs.rows(85, dtype(), 200, 200);
    double[][] factors = Inputs.rows(86, dtype(), 200, 1);
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(SMALL_BUDGET));
        Placed px = Placed.of(b, Placement.HOST, dtype(), x);
        Placed pf = Placed.of(b, Placement.HOST, dtype(), factors);
        Placed out = Placed.poisoned(b, Placement.HOST, dtype(), 200, 1)) {
      b.budget().resetPeak();
      b.gram().scaleRows(pf.matrix(), px.matrix());
      b.gram().diagonalOf(px.matrix(), out.matrix());
      b.gram().addToDiagonal(1, px.matrix());
      double[][] want = scaled(x, factors);
      for (int i = 0; i < 200; i++) {
        assertThat(out.read()[i][0]).isEqualTo(want[i][i]);
        want[i][i] = Inputs.round(dtype(), want[i][i] + 1);
      }
      Comparison.requireSame("within 64 KiB", px.read(), want);
      assertThat(b.budget().peak()).isLessThanOrEqualTo(SMALL_BUDGET);
      assertThat(b.budget().available()).isEqualTo(SMALL_BUDGET);
    }
  }

  /** Rows and columns of an argument. */
  private record Shape(int rows, int cols) {}

  /** A call with wrong arguments: the last matrix is the one that would be written. */
  private record WrongCall(String operation, List<Shape> shapes, Call call, List<String> said) {

    WrongCall(String operation, int[][] shapes, Call call, String... said) {
      this(
          operation,
          Arrays.stream(shapes).map(s -> new Shape(s[0], s[1])).toList(),
          call,
          List.of(said));
    }
  }

  private interface Call {
    void on(GramOps gram, List<Matrix> matrices);
  }

  private static List<WrongCall> wrongCalls() {
    Call forward = (g, m) -> g.arcCosine(LAYER, m.get(0), m.get(1));
    Call adjoint = (g, m) -> g.arcCosineAdjoint(LAYER, m.get(0), m.get(1));
    Call diagonal = (g, m) -> g.diagonalOf(m.get(0), m.get(1));
    Call rows = (g, m) -> g.scaleRows(m.get(0), m.get(1));
    return List.of(
        new WrongCall(
            "arcCosine", new int[][] {{4, 5}, {4, 5}}, forward, "k must be square", "4×5"),
        new WrongCall("arcCosine", new int[][] {{4, 4}, {5, 5}}, forward, "out must be 4×4", "5×5"),
        new WrongCall("arcCosineAdjoint", new int[][] {{4, 5}, {4, 4}}, adjoint, "square", "4×5"),
        new WrongCall(
            "arcCosineAdjoint", new int[][] {{4, 4}, {4, 3}}, adjoint, "g must be 4×4", "4×3"),
        new WrongCall(
            "addToDiagonal",
            new int[][] {{4, 5}},
            (g, m) -> g.addToDiagonal(1, m.get(0)),
            "k must be square",
            "4×5"),
        new WrongCall(
            "diagonalOf", new int[][] {{4, 5}, {4, 1}}, diagonal, "k must be square", "4×5"),
        new WrongCall(
            "diagonalOf", new int[][] {{4, 4}, {1, 4}}, diagonal, "out must be 4×1", "1×4"),
        new WrongCall(
            "scaleRows", new int[][] {{5, 1}, {4, 3}}, rows, "factors must be 4×1", "5×1"),
        new WrongCall(
            "scaleRows", new int[][] {{4, 2}, {4, 3}}, rows, "factors must be 4×1", "4×2"));
  }

  static IntStream wrongCallNumbers() {
    return IntStream.range(0, wrongCalls().size());
  }

  @ParameterizedTest
  @MethodSource("wrongCallNumbers")
  final void wrongShapesAreNamedAndNothingIsWritten(int number) {
    WrongCall wrong = wrongCalls().get(number);
    for (Placement placement : Placement.values()) {
      List<Placed> placed = new ArrayList<>();
      for (Shape shape : wrong.shapes()) {
        placed.add(
            Placed.of(
                backend(),
                placement,
                dtype(),
                Inputs.rows(87, dtype(), shape.rows(), shape.cols())));
      }
      assertThatThrownBy(
              () -> wrong.call().on(backend().gram(), placed.stream().map(Placed::matrix).toList()))
          .as(wrong.operation() + " " + placement)
          .isInstanceOf(ShapeException.class)
          .hasMessageStartingWith(wrong.operation() + ": ")
          .hasMessageContainingAll(wrong.said().toArray(CharSequence[]::new));
      placed.forEach(m -> m.requireUnchanged("the matrix"));
      placed.forEach(Placed::close);
    }
  }

  @Test
  final void whatIsWrittenMustNotOverlapWhatIsRead() {
    for (Placement placement : Placement.values()) {
      try (Placed all = Placed.of(backend(), placement, dtype(), Inputs.rows(88, dtype(), 6, 6));
          Placed column =
              Placed.of(backend(), placement, dtype(), Inputs.rows(89, dtype(), 6, 1))) {
        Matrix k = all.matrix();
        Matrix c = column.matrix();
        GramOps gram = backend().gram();
        assertThatThrownBy(() -> gram.arcCosineAdjoint(LAYER, k, k))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("arcCosineAdjoint: ")
            .hasMessageContaining("memory");
        assertThatThrownBy(() -> gram.scaleRows(c, c))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("scaleRows: ");
        Matrix one = c.rows(0, 1);
        assertThatThrownBy(() -> gram.diagonalOf(one, one)).isInstanceOf(ShapeException.class);
        all.requireUnchanged("k");
        column.requireUnchanged("factors");
      }
    }
  }

  @Test
  final void elementTypesMustNotMix() {
    DType other = dtype() == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
    try (Placed k = host(Inputs.rows(90, dtype(), 5, 5));
        Placed column = host(Inputs.rows(91, dtype(), 5, 1));
        Placed out = Placed.poisoned(backend(), Placement.HOST, other, 5, 5);
        Placed outColumn = Placed.poisoned(backend(), Placement.HOST, other, 5, 1)) {
      GramOps gram = backend().gram();
      for (Runnable call :
          List.<Runnable>of(
              () -> gram.arcCosine(LAYER, k.matrix(), out.matrix()),
              () -> gram.arcCosineAdjoint(LAYER, k.matrix(), out.matrix()),
              () -> gram.diagonalOf(k.matrix(), outColumn.matrix()),
              () -> gram.scaleRows(column.matrix(), out.matrix()))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(ShapeException.class)
            .hasMessageContainingAll("element type", "float32", "float64");
      }
      out.requireUnchanged("out");
      outColumn.requireUnchanged("out");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
  final void variancesMustBeFiniteAndNotNegative(double variance) {
    assertThatThrownBy(() -> new WideLayer(variance, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("weightVariance", String.valueOf(variance));
    assertThatThrownBy(() -> new WideLayer(1, variance))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("biasVariance", String.valueOf(variance));
  }
}
