package dev.lamina.analysis.audit;

import java.util.OptionalDouble;

/**
 * How far sampled entries of a kernel matrix are from float64.
 *
 * @param pairs number of entries that were checked
 * @param mostParallel how many of them were the pairs with the largest cosine
 * @param seed seed of the random draw of the others
 * @param maxRelativeError largest |got − want|/√(k(x,x) k(z,z)): the error in units of the largest
 *     value that the Cauchy–Schwarz inequality allows the entry; NaN if an entry is NaN
 * @param maxEntryError largest |got − want|/|want| over entries that are not 0: entries that cancel
 *     to nearly nothing may be far off by this measure
 * @param maxRelativeAngleError largest |got − want|/want of the angles under the kernel that are
 *     not 0; empty if angles were not checked
 * @param worst the entry with {@code maxRelativeError}
 */
public record AuditReport(
    int pairs,
    int mostParallel,
    long seed,
    double maxRelativeError,
    double maxEntryError,
    OptionalDouble maxRelativeAngleError,
    Worst worst) {

  /**
   * One entry.
   *
   * @param row row of x
   * @param col row of z
   * @param got the entry
   * @param want the same in float64
   */
  public record Worst(long row, long col, double got, double want) {}
}
