package dev.lamina.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One random network of finite width: what an {@link InfiniteNetwork} is the limit of, written out.
 *
 * <p>y₀ = W₀ x + b₀ and y_l = [y_{l−1} +] W_l φ_l(y_{l−1}) + b_l, with W_l ~ N(0, w_l/fanIn) and
 * b_l ~ N(0, b_l); all y_l have the width of the layer below them but the last, whose width is
 * free.
 */
final class FiniteNetwork {
  private final InfiniteNetwork network;
  private final List<double[][]> weights = new ArrayList<>();
  private final List<double[]> biases = new ArrayList<>();

  /**
   * Draws a network.
   *
   * @param network activations, variances, whether it is residual
   * @param inputs d
   * @param widths widths of y₀ … y_L, all equal if residual
   * @param random source of the weights
   */
  FiniteNetwork(InfiniteNetwork network, int inputs, List<Integer> widths, RandomGenerator random) {
    this.network = network;
    int fanIn = inputs;
    for (int l = 0; l <= network.depth(); l++) {
      double deviation = Math.sqrt(network.weightVariances().get(l) / fanIn);
      double biasDeviation = Math.sqrt(network.biasVariances().get(l));
      double[][] w = new double[widths.get(l)][fanIn];
      double[] b = new double[widths.get(l)];
      for (int i = 0; i < w.length; i++) {
        for (int j = 0; j < fanIn; j++) {
          w[i][j] = deviation * random.nextGaussian();
        }
        b[i] = biasDeviation * random.nextGaussian();
      }
      weights.add(w);
      biases.add(b);
      fanIn = widths.get(l);
    }
  }

  /** Returns y₀ … y_L. */
  List<double[]> forward(double[] x) {
    List<double[]> layers = new ArrayList<>();
    double[] read = x;
    for (int l = 0; l <= network.depth(); l++) {
      double[] y = biases.get(l).clone();
      for (int i = 0; i < y.length; i++) {
        for (int j = 0; j < read.length; j++) {
          y[i] += weights.get(l)[i][j] * read[j];
        }
        if (network.residual() && l > 0) {
          y[i] += layers.getLast()[i];
        }
      }
      layers.add(y);
      if (l < network.depth()) {
        Activation phi = network.activations().get(l);
        read = Arrays.stream(y).map(phi::value).toArray();
      }
    }
    return layers;
  }

  /** Returns ∂y_L[output]/∂y_l for l = 0 … L, by backpropagation. */
  private List<double[]> backward(List<double[]> layers, int output) {
    double[] delta = new double[layers.getLast().length];
    delta[output] = 1;
    List<double[]> deltas = new ArrayList<>(List.of(delta));
    for (int l = network.depth(); l >= 1; l--) {
      double[] below = layers.get(l - 1);
      double[] next = new double[below.length];
      Activation phi = network.activations().get(l - 1);
      for (int j = 0; j < next.length; j++) {
        for (int i = 0; i < delta.length; i++) {
          next[j] += weights.get(l)[i][j] * delta[i];
        }
        next[j] *= phi.derivative(below[j]);
        next[j] += network.residual() ? delta[j] : 0;
      }
      deltas.addFirst(next);
      delta = next;
    }
    return deltas;
  }

  /**
   * Returns Σ ∂y(x)/∂θ·∂y(z)/∂θ over all trained parameters θ, for one output y.
   *
   * <p>The derivative by a layer's weights is the outer product of ∂y/∂y_l and what the layer
   * reads, so that the sum over its entries is a product of two inner products.
   */
  double tangent(double[] x, double[] z, int output) {
    List<double[]> layersX = forward(x);
    List<double[]> layersZ = forward(z);
    List<double[]> deltasX = backward(layersX, output);
    List<double[]> deltasZ = backward(layersZ, output);
    double sum = 0;
    for (int l = 0; l <= network.depth(); l++) {
      double deltas = dot(deltasX.get(l), deltasZ.get(l));
      double b = network.biasVariances().get(l);
      double readings =
          l == 0 ? dot(x, z) : dot(read(layersX.get(l - 1), l), read(layersZ.get(l - 1), l));
      if (ntk()) {
        double fanIn = l == 0 ? x.length : layersX.get(l - 1).length;
        sum += deltas * (network.weightVariances().get(l) / fanIn * readings + b);
      } else {
        sum += deltas * (readings + (b > 0 ? 1 : 0));
      }
    }
    return sum;
  }

  /** Returns the number of trained parameters in the units in which training sees them. */
  int parameters() {
    return weights.stream().mapToInt(w -> w.length * (w[0].length + 1)).sum();
  }

  /**
   * Moves one trained parameter. In the NTK parametrization that is a standard normal number, of
   * which the weight is a multiple.
   *
   * @param parameter 0 ≤ parameter &lt; {@link #parameters()}
   * @param step by how much
   */
  void move(int parameter, double step) {
    int at = parameter;
    for (int l = 0; l < weights.size(); l++) {
      double[][] w = weights.get(l);
      int fanIn = w[0].length;
      if (at < w.length * fanIn) {
        double unit = Math.sqrt(network.weightVariances().get(l) / fanIn);
        w[at / fanIn][at % fanIn] += step * (ntk() ? unit : 1);
        return;
      }
      at -= w.length * fanIn;
      if (at < w.length) {
        biases.get(l)[at] += step * (ntk() ? Math.sqrt(network.biasVariances().get(l)) : 1);
        return;
      }
      at -= w.length;
    }
    throw new IndexOutOfBoundsException(parameter);
  }

  private boolean ntk() {
    return network.parametrization() == Parametrization.NTK;
  }

  private double[] read(double[] y, int layer) {
    Activation phi = network.activations().get(layer - 1);
    return Arrays.stream(y).map(phi::value).toArray();
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
