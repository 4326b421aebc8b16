package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps of training that keep all outputs on the data and never raise the loss:
 *
 * <ul>
 *   <li>the projection W_l ← Z_l B_{l−1}⁺ drops the part V_l with V_l B_{l−1} = 0, which only costs
 *       (paper: the key step to the loss of representations);
 *   <li>the balance of a neuron of a positively homogeneous activation multiplies the weights into
 *       it, bias included, by c = √(‖out‖/‖in‖) and divides those out of it by c, after which both
 *       have equal norms, as at every local minimum (derived, immediate). A neuron with one norm
 *       zero contributes nothing and both become zero.
 * </ul>
 *
 * <p>Owns what it remembers of the inputs; the loss stays the caller's.
 */
public final class ExactSteps implements AutoCloseable {
  private static final int SWEEPS = 20;
  private static final int SCALING_STEPS = 100;

  private final Backend backend;
  private final RidgeLoss loss;
  private final RidgeProblem problem;
  private final DenseShape shape;
  private final Points points;
  private RowSpace inputs;

  /**
   * Prepares the steps.
   *
   * @param backend of the loss
   * @param loss evaluates
   * @param problem of the loss
   * @param shape of the loss
   */
  public ExactSteps(Backend backend, RidgeLoss loss, RidgeProblem problem, DenseShape shape) {
    this.backend = backend;
    this.loss = loss;
    this.problem = problem;
    this.shape = shape;
    this.points = new Points(backend);
  }

  /**
   * Projects all layers and, where activations are positively homogeneous, takes the lengths of all
   * neurons that cost least along their rays, so that the network is projected and balanced at
   * once.
   *
   * @param w W_1 to W_L, changed in place
   * @return the loss afterwards
   */
  public double apply(List<DeviceMatrix> w) {
    double value = project(w);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double next = guarded(w, value, this::scaleOnce);
      if (!(next < value * (1 - 1e-13))) {
        return next;
      }
      value = next;
    }
    return value;
  }

  /**
   * Balances where activations allow it and projects, in turns, as long as the loss falls. Comes
   * close to what {@link #apply} reaches, at a hundredth of its cost or less: one projection for
   * each turn.
   *
   * @param w W_1 to W_L, changed in place
   * @return the loss afterwards
   */
  public double applyInTurns(List<DeviceMatrix> w) {
    double value = loss.evaluate(w);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double next = guarded(w, guarded(w, value, this::balanceOnce), this::projectOnce);
      if (!(next < value * (1 - 1e-9))) {
        return next;
      }
      value = next;
    }
    return value;
  }

  /** Reads Z_l and B_l of the last evaluation, at w. */
  private void scaleOnce(List<DeviceMatrix> w) {
    NeuronScales scales = new NeuronScales(backend, loss, inputs(), problem, shape);
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> s = scales.start(scratch);
      if (s.isEmpty()) {
        return;
      }
      Lbfgs.minimise(backend, scales, s, LbfgsSettings.of(SCALING_STEPS));
      points.copy(scales.weights(s, scratch), w);
    }
  }

  /**
   * Projects all layers once.
   *
   * @param w W_1 to W_L, changed in place
   * @return the loss afterwards
   */
  public double project(List<DeviceMatrix> w) {
    return guarded(w, loss.evaluate(w), this::projectOnce);
  }

  /**
   * Balances all neurons of positively homogeneous activations.
   *
   * @param w W_1 to W_L, changed in place
   * @return the loss afterwards
   */
  public double balance(List<DeviceMatrix> w) {
    double value = loss.evaluate(w);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double next = guarded(w, value, this::balanceOnce);
      if (!(next < value * (1 - 1e-14))) {
        return next;
      }
      value = next;
    }
    return value;
  }

  private interface Change {
    void apply(List<DeviceMatrix> w);
  }

  /** Applies a change and takes it back if rounding or a rank decision raised the loss. */
  private double guarded(List<DeviceMatrix> w, double before, Change change) {
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> old = Points.like(scratch, w);
      points.copy(w, old);
      change.apply(w);
      double after = loss.evaluate(w);
      if (after <= before) {
        return after;
      }
      points.copy(old, w);
      loss.evaluate(w);
      return before;
    }
  }

  /** Reads Z_l and B_l of the last evaluation, at w. */
  private void projectOnce(List<DeviceMatrix> w) {
    for (int l = 1; l <= shape.depth(); l++) {
      try (Scratch scratch = new Scratch(backend)) {
        if (l == 1) {
          replace(w.get(0), inputs().timesPseudoInverse(loss.z(1), scratch));
        } else {
          try (RowSpace space = new RowSpace(backend, loss.b().get(l - 1))) {
            replace(w.get(l - 1), space.timesPseudoInverse(loss.z(l), scratch));
          }
        }
      }
    }
  }

  private void replace(DeviceMatrix w, DeviceMatrix by) {
    backend.layers().add(1, by, 0, w);
  }

  /** The row space of B_0, which never changes. */
  RowSpace inputs() {
    if (inputs == null) {
      inputs = new RowSpace(backend, loss.b().getFirst());
    }
    return inputs;
  }

  private void balanceOnce(List<DeviceMatrix> w) {
    List<double[][]> host = new ArrayList<>();
    for (DeviceMatrix m : w) {
      host.add(Scratch.download(backend, m));
    }
    for (int l = 1; l < shape.depth(); l++) {
      if (DenseShape.isHomogeneous(shape.activations().get(l - 1))) {
        balance(host.get(l - 1), host.get(l));
      }
    }
    for (int l = 0; l < w.size(); l++) {
      try (HostMatrix values = HostMatrix.of(host.get(l));
          DeviceMatrix uploaded = backend.upload(values)) {
        replace(w.get(l), uploaded);
      }
    }
  }

  /** Balances the neurons between two layers in place. */
  static void balance(double[][] in, double[][] out) {
    for (int k = 0; k < in.length; k++) {
      double a = Balance.inNorm(in, k);
      double b = Balance.outNorm(out, k);
      double c = a > 0 && b > 0 ? Math.sqrt(b) / Math.sqrt(a) : 0;
      for (int j = 0; j < in[k].length; j++) {
        in[k][j] *= c;
      }
      for (double[] row : out) {
        row[k] = c > 0 ? row[k] / c : 0;
      }
    }
  }

  RidgeProblem problem() {
    return problem;
  }

  @Override
  public void close() {
    if (inputs != null) {
      inputs.close();
    }
  }
}
