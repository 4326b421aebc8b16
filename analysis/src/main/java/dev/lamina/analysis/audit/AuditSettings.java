package dev.lamina.analysis.audit;

/**
 * How many entries to check.
 *
 * @param pairs number of entries, ≥ 1; every entry is checked once if there are no more
 * @param mostParallel how many of them are the pairs with the largest cosine; the others are drawn
 *     at random with equal probability
 * @param seed seed of the draw
 */
public record AuditSettings(int pairs, int mostParallel, long seed) {
  private static final int PARALLEL = 64;

  /** Checks the numbers. */
  public AuditSettings {
    if (pairs < 1 || mostParallel < 0 || mostParallel > pairs) {
      throw new IllegalArgumentException(
          "audit: pairs must be ≥ 1 and the most parallel ones among them from 0 to that number but are %d and %d"
              .formatted(pairs, mostParallel));
    }
  }

  /**
   * {@return settings in which 64 pairs, or all if there are fewer, are the most parallel ones}
   *
   * @param pairs number of entries, ≥ 1
   */
  public static AuditSettings of(int pairs) {
    return new AuditSettings(pairs, Math.min(pairs, PARALLEL), 1);
  }
}
