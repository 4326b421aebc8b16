package dev.lamina.analysis.alignment;

/**
 * What is measured beside the alignment itself.
 *
 * @param denominator how norms of kernels are found
 * @param permutations how often the labels are permuted at random for the null level, ≥ 0
 * @param parts whether weights and biases are also taken alone; needs exact denominators
 * @param effectiveRank whether the kernels' eigenvalues are computed, of matrices with C·N rows;
 *     needs exact denominators
 * @param seed of permutations and probes
 */
public record AlignmentSettings(
    Denominator denominator, int permutations, boolean parts, boolean effectiveRank, long seed) {

  /** Exact, without extras. */
  public static final AlignmentSettings EXACT =
      new AlignmentSettings(new Denominator.Exact(), 0, false, false, 1);

  /** Checks the ranges. */
  public AlignmentSettings {
    if (permutations < 0) {
      throw new IllegalArgumentException("permutations must be ≥ 0 but is " + permutations);
    }
    if ((parts || effectiveRank) && denominator instanceof Denominator.Probes) {
      throw new IllegalArgumentException(
          "the parts of weights and biases and the effective rank need exact denominators: leave the probes out");
    }
  }

  /**
   * {@return the same settings with another number of permutations}
   *
   * @param count ≥ 0
   */
  public AlignmentSettings withPermutations(int count) {
    return new AlignmentSettings(denominator, count, parts, effectiveRank, seed);
  }
}
