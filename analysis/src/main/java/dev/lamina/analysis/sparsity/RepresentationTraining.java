package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.ArrayList;
import java.util.List;

/**
 * Minimises the Tikhonov loss L_ε over representations, without weights: a layer-wise optimiser in
 * its own right (derived; the paper does not train representations).
 *
 * <p>In turns, Z_l sees only the layers next to it: λTr[Z_l(M_{l−1} + εI)⁻¹Z_lᵀ] attracts, the term
 * of Z_{l+1} repels. The outputs under squared error have a closed form, kernel ridge regression
 * with the kernel M_{L−1} and ridge ε + λN:
 *
 * <pre>  Z_L = Y − λN Y(M_{L−1} + (ε + λN)I)⁻¹.</pre>
 */
public final class RepresentationTraining {
  private final Backend backend;
  private final RepresentationLoss loss;
  private final RidgeProblem problem;
  private final double epsilon;

  private RepresentationTraining(RepresentationLoss loss, double epsilon) {
    this.backend = loss.backend();
    this.loss = loss;
    this.problem = loss.problem();
    this.epsilon = epsilon;
  }

  /**
   * Minimises from the representations of a network, telling nobody how far it is.
   *
   * @param backend computes
   * @param start plain; its Z_l on the data are the start; stays the caller's
   * @param problem data, cost, λ and β
   * @param epsilon ε &gt; 0
   * @param plan how
   * @return the minimiser; the caller closes it
   */
  public static RepresentationFit minimise(
      Backend backend,
      Network start,
      RidgeProblem problem,
      double epsilon,
      RepresentationPlan plan) {
    return minimise(backend, start, problem, epsilon, plan, Progress.NONE);
  }

  /**
   * Minimises from the representations of a network.
   *
   * @param backend computes; takes from its memory budget what all matrices need
   * @param start plain; its Z_l on the data are the start; stays the caller's
   * @param problem data, cost, λ and β
   * @param epsilon ε &gt; 0
   * @param plan how
   * @param progress hears of every round
   * @return the minimiser; the caller closes it
   * @throws IllegalArgumentException if ε is not positive or lost in rounding, or if the memory
   *     budget is too small, with what would fit
   */
  public static RepresentationFit minimise(
      Backend backend,
      Network start,
      RidgeProblem problem,
      double epsilon,
      RepresentationPlan plan,
      Progress progress) {
    DenseShape shape = DenseShape.of(start);
    RidgeLoss.requireFit(problem, shape);
    RepresentationMemory memory = new RepresentationMemory(shape, problem.constantRows(), plan);
    try (MemoryBudget.Reservation _ = memory.reserve(backend.budget(), problem.samples());
        Scratch scratch = new Scratch(backend);
        RepresentationLoss loss = new RepresentationLoss(backend, problem, shape, epsilon)) {
      List<DeviceMatrix> z = RepresentationLoss.of(backend, start, problem, scratch);
      return new RepresentationTraining(loss, epsilon).run(z, plan, progress);
    }
  }

  private RepresentationFit run(List<DeviceMatrix> z, RepresentationPlan plan, Progress progress) {
    progress.begin("tikhonov form", plan.sweeps());
    List<Double> trace = new ArrayList<>(List.of(loss.evaluate(z)));
    if (!Double.isFinite(trace.getFirst())) {
      throw RepresentationLoss.lost(epsilon);
    }
    for (int sweep = 0; sweep < plan.sweeps(); sweep++) {
      switch (plan.order()) {
        case JOINT ->
            Lbfgs.minimise(backend, loss, z, LbfgsSettings.of(plan.iterations(), Points.size(z)));
        case LAYERWISE -> {
          for (int l = 1; l <= loss.shape().depth(); l++) {
            moveLayer(l, z, plan.iterations());
          }
        }
      }
      progress.advance(1);
      double next = loss.evaluate(z);
      double before = trace.getLast();
      trace.add(Math.min(next, before));
      if (!(before - next > plan.tolerance() * Math.abs(next))) {
        break;
      }
    }
    double value = loss.evaluate(z);
    return new RepresentationFit(
        z.stream().map(m -> Scratch.download(backend, m)).toList(),
        value,
        loss.cost(),
        trace,
        loss.forces(z),
        loss.network());
  }

  /** Minimises over Z_l alone, all B below being up to date; leaves B_l up to date. */
  private void moveLayer(int l, List<DeviceMatrix> z, int iterations) {
    DeviceMatrix mine = z.get(l - 1);
    boolean output = l == loss.shape().depth();
    if (output && problem.loss() == Loss.MSE) {
      kernelRidge(loss.b(l - 1), mine);
      return;
    }
    Objective one = (point, gradient) -> evaluate(l, z, point.getFirst(), gradient.getFirst());
    Lbfgs.minimise(backend, one, List.of(mine), LbfgsSettings.of(iterations));
    if (!output) {
      loss.activate(l, mine);
    }
  }

  /** Evaluates what depends on Z_l, and its gradient. */
  private double evaluate(int l, List<DeviceMatrix> z, DeviceMatrix at, DeviceMatrix gradient) {
    double value = problem.lambda() * loss.penalty(l, at);
    if (l == loss.shape().depth()) {
      value += loss.cost(at);
      backend.layers().add(1, loss.costGradient(), 0, gradient);
    } else {
      try {
        loss.activate(l, at);
      } catch (NotPositiveDefiniteException e) {
        return Double.POSITIVE_INFINITY; // the line search steps back
      }
      value += problem.lambda() * loss.penalty(l + 1, z.get(l));
      loss.repulsion(l, at, problem.lambda(), gradient);
    }
    backend.layers().add(2 * problem.lambda(), loss.t(l), 1, gradient);
    return value;
  }

  private void kernelRidge(DeviceMatrix b, DeviceMatrix out) {
    double ridge = problem.lambda() * problem.samples();
    try (Scratch scratch = new Scratch(backend);
        TikhonovTerm term =
            new TikhonovTerm(backend, b.rows(), b.cols(), out.rows(), epsilon + ridge)) {
      DeviceMatrix y = scratch.uploadTransposed(problem.y());
      DeviceMatrix t = scratch.like(y);
      term.factor(b);
      term.times(y, t);
      backend.layers().add(1, y, 0, out);
      backend.layers().add(-ridge, t, 1, out);
    }
  }
}
