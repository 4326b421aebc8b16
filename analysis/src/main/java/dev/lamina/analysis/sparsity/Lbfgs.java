package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Minimises a function of matrices on a device by limited-memory BFGS (Nocedal and Wright,
 * Numerical Optimization, algorithm 7.4 and 7.5) with a line search for the weak Wolfe conditions.
 * All vector arithmetic runs on the device; only inner products come back.
 *
 * <p>At kinks of relu the search may find no step; the history is then dropped for one step along
 * the negative gradient, and if that fails too the run ends. The value never rises, but for
 * rounding. A step costs 4·memory inner products and sums beside one to two evaluations; the memory
 * is 2·memory + 5 points.
 */
public final class Lbfgs {
  private static final int WINDOW = 10;

  private final Points points;
  private final Objective objective;
  private final LbfgsSettings settings;
  private final Watch watch;

  /** Hears how a run goes, and may end it. */
  @FunctionalInterface
  public interface Watch {
    /**
     * Called after every step.
     *
     * @param iterations steps so far
     * @param value the value there
     * @param gradient the gradient there, to be left as it is
     * @return whether the run goes on
     */
    boolean moved(int iterations, double value, List<DeviceMatrix> gradient);
  }

  /** Why a run ended. */
  public enum Reason {
    /** The gradient is as small as asked. */
    SMALL_GRADIENT,
    /** Ten steps hardly lowered the value. */
    SMALL_DECREASE,
    /** No step along the negative gradient lowers the value: a kink, or rounding. */
    NO_STEP,
    /** As many steps as allowed. */
    ITERATIONS,
    /** Who watched the run ended it. */
    STOPPED
  }

  /**
   * What came out.
   *
   * @param value the smallest value
   * @param iterations steps
   * @param evaluations evaluations with gradient
   * @param gradientNorm at the end
   * @param reason why it ended
   */
  public record Result(
      double value, int iterations, int evaluations, double gradientNorm, Reason reason) {}

  /** A step s, the change y of the gradient, and 1/sᵀy. */
  private record Pair(List<DeviceMatrix> s, List<DeviceMatrix> y, double rho) {}

  private Lbfgs(Backend backend, Objective objective, LbfgsSettings settings, Watch watch) {
    this.points = new Points(backend);
    this.objective = objective;
    this.settings = settings;
    this.watch = watch;
  }

  /**
   * Minimises.
   *
   * @param backend of all matrices
   * @param objective finite at {@code x}
   * @param x the start, overwritten by the best point
   * @param settings when to end
   * @return what came out
   * @throws IllegalArgumentException if the objective is not finite at the start
   */
  public static Result minimise(
      Backend backend, Objective objective, List<DeviceMatrix> x, LbfgsSettings settings) {
    return minimise(backend, objective, x, settings, (iterations, value, gradient) -> true);
  }

  /**
   * Minimises.
   *
   * @param backend of all matrices
   * @param objective finite at {@code x}
   * @param x the start, overwritten by the best point
   * @param settings when to end
   * @param watch hears of every step
   * @return what came out
   * @throws IllegalArgumentException if the objective is not finite at the start
   */
  public static Result minimise(
      Backend backend,
      Objective objective,
      List<DeviceMatrix> x,
      LbfgsSettings settings,
      Watch watch) {
    try (Scratch scratch = new Scratch(backend)) {
      return new Lbfgs(backend, objective, settings, watch).run(x, scratch);
    }
  }

  private Result run(List<DeviceMatrix> x, Scratch scratch) {
    List<DeviceMatrix> gradient = Points.like(scratch, x);
    List<DeviceMatrix> direction = Points.like(scratch, x);
    Deque<Pair> spare = new ArrayDeque<>();
    for (int i = 0; i <= settings.memory(); i++) {
      spare.add(new Pair(Points.like(scratch, x), Points.like(scratch, x), 0));
    }
    Deque<Pair> history = new ArrayDeque<>();
    LineSearch search =
        new LineSearch(points, objective, Points.like(scratch, x), Points.like(scratch, x));
    double value = objective.evaluate(x, gradient);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "l-bfgs: the function must be finite at the start but is " + value);
    }
    int evaluations = 1;
    Deque<Double> recent = new ArrayDeque<>(List.of(value));
    for (int k = 0; ; k++) {
      double norm = Math.sqrt(points.dot(gradient, gradient));
      double size = Math.sqrt(points.dot(x, x));
      Reason end = ending(k, norm, size, recent);
      if (end != null) {
        return new Result(value, k, evaluations, norm, end);
      }
      double slope = direction(history, gradient, direction, norm);
      double first = history.isEmpty() ? Math.min(1, Math.max(size, 1) * 1e-2 / norm) : 1;
      LineSearch.Step step = search.along(x, direction, value, slope, first);
      evaluations += step.evaluations();
      if (!step.found()) {
        if (history.isEmpty()) {
          return new Result(value, k, evaluations, norm, Reason.NO_STEP);
        }
        spare.addAll(history);
        history.clear();
        continue;
      }
      remember(history, spare, x, gradient, search);
      points.copy(search.point(), x);
      points.copy(search.gradient(), gradient);
      value = step.value();
      recent.addLast(value);
      if (recent.size() > WINDOW + 1) {
        recent.removeFirst();
      }
      if (!watch.moved(k + 1, value, gradient)) {
        return new Result(
            value, k + 1, evaluations, Math.sqrt(points.dot(gradient, gradient)), Reason.STOPPED);
      }
    }
  }

  private Reason ending(int k, double norm, double size, Deque<Double> recent) {
    if (norm <= settings.gradientTolerance() * Math.max(1, size)) {
      return Reason.SMALL_GRADIENT;
    }
    if (recent.size() > WINDOW
        && recent.getFirst() - recent.getLast()
            <= settings.lossTolerance() * Math.abs(recent.getLast())) {
      return Reason.SMALL_DECREASE;
    }
    return k >= settings.maxIterations() ? Reason.ITERATIONS : null;
  }

  /**
   * Computes the direction −H g.
   *
   * @return its slope gᵀd, negative
   */
  private double direction(
      Deque<Pair> history, List<DeviceMatrix> gradient, List<DeviceMatrix> d, double norm) {
    points.add(-1, gradient, 0, d);
    if (history.isEmpty()) {
      return -norm * norm;
    }
    List<Double> alphas = new ArrayList<>();
    for (Pair pair : history) { // newest first
      double alpha = pair.rho() * points.dot(pair.s(), d);
      points.add(-alpha, pair.y(), 1, d);
      alphas.add(alpha);
    }
    Pair newest = history.getFirst();
    double scale = 1 / (newest.rho() * points.dot(newest.y(), newest.y()));
    points.add(0, gradient, scale, d);
    int i = history.size() - 1;
    for (Pair pair : (Iterable<Pair>) history::descendingIterator) {
      double beta = pair.rho() * points.dot(pair.y(), d);
      points.add(alphas.get(i--) - beta, pair.s(), 1, d);
    }
    double slope = points.dot(gradient, d);
    if (slope < 0) {
      return slope;
    }
    points.add(-1, gradient, 0, d); // rounding has spoilt the history
    return -norm * norm;
  }

  /** Keeps the pair of the step to the new point, if its curvature is positive. */
  private void remember(
      Deque<Pair> history,
      Deque<Pair> spare,
      List<DeviceMatrix> x,
      List<DeviceMatrix> gradient,
      LineSearch search) {
    Pair free = spare.isEmpty() ? history.removeLast() : spare.removeFirst();
    points.copy(search.point(), free.s());
    points.add(-1, x, 1, free.s());
    points.copy(search.gradient(), free.y());
    points.add(-1, gradient, 1, free.y());
    double sy = points.dot(free.s(), free.y());
    if (sy > 1e-300) {
      history.addFirst(new Pair(free.s(), free.y(), 1 / sy));
      if (history.size() > settings.memory()) {
        spare.addLast(history.removeLast());
      }
    } else {
      spare.addFirst(free);
    }
  }
}
