package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The loss as a function of the weights (first form of the paper),
 *
 * <pre>  L(W) = C(Z_L) + λ Σ_l ‖W_l‖²,   Z_l = W_l B_{l−1},   B_l = [σ(Z_l); β1ᵀ]</pre>
 *
 * with the bias over β as the last column of W_l. The gradient takes 6NΣn_l n_{l−1} operations; the
 * memory is 3·8·NΣn_l bytes. Owns its matrices; not thread-safe.
 */
public final class RidgeLoss implements Objective, AutoCloseable {
  private final LayerOps ops;
  private final Backend backend;
  private final RidgeProblem problem;
  private final DenseShape shape;
  private final Scratch scratch;
  private final OutputCost cost;

  /** B_0 to B_{L−1}. */
  private final List<DeviceMatrix> b = new ArrayList<>();

  /** Z_1 to Z_L. */
  private final List<DeviceMatrix> z = new ArrayList<>();

  /** ∂C/∂B_1 to ∂C/∂B_{L−1}, with room for the constant row, then ∂C/∂Z_L. */
  private final List<DeviceMatrix> delta = new ArrayList<>();

  /** Entries held on the kink; null if none. */
  private Pins pins;

  private double lastCost;

  /**
   * Allocates what evaluations need.
   *
   * @param backend computes
   * @param problem data, cost, λ and β
   * @param shape the network's
   * @throws ShapeException if inputs or outputs do not fit the data
   * @throws dev.lamina.backend.MemoryBudgetException if the budget is too small
   */
  public RidgeLoss(Backend backend, RidgeProblem problem, DenseShape shape) {
    requireFit(problem, shape);
    this.backend = backend;
    this.ops = backend.layers();
    this.problem = problem;
    this.shape = shape;
    this.scratch = new Scratch(backend);
    this.cost = new OutputCost(backend, problem);
    try {
      allocate();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  static void requireFit(RidgeProblem problem, DenseShape shape) {
    if (problem.x().cols() != shape.width(0) || problem.y().cols() != shape.width(shape.depth())) {
      throw new ShapeException(
          "the network has %d inputs and %d outputs but x is %s and y is %s; both have a row per sample"
              .formatted(
                  shape.width(0),
                  shape.width(shape.depth()),
                  problem.x().shape(),
                  problem.y().shape()));
    }
  }

  private void allocate() {
    long n = problem.samples();
    b.add(Representations.firstB(scratch, problem));
    for (int l = 1; l <= shape.depth(); l++) {
      int width = shape.width(l);
      z.add(scratch.matrix(width, n));
      if (l < shape.depth()) {
        b.add(Representations.constantB(scratch, problem, width));
        delta.add(scratch.matrix(width + problem.constantRows(), n));
      } else {
        delta.add(scratch.matrix(width, n));
      }
    }
  }

  /**
   * Computes all Z_l, all B_l and the cost.
   *
   * @param w W_1 to W_L
   * @return L(W)
   */
  public double evaluate(List<DeviceMatrix> w) {
    double squares = 0;
    double held = 0;
    for (int l = 1; l <= shape.depth(); l++) {
      DeviceMatrix weights = w.get(l - 1);
      backend.gram().gemm(weights, false, b.get(l - 1), false, 1, 0, z(l));
      if (l < shape.depth()) {
        DeviceMatrix activations = b.get(l).rows(0, shape.width(l));
        ops.activate(shape.activations().get(l - 1), z(l), activations);
        if (pins != null) {
          pins.flatten(l, activations);
          held += pins.value(l, z(l));
        }
      }
      squares += backend.gram().dot(weights, weights);
    }
    lastCost = cost.evaluate(z(shape.depth()), delta.getLast());
    return lastCost + problem.lambda() * squares + held;
  }

  @Override
  public double evaluate(List<DeviceMatrix> w, List<DeviceMatrix> gradient) {
    double value = evaluate(w);
    for (int l = shape.depth(); l >= 1; l--) {
      DeviceMatrix d = costGradient(l);
      DeviceMatrix g = gradient.get(l - 1);
      ops.add(2 * problem.lambda(), w.get(l - 1), 0, g);
      backend.gram().gemm(d, false, b.get(l - 1), true, 1, 1, g);
      if (l > 1) {
        backward(w.get(l - 1), d, l);
      }
    }
    return value;
  }

  /** Goes from ∂C/∂Z_l to ∂C/∂Z_{l−1}. */
  private void backward(DeviceMatrix weights, DeviceMatrix d, int l) {
    backend.gram().gemm(weights, true, d, false, 1, 0, delta.get(l - 2));
    ops.activateBackward(shape.activations().get(l - 2), z(l - 1), costGradient(l - 1));
    if (pins != null) {
      pins.pull(l - 1, z(l - 1), costGradient(l - 1));
    }
  }

  /** Holds entries of Z on the kink from now on; none for null. */
  void pin(Pins entries) {
    pins = entries;
  }

  /** {@return C of the last evaluation} */
  public double cost() {
    return lastCost;
  }

  /** {@return B_0 to B_{L−1} of the last evaluation; still owned by this} */
  List<DeviceMatrix> b() {
    return Collections.unmodifiableList(b);
  }

  /**
   * {@return Z_l of the last evaluation, n_l×N; still owned by this}
   *
   * @param l 1 to L
   */
  public DeviceMatrix z(int l) {
    return z.get(l - 1);
  }

  /**
   * {@return ∂C/∂Z_l of the last evaluation with gradient, n_l×N, a view}
   *
   * @param l 1 to L
   */
  public DeviceMatrix costGradient(int l) {
    return delta.get(l - 1).rows(0, shape.width(l));
  }

  @Override
  public void close() {
    scratch.close();
    cost.close();
  }
}
