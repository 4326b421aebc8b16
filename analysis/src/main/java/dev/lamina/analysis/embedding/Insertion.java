package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.Collections;
import java.util.List;

/**
 * A layer to insert.
 *
 * @param after q: it goes between feature layers q and q + 1, 0 being the inputs; up to L − 1
 * @param activation φ of the layer
 * @param segments for each of its neurons the interval in which its pre-activations are to stay,
 *     and φ's line there
 * @param bridged whether the layer is f^[q] + φ(W′ f^[q] + b′); then as wide as f^[q]
 */
public record Insertion(
    int after, Activation activation, List<AffineSegment> segments, boolean bridged) {

  /** Copies the list. */
  public Insertion {
    segments = List.copyOf(segments);
    if (segments.isEmpty() || after < 0) {
      throw new IllegalArgumentException(
          "lift: width must be at least 1 and the position at least 0 but they are %d and %d"
              .formatted(segments.size(), after));
    }
  }

  /**
   * {@return a plain layer all of whose neurons stay in one interval}
   *
   * @param after q
   * @param width m′, the number of neurons
   * @param activation φ
   * @param segment the interval
   */
  public static Insertion of(int after, int width, Activation activation, AffineSegment segment) {
    return uniform(after, width, activation, segment, false);
  }

  /**
   * {@return a layer f + φ(W′ f + b′) all of whose neurons stay in one interval}
   *
   * @param after q
   * @param width the width of layer q
   * @param activation φ
   * @param segment the interval
   */
  public static Insertion residual(
      int after, int width, Activation activation, AffineSegment segment) {
    return uniform(after, width, activation, segment, true);
  }

  private static Insertion uniform(
      int after, int width, Activation activation, AffineSegment segment, boolean bridged) {
    if (width < 1) {
      throw new IllegalArgumentException("lift: width must be at least 1 but is " + width);
    }
    return new Insertion(after, activation, Collections.nCopies(width, segment), bridged);
  }

  /** {@return m′, the number of neurons} */
  public int width() {
    return segments.size();
  }

  /** {@return whether φ is exactly affine where every neuron is to stay} */
  public boolean isExact() {
    return segments.stream().allMatch(AffineSegment::isExact);
  }

  /** Checks that there is such a place in a network. */
  void requirePlace(Perceptron network) {
    if (after >= network.depth()) {
      throw new IllegalArgumentException(
          "lift: the new layer must come after 0, the inputs, to %d, the last hidden layer, but %d was asked"
              .formatted(network.depth() - 1, after));
    }
    if (network.stage(after + 1).bridged()) {
      throw new IllegalArgumentException(
          "lift: layer %d adds the features in front of it, which a layer inserted there would change; choose another place"
              .formatted(after + 1));
    }
    if (bridged && width() != network.width(after)) {
      throw new IllegalArgumentException(
          "lift: a residual layer after layer %d must be %d wide like it, but %d was asked"
              .formatted(after, network.width(after), width()));
    }
  }
}
