package dev.lamina.analysis.embedding;

import org.hipparchus.linear.RealMatrix;

/**
 * A network and one with a layer more that has the same outputs on the samples.
 *
 * @param shallow θ
 * @param deep θ′
 * @param insertion what was inserted
 */
public record Lift(Perceptron shallow, Perceptron deep, Insertion insertion) {

  /**
   * {@return the largest difference of an output}
   *
   * @param x samples in rows
   */
  public double outputChange(RealMatrix x) {
    return largestDifference(shallow.outputs(x), deep.outputs(x));
  }

  /**
   * {@return how far the new layer's pre-activations stay from the ends of the intervals in which
   * its activation is the assumed line; positive if all are inside}
   *
   * @param x samples in rows
   */
  public double margin(RealMatrix x) {
    RealMatrix u = deep.features(x).preActivation(insertion.after() + 1);
    double margin = Double.POSITIVE_INFINITY;
    for (int j = 0; j < u.getColumnDimension(); j++) {
      Extent extent = Extent.of(u.getColumn(j));
      margin = Math.min(margin, insertion.segments().get(j).margin(extent.min(), extent.max()));
    }
    return margin;
  }

  /** {@return how well lines stand for the new layer's neurons, the worst of them} */
  public Accuracy accuracy() {
    Accuracy worst = new Accuracy.Exact();
    double error = 0;
    for (AffineSegment segment : insertion.segments()) {
      if (segment.accuracy() instanceof Accuracy.Approximate(double own, int order)
          && !(own <= error)) {
        error = own;
        worst = new Accuracy.Approximate(own, insertion.bridged() ? order + 1 : order);
      }
    }
    return worst;
  }

  /** {@return dM, by how many parameters the deep network is larger} */
  public int addedParameters() {
    return deep.parameterCount() - shallow.parameterCount();
  }

  /** {@return the map from the deep parameters to the shallow ones that explains the lift} */
  public LocalIdentity identity() {
    return LocalIdentity.of(deep, insertion);
  }

  static double largestDifference(RealMatrix a, RealMatrix b) {
    double largest = 0;
    for (int i = 0; i < a.getRowDimension(); i++) {
      for (int j = 0; j < a.getColumnDimension(); j++) {
        double difference = Math.abs(a.getEntry(i, j) - b.getEntry(i, j));
        largest = Math.max(largest, difference);
      }
    }
    return largest;
  }
}
