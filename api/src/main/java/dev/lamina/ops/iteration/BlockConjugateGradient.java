package dev.lamina.ops.iteration;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Preconditioned conjugate gradients (Hestenes and Stiefel 1952) for several right-hand sides side
 * by side: one product with the operator serves all, each column has its own step lengths and stops
 * by itself.
 *
 * <p>Vectors and sums are kept in float64. When all columns seem to have converged, their residuals
 * are taken by definition, b − A x; columns that have drifted start anew from there, as long as
 * that makes progress.
 */
public final class BlockConjugateGradient {
  /** Rounding error is removed by the first new starts or not at all. */
  private static final int MOST_STARTS = 6;

  private final LinearOperator operator;
  private final ConjugateGradient settings;
  private final Optional<? extends ApproximateInverse> preconditioner;
  private final Columns columns;
  private final HostMatrix b;
  private final Vectors v;

  /** ‖b_j‖₂. */
  private final double[] sizes;

  /** Which columns still take steps. */
  private final boolean[] active;

  /** ‖b_j − A x_j‖₂ when it was last taken by definition. */
  private final double[] known;

  /** r_jᵀ z_j. */
  private double[] rho;

  private int steps;

  /**
   * The vectors of the method, N×t float64.
   *
   * @param x the solution so far
   * @param r the residual b − A x as the recurrence has it
   * @param z the preconditioned residual; {@code r} itself without a preconditioner
   * @param p the search direction
   * @param q A p
   * @param given what the operator is given: {@code p}, or its copy in the operator's element type
   * @param taken what it returns: {@code q}, or in its element type
   */
  public record Vectors(
      HostMatrix x,
      HostMatrix r,
      HostMatrix z,
      HostMatrix p,
      HostMatrix q,
      HostMatrix given,
      HostMatrix taken) {

    /**
     * {@return the vectors, all but a float64 solution newly allocated}
     *
     * @param x the solution
     * @param preconditioned whether there is a preconditioner
     * @param temporary allocates
     */
    public static Vectors of(HostMatrix x, boolean preconditioned, HostAllocator temporary) {
      long rows = x.rows();
      long cols = x.cols();
      boolean single = x.dtype() == DType.FLOAT32;
      HostMatrix[] full = new HostMatrix[5];
      for (int i = 0; i < full.length; i++) {
        boolean needed = (i > 0 || single) && (i != 2 || preconditioned);
        full[i] = needed ? temporary.matrix("vectors", DType.FLOAT64, rows, cols) : null;
      }
      HostMatrix given = single ? temporary.matrix("vectors", x.dtype(), rows, cols) : full[3];
      HostMatrix taken = single ? temporary.matrix("vectors", x.dtype(), rows, cols) : full[4];
      return new Vectors(
          single ? full[0] : x,
          full[1],
          preconditioned ? full[2] : full[1],
          full[3],
          full[4],
          given,
          taken);
    }
  }

  /**
   * Prepares the iteration.
   *
   * @param operator A
   * @param b N×t right-hand sides
   * @param settings tolerance, iteration limit
   * @param preconditioner an approximate inverse, if there is one
   * @param vectors the memory of the method
   * @param columns works on the vectors
   */
  public BlockConjugateGradient(
      LinearOperator operator,
      HostMatrix b,
      ConjugateGradient settings,
      Optional<? extends ApproximateInverse> preconditioner,
      Vectors vectors,
      Columns columns) {
    this.operator = operator;
    this.settings = settings;
    this.preconditioner = preconditioner;
    this.columns = columns;
    this.b = b;
    this.v = vectors;
    this.sizes = columns.norms(b);
    this.active = new boolean[sizes.length];
    this.known = new double[sizes.length];
  }

  /**
   * Iterates.
   *
   * @param x the starting point, overwritten by the solution
   * @return how far it got
   * @throws NotPositiveDefiniteException if a direction of negative curvature turns up
   */
  public ConjugateGradient.Result solve(HostMatrix x) {
    boolean converts = x.dtype() == DType.FLOAT32;
    if (converts) {
      columns.copy(x, v.x());
    }
    clearZeroColumns();
    takeResidual(!isZero(v.x()));
    for (int starts = 0; activate() && starts < MOST_STARTS; starts++) {
      iterate();
      double[] before = known.clone();
      takeResidual(true);
      if (steps == settings.maxIterations() || !improved(before)) {
        break;
      }
    }
    if (converts) {
      columns.copy(v.x(), x);
      columns.copy(
          x, v.x()); // the residual of what the caller gets, not of what it is rounded from
      takeResidual(true);
    }
    double worst =
        columns().mapToDouble(j -> sizes[j] == 0 ? 0 : known[j] / sizes[j]).max().orElse(0);
    return new ConjugateGradient.Result(steps, worst, columns().allMatch(this::isSmall));
  }

  private IntStream columns() {
    return IntStream.range(0, sizes.length);
  }

  private boolean isSmall(int j) {
    return known[j] <= settings.tolerance() * sizes[j];
  }

  private boolean improved(double[] before) {
    return columns().anyMatch(j -> !isSmall(j) && known[j] < before[j]);
  }

  /** The solution of A x = 0 is 0, which no relative residual can tell. */
  private void clearZeroColumns() {
    columns()
        .filter(j -> sizes[j] == 0)
        .forEach(j -> {
          for (long i = 0; i < b.rows(); i++) {
            v.x().set(i, j, 0);
          }
        });
  }

  private boolean isZero(HostMatrix m) {
    return Arrays.stream(columns.largest(m)).allMatch(value -> value == 0);
  }

  /** Computes r = b − A x. */
  private void takeResidual(boolean product) {
    columns.copy(b, v.r());
    if (product) {
      multiply(v.x());
      columns.combine(v.q(), filled(-1), filled(1), v.r());
    }
    System.arraycopy(columns.norms(v.r()), 0, known, 0, known.length);
  }

  /** Computes q = A m. */
  private void multiply(HostMatrix m) {
    if (v.taken().equals(v.q())) {
      operator.apply(m, v.q());
    } else {
      columns.copy(m, v.given());
      operator.apply(v.given(), v.taken());
      columns.copy(v.taken(), v.q());
    }
  }

  private double[] filled(double value) {
    double[] values = new double[sizes.length];
    Arrays.fill(values, value);
    return values;
  }

  /** Lets the columns take part that have not converged. */
  private boolean activate() {
    columns().forEach(j -> active[j] = !isSmall(j));
    return anyActive();
  }

  private boolean anyActive() {
    return columns().anyMatch(j -> active[j]);
  }

  private void iterate() {
    precondition();
    columns.copy(v.z(), v.p());
    rho = columns.dots(v.r(), v.z());
    while (anyActive() && steps < settings.maxIterations()) {
      multiply(v.p());
      steps++;
      advance();
      double[] norms = columns.norms(v.r());
      columns().forEach(j -> active[j] &= !(norms[j] <= settings.tolerance() * sizes[j]));
      turn();
    }
  }

  private void precondition() {
    preconditioner.ifPresent(m -> m.apply(v.r(), v.z()));
  }

  /** Goes to the minimum along p. */
  private void advance() {
    double[] curvature = columns.dots(v.p(), v.q());
    double[] pSize = columns.norms(v.p());
    double[] qSize = columns.norms(v.q());
    double[] length = new double[sizes.length];
    for (int j = 0; j < length.length; j++) {
      if (active[j] && !(curvature[j] > 0)) {
        requireRounding(j, curvature[j], pSize[j] * qSize[j]);
        active[j] = false;
      }
      length[j] = active[j] ? rho[j] / curvature[j] : 0;
    }
    columns.combine(v.p(), length, filled(1), v.x());
    Arrays.setAll(length, j -> -length[j]);
    columns.combine(v.q(), length, filled(1), v.r());
  }

  /** A curvature below zero within rounding error ends a column; a larger one is A's own. */
  private void requireRounding(int column, double curvature, double size) {
    double rounding = b.dtype().unitRoundoff() * Math.sqrt((double) b.rows()) * size;
    if (!(Math.abs(curvature) <= rounding)) {
      throw NotPositiveDefiniteException.curvature("conjugateGradient", column, steps, curvature);
    }
  }

  /** Makes the next direction conjugate to the last. */
  private void turn() {
    precondition();
    double[] next = columns.dots(v.r(), v.z());
    double[] keep = new double[sizes.length];
    Arrays.setAll(keep, j -> active[j] ? next[j] / rho[j] : 0);
    columns.combine(v.z(), filled(1), keep, v.p());
    rho = next;
  }
}
