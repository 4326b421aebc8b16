package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Embeddings in width [paper: arXiv 2105.14573, 2111.15527]: a wider network that computes the same
 * function of every input, whatever the activation.
 *
 * <p>A general compatible embedding gives each neuron s of the wider layer l the feature of neuron
 * I(s) of the narrow one and a share β_s of its error, the shares of the copies of a neuron adding
 * to 1; I(s) = 0 stands for a null neuron without weights in or out. With
 *
 * <pre>  Σ_{t: I(t)=k′} W′_st = W_{I(s)k′}  and  Σ_{s: I(s)=k} β_s W′_st = β_t W_{kI(t)}</pre>
 *
 * features, outputs and criticality are kept; W′_st = β_t W_{I(s)I(t)} is the plainest solution.
 * Splitting one neuron and adding one null neuron are the one-step cases.
 */
public final class WidthEmbedding {
  private WidthEmbedding() {}

  /**
   * {@return the network with neuron s split in two: the copy, which comes last in its layer, takes
   * α of its weights out and the neuron keeps 1 − α}
   *
   * @param network θ
   * @param layer l, 1 to L − 1
   * @param neuron s, from 0
   * @param alpha α, any finite number
   * @throws IllegalArgumentException if there is no such neuron
   */
  public static Perceptron split(Perceptron network, int layer, int neuron, double alpha) {
    requireNeuron(network, layer, neuron);
    requireFinite("split", "alpha", alpha);
    Stage own = network.stage(layer);
    Stage next = network.stage(layer + 1);
    int width = own.outputs();
    RealMatrix in = MatrixUtils.createRealMatrix(width + 1, own.inputs());
    in.setSubMatrix(own.weights().getData(), 0, 0);
    in.setRowVector(width, own.weights().getRowVector(neuron));
    RealMatrix out = MatrixUtils.createRealMatrix(next.outputs(), width + 1);
    out.setSubMatrix(next.weights().getData(), 0, 0);
    RealVector old = next.weights().getColumnVector(neuron);
    out.setColumnVector(neuron, old.mapMultiply(1 - alpha));
    out.setColumnVector(width, old.mapMultiply(alpha));
    return replace(network, layer, in, own.bias().append(own.bias().getEntry(neuron)), out);
  }

  /**
   * {@return the network with a neuron more, which comes last in its layer and has no weights in or
   * out}
   *
   * @param network θ
   * @param layer l, 1 to L − 1
   * @param bias of the new neuron, any finite number
   * @throws IllegalArgumentException if there is no such layer
   */
  public static Perceptron addNull(Perceptron network, int layer, double bias) {
    requireLayer(network, layer);
    requireFinite("null neuron", "bias", bias);
    Stage own = network.stage(layer);
    Stage next = network.stage(layer + 1);
    RealMatrix in = MatrixUtils.createRealMatrix(own.outputs() + 1, own.inputs());
    in.setSubMatrix(own.weights().getData(), 0, 0);
    RealMatrix out = MatrixUtils.createRealMatrix(next.outputs(), own.outputs() + 1);
    out.setSubMatrix(next.weights().getData(), 0, 0);
    return replace(network, layer, in, own.bias().append(bias), out);
  }

  /**
   * {@return a general compatible embedding}
   *
   * @param network θ, without bridged layers
   * @param maps one for each hidden layer
   * @param mixing how large the random part of the weights is that changes neither features nor
   *     error shares; 0 for the plainest solution
   * @param random where it comes from
   * @throws IllegalArgumentException if the maps do not fit the network
   */
  public static Perceptron embed(
      Perceptron network, List<IndexMap> maps, double mixing, RandomGenerator random) {
    requireMaps(network, maps);
    List<Stage> stages = new ArrayList<>();
    IndexMap before = IndexMap.identity(network.width(0));
    for (int l = 1; l <= network.depth(); l++) {
      IndexMap own = l < network.depth() ? maps.get(l - 1) : IndexMap.identity(network.width(l));
      Stage stage = network.stage(l);
      RealMatrix weights = MatrixUtils.createRealMatrix(own.width(), before.width());
      for (int k = 1; k <= stage.outputs(); k++) {
        for (int m = 1; m <= stage.inputs(); m++) {
          double w = stage.weights().getEntry(k - 1, m - 1);
          fill(weights, own, before, k, m, w, mixing, random);
        }
      }
      stages.add(stage.with(weights, own.biases(stage.bias())));
      before = own;
    }
    return new Perceptron(stages);
  }

  /**
   * {@return how many numbers of a general compatible embedding are free: K + Σ K_l K_{l−1} with
   * K_l neurons added to layer l and K in all, the paper's count}
   *
   * @param network θ
   * @param maps one for each hidden layer
   */
  public static int degreesOfFreedom(Perceptron network, List<IndexMap> maps) {
    requireMaps(network, maps);
    int total = 0;
    int before = 0;
    for (int l = 1; l < network.depth(); l++) {
      int added = maps.get(l - 1).width() - network.width(l);
      total += added + added * before;
      before = added;
    }
    return total;
  }

  /** Sets the weights from the copies of neuron m to those of neuron k. */
  private static void fill(
      RealMatrix weights,
      IndexMap own,
      IndexMap before,
      int k,
      int m,
      double w,
      double mixing,
      RandomGenerator random) {
    int[] to = own.copies(k);
    int[] from = before.copies(m);
    double norm = 0;
    for (int s : to) {
      norm += own.share(s) * own.share(s);
    }
    double[][] free = new double[to.length][from.length];
    double[] weighted = new double[from.length];
    for (int s = 0; s < to.length; s++) {
      Arrays.setAll(free[s], t -> mixing * random.nextGaussian());
      double mean = Arrays.stream(free[s]).average().orElseThrow();
      for (int t = 0; t < from.length; t++) {
        free[s][t] -= mean; // sums over t vanish
        weighted[t] += own.share(to[s]) * free[s][t];
      }
    }
    for (int s = 0; s < to.length; s++) {
      for (int t = 0; t < from.length; t++) {
        double orthogonal = free[s][t] - own.share(to[s]) * weighted[t] / norm; // Σ β_s vanishes
        weights.setEntry(to[s], from[t], before.share(from[t]) * w + orthogonal);
      }
    }
  }

  private static Perceptron replace(
      Perceptron network, int layer, RealMatrix in, RealVector bias, RealMatrix out) {
    Stage next = network.stage(layer + 1);
    List<Stage> stages = new ArrayList<>(network.stages());
    stages.set(layer - 1, network.stage(layer).with(in, bias));
    stages.set(layer, next.with(out, next.bias()));
    return new Perceptron(stages);
  }

  private static void requireNeuron(Perceptron network, int layer, int neuron) {
    requireLayer(network, layer);
    if (neuron < 0 || neuron >= network.width(layer)) {
      throw new IllegalArgumentException(
          "split: layer %d has neurons 0 to %d but %d was asked"
              .formatted(layer, network.width(layer) - 1, neuron));
    }
  }

  private static void requireLayer(Perceptron network, int layer) {
    if (layer < 1 || layer >= network.depth()) {
      throw new IllegalArgumentException(
          network.depth() == 1
              ? "split: the network has no hidden layer"
              : "split: hidden layers are 1 to %d but %d was asked"
                  .formatted(network.depth() - 1, layer));
    }
    if (network.stage(layer).bridged() || network.stage(layer + 1).bridged()) {
      throw new IllegalArgumentException(
          "split: layer %d cannot be widened, because a bridge ties its width to another layer's"
              .formatted(layer));
    }
  }

  private static void requireMaps(Perceptron network, List<IndexMap> maps) {
    if (maps.size() != network.depth() - 1) {
      throw new IllegalArgumentException(
          "width: there must be %d index maps, one for each hidden layer, but are %d"
              .formatted(network.depth() - 1, maps.size()));
    }
    for (int l = 1; l < network.depth(); l++) {
      requireLayer(network, l);
      if (maps.get(l - 1).neurons() != network.width(l)) {
        throw new IllegalArgumentException(
            "width: the index map of layer %d must have copies of its %d neurons but has of %d"
                .formatted(l, network.width(l), maps.get(l - 1).neurons()));
      }
    }
  }

  private static void requireFinite(String what, String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s: %s must be finite but is %s".formatted(what, name, value));
    }
  }
}
