package dev.lamina.analysis.depth;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Folds batch normalisations into weights and biases: with mean m and variance v of the
 * pre-activations u on samples,
 *
 * <pre>  γ (u − m)/√(v + ε) + β = diag(s) W a + s (b − m) + β,  s = γ/√(v + ε).</pre>
 *
 * <p>The statistics are those of the samples, the variance the biased one, as in a training step on
 * all of them.
 */
final class FoldedNetwork {
  private FoldedNetwork() {}

  /**
   * Returns a network in float64 without normalisations that computes the same on the samples.
   *
   * @param network the network; stays the caller's
   * @param x samples in rows
   * @throws IllegalArgumentException if a layer adds pre-activations
   */
  static Perceptron of(Network network, RealMatrix x) {
    boolean normalised =
        network.layers().stream().anyMatch(l -> l instanceof DenseLayer d && d.norm().isPresent());
    if (!normalised) {
      return Perceptron.of(network);
    }
    List<Stage> stages = new ArrayList<>();
    RealMatrix a = x;
    for (Layer layer : network.layers()) {
      Stage stage =
          switch (layer) {
            case DenseLayer dense -> folded(stages.size() + 1, dense, a);
          };
      stages.add(stage);
      a = new Perceptron(List.of(stage)).outputs(a);
    }
    return new Perceptron(stages);
  }

  private static Stage folded(int number, DenseLayer layer, RealMatrix a) {
    if (layer.residual() == Residual.PRE_ACTIVATION) {
      throw new IllegalArgumentException(
          "linearity: layer %d adds the pre-activations of the layer before, which is not covered"
              .formatted(number));
    }
    RealMatrix weights = MatrixUtils.createRealMatrix(layer.weights().toArray());
    RealVector bias =
        MatrixUtils.createRealVector(
            layer.bias().map(b -> b.toArray()[0]).orElse(new double[(int) layer.outputs()]));
    if (layer.norm().isPresent()) {
      BatchNorm norm = layer.norm().get();
      RealMatrix u = a.multiplyTransposed(weights);
      for (int j = 0; j < bias.getDimension(); j++) {
        double[] column = u.getColumn(j);
        double mean = mean(column);
        double variance = 0;
        for (double value : column) {
          variance += (value - mean) * (value - mean) / column.length;
        }
        double scale = norm.scale().get(0, j) / Math.sqrt(variance + norm.epsilon());
        weights.setRowVector(j, weights.getRowVector(j).mapMultiply(scale));
        bias.setEntry(j, norm.shift().get(0, j) - scale * mean); // b shifts u and its mean alike
      }
    }
    boolean bridged = layer.residual() == Residual.POST_ACTIVATION;
    return new Stage(weights, bias, layer.activation(), bridged);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
