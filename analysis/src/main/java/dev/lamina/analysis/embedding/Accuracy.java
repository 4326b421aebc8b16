package dev.lamina.analysis.embedding;

/** How well a line stands for an activation on a segment. */
public sealed interface Accuracy {

  /** The activation is the line. */
  record Exact() implements Accuracy {
    @Override
    public String toString() {
      return "exact";
    }
  }

  /**
   * The activation is close to the line.
   *
   * @param maxError largest |φ(u) − line| on the segment
   * @param order p if a lift's outputs change by Θ(εᵖ) for segments of half-width ε about the same
   *     centre: the line misses φ by Θ(εᵖ⁺¹), which the next layer's weights, Θ(1/ε), enlarge; 2
   *     where φ″ vanishes, else 1; one more behind a residual layer, where those weights stay as
   *     they are [derived]
   */
  record Approximate(double maxError, int order) implements Accuracy {
    @Override
    public String toString() {
      return "approximate: off by at most "
          + (float) maxError
          + ", and outputs change in proportion to "
          + switch (order) {
            case 1 -> "the half-width of the segment";
            case 2 -> "the square of its half-width";
            default -> "the cube of its half-width";
          };
    }
  }
}
