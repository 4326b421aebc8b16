package dev.lamina.cli;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * What {@code lamina network} prints about a network.
 *
 * @param file its file
 * @param precision element type of all parameters
 * @param widths number of inputs, then the outputs of each layer
 * @param entries entries of all matrices, statistics of normalisations included
 * @param layers the layers in order
 */
record NetworkDocument(
    String file, DType precision, List<Long> widths, long entries, List<LayerDocument> layers) {

  /**
   * One layer.
   *
   * @param layer its number, from 1
   * @param inputs number of inputs
   * @param outputs number of outputs
   * @param activation what is applied to the result
   * @param bias whether there are biases
   * @param batchNorm whether there is a batch normalisation in front of the activation
   * @param residual what the layer adds of what is in front of it
   * @param weightMean mean of the weights
   * @param weightVariance mean square of the weights about their mean, times the number of inputs:
   *     2 for fresh He weights
   */
  record LayerDocument(
      int layer,
      long inputs,
      long outputs,
      Activation activation,
      boolean bias,
      boolean batchNorm,
      Residual residual,
      double weightMean,
      double weightVariance) {}

  static NetworkDocument of(String file, Network network) {
    List<LayerDocument> layers = new ArrayList<>();
    for (int l = 1; l <= network.depth(); l++) {
      switch (network.layers().get(l - 1)) {
        case DenseLayer layer -> {
          double mean = mean(layer.weights(), 0, 1);
          layers.add(
              new LayerDocument(
                  l,
                  layer.inputs(),
                  layer.outputs(),
                  layer.activation(),
                  layer.bias().isPresent(),
                  layer.norm().isPresent(),
                  layer.residual(),
                  mean,
                  layer.inputs() * mean(layer.weights(), mean, 2)));
        }
      }
    }
    return new NetworkDocument(
        file, network.dtype(), network.widths(), network.entries(), List.copyOf(layers));
  }

  /** Returns the mean of (w − center)^power, power 1 or 2. */
  private static double mean(HostMatrix m, double center, int power) {
    double sum = 0;
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        double d = m.get(i, j) - center;
        sum += power == 1 ? d : d * d;
      }
    }
    return sum / ((double) m.rows() * m.cols());
  }

  /** Returns a table for people. */
  String text() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: depth %d, %,d parameters in %s",
            file,
            layers.size(),
            entries,
            precision.name().toLowerCase(Locale.ROOT)));
    lines.add(" layer    inputs   outputs  weight mean  variance x inputs  activation");
    for (LayerDocument l : layers) {
      String more =
          (l.bias() ? ", bias" : "")
              + (l.batchNorm() ? ", batch-norm" : "")
              + (l.residual().isPresent() ? ", residual (" + l.residual() + ")" : "");
      lines.add(
          String.format(
              Locale.ROOT,
              "%6d  %8d  %8d  %11.4g  %17.6g  %s%s",
              l.layer(),
              l.inputs(),
              l.outputs(),
              l.weightMean(),
              l.weightVariance(),
              l.activation(),
              more));
    }
    return lines.toString();
  }
}
