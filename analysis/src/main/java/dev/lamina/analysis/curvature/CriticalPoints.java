package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.sparsity.Lbfgs;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;

/**
 * Finds critical points of the risk: Levenberg–Marquardt steps go downhill until the gradient is
 * small, then Newton steps with the pseudo-inverse of the Hessian, halved while they do not make
 * the gradient smaller, go on until it nearly vanishes. Newton steps may end at saddles. Networks
 * with more parameters than a dense Hessian allows go downhill by L-BFGS alone.
 *
 * @param target Σ |gradient| at which the search is done
 * @param newtonFrom Σ |gradient| below which Newton steps begin
 * @param dampedSteps Levenberg–Marquardt steps at most, or those of L-BFGS; they end too when they
 *     stop helping
 * @param newtonSteps Newton steps at most
 */
public record CriticalPoints(double target, double newtonFrom, int dampedSteps, int newtonSteps) {
  /** To 10⁻¹², as fixtures need. */
  public static final CriticalPoints PRECISE = new CriticalPoints(1e-12, 1e-5, 300, 60);

  /**
   * Shares of the largest eigenvalue below which the Hessian counts as singular: the next one once
   * no step helps. Where weights run away, the gradient that is left points where the Hessian
   * nearly vanishes.
   */
  private static final double[] SINGULAR = {1e-8, 1e-10, 1e-12, 1e-14};

  private static final int HALVINGS = 40;
  private static final double LEAST_DAMPING = 1e-14;
  private static final double MOST_DAMPING = 1e12;

  /** Checks the numbers. */
  public CriticalPoints {
    if (!(target > 0) || !(newtonFrom > 0) || dampedSteps < 0 || newtonSteps < 0) {
      throw new IllegalArgumentException(
          "critical point: gradients must be positive and steps not negative but they are %s, %s, %d, %d"
              .formatted(target, newtonFrom, dampedSteps, newtonSteps));
    }
  }

  /** Hears how a search goes, and may end it. */
  @FunctionalInterface
  public interface Watch {
    /**
     * Called after every step that is taken.
     *
     * @param steps how many steps of both kinds there are now
     * @param loss the risk
     * @param gradientL1 Σ |gradient|
     * @return whether the search goes on
     */
    boolean moved(int steps, double loss, double gradientL1);
  }

  /**
   * {@return where a search ends}
   *
   * @param backend where to compute
   * @param start where to begin
   * @param risk what is measured
   */
  public CriticalPoint find(Backend backend, Perceptron start, Risk risk) {
    return find(backend, start, risk, (steps, loss, gradientL1) -> true);
  }

  /**
   * {@return where a search ends}
   *
   * @param backend where to compute
   * @param start where to begin
   * @param risk what is measured
   * @param watch hears of every step
   */
  public CriticalPoint find(Backend backend, Perceptron start, Risk risk, Watch watch) {
    if (start.parameterCount() > DenseSpectrum.LIMIT) {
      return descend(backend, start, risk, watch);
    }
    Search search = new Search(backend, risk, watch, new RiskPoint(backend, start, risk));
    try {
      int damped = damped(search);
      int newton = newton(search);
      RiskPoint end = search.point;
      return new CriticalPoint(
          end.network(),
          end.loss(),
          end.gradientL1(),
          end.gradientRounding(),
          status(search),
          damped,
          newton);
    } finally {
      search.point.close();
    }
  }

  /**
   * {@return where L-BFGS ends; as many steps as damped steps are allowed}
   *
   * @param backend where to compute
   * @param start where to begin
   * @param risk what is measured
   * @param watch hears of every step
   */
  public CriticalPoint descend(Backend backend, Perceptron start, Risk risk, Watch watch) {
    risk.requireFit(start);
    Descent.End end = Descent.from(backend, start, risk, Math.max(1, dampedSteps), watch);
    try (RiskPoint point = new RiskPoint(backend, end.network(), risk)) {
      return new CriticalPoint(
          end.network(),
          point.loss(),
          point.gradientL1(),
          point.gradientRounding(),
          point.gradientL1() < target ? CriticalPoint.Status.CRITICAL : status(end.how().reason()),
          end.how().iterations(),
          0);
    }
  }

  private static CriticalPoint.Status status(Lbfgs.Reason reason) {
    return switch (reason) {
      case STOPPED -> CriticalPoint.Status.STOPPED;
      case ITERATIONS -> CriticalPoint.Status.OUT_OF_STEPS;
      case SMALL_GRADIENT, SMALL_DECREASE, NO_STEP -> CriticalPoint.Status.DESCENDED;
    };
  }

  private CriticalPoint.Status status(Search search) {
    if (search.point.gradientL1() < target) {
      return CriticalPoint.Status.CRITICAL;
    }
    if (search.ended) {
      return CriticalPoint.Status.STOPPED;
    }
    if (!search.stalled) {
      return CriticalPoint.Status.OUT_OF_STEPS;
    }
    return search.point.gradientL1() <= search.point.gradientRounding()
        ? CriticalPoint.Status.AT_ROUNDING
        : CriticalPoint.Status.STALLED;
  }

  private int damped(Search search) {
    double damping = 1e-3;
    int steps = 0;
    while (steps < dampedSteps
        && !search.ended
        && damping < MOST_DAMPING
        && search.point.gradientL1() >= newtonFrom) {
      SymmetricSystem system = search.system(Form.GAUSS_NEWTON);
      double unit = Math.max(system.largest(), Double.MIN_NORMAL);
      double loss = search.point.loss();
      boolean moved = false;
      while (!moved && damping < MOST_DAMPING) {
        double[] step = system.shifted(damping * unit);
        moved = search.move(step, 1, to -> to.loss() < loss);
        damping = moved ? Math.max(damping / 5, LEAST_DAMPING) : damping * 4;
      }
      steps += moved ? 1 : 0;
    }
    return steps;
  }

  private int newton(Search search) {
    int steps = 0;
    int share = 0;
    while (steps < newtonSteps
        && !search.ended
        && !search.stalled
        && search.point.gradientL1() >= target) {
      SymmetricSystem system = search.system(Form.HESSIAN);
      boolean moved = false;
      while (!moved && share < SINGULAR.length) {
        moved = halved(search, system.pseudoInverse(SINGULAR[share]));
        share += moved ? 0 : 1;
      }
      search.stalled = !moved;
      steps += moved ? 1 : 0;
    }
    return steps;
  }

  /** Takes the first of a step, its half, a quarter and so on that makes the gradient smaller. */
  private static boolean halved(Search search, double[] step) {
    double gradient = search.point.gradientL1();
    double share = 1;
    boolean moved = false;
    for (int h = 0; h <= HALVINGS && !moved; h++) {
      moved = search.move(step, share, to -> to.gradientL1() < gradient);
      share /= 2;
    }
    return moved;
  }

  /** Where a search is. */
  private static final class Search {
    private final Backend backend;
    private final Risk risk;
    private final Watch watch;
    private RiskPoint point;
    private boolean stalled;
    private boolean ended;
    private int steps;

    Search(Backend backend, Risk risk, Watch watch, RiskPoint point) {
      this.backend = backend;
      this.risk = risk;
      this.watch = watch;
      this.point = point;
    }

    SymmetricSystem system(Form form) {
      try (HostMatrix matrix = point.matrix(form)) {
        return new SymmetricSystem(backend, matrix, point.gradient());
      }
    }

    /** Moves against a step if the point there is better. */
    boolean move(double[] step, double share, java.util.function.Predicate<RiskPoint> better) {
      double[] theta = point.network().parameters();
      for (int i = 0; i < theta.length; i++) {
        theta[i] -= share * step[i];
      }
      RiskPoint next = new RiskPoint(backend, point.network().withParameters(theta), risk);
      boolean moved = better.test(next);
      (moved ? point : next).close();
      if (moved) {
        point = next;
        steps++;
        ended = !watch.moved(steps, point.loss(), point.gradientL1());
      }
      return moved;
    }
  }
}
