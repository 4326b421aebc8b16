package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import java.util.Arrays;

/**
 * Tangent kernels from explicit Jacobians by central differences of a network written out in plain
 * loops: the second route, which shares no formula with what it checks.
 */
final class JacobianOracle {
  private static final double STEP = 1e-5;

  private final DenseLayer[] layers;
  private final double[][] x;

  /** Per layer: weights row by row, then biases. */
  private final double[][] parameters;

  JacobianOracle(Network network, double[][] x) {
    this.x = x;
    this.layers = network.layers().stream().map(DenseLayer.class::cast).toArray(DenseLayer[]::new);
    this.parameters = new double[layers.length][];
    for (int l = 0; l < layers.length; l++) {
      double[] weights =
          Arrays.stream(layers[l].weights().toArray()).flatMapToDouble(Arrays::stream).toArray();
      double[] bias = layers[l].bias().map(b -> b.toArray()[0]).orElse(new double[0]);
      parameters[l] = Arrays.copyOf(weights, weights.length + bias.length);
      System.arraycopy(bias, 0, parameters[l], weights.length, bias.length);
    }
  }

  double[] outputs(int example) {
    double[] a = x[example];
    double[] before = null;
    for (int l = 0; l < layers.length; l++) {
      int inputs = (int) layers[l].inputs();
      int units = (int) layers[l].outputs();
      double[] z = new double[units];
      for (int o = 0; o < units; o++) {
        for (int i = 0; i < inputs; i++) {
          z[o] += parameters[l][o * inputs + i] * a[i];
        }
        z[o] += layers[l].bias().isPresent() ? parameters[l][units * inputs + o] : 0;
        z[o] += layers[l].residual() == Residual.PRE_ACTIVATION ? before[o] : 0;
      }
      before = z;
      double[] in = a;
      a = new double[units];
      for (int o = 0; o < units; o++) {
        a[o] = layers[l].activation().value(normalised(l, o, z[o]));
        a[o] += layers[l].residual() == Residual.POST_ACTIVATION ? in[o] : 0;
      }
    }
    return a;
  }

  private double normalised(int layer, int unit, double z) {
    if (layers[layer].norm().isEmpty()) {
      return z;
    }
    BatchNorm norm = layers[layer].norm().get();
    double centred = z - norm.mean().get(0, unit);
    double deviation = Math.sqrt(norm.variance().get(0, unit) + norm.epsilon());
    return norm.scale().get(0, unit) * centred / deviation + norm.shift().get(0, unit);
  }

  /** Returns ∂f_c(x_i)/∂parameter of a layer in [c·N + i][parameter]. */
  double[][] jacobian(int layer) {
    int n = x.length;
    int outputs = (int) layers[layers.length - 1].outputs();
    double[][] jacobian = new double[outputs * n][parameters[layer].length];
    for (int p = 0; p < parameters[layer].length; p++) {
      double kept = parameters[layer][p];
      for (int i = 0; i < n; i++) {
        parameters[layer][p] = kept + STEP;
        double[] above = outputs(i);
        parameters[layer][p] = kept - STEP;
        double[] below = outputs(i);
        for (int c = 0; c < outputs; c++) {
          jacobian[c * n + i][p] = (above[c] - below[c]) / (2 * STEP);
        }
      }
      parameters[layer][p] = kept;
    }
    return jacobian;
  }

  /** Returns J Jᵀ over the parameters from {@code from} to {@code to}, not centred. */
  static double[][] kernel(double[][] jacobian, int from, int to) {
    double[][] k = new double[jacobian.length][jacobian.length];
    for (int a = 0; a < k.length; a++) {
      for (int b = 0; b < k.length; b++) {
        for (int p = from; p < to; p++) {
          k[a][b] += jacobian[a][p] * jacobian[b][p];
        }
      }
    }
    return k;
  }

  /** Returns the kernel of a layer, not centred. */
  double[][] kernel(int layer) {
    return kernel(jacobian(layer), 0, parameters[layer].length);
  }

  int depth() {
    return layers.length;
  }

  int weights(int layer) {
    return (int) (layers[layer].inputs() * layers[layer].outputs());
  }

  /** Subtracts the means over the examples in every pair of outputs. */
  static double[][] centre(double[][] k, int n) {
    double[][] centred = new double[k.length][k.length];
    for (int a = 0; a < k.length; a++) {
      for (int b = 0; b < k.length; b++) {
        int rows = a / n * n;
        int cols = b / n * n;
        double value = k[a][b];
        for (int i = 0; i < n; i++) {
          value -= k[rows + i][b] / n + k[a][cols + i] / n;
          for (int j = 0; j < n; j++) {
            value += k[rows + i][cols + j] / n / n;
          }
        }
        centred[a][b] = value;
      }
    }
    return centred;
  }

  /**
   * What the definitions give for a kernel.
   *
   * @param alignment yᵀ K y/(‖K‖ ‖y‖²)
   * @param traceAlignment that of the sum over the outputs
   * @param numerator yᵀ K y
   * @param norm ‖K‖
   * @param trace tr K
   * @param productRatio ‖K y‖²/(‖K‖² ‖y‖²)
   */
  record Numbers(
      double alignment,
      double traceAlignment,
      double numerator,
      double norm,
      double trace,
      double productRatio) {}

  /**
   * Applies the definitions.
   *
   * @param plain kernel, not centred
   * @param y labels, not centred, one row per example
   */
  static Numbers numbers(double[][] plain, double[][] y) {
    int n = y.length;
    int outputs = y[0].length;
    double[][] k = centre(plain, n);
    double[] labels = new double[k.length];
    for (int c = 0; c < outputs; c++) {
      double mean = 0;
      for (double[] row : y) {
        mean += row[c] / n;
      }
      for (int i = 0; i < n; i++) {
        labels[c * n + i] = y[i][c] - mean;
      }
    }
    double numerator = 0;
    double square = 0;
    double labelSquare = 0;
    double trace = 0;
    double productSquare = 0;
    for (int a = 0; a < k.length; a++) {
      double product = 0;
      for (int b = 0; b < k.length; b++) {
        square += k[a][b] * k[a][b];
        product += k[a][b] * labels[b];
      }
      numerator += labels[a] * product;
      productSquare += product * product;
      labelSquare += labels[a] * labels[a];
      trace += k[a][a];
    }
    double traceProduct = 0;
    double traceSquare = 0;
    double gramSquare = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double t = 0;
        double g = 0;
        for (int c = 0; c < outputs; c++) {
          t += k[c * n + i][c * n + j];
          g += labels[c * n + i] * labels[c * n + j];
        }
        traceProduct += t * g;
        traceSquare += t * t;
        gramSquare += g * g;
      }
    }
    double norm = Math.sqrt(square);
    return new Numbers(
        numerator / (norm * labelSquare),
        traceProduct / Math.sqrt(traceSquare * gramSquare),
        numerator,
        norm,
        trace,
        productSquare / (square * labelSquare));
  }
}
