package dev.lamina.contract;

import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.contract.NaiveLayers.Result;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.LayerOps;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/**
 * What the contracts of layers share: the operations, and matrices that are closed by themselves.
 */
public abstract class LayerContract extends BackendContract {

  /** The activations with a derivative that every backend has. */
  static final List<String> ACTIVATIONS =
      List.of(
          "relu",
          "leakyRelu(slope=0.2)",
          "abs",
          "identity",
          "erf",
          "gelu",
          "sin",
          "cos",
          "exp",
          "tanh",
          "sigmoid",
          "softplus",
          "silu",
          "elu",
          "hardTanh",
          "polynomial(coefficients=[0.5, 1, 0.3])",
          "hermite(coefficients=[0.1, 0.7, 0.2, 0.1])");

  private final Deque<Placed> open = new ArrayDeque<>();

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected LayerContract(String name, DType dtype) {
    super(name, dtype);
  }

  @AfterEach
  final void closeMatrices() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  final LayerOps layers() {
    return backend().layers();
  }

  /** Places numbers until the end of the test. */
  final Placed place(Placement placement, double[][] values) {
    Placed placed = Placed.of(backend(), placement, dtype(), values);
    open.push(placed);
    return placed;
  }

  final Placed place(double[][] values) {
    return place(Placement.HOST, values);
  }

  /** Places an output full of NaN until the end of the test. */
  final Placed output(Placement placement, int rows, int cols) {
    Placed placed = Placed.poisoned(backend(), placement, dtype(), rows, cols);
    open.push(placed);
    return placed;
  }

  final Placed output(int rows, int cols) {
    return output(Placement.HOST, rows, cols);
  }

  static Optional<Matrix> optional(Placed placed) {
    return Optional.ofNullable(placed).map(Placed::matrix);
  }

  /** Throws if an output is further from the exact result than the law allows. */
  final void requireResult(String what, Placed got, Result want, long d) {
    Comparison.require(what, got.read(), want.value(), want.scale(), tolerance(d));
    got.requirePaddingIntact(what);
  }

  /** Throws unless got is within the law of want. */
  final void requireNear(String what, double got, double want, double scale, long d) {
    Comparison.require(
        what,
        new double[][] {{got}},
        Comparison.all(1, 1),
        (i, j) -> new Entry(want, scale),
        tolerance(d));
  }

  /** Throws unless a gradient's entry is the central difference of the loss. */
  final void requireDifference(
      String what, double gradient, double difference, double scale, int d) {
    double bound = tolerance(d).differenceBound(scale);
    if (!(Math.abs(gradient - difference) <= bound)) {
      throw new AssertionError(
          "%s: the gradient is %s but the central difference %s; they may differ by %.3g"
              .formatted(what, gradient, difference, bound));
    }
  }

  final double[][] random(long seed, int rows, int cols) {
    return Inputs.rows(seed, dtype(), rows, cols);
  }

  static Activation activation(String text) {
    return Activation.parse(text);
  }

  static double[][] copy(double[][] values) {
    double[][] copy = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      copy[i] = values[i].clone();
    }
    return copy;
  }
}
