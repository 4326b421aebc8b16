package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hipparchus.linear.RealMatrix;

/**
 * The minimal Pearson correlation of each hidden layer [paper]: MPC_l = min_j |ρ(φ(u_j), u_j)| over
 * samples; a layer is effectively linear if it exceeds 0.99.
 *
 * <p>Neurons with small weights are left out first: those with ‖[w_j, b_j]‖·‖v_j‖ below τ times the
 * layer's largest. The paper drops such neurons for relu without saying how small; the rule is
 * [derived].
 *
 * @param threshold what MPC must exceed, 0 to 1
 * @param importance τ, 0 to 1; 0 keeps all neurons
 */
public record Linearity(double threshold, double importance) {
  /** The paper's threshold, and τ = 10⁻³. */
  public static final Linearity USUAL = new Linearity(0.99, 1e-3);

  /** Checks the numbers. */
  public Linearity {
    if (!(threshold >= 0 && threshold <= 1) || !(importance >= 0 && importance <= 1)) {
      throw new IllegalArgumentException(
          "linearity: threshold and importance must be 0 to 1 but are %s and %s"
              .formatted(threshold, importance));
    }
  }

  /**
   * {@return the linearity of the hidden layers, in order}
   *
   * @param network the network
   * @param x samples in rows, at least two
   * @throws IllegalArgumentException if there are fewer, or a feature is not finite
   */
  public List<LayerLinearity> measure(Perceptron network, RealMatrix x) {
    requireSamples(x);
    Features features = network.features(x);
    for (int l = 1; l < network.depth(); l++) {
      requireFinite("pre-activations", l, features.preActivation(l));
      requireFinite("features", l, features.value(l));
    }
    return measure(network, features);
  }

  /**
   * {@return the linearity of the hidden layers, in order} Neurons with features that are not
   * finite, as where training diverges, count as constant.
   *
   * @param network the network
   * @param features what it computes on samples, at least two
   * @throws IllegalArgumentException if there are fewer
   */
  public List<LayerLinearity> measure(Perceptron network, Features features) {
    requireSamples(features.value(0));
    List<LayerLinearity> layers = new ArrayList<>();
    for (int l = 1; l < network.depth(); l++) {
      layers.add(layer(network, l, lines(network, features, l)));
    }
    return List.copyOf(layers);
  }

  private static void requireFinite(String what, int layer, RealMatrix values) {
    for (int i = 0; i < values.getRowDimension(); i++) {
      for (int j = 0; j < values.getColumnDimension(); j++) {
        if (!Double.isFinite(values.getEntry(i, j))) {
          throw new IllegalArgumentException(
              "linearity: %s must be finite but in layer %d that of neuron %d is %s on sample %d"
                  .formatted(what, layer, j, values.getEntry(i, j), i));
        }
      }
    }
  }

  static void requireSamples(RealMatrix x) {
    if (x.getRowDimension() < 2) {
      throw new IllegalArgumentException(
          "linearity: there must be at least 2 samples, any function of one is linear, but there is "
              + x.getRowDimension());
    }
  }

  /** Returns the lines of φ(u_j) over u_j; a bridge, linear itself, is left out. */
  static List<Line> lines(Perceptron network, Features features, int layer) {
    RealMatrix u = features.preActivation(layer);
    List<Line> lines = new ArrayList<>();
    for (int j = 0; j < u.getColumnDimension(); j++) {
      double[] before = u.getColumn(j);
      double[] after = before.clone();
      for (int i = 0; i < after.length; i++) {
        after[i] = network.stage(layer).activation().value(before[i]);
      }
      lines.add(Line.of(before, after));
    }
    return lines;
  }

  private LayerLinearity layer(Perceptron network, int l, List<Line> lines) {
    double[] weight = importances(network, l);
    double least = importance * java.util.Arrays.stream(weight).max().orElseThrow();
    int constant = 0;
    int unimportant = 0;
    Optional<Integer> worst = Optional.empty();
    double min = 1;
    double minOfAll = 1;
    double residual = 0;
    for (int j = 0; j < lines.size(); j++) {
      Line line = lines.get(j);
      if (line.isConstant()) {
        constant++;
        continue;
      }
      minOfAll = Math.min(minOfAll, line.pearson());
      if (weight[j] < least) {
        unimportant++;
        continue;
      }
      residual = Math.max(residual, line.residual());
      if (worst.isEmpty() || line.pearson() < min) {
        min = line.pearson();
        worst = Optional.of(j);
      }
    }
    return new LayerLinearity(
        l, lines.size(), constant, unimportant, min, minOfAll, worst, residual, min > threshold);
  }

  /** Returns ‖[w_j, b_j]‖·‖v_j‖, v_j being the weights out of neuron j. */
  private static double[] importances(Perceptron network, int l) {
    Stage own = network.stage(l);
    RealMatrix out = network.stage(l + 1).weights();
    double[] weight = new double[own.outputs()];
    for (int j = 0; j < weight.length; j++) {
      weight[j] =
          Math.hypot(own.weights().getRowVector(j).getNorm(), own.bias().getEntry(j))
              * out.getColumnVector(j).getNorm();
    }
    return weight;
  }
}
