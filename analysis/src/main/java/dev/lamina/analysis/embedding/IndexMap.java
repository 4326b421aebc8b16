package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealVector;

/**
 * Of which neuron each neuron of a wider layer is a copy: I: {0, …, m′ − 1} → {0, …, m}.
 *
 * @param origins I(s) for each neuron s of the wider layer, from 1; 0 for a null neuron
 * @param shares β_s, the share in the error of its original; those of the copies of each neuron add
 *     to 1. For a null neuron: its bias
 */
public record IndexMap(List<Integer> origins, List<Double> shares) {
  private static final double SUM = 1e-12;

  /** Checks that every neuron has copies and that their shares add to 1. */
  public IndexMap {
    origins = List.copyOf(origins);
    shares = List.copyOf(shares);
    if (origins.size() != shares.size() || origins.isEmpty() || Collections.min(origins) < 0) {
      throw new IllegalArgumentException(
          "index map: there must be an origin ≥ 0 and a share for each neuron but there are %s and %s"
              .formatted(origins, shares));
    }
    double[] sums = new double[Collections.max(origins) + 1];
    double[] sizes = new double[sums.length];
    for (int s = 0; s < origins.size(); s++) {
      sums[origins.get(s)] += shares.get(s);
      sizes[origins.get(s)] += Math.abs(shares.get(s));
    }
    for (int k = 1; k < sums.length; k++) {
      if (!(Math.abs(sums[k] - 1) <= SUM * Math.max(1, sizes[k]))) {
        throw new IllegalArgumentException(
            "index map: the shares of the copies of neuron %d must add to 1 but add to %s"
                .formatted(k, sums[k]));
      }
    }
  }

  /**
   * {@return the map that copies nothing}
   *
   * @param width number of neurons
   */
  public static IndexMap identity(int width) {
    return new IndexMap(
        IntStream.rangeClosed(1, width).boxed().toList(), Collections.nCopies(width, 1.0));
  }

  /** {@return m, the number of neurons that have copies} */
  public int neurons() {
    return Collections.max(origins);
  }

  /** {@return m′, the number of neurons of the wider layer} */
  public int width() {
    return origins.size();
  }

  /** Returns β_s. */
  double share(int s) {
    return shares.get(s);
  }

  /** Returns the neurons of the wider layer that are copies of neuron k, from 1. */
  int[] copies(int k) {
    return IntStream.range(0, width()).filter(s -> origins.get(s) == k).toArray();
  }

  /** Returns the biases of the wider layer. */
  RealVector biases(RealVector narrow) {
    List<Double> all = new ArrayList<>();
    for (int s = 0; s < width(); s++) {
      all.add(origins.get(s) == 0 ? share(s) : narrow.getEntry(origins.get(s) - 1));
    }
    return MatrixUtils.createRealVector(all.stream().mapToDouble(v -> v).toArray());
  }
}
