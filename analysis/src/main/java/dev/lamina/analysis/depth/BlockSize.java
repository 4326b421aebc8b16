package dev.lamina.analysis.depth;

import dev.lamina.analysis.embedding.Features;
import dev.lamina.analysis.embedding.Perceptron;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * How much a residual layer a + φ(W a + b) adds to a, of which the identity is 1.
 *
 * @param layer its number, from 1
 * @param norm largest singular value of W
 * @param share root mean square over samples and neurons of φ(W a + b), less its mean over the
 *     samples, divided by that of a; 0 for a block that adds a constant
 */
public record BlockSize(int layer, double norm, double share) {

  /** Returns the sizes of all residual layers in front of the outputs. */
  static List<BlockSize> of(Perceptron network, Features features) {
    List<BlockSize> sizes = new ArrayList<>();
    for (int l = 1; l < network.depth(); l++) {
      if (network.stage(l).bridged()) {
        RealMatrix in = features.value(l - 1);
        RealMatrix added = features.value(l).subtract(in);
        double norm = new SingularValueDecomposition(network.stage(l).weights()).getNorm();
        sizes.add(new BlockSize(l, norm, spread(added) / spread(in)));
      }
    }
    return List.copyOf(sizes);
  }

  private static double spread(RealMatrix m) {
    double sum = 0;
    for (int j = 0; j < m.getColumnDimension(); j++) {
      double[] column = m.getColumn(j);
      double mean = 0;
      for (double value : column) {
        mean += value / column.length;
      }
      for (double value : column) {
        sum += (value - mean) * (value - mean);
      }
    }
    return Math.sqrt(sum);
  }
}
