package dev.lamina.analysis.embedding;

import java.util.List;
import org.hipparchus.linear.RealMatrix;

/**
 * A network and what is left of it when linear layers are merged.
 *
 * @param before the network
 * @param after with the merged layers gone
 * @param linearity of all hidden layers of the network before
 * @param layers the merged layers, in the order in which they were merged
 * @param kept effectively linear layers that a bridge keeps from being merged
 */
public record Merge(
    Perceptron before,
    Perceptron after,
    List<LayerLinearity> linearity,
    List<MergedLayer> layers,
    List<Integer> kept) {

  /** {@return a bound of the change of any output on any of the samples merged with} */
  public double bound() {
    return layers.stream().mapToDouble(MergedLayer::bound).sum();
  }

  /** {@return a bound of the root mean square change of any output on those samples} */
  public double rmsBound() {
    return layers.stream().mapToDouble(MergedLayer::rmsBound).sum();
  }

  /**
   * {@return the largest change of an output}
   *
   * @param x samples in rows
   */
  public double maxOutputChange(RealMatrix x) {
    return Lift.largestDifference(before.outputs(x), after.outputs(x));
  }

  /**
   * {@return the largest root mean square change of an output}
   *
   * @param x samples in rows
   */
  public double rmsOutputChange(RealMatrix x) {
    RealMatrix difference = before.outputs(x).subtract(after.outputs(x));
    double largest = 0;
    for (int j = 0; j < difference.getColumnDimension(); j++) {
      double norm = difference.getColumnVector(j).getNorm();
      largest = Math.max(largest, norm / Math.sqrt(x.getRowDimension()));
    }
    return largest;
  }
}
