package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.AdamStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Minimises L(W) = C + λΣ‖W_l‖² on the whole data: Adam, then L-BFGS and {@link ExactSteps} in
 * turns, from several starts; rounds that hardly get on also go down along the kinks they have
 * reached, {@link KinkDescent}.
 *
 * <p>Minima of relu networks sit on kinks, where the gradient does not vanish: compare losses, not
 * gradients. For small λ the loss is extremely flat and what is reached lies above the minimum by
 * optimisation error; take the best of several starts.
 */
public final class RidgeTraining implements AutoCloseable {
  /** Rounds end when one lowers the loss by less than this share. */
  private static final double STILL = 1e-13;

  /** A round that lowers the loss by less than this share may be stuck at kinks. */
  private static final double SLOW = 1e-3;

  private final Backend backend;
  private final RidgeProblem problem;
  private final DenseShape shape;
  private final RidgeLoss loss;
  private final ExactSteps steps;
  private final KinkDescent kinks;
  private final boolean quick;
  private final Points points;

  private record Run(List<double[][]> weights, double value, double cost, List<Double> trace) {}

  /**
   * Prepares training.
   *
   * @param backend computes
   * @param problem data, cost, λ and β
   * @param shape of the networks
   * @throws dev.lamina.matrix.ShapeException if inputs or outputs do not fit the data
   */
  public RidgeTraining(Backend backend, RidgeProblem problem, DenseShape shape) {
    this(backend, problem, shape, false);
  }

  /**
   * Prepares training.
   *
   * @param backend computes
   * @param problem data, cost, λ and β
   * @param shape of the networks
   * @param quick whether neurons are balanced and weights projected in turns, {@link
   *     ExactSteps#applyInTurns}, and kinks left where L-BFGS leaves them: much cheaper, a few
   *     digits of the loss and balance less
   * @throws dev.lamina.matrix.ShapeException if inputs or outputs do not fit the data
   */
  public RidgeTraining(Backend backend, RidgeProblem problem, DenseShape shape, boolean quick) {
    this.backend = backend;
    this.problem = problem;
    this.shape = shape;
    this.loss = new RidgeLoss(backend, problem, shape);
    this.steps = new ExactSteps(backend, loss, problem, shape);
    this.kinks = new KinkDescent(backend, loss, problem, shape);
    this.quick = quick;
    this.points = new Points(backend);
  }

  /**
   * Trains from random starts.
   *
   * @param plan how
   * @return the best; the caller closes it
   */
  public RidgeFit best(RidgePlan plan) {
    SplittableGenerator seeds =
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(plan.seed());
    List<Double> losses = new ArrayList<>();
    Run best = null;
    for (int start = 0; start < plan.starts(); start++) {
      Run run = run(draw(seeds.split(), plan.scale()), plan);
      losses.add(run.value());
      if (best == null || run.value() < best.value()) {
        best = run;
      }
    }
    return fit(best, losses);
  }

  /**
   * Trains on from a network.
   *
   * @param start of the shape of this; stays the caller's
   * @param plan how; its starts and scale do not count
   * @return the trained network; the caller closes it
   */
  public RidgeFit from(Network start, RidgePlan plan) {
    if (!DenseShape.of(start).equals(shape)) {
      throw new IllegalArgumentException(
          "ridge training: expected a network of widths %s and activations %s but found %s and %s"
              .formatted(
                  shape.widths(),
                  shape.activations(),
                  start.widths(),
                  DenseShape.of(start).activations()));
    }
    Run run = run(Weights.of(start, problem.biasStrength()), plan);
    return fit(run, List.of(run.value()));
  }

  private RidgeFit fit(Run run, List<Double> losses) {
    return new RidgeFit(
        Weights.network(run.weights(), shape.activations(), problem.biasStrength()),
        run.value(),
        run.cost(),
        losses,
        run.trace());
  }

  /** Weights of variance 2/inputs (relu and its like) or 1/inputs, small biases. */
  private List<double[][]> draw(RandomGenerator random, double scale) {
    List<double[][]> all = new ArrayList<>();
    for (int l = 1; l <= shape.depth(); l++) {
      int cols = shape.width(l - 1);
      boolean relu = l < shape.depth() && shape.activations().get(l - 1).equals(Activation.RELU);
      double sd = scale * Math.sqrt((relu ? 2.0 : 1.0) / cols);
      double[][] w = new double[shape.width(l)][cols + problem.constantRows()];
      for (double[] row : w) {
        for (int j = 0; j < row.length; j++) {
          row[j] = random.nextGaussian() * (j < cols ? sd : 0.1 * scale);
        }
      }
      all.add(w);
    }
    return all;
  }

  private Run run(List<double[][]> start, RidgePlan plan) {
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> w = start.stream().map(scratch::upload).toList();
      adam(w, plan, scratch);
      List<Double> trace = new ArrayList<>();
      double value = exactSteps(w);
      trace.add(value);
      for (int round = 0; round < plan.rounds() && plan.iterations() > 0; round++) {
        Lbfgs.minimise(backend, loss, w, LbfgsSettings.of(plan.iterations(), Points.size(w)));
        double next = exactSteps(w);
        if (!quick && kinks.applies() && value - next < SLOW * value) {
          kinks.apply(w, plan.iterations());
          next = steps.apply(w);
        }
        trace.add(next);
        boolean still = !(next < value * (1 - STILL));
        value = next;
        if (still) {
          break;
        }
      }
      value = loss.evaluate(w);
      List<double[][]> weights = w.stream().map(scratch::download).toList();
      return new Run(weights, value, loss.cost(), Collections.unmodifiableList(trace));
    }
  }

  private double exactSteps(List<DeviceMatrix> w) {
    return quick ? steps.applyInTurns(w) : steps.apply(w);
  }

  private void adam(List<DeviceMatrix> w, RidgePlan plan, Scratch scratch) {
    if (plan.adamSteps() == 0) {
      return;
    }
    List<DeviceMatrix> gradient = Points.like(scratch, w);
    List<DeviceMatrix> first = w.stream().map(m -> scratch.zeros(m.rows(), m.cols())).toList();
    List<DeviceMatrix> second = w.stream().map(m -> scratch.zeros(m.rows(), m.cols())).toList();
    List<DeviceMatrix> best = Points.like(scratch, w);
    points.copy(w, best);
    double least = Double.POSITIVE_INFINITY;
    for (int t = 1; t <= plan.adamSteps(); t++) {
      double value = loss.evaluate(w, gradient);
      if (value < least) {
        least = value;
        points.copy(w, best);
      }
      double rate = plan.adamRate() * 0.5 * (1 + Math.cos(Math.PI * (t - 1) / plan.adamSteps()));
      AdamStep step = AdamStep.at(t, rate, 0.9, 0.999, 1e-8, 0, 0);
      for (int l = 0; l < w.size(); l++) {
        backend.layers().adamStep(step, w.get(l), gradient.get(l), first.get(l), second.get(l));
      }
    }
    if (!(loss.evaluate(w) <= least)) {
      points.copy(best, w);
    }
  }

  @Override
  public void close() {
    steps.close();
    loss.close();
  }
}
