package dev.lamina.ops.iteration;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.SolveOps.Refinement;
import java.util.Arrays;
import java.util.Optional;

/**
 * Solves A X = B with a factor of low precision and residuals of high precision (Wilkinson 1963;
 * the stopping rule is that of LAPACK's dsposv).
 *
 * <p>The float32 factor is one of S A S, where the powers of two S_ii bring the diagonal near 1:
 * the scaling is exact and keeps matrices of any magnitude within float32's range.
 */
public final class IterativeRefinement {
  private static final String OPERATION = "solveRefined";

  /** As many steps as dsposv takes before it gives up. */
  private static final int MOST_STEPS = 30;

  private final RefinedSystem system;
  private final HostMatrix b;
  private final Columns columns;
  private final double norm;
  private final double[] diagonal;
  private final HostMatrix x;
  private final HostMatrix residual;
  private final HostAllocator temporary;

  private IterativeRefinement(
      RefinedSystem system, HostMatrix b, Columns columns, HostAllocator temporary) {
    this.system = system;
    this.b = b;
    this.columns = columns;
    this.norm = system.infinityNorm();
    this.diagonal = system.diagonal();
    this.temporary = temporary;
    this.x = temporary.matrix("the solution", DType.FLOAT64, b.rows(), b.cols());
    this.residual = temporary.matrix("residuals", DType.FLOAT64, b.rows(), b.cols());
  }

  /**
   * Solves.
   *
   * @param system A, N×N float64
   * @param b N×t float64, overwritten by X if there is one
   * @param columns works on the vectors
   * @param temporary allocates vectors
   * @return what was done
   * @throws NotPositiveDefiniteException if A is not positive definite in float64 either
   */
  public static Refinement solve(
      RefinedSystem system, HostMatrix b, Columns columns, HostAllocator temporary) {
    IterativeRefinement solve = new IterativeRefinement(system, b, columns, temporary);
    Refinement done = solve.attempt(DType.FLOAT32).orElseGet(solve::inFull);
    b.copyFrom(solve.x);
    return done;
  }

  private Refinement inFull() {
    return attempt(DType.FLOAT64)
        .orElseThrow(() -> new AssertionError("only a float32 factor is given up"));
  }

  /**
   * Factors in one precision and refines.
   *
   * @return empty if a float32 factor does not exist or does not lead to the solution
   */
  private Optional<Refinement> attempt(DType dtype) {
    double[] scale = scale();
    try (RefinedSystem.Factor factor = system.factor(dtype, scale)) {
      HostMatrix step = temporary.matrix("a step", dtype, b.rows(), b.cols());
      return refine(factor, dtype == DType.FLOAT32, step, scale);
    } catch (NotPositiveDefiniteException e) {
      if (dtype == DType.FLOAT64) {
        throw unscaled(e);
      }
      return Optional.empty();
    }
  }

  /** Returns 2^k near 1/√a_ii; 1 where the diagonal is not positive and the factor will say so. */
  private double[] scale() {
    double[] scale = new double[diagonal.length];
    for (int i = 0; i < scale.length; i++) {
      double d = diagonal[i];
      scale[i] = d > 0 && Double.isFinite(d) ? Math.scalb(1.0, -Math.getExponent(d) / 2) : 1;
    }
    return scale;
  }

  private NotPositiveDefiniteException unscaled(NotPositiveDefiniteException e) {
    double scale = scale()[Math.toIntExact(e.pivot())];
    return new NotPositiveDefiniteException(
        OPERATION, e.pivot(), e.value() / scale / scale, e.jitter());
  }

  private Optional<Refinement> refine(
      RefinedSystem.Factor factor, boolean single, HostMatrix step, double[] scale) {
    x.fill(0);
    residual.copyFrom(b);
    double before = Double.POSITIVE_INFINITY;
    for (int steps = 0; ; steps++) {
      double[] length = toStep(scale, step);
      factor.solve(step);
      addStep(scale, length, step);
      residual.copyFrom(b);
      system.subtractProduct(x, residual);
      double error = backwardError();
      if (error <= 1 || (!single && steps >= 1)) {
        return Optional.of(new Refinement(steps, relativeResidual(), single));
      }
      // A step that does not halve the error will not get there in a sensible number of steps.
      if (steps == MOST_STEPS || (single && !(error < before / 2))) {
        return Optional.empty();
      }
      before = error;
    }
  }

  /**
   * Scales the residual and each of its columns to length 1, so that float32 holds them.
   *
   * @return the lengths of the columns before
   */
  private double[] toStep(double[] scale, HostMatrix step) {
    for (long i = 0; i < step.rows(); i++) {
      for (long j = 0; j < step.cols(); j++) {
        residual.set(i, j, residual.get(i, j) * scale[(int) i]);
      }
    }
    double[] length = columns.largest(residual);
    double[] factor = new double[length.length];
    Arrays.setAll(factor, j -> length[j] < Double.MIN_NORMAL ? 0 : 1 / length[j]);
    columns.combine(residual, factor, new double[length.length], step);
    return length;
  }

  private void addStep(double[] scale, double[] length, HostMatrix step) {
    for (long i = 0; i < step.rows(); i++) {
      for (int j = 0; j < length.length; j++) {
        x.set(i, j, x.get(i, j) + step.get(i, j) * scale[(int) i] * length[j]);
      }
    }
  }

  /**
   * Returns the largest ‖r‖∞ / (‖A‖∞ ‖x‖∞ u (√N + 2)) over the columns; at most 1 is good enough.
   * dsposv has √N alone, which rounding b − A x once may already exceed for small N.
   */
  private double backwardError() {
    double[] r = columns.largest(residual);
    double[] size = columns.largest(x);
    double unit = norm * DType.FLOAT64.unitRoundoff() * (Math.sqrt((double) system.size()) + 2);
    double worst = 0;
    for (int j = 0; j < r.length; j++) {
      worst = Math.max(worst, r[j] == 0 ? 0 : r[j] / (unit * size[j]));
    }
    return worst;
  }

  private double relativeResidual() {
    double[] r = columns.norms(residual);
    double[] size = columns.norms(b);
    double[] relative = new double[r.length];
    Arrays.setAll(relative, j -> r[j] == 0 ? 0 : r[j] / size[j]);
    return Arrays.stream(relative).max().orElse(0);
  }
}
