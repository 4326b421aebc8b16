package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Tikhonov form of the loss, a function of the representations alone:
 *
 * <pre>  L_ε(Z_1, …, Z_L) = C(Z_L) + λ Σ_l Tr[Z_l (M_{l−1} + εI)⁻¹ Z_lᵀ]</pre>
 *
 * <p>The paper plots forces with it and gives no details; what follows is derived and tested. Since
 *
 * <pre>  min_W ‖W‖² + ‖Z − W B‖²/ε = Tr[Z (BᵀB + εI)⁻¹ Zᵀ]   at   W = Z Bᵀ(BBᵀ + εI)⁻¹,</pre>
 *
 * L_ε is the loss with the equations Z_l = W_l B_{l−1} relaxed to a penalty λ/ε: without
 * constraints, smooth where ranks change, and its minimum a lower bound of that of L, below it by
 * O(ε). Its gradient by Z_l is λ(A_l + R_l), and + ∂C/∂Z_L for l = L, with
 *
 * <pre>
 *   A_l = 2T_l,   R_l = −2 [B_l T_{l+1}ᵀ T_{l+1}]∘σ′(Z_l) without the bias row,   T_l = Z_l(M_{l−1} + εI)⁻¹.
 * </pre>
 *
 * <p>With outputs of one layer it is the data term of the deep Gaussian layer-wise loss: Tr Yᵀ(K +
 * s²I)⁻¹Y with K = M_{L−1} and ε = s². A gradient costs Σ(p³/3 + 4N²n_l) operations for p = min(N,
 * n_l + 1). Owns its matrices; not thread-safe.
 */
public final class RepresentationLoss implements Objective, AutoCloseable {
  /** ε below this share of the trace of XᵀX is lost in its rounding. */
  private static final double ROUNDING = 1e-15;

  private final Backend backend;
  private final LayerOps ops;
  private final RidgeProblem problem;
  private final DenseShape shape;
  private final Scratch scratch;
  private final OutputCost cost;
  private final List<DeviceMatrix> b = new ArrayList<>();
  private final List<DeviceMatrix> t = new ArrayList<>();
  private final List<TikhonovTerm> terms = new ArrayList<>();
  private final DeviceMatrix costGradient;
  private double lastCost;

  /**
   * Allocates.
   *
   * @param backend computes
   * @param problem data, cost, λ and β
   * @param shape widths and activations
   * @param epsilon ε &gt; 0
   * @throws IllegalArgumentException if ε is not positive, or lost in the rounding of X'X
   * @throws dev.lamina.matrix.ShapeException if inputs or outputs do not fit the data
   * @throws dev.lamina.backend.MemoryBudgetException if the budget is too small
   */
  public RepresentationLoss(
      Backend backend, RidgeProblem problem, DenseShape shape, double epsilon) {
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "tikhonov form: epsilon must be positive and finite but is " + epsilon);
    }
    RidgeLoss.requireFit(problem, shape);
    this.backend = backend;
    this.ops = backend.layers();
    this.problem = problem;
    this.shape = shape;
    this.scratch = new Scratch(backend);
    this.cost = new OutputCost(backend, problem);
    try {
      long n = problem.samples();
      b.add(Representations.firstB(scratch, problem));
      for (int l = 1; l <= shape.depth(); l++) {
        t.add(scratch.matrix(shape.width(l), n));
        terms.add(new TikhonovTerm(backend, b.get(l - 1).rows(), n, shape.width(l), epsilon));
        if (l < shape.depth()) {
          b.add(Representations.constantB(scratch, problem, shape.width(l)));
        }
      }
      factorInputs(epsilon);
      costGradient = scratch.matrix(shape.width(shape.depth()), n);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void factorInputs(double epsilon) {
    double trace = scratch.squaredNorm(b.getFirst());
    if (epsilon <= ROUNDING * trace) {
      throw lost(epsilon);
    }
    terms.getFirst().factor(b.getFirst());
  }

  /** Says that ε is too small. */
  static IllegalArgumentException lost(double epsilon) {
    return new IllegalArgumentException(
        "tikhonov form: epsilon %s is lost in the rounding of the covariances; take a larger one"
            .formatted(epsilon));
  }

  /** {@return Z_1 to Z_L of a network on the data; the caller's scratch owns them} */
  static List<DeviceMatrix> of(
      Backend backend, Network network, RidgeProblem problem, Scratch into) {
    DenseShape shape = DenseShape.of(network);
    try (RidgeLoss loss = new RidgeLoss(backend, problem, shape);
        Scratch local = new Scratch(backend)) {
      loss.evaluate(
          Weights.of(network, problem.biasStrength()).stream().map(local::upload).toList());
      List<DeviceMatrix> z = new ArrayList<>();
      for (int l = 1; l <= shape.depth(); l++) {
        z.add(into.copy(loss.z(l)));
      }
      return z;
    }
  }

  /**
   * Computes the loss.
   *
   * @param z Z_1 to Z_L, n_l×N
   * @return L_ε; ∞ if ε is lost in the rounding of a covariance
   */
  public double evaluate(List<DeviceMatrix> z) {
    try {
      return value(z);
    } catch (NotPositiveDefiniteException e) {
      return Double.POSITIVE_INFINITY; // a line search steps back
    }
  }

  private double value(List<DeviceMatrix> z) {
    double sum = 0;
    for (int l = 1; l <= shape.depth(); l++) {
      if (l > 1) {
        activate(l - 1, z.get(l - 2));
      }
      sum += penalty(l, z.get(l - 1));
    }
    return cost(z.getLast()) + problem.lambda() * sum;
  }

  @Override
  public double evaluate(List<DeviceMatrix> z, List<DeviceMatrix> gradient) {
    double value = evaluate(z);
    if (value == Double.POSITIVE_INFINITY) {
      return value;
    }
    for (int l = 1; l <= shape.depth(); l++) {
      DeviceMatrix g = gradient.get(l - 1);
      if (l < shape.depth()) {
        repulsion(l, z.get(l - 1), problem.lambda(), g);
      } else {
        ops.add(1, costGradient, 0, g);
      }
      ops.add(2 * problem.lambda(), t.get(l - 1), 1, g);
    }
    return value;
  }

  /** Computes B_l and its factor from Z_l, 1 ≤ l &lt; L. */
  void activate(int l, DeviceMatrix z) {
    ops.activate(shape.activations().get(l - 1), z, b.get(l).rows(0, shape.width(l)));
    terms.get(l).factor(b.get(l));
  }

  /** Computes T_l, B_{l−1} being up to date, and returns Tr[Z_l T_lᵀ]. */
  double penalty(int l, DeviceMatrix z) {
    return terms.get(l - 1).times(z, t.get(l - 1));
  }

  /** Computes C and its gradient. */
  double cost(DeviceMatrix z) {
    lastCost = cost.evaluate(z, costGradient);
    return lastCost;
  }

  /** Computes factor·R_l, with B_l and T_{l+1} up to date. */
  void repulsion(int l, DeviceMatrix z, double factor, DeviceMatrix out) {
    push(l, factor, out);
    ops.activateBackward(shape.activations().get(l - 1), z, out);
  }

  /** Computes factor·R_l without the slopes of the activation. */
  private void push(int l, double factor, DeviceMatrix out) {
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix bt = local.product(b.get(l).rows(0, shape.width(l)), false, t.get(l), true);
      backend.gram().gemm(bt, false, t.get(l), false, -2 * factor, 0, out);
    }
  }

  /** Returns ∂C/∂Z_L of the last evaluation. */
  DeviceMatrix costGradient() {
    return costGradient;
  }

  /** Returns T_l of the last evaluation. */
  DeviceMatrix t(int l) {
    return t.get(l - 1);
  }

  /** Returns B_l of the last evaluation, l from 0. */
  DeviceMatrix b(int l) {
    return b.get(l);
  }

  /** {@return C of the last evaluation} */
  public double cost() {
    return lastCost;
  }

  RidgeProblem problem() {
    return problem;
  }

  DenseShape shape() {
    return shape;
  }

  Backend backend() {
    return backend;
  }

  /**
   * {@return the weights W_l = T_l B_{l−1}ᵀ = Z_l B_{l−1}ᵀ(B_{l−1}B_{l−1}ᵀ + εI)⁻¹ of the last
   * evaluation as a network; the caller closes it} Its representations are Z_l up to O(ε).
   */
  public Network network() {
    List<double[][]> weights = new ArrayList<>();
    try (Scratch local = new Scratch(backend)) {
      for (int l = 1; l <= shape.depth(); l++) {
        weights.add(local.download(local.product(t(l), false, b(l - 1), true)));
      }
    }
    return Weights.network(weights, shape.activations(), problem.biasStrength());
  }

  /**
   * {@return the forces of the Tikhonov form at the last evaluation} Evaluate them at the minimiser
   * of L_ε, not at representations of an unrelaxed network. On kinks the slope between those of
   * both sides is taken that leaves least of A_l + R_l.
   *
   * @param z the representations of that evaluation
   */
  public List<LayerForces> forces(List<DeviceMatrix> z) {
    List<LayerForces> all = new ArrayList<>();
    for (int l = 1; l <= shape.depth(); l++) {
      try (Scratch local = new Scratch(backend)) {
        DeviceMatrix a = local.scaled(2, t(l));
        boolean output = l == shape.depth();
        DeviceMatrix r = output ? local.scaled(1 / problem.lambda(), costGradient) : local.like(a);
        int kinks = 0;
        if (!output) {
          push(l, 1, r);
          kinks = slopes(l, local.download(z.get(l - 1)), local.download(a), r);
        }
        DeviceMatrix sum = local.copy(a);
        ops.add(1, r, 1, sum);
        all.add(
            new LayerForces(
                l,
                local.download(a),
                local.download(r),
                output ? ForceForm.COST : ForceForm.TIKHONOV,
                Forces.residual(local, sum, a, r),
                Double.NaN,
                kinks));
      }
    }
    return all;
  }

  /** Multiplies r by σ′(Z_l), at kinks by the slope that brings it closest to −A; counts these. */
  private int slopes(int l, double[][] z, double[][] a, DeviceMatrix r) {
    Activation activation = shape.activations().get(l - 1);
    double[][] h = Scratch.download(backend, r);
    int kinks = 0;
    for (int k = 0; k < z.length; k++) {
      double[] slopes = Arrays.stream(z[k]).map(activation::derivative).toArray();
      int[] at = KinkSlopes.kinks(z[k], activation, Rays.FINE);
      for (int i : at) {
        double other = ((Activation.PiecewiseLinear) activation).slope();
        double best = h[k][i] == 0 ? 0 : -a[k][i] / h[k][i];
        slopes[i] = Math.clamp(best, Math.min(other, 1), Math.max(other, 1));
      }
      kinks += at.length == z[k].length ? 0 : at.length;
      for (int i = 0; i < z[k].length; i++) {
        h[k][i] *= slopes[i];
      }
    }
    try (Scratch local = new Scratch(backend)) {
      ops.add(1, local.upload(h), 0, r);
    }
    return kinks;
  }

  @Override
  public void close() {
    terms.forEach(TikhonovTerm::close);
    cost.close();
    scratch.close();
  }
}
