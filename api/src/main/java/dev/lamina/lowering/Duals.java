package dev.lamina.lowering;

import static dev.lamina.lowering.Instruction.NONE;

import dev.lamina.kernel.Activation;
import dev.lamina.lowering.Instruction.SmoothFunction;
import dev.lamina.matrix.DType;
import java.util.function.DoubleUnaryOperator;

/**
 * The dual activations: for centred Gaussians (u, v) with variances k(x), k(z) and covariance
 * K(x,z), the expectations E[φ(u)φ(v)] and E[φ′(u)φ′(v)].
 *
 * <p>Their values at x = z are row steps, written here; what is done per pair is an instruction.
 */
final class Duals {
  private Duals() {}

  /** Emits the instructions that compute the dual's complement and that of the derivative. */
  @FunctionalInterface
  interface Emitter {
    /**
     * Emits.
     *
     * @param source register of the complement of the pre-activations
     * @param target register for the complement of E[φφ]
     * @param derivative register for the complement of E[φ′φ′], or NONE
     */
    void emit(int source, int target, int derivative);
  }

  /**
   * A dual at x = z, and its instructions.
   *
   * @param secondMoment cell of E[φ(u)²]
   * @param derivativeSecondMoment cell of E[φ′(u)²]; unspecified if derivatives are not wanted
   * @param maxSecondMoment upper bound of E[φ(u)²] over the rows
   * @param emitter emits the instructions
   */
  record Moments(
      int secondMoment, int derivativeSecondMoment, double maxSecondMoment, Emitter emitter) {
    void emit(int source, int target, int derivative) {
      emitter.emit(source, target, derivative);
    }
  }

  /**
   * Adds the row steps of an activation's dual.
   *
   * @param k cell of the pre-activation variance
   * @param maxK upper bound of k over the rows
   * @param derivative whether E[φ′φ′] is wanted
   * @param dtype element type of the kernel matrix
   */
  static Moments moments(
      ProgramBuilder program,
      Activation activation,
      int k,
      double maxK,
      boolean derivative,
      DType dtype) {
    return switch (activation) {
      case Activation.PiecewiseLinear a -> piecewiseLinear(program, a, k, maxK);
      case Activation.Sign a ->
          new Moments(
              program.constant(1),
              NONE,
              1,
              (s, target, none) -> program.add(new Instruction.AngleOf(s, 2 / Math.PI, target)));
      case Activation.Smooth a ->
          switch (a) {
            case ERF -> closedForm(program, SmoothFunction.ERF, k, maxK);
            case GELU -> closedForm(program, SmoothFunction.GELU, k, maxK);
            case SIN -> closedForm(program, SmoothFunction.SIN, k, maxK);
            case COS -> closedForm(program, SmoothFunction.COS, k, maxK);
            case EXP -> closedForm(program, SmoothFunction.EXP, k, maxK);
            case TANH, SIGMOID, SOFTPLUS, SILU -> series(program, a, k, maxK, derivative, dtype);
          };
      case Activation.Elu a -> series(program, a, k, maxK, derivative, dtype);
      case Activation.HardTanh a -> series(program, a, k, maxK, derivative, dtype);
      case Activation.Polynomial a -> series(program, a, k, maxK, derivative, dtype);
      case Activation.Hermite a -> series(program, a, k, maxK, derivative, dtype);
    };
  }

  private static Moments piecewiseLinear(
      ProgramBuilder program, Activation.PiecewiseLinear activation, int k, double maxK) {
    double m = (1 + activation.slope() * activation.slope()) / 2;
    double kappa = NetworkLowering.kappa(activation.slope());
    return new Moments(
        program.cell(k, v -> m * v),
        program.constant(m),
        m * maxK,
        (s, target, d) -> program.add(new Instruction.AngleDual(s, kappa, target, d)));
  }

  private static Moments closedForm(
      ProgramBuilder program, SmoothFunction function, int k, double maxK) {
    DoubleUnaryOperator second = v -> SmoothDuals.secondMoment(function, v);
    int rows = program.cells(SmoothDuals.SLOTS, to -> c -> SmoothDuals.fill(function, c[k], c, to));
    int slot = program.slots(rows, SmoothDuals.SLOTS);
    boolean bounded = function == SmoothFunction.SIN || function == SmoothFunction.COS;
    return new Moments(
        program.cell(k, second),
        program.cell(k, v -> SmoothDuals.derivativeSecondMoment(function, v)),
        bounded ? 1 : second.applyAsDouble(maxK),
        (s, target, d) -> program.add(new Instruction.SmoothDual(s, function, slot, target, d)));
  }

  private static Moments series(
      ProgramBuilder program,
      Activation activation,
      int k,
      double maxK,
      boolean derivative,
      DType dtype) {
    HermiteSeries series = HermiteSeries.of(activation, maxK, dtype);
    int count = series.count();
    int cells = program.cells(2 * count + 2, to -> c -> series.interpolate(c[k], c, to));
    boolean odd = activation == Activation.Smooth.TANH;
    return new Moments(
        cells + 2 * count,
        cells + 2 * count + 1,
        series.secondMoment(maxK),
        odd
            ? oddSeries(program, cells, count, derivative)
            : anySeries(program, cells, count, derivative));
  }

  private static Emitter anySeries(
      ProgramBuilder program, int cells, int count, boolean derivative) {
    int slot = program.slots(cells, count);
    int derivativeSlot = derivative ? program.slots(cells + count, count) : NONE;
    return (s, target, d) -> {
      if (d != NONE) {
        program.add(new Instruction.SeriesDual(s, derivativeSlot, count, d));
      }
      program.add(new Instruction.SeriesDual(s, slot, count, target));
    };
  }

  /**
   * An odd φ has no even terms and its derivative no odd ones: the duals are c times a series in
   * c², and a series in c². The complement of c² is s + s − s·s.
   */
  private static Emitter oddSeries(
      ProgramBuilder program, int cells, int count, boolean derivative) {
    int half = count / 2;
    int slot = program.slots(cells + 1, half, 2);
    int derivativeHalf = (count + 1) / 2;
    int derivativeSlot = derivative ? program.slots(cells + count, derivativeHalf, 2) : NONE;
    return (s, target, d) -> {
      int square = program.register();
      program.add(new Instruction.Compose(s, s, square));
      if (d != NONE) {
        program.add(new Instruction.SeriesDual(square, derivativeSlot, derivativeHalf, d));
      }
      program.add(new Instruction.SeriesDual(square, slot, half, target));
      program.add(new Instruction.Compose(s, target, target));
      program.release(square);
    };
  }
}
