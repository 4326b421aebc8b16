package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Removes neurons of a network without changing its outputs on the data.
 *
 * <p>{@link #merge} replaces the neurons of each ray by one and drops what contributes nothing:
 * dead neurons, neurons whose activation is zero on all samples, neurons without weights out of
 * them. Where the weights of merged neurons are proportional, not only their pre-activations on the
 * data, the function stays the same everywhere. {@link #caratheodory} goes below the number of rays
 * where there are more than N(N + 1) and keeps outputs on the data alone.
 */
public final class NetworkPruning {
  /** Largest ‖ΔZ_L‖/‖Z_L‖ that counts as identical outputs of a float64 network. */
  public static final double IDENTICAL = 1e-12;

  /** The same for float32 networks, whose weights on a ray are equal to rounding only. */
  public static final double IDENTICAL_FLOAT32 = 1e-6;

  /** Tolerances that are tried from the largest. */
  private static final double[] LADDER =
      IntStream.rangeClosed(2, 15).mapToDouble(k -> Math.pow(10, -k)).toArray();

  private NetworkPruning() {}

  /**
   * {@return the largest change of outputs that counts as none}
   *
   * @param network whose element type decides
   */
  public static double limit(Network network) {
    return network.dtype() == DType.FLOAT64 ? IDENTICAL : IDENTICAL_FLOAT32;
  }

  /**
   * Merges with the largest tolerance from 1e-2, 1e-3, … that keeps the outputs.
   *
   * @param backend computes
   * @param network plain; stays the caller's
   * @param problem data, cost, λ and β
   * @return the pruned network; the caller closes it
   * @throws IllegalArgumentException if no tolerance keeps the outputs
   */
  public static Pruned mergeKeepingOutputs(Backend backend, Network network, RidgeProblem problem) {
    double least = Double.POSITIVE_INFINITY;
    for (double tolerance : LADDER) {
      Pruned pruned = merge(backend, network, problem, tolerance);
      if (pruned.outputChange() <= limit(network)) {
        return pruned;
      }
      least = Math.min(least, pruned.outputChange());
      pruned.close();
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "prune: no tolerance from 1e-2 to 1e-15 keeps the outputs; the least relative change is %.3g, above %.3g",
            least,
            limit(network)));
  }

  /**
   * Merges neurons on one ray and drops those that contribute nothing.
   *
   * @param backend computes
   * @param network plain; stays the caller's
   * @param problem data, cost, λ and β
   * @param tolerance see {@link Rays#of}; what it does to the outputs is in the result
   * @return the pruned network; the caller closes it
   */
  public static Pruned merge(
      Backend backend, Network network, RidgeProblem problem, double tolerance) {
    DenseShape shape = DenseShape.of(network);
    try (Evaluated before = new Evaluated(backend, problem, shape, weights(network, problem))) {
      List<double[][]> w = new ArrayList<>(before.weights());
      for (int l = 1; l < shape.depth(); l++) {
        mergeLayer(w, l, before.z(l), shape.activations().get(l - 1), tolerance);
      }
      return pruned(backend, problem, before, w, tolerance);
    }
  }

  /**
   * Reduces every hidden layer to at most N(N + 1) neurons, keeping all K_l, M_l and Z_L; weights
   * become Z_l B_{l−1}⁺.
   *
   * @param backend computes
   * @param network plain, with positively homogeneous activations; stays the caller's
   * @param problem data, cost, λ and β; at most 24 samples
   * @return the pruned network; the caller closes it
   * @throws IllegalArgumentException if an activation is not positively homogeneous or there are
   *     too many samples
   */
  public static Pruned caratheodory(Backend backend, Network network, RidgeProblem problem) {
    DenseShape shape = DenseShape.of(network);
    try (Evaluated before = new Evaluated(backend, problem, shape, weights(network, problem))) {
      List<double[][]> z = new ArrayList<>();
      for (int l = 1; l <= shape.depth(); l++) {
        double[][] rows = before.z(l);
        if (l < shape.depth()) {
          double[][] kept = ConicPruning.prune(rows, shape.activations().get(l - 1)).rows(rows);
          rows = kept.length == 0 ? new double[][] {rows[0]} : kept;
        }
        z.add(rows);
      }
      try (Network rebuilt = Rebuild.network(backend, problem, shape.activations(), z)) {
        return pruned(backend, problem, before, weights(rebuilt, problem), Double.NaN);
      }
    }
  }

  private static List<double[][]> weights(Network network, RidgeProblem problem) {
    return Weights.of(network, problem.biasStrength());
  }

  private static Pruned pruned(
      Backend backend,
      RidgeProblem problem,
      Evaluated before,
      List<double[][]> w,
      double tolerance) {
    List<Integer> widths = new ArrayList<>(List.of(before.shape().width(0)));
    w.forEach(m -> widths.add(m.length));
    DenseShape shape = new DenseShape(widths, before.shape().activations());
    int depth = shape.depth();
    try (Evaluated after = new Evaluated(backend, problem, shape, w)) {
      return new Pruned(
          Weights.network(w, shape.activations(), problem.biasStrength()),
          before.shape().widths().subList(1, depth),
          shape.widths().subList(1, depth),
          tolerance,
          change(before.z(depth), after.z(depth)),
          before.loss(),
          after.loss());
    }
  }

  private static double change(double[][] before, double[][] after) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < before.length; i++) {
      for (int j = 0; j < before[i].length; j++) {
        difference += (after[i][j] - before[i][j]) * (after[i][j] - before[i][j]);
        size += before[i][j] * before[i][j];
      }
    }
    return difference == 0 ? 0 : Math.sqrt(difference / size);
  }

  private static void mergeLayer(
      List<double[][]> w, int l, double[][] z, Activation activation, double tolerance) {
    double[][] in = w.get(l - 1);
    double[][] out = w.get(l);
    boolean homogeneous = DenseShape.isHomogeneous(activation);
    List<List<Integer>> groups = new ArrayList<>();
    for (List<Integer> group : Rays.of(z, activation, tolerance).groups()) {
      List<Integer> heard =
          group.stream().filter(k -> isHeard(z[k], out, k, activation)).sorted().toList();
      if (!heard.isEmpty()) {
        groups.add(heard);
      }
    }
    groups.sort(Comparator.comparing(List::getFirst)); // the order of the network
    if (groups.isEmpty()) {
      groups.add(List.of(0)); // a layer has at least one neuron
    }
    int columns = out[0].length - in.length; // the constant
    double[][] newIn = new double[groups.size()][];
    double[][] newOut = new double[out.length][groups.size() + columns];
    for (int g = 0; g < groups.size(); g++) {
      List<Integer> group = groups.get(g);
      double[] lengths =
          group.stream().mapToDouble(k -> homogeneous ? Rays.length(z[k]) : 1).toArray();
      double total = homogeneous ? Rays.length(lengths) : 1;
      newIn[g] = group.size() == 1 || !homogeneous ? in[group.getFirst()].clone() : null;
      if (newIn[g] == null) {
        newIn[g] = combined(in, group, lengths, total);
      }
      for (int i = 0; i < out.length; i++) {
        for (int m = 0; m < group.size(); m++) {
          double share = group.size() == 1 ? 1 : lengths[m] / total;
          newOut[i][g] += out[i][group.get(m)] * share;
        }
      }
    }
    for (int i = 0; i < out.length && columns == 1; i++) {
      newOut[i][groups.size()] = out[i][in.length];
    }
    w.set(l - 1, newIn);
    w.set(l, newOut);
  }

  /** Σ r_k w_k/√Σr², whose pre-activation is u√Σr² for z_k = r_k u. */
  private static double[] combined(
      double[][] in, List<Integer> group, double[] lengths, double total) {
    double[] sum = new double[in[0].length];
    for (int m = 0; m < lengths.length; m++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += lengths[m] / total * in[group.get(m)][j];
      }
    }
    return sum;
  }

  private static boolean isHeard(double[] z, double[][] out, int k, Activation activation) {
    return Arrays.stream(z).anyMatch(v -> activation.value(v) != 0)
        && Arrays.stream(out).anyMatch(row -> row[k] != 0);
  }

  /** A network's weights and what they make of the data. */
  private static final class Evaluated implements AutoCloseable {
    private final DenseShape shape;
    private final List<double[][]> weights;
    private final RidgeLoss evaluated;
    private final double value;
    private final Backend backend;

    Evaluated(Backend backend, RidgeProblem problem, DenseShape shape, List<double[][]> weights) {
      this.backend = backend;
      this.shape = shape;
      this.weights = weights;
      this.evaluated = new RidgeLoss(backend, problem, shape);
      try (Scratch scratch = new Scratch(backend)) {
        List<DeviceMatrix> w = weights.stream().map(scratch::upload).toList();
        this.value = evaluated.evaluate(w);
      } catch (RuntimeException e) {
        evaluated.close();
        throw e;
      }
    }

    DenseShape shape() {
      return shape;
    }

    List<double[][]> weights() {
      return weights;
    }

    double loss() {
      return value;
    }

    double[][] z(int l) {
      return Scratch.download(backend, evaluated.z(l));
    }

    @Override
    public void close() {
      evaluated.close();
    }
  }
}
