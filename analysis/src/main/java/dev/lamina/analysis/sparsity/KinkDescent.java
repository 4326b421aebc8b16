package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Goes down along the kinks that a descent has reached. Minima of relu networks sit on kinks, where
 * L-BFGS gets stuck while there is still some way to go along them. Here the entries of Z on a kink
 * are held there by multipliers, {@link Pins}, so that what is left is smooth and L-BFGS converges
 * (derived). Multipliers begin as those of least residual, {@link KinkSlopes}. At first all entries
 * on kinks are held; if that does not lower the loss, those whose slope would have to lie at one of
 * both sides are let go.
 */
final class KinkDescent {
  private static final int ROUNDS = 12;

  /** Neurons shorter than this share of the longest of their layer are not held. */
  private static final double DEAD = 1e-6;

  /**
   * Which entries are held.
   *
   * @param tolerance those smaller than this times the largest of their neuron
   * @param edge and of those the ones whose slopes are further than this from both sides
   */
  private record Held(double tolerance, double edge) {}

  /** Beyond so many weights only the first attempt is made. */
  private static final long SMALL = 20_000;

  /** What is tried until the loss falls. */
  private static final List<Held> ATTEMPTS =
      List.of(
          new Held(Rays.FINE, -1),
          new Held(Rays.FINE, 1e-3),
          new Held(1e-4, -1),
          new Held(1e-3, -1),
          new Held(1e-3, 1e-3));

  /** ρ over λ: the penalty's curvature outweighs that of the ridge. */
  private static final double STIFFNESS = 100;

  private final Backend backend;
  private final RidgeLoss loss;
  private final RidgeProblem problem;
  private final DenseShape shape;
  private final Points points;

  KinkDescent(Backend backend, RidgeLoss loss, RidgeProblem problem, DenseShape shape) {
    this.backend = backend;
    this.loss = loss;
    this.problem = problem;
    this.shape = shape;
    this.points = new Points(backend);
  }

  /** Returns whether an activation has a kink. */
  boolean applies() {
    return shape.activations().stream()
        .anyMatch(a -> a instanceof Activation.PiecewiseLinear linear && linear.slope() != 1);
  }

  /**
   * Descends.
   *
   * @param w W_1 to W_L, changed in place if the loss falls
   * @param iterations of L-BFGS for each update of the multipliers
   * @return the loss afterwards
   */
  double apply(List<DeviceMatrix> w, int iterations) {
    double before = loss.evaluate(w);
    int attempts = Points.size(w) <= SMALL ? ATTEMPTS.size() : 1;
    for (Held held : ATTEMPTS.subList(0, attempts)) {
      double after = attempt(w, iterations, held);
      if (after < before * (1 - 1e-13)) {
        return after;
      }
    }
    return before;
  }

  private double attempt(List<DeviceMatrix> w, int iterations, Held which) {
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> old = Points.like(scratch, w);
      points.copy(w, old);
      double before = loss.evaluate(w, Points.like(scratch, w));
      Pins pins = pins(w, which, scratch);
      if (pins == null) {
        return before;
      }
      loss.pin(pins);
      try {
        descend(w, pins, iterations);
      } finally {
        loss.pin(null);
      }
      double after = loss.evaluate(w);
      if (after < before) {
        return after;
      }
      points.copy(old, w);
      return loss.evaluate(w);
    }
  }

  private void descend(List<DeviceMatrix> w, Pins pins, int iterations) {
    for (int round = 0; round < ROUNDS; round++) {
      int steps = round == 0 ? iterations : 1 + iterations / 3; // later ones begin close by
      LbfgsSettings settings = LbfgsSettings.of(steps, Points.size(w));
      Lbfgs.minimise(backend, loss, w, settings);
      loss.evaluate(w);
      double violation = 0;
      for (int l = 1; l < shape.depth(); l++) {
        violation += pins.violation(l, loss.z(l));
        pins.update(l, loss.z(l));
      }
      if (violation < 1e-28) {
        return;
      }
    }
  }

  /** Reads Z, B and the gradient of C of the last evaluation; returns null if nothing is held. */
  private Pins pins(List<DeviceMatrix> w, Held which, Scratch scratch) {
    int depth = shape.depth();
    DeviceMatrix[] held = new DeviceMatrix[depth - 1];
    DeviceMatrix[] free = new DeviceMatrix[depth - 1];
    DeviceMatrix[] multipliers = new DeviceMatrix[depth - 1];
    boolean any = false;
    DeviceMatrix above = loss.costGradient(depth);
    for (int l = depth - 1; l >= 1; l--) {
      DeviceMatrix back = scratch.product(w.get(l), true, above, false);
      DeviceMatrix h = scratch.copy(back.rows(0, shape.width(l)));
      Activation activation = shape.activations().get(l - 1);
      double[][] z = scratch.download(loss.z(l));
      double[][] slopes =
          new KinkSlopes(
                  z,
                  activation,
                  which.tolerance(),
                  scratch.download(scratch.scaled(problem.lambda(), w.get(l - 1))),
                  scratch.download(h),
                  scratch.download(loss.b().get(l - 1)))
              .slopes();
      double[][] mask = mask(z, activation, slopes, which);
      any |= Arrays.stream(mask).flatMapToDouble(Arrays::stream).anyMatch(v -> v > 0);
      held[l - 1] = scratch.upload(mask);
      free[l - 1] = scratch.upload(complement(mask));
      above = h;
      backend.gram().hadamard(scratch.upload(slopes), above);
      multipliers[l - 1] = scratch.copy(above);
      backend.gram().hadamard(held[l - 1], multipliers[l - 1]);
    }
    return any
        ? new Pins(
            backend,
            STIFFNESS * problem.lambda(),
            List.of(held),
            List.of(free),
            List.of(multipliers),
            scratch)
        : null;
  }

  private static double[][] mask(
      double[][] z, Activation activation, double[][] slopes, Held which) {
    double longest = Arrays.stream(z).mapToDouble(Rays::length).max().orElse(0);
    double[][] mask = new double[z.length][z[0].length];
    for (int k = 0; k < z.length; k++) {
      if (Rays.length(z[k]) > DEAD * longest) {
        for (int i : KinkSlopes.kinks(z[k], activation, which.tolerance())) {
          double side = ((Activation.PiecewiseLinear) activation).slope();
          double share = (slopes[k][i] - side) / (1 - side);
          mask[k][i] = share > which.edge() && share < 1 - which.edge() ? 1 : 0;
        }
      }
    }
    return mask;
  }

  private static double[][] complement(double[][] mask) {
    List<double[]> rows = new ArrayList<>();
    for (double[] row : mask) {
      rows.add(Arrays.stream(row).map(v -> 1 - v).toArray());
    }
    return rows.toArray(double[][]::new);
  }
}
