package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.KernelInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operations owe to bad input: the right exception, a message that helps, and no output. */
public abstract class InputContract extends BackendContract {
  private static final Kernel LINEAR = new Kernel.Linear(0);
  private static final Kernel RELU = Kernel.parse("ntk(depth=2)");

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected InputContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** A call with wrong arguments: makes its matrices itself, all but the output. */
  private record WrongCall(String operation, int rows, int cols, Call call, List<String> said) {

    WrongCall(String operation, int rows, int cols, Call call, String... said) {
      this(operation, rows, cols, call, List.of(said));
    }
  }

  private interface Call {
    void on(GramOps gram, Scratch scratch, Matrix out);
  }

  /** Makes matrices of random numbers. */
  private interface Scratch {
    Matrix of(int rows, int cols);
  }

  private static List<WrongCall> wrongCalls() {
    return List.of(
        new WrongCall(
            "compute",
            4,
            5,
            (g, m, out) -> g.compute(LINEAR, m.of(4, 3), m.of(5, 2), out),
            "columns",
            "4×3",
            "5×2"),
        new WrongCall(
            "compute",
            4,
            6,
            (g, m, out) -> g.compute(LINEAR, m.of(4, 3), m.of(5, 3), out),
            "out must be 4×5",
            "is 4×6",
            "4×3",
            "5×3"),
        new WrongCall(
            "compute",
            5,
            4,
            (g, m, out) -> g.compute(RELU, m.of(4, 3), m.of(5, 3), out),
            "out must be 4×5",
            "is 5×4"),
        new WrongCall(
            "compute",
            4,
            5,
            (g, m, out) -> g.compute(RELU, m.of(4, 3), m.of(5, 3), out, m.of(5, 4)),
            "must be 4×5",
            "5×4"),
        new WrongCall(
            "compute",
            4,
            4,
            (g, m, out) ->
                g.compute(
                    new NeuralKernels(NeuralContract.network("ntk(depth=2)"), List.of(1, 2)),
                    m.of(4, 3),
                    m.of(4, 3),
                    List.of(out),
                    List.of()),
            "2 depths",
            "1 and 0"),
        new WrongCall(
            "multiply",
            4,
            1,
            (g, m, out) -> g.multiply(LINEAR, m.of(4, 3), m.of(5, 3), m.of(6, 1), out),
            "v must have 5 rows",
            "has 6",
            "4×3",
            "5×3",
            "6×1",
            "4×1"),
        new WrongCall(
            "multiply",
            4,
            2,
            (g, m, out) -> g.multiply(LINEAR, m.of(4, 3), m.of(5, 3), m.of(5, 1), out),
            "out must be 4×1",
            "is 4×2"),
        new WrongCall(
            "diagonal",
            1,
            4,
            (g, m, out) -> g.diagonal(LINEAR, m.of(4, 3), out),
            "out must be 4×1",
            "is 1×4",
            "4×3"),
        new WrongCall(
            "rowProducts",
            4,
            3,
            (g, m, out) -> g.rowProducts(m.of(4, 3), 1, 0, out),
            "out must be 4×4",
            "is 4×3"),
        new WrongCall(
            "gemm",
            4,
            5,
            (g, m, out) -> g.gemm(m.of(4, 3), false, m.of(2, 5), false, 1, 0, out),
            "inner",
            "4×3",
            "2×5"),
        new WrongCall(
            "gemm",
            4,
            5,
            (g, m, out) -> g.gemm(m.of(3, 4), false, m.of(3, 5), false, 1, 0, out),
            "3×4",
            "3×5",
            "4×5"),
        new WrongCall("centre", 3, 4, (g, m, out) -> g.centre(out), "square", "3×4"),
        new WrongCall(
            "rowNorms",
            4,
            2,
            (g, m, out) -> g.rowNorms(m.of(4, 3), out),
            "out must be 4×1",
            "is 4×2"),
        new WrongCall(
            "hadamard",
            4,
            2,
            (g, m, out) -> g.hadamard(m.of(4, 3), out),
            "one shape",
            "4×3",
            "4×2"),
        new WrongCall(
            "hadamardNorms",
            4,
            4,
            (g, m, out) -> g.hadamardNorms(List.of(m.of(10, 3)), List.of(out)),
            "C·N rows",
            "10×3",
            "N is 4"),
        new WrongCall(
            "hadamardNorms",
            4,
            5,
            (g, m, out) -> g.hadamardNorms(List.of(m.of(4, 3)), List.of(out)),
            "N×N",
            "4×5"),
        new WrongCall(
            "hadamardNorms",
            4,
            4,
            (g, m, out) ->
                g.hadamardNorms(List.of(m.of(8, 3), m.of(12, 2)), List.of(out, m.of(4, 4))),
            "d 1 is 12×2",
            "d 0 is 8×3"),
        new WrongCall(
            "hadamardNorms",
            4,
            4,
            (g, m, out) -> g.hadamardNorms(List.of(m.of(8, 3), m.of(8, 2)), List.of(out)),
            "2 and 1"),
        new WrongCall(
            "dot", 1, 1, (g, m, out) -> g.dot(m.of(4, 3), m.of(3, 4)), "one shape", "4×3", "3×4"));
  }

  static Stream<Integer> wrongCallNumbers() {
    return Stream.iterate(0, i -> i + 1).limit(wrongCalls().size());
  }

  @ParameterizedTest
  @MethodSource("wrongCallNumbers")
  final void wrongShapesAreNamedAndNothingIsWritten(int number) {
    WrongCall wrong = wrongCalls().get(number);
    for (Placement placement : Placement.values()) {
      try (Matrices matrices = new Matrices(placement);
          Placed out = Placed.poisoned(backend(), placement, dtype(), wrong.rows(), wrong.cols())) {
        assertThatThrownBy(() -> wrong.call().on(backend().gram(), matrices::of, out.matrix()))
            .as(wrong.operation() + " " + placement)
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith(wrong.operation() + ": ")
            .hasMessageContainingAll(wrong.said().toArray(CharSequence[]::new));
        out.requireUnchanged("out");
      }
    }
  }

  /** Matrices of random numbers that are closed together. */
  private final class Matrices implements AutoCloseable {
    private final Placement placement;
    private final List<Placed> open = new ArrayList<>();

    private Matrices(Placement placement) {
      this.placement = placement;
    }

    Matrix of(int rows, int cols) {
      Placed m =
          Placed.of(
              backend(), placement, dtype(), Inputs.rows(open.size() + 1L, dtype(), rows, cols));
      open.add(m);
      return m.matrix();
    }

    @Override
    public void close() {
      open.forEach(Placed::close);
    }
  }

  @Test
  final void outputsMustNotOverlapInputs() {
    for (Placement placement : Placement.values()) {
      try (Placed all = Placed.of(backend(), placement, dtype(), Inputs.rows(1, dtype(), 8, 8))) {
        Matrix x = all.matrix();
        GramOps gram = backend().gram();
        assertThatThrownBy(() -> gram.compute(LINEAR, x, x, x))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("compute: ")
            .hasMessageContaining("memory");
        assertThatThrownBy(() -> gram.gemm(x, false, x, true, 1, 0, x))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("gemm: ");
        assertThatThrownBy(() -> gram.rowProducts(x, 1, 0, x))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("rowProducts: ");
        assertThatThrownBy(() -> gram.hadamard(x, x))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("hadamard: ");
        assertThatThrownBy(() -> gram.multiply(LINEAR, x, x, x, x))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("multiply: ");
        if (placement == Placement.HOST) { // views that overlap by some rows only
          assertThatThrownBy(() -> gram.compute(LINEAR, x.rows(0, 8), x.rows(0, 8), x.rows(0, 8)))
              .isInstanceOf(ShapeException.class);
        }
        all.requireUnchanged("x");
      }
    }
  }

  @Test
  final void twoOutputsMustNotBeTheSame() {
    try (Placed x = host(Inputs.rows(2, dtype(), 5, 3));
        Placed out = poisoned(5, 5)) {
      assertThatThrownBy(() ->
              backend().gram().compute(RELU, x.matrix(), x.matrix(), out.matrix(), out.matrix()))
          .isInstanceOf(ShapeException.class);
      out.requireUnchanged("out");
    }
  }

  @Test
  final void elementTypesMustNotMix() {
    DType other = dtype() == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
    try (Placed x = host(Inputs.rows(3, dtype(), 5, 3));
        Placed out = Placed.poisoned(backend(), Placement.HOST, other, 5, 5)) {
      assertThatThrownBy(
              () -> backend().gram().compute(LINEAR, x.matrix(), x.matrix(), out.matrix()))
          .isInstanceOf(ShapeException.class)
          .hasMessageContainingAll("element type", "float32", "float64");
      out.requireUnchanged("out");
    }
  }

  @Test
  final void kernelsWithoutAnAngleSaySo() {
    try (Placed x = host(Inputs.rows(4, dtype(), 5, 3));
        Placed out = poisoned(5, 5);
        Placed angles = poisoned(5, 5)) {
      assertThatThrownBy(() ->
              backend()
                  .gram()
                  .compute(
                      new Kernel.Gaussian(1),
                      x.matrix(),
                      x.matrix(),
                      out.matrix(),
                      angles.matrix()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("gaussian", "angle");
      out.requireUnchanged("out");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nngp(depth=1)", "ntk(depth=3)", "arcCosine(order=1)"})
  final void zeroRowsHaveNoAngle(String text) {
    double[][] good = Inputs.rows(5, dtype(), 40, 6);
    double[][] bad = NaiveGram.copy(good);
    bad[37] = new double[6];
    requireRowNamed(text, bad, good, "x", "row 37", "zero");
    requireRowNamed(text, good, bad, "z", "row 37", "zero");
  }

  @Test
  final void zeroRowsAreFineWithABias() {
    double[][] x = Inputs.rows(6, dtype(), 5, 6);
    x[3] = new double[6];
    Kernel kernel = Kernel.parse("nngp(depth=1, biasVariance=0.5)");
    try (Placed px = host(x);
        Placed out = poisoned(5, 5)) {
      backend().gram().compute(kernel, px.matrix(), px.matrix(), out.matrix());
      double[][] got = out.read();
      // K₀ = ½ for both inputs being zero, and relu halves the variance: 2·¼ + ½.
      if (got[3][3] != 1) {
        throw new AssertionError("k(0, 0) must be 1 but is " + got[3][3]);
      }
      Comparison.requireNumbers("with a zero row", got);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear()", "gaussian(lengthScale=1)", "ntk(depth=1)"})
  final void numbersMustBeFinite(String text) {
    double[][] good = Inputs.rows(7, dtype(), 130, 9);
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      double[][] bad = NaiveGram.copy(good);
      bad[128][7] = value;
      String said = Double.isNaN(value) ? "nan" : "∞";
      requireRowNamed(text, bad, good, "x", "row 128", "column 7", said);
      requireRowNamed(text, good, bad, "z", "row 128", "column 7", said);
    }
  }

  /** Every operation with a kernel must refuse the rows, naming matrix and row. */
  private void requireRowNamed(String text, double[][] x, double[][] z, String... said) {
    Kernel kernel = Kernel.parse(text);
    try (Placed px = host(x);
        Placed pz = host(z);
        Placed v = host(Inputs.rows(8, dtype(), z.length, 1));
        Placed out = poisoned(x.length, z.length);
        Placed column = poisoned(x.length, 1)) {
      GramOps gram = backend().gram();
      requireSaid(() -> gram.compute(kernel, px.matrix(), pz.matrix(), out.matrix()), said);
      requireSaid(
          () -> gram.multiply(kernel, px.matrix(), pz.matrix(), v.matrix(), column.matrix()), said);
      if (said[0].equals("x")) {
        requireSaid(() -> gram.diagonal(kernel, px.matrix(), column.matrix()), said);
        requireSaid(() -> gram.compute(kernel, px.matrix(), px.matrix(), out.matrix()), said);
      }
      out.requireUnchanged("out");
      column.requireUnchanged("out");
    }
  }

  private static void requireSaid(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... said) {
    assertThatThrownBy(call)
        .isInstanceOf(KernelInputException.class)
        .satisfies(e -> {
          String message = e.getMessage().replace("Infinity", "∞").toLowerCase(Locale.ROOT);
          assertThat(message).contains(said);
        });
  }
}
