package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The paper's W_l = [weights, bias/β], n_l×(n_{l−1} + 1), or the weights alone if β = 0. */
final class Weights {
  private Weights() {}

  /**
   * Returns W_1 to W_L of a network; a missing bias is 0.
   *
   * @throws IllegalArgumentException if β = 0 and a bias is not zero
   */
  static List<double[][]> of(Network network, double biasStrength) {
    List<double[][]> all = new ArrayList<>();
    for (int l = 1; l <= network.depth(); l++) {
      switch (network.layers().get(l - 1)) {
        case DenseLayer layer -> all.add(of(l, layer, biasStrength));
      }
    }
    return all;
  }

  private static double[][] of(int l, DenseLayer layer, double biasStrength) {
    int rows = Math.toIntExact(layer.outputs());
    int cols = Math.toIntExact(layer.inputs());
    int extra = biasStrength > 0 ? 1 : 0;
    double[][] w = new double[rows][cols + extra];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        w[i][j] = layer.weights().get(i, j);
      }
      double bias = layer.bias().isPresent() ? layer.bias().get().get(0, i) : 0;
      if (extra == 1) {
        w[i][cols] = bias / biasStrength;
      } else if (bias != 0) {
        throw new IllegalArgumentException(
            "with bias strength 0 a network must have no biases, or zeros, but that of unit %d (counted from 0) of layer %d (from 1) is %s; give a positive bias strength, usually 1"
                .formatted(i, l, bias));
      }
    }
    return w;
  }

  /** Returns the network with weights W_1 to W_L; the caller closes it. */
  static Network network(
      List<double[][]> weights, List<Activation> activations, double biasStrength) {
    List<DenseLayer> layers = new ArrayList<>();
    for (int l = 0; l < weights.size(); l++) {
      double[][] w = weights.get(l);
      int extra = biasStrength > 0 ? 1 : 0;
      int cols = w[0].length - extra;
      HostMatrix matrix = HostMatrix.allocate(DType.FLOAT64, w.length, cols);
      Optional<HostMatrix> bias =
          extra == 1
              ? Optional.of(HostMatrix.allocate(DType.FLOAT64, 1, w.length))
              : Optional.empty();
      for (int i = 0; i < w.length; i++) {
        for (int j = 0; j < cols; j++) {
          matrix.set(i, j, w[i][j]);
        }
        if (extra == 1) {
          bias.get().set(0, i, biasStrength * w[i][cols]);
        }
      }
      layers.add(
          new DenseLayer(
              matrix,
              bias,
              Optional.empty(),
              l < activations.size() ? activations.get(l) : Activation.IDENTITY,
              Residual.NONE));
    }
    return new Network(layers);
  }

  /** Returns ‖W‖² (Frobenius). */
  static double squaredNorm(double[][] w) {
    double sum = 0;
    for (double[] row : w) {
      for (double v : row) {
        sum += v * v;
      }
    }
    return sum;
  }
}
