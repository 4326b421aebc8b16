package dev.lamina.analysis.training;

/** Steps that are evenly spaced on a logarithmic scale. */
public final class LogSteps {
  private LogSteps() {}

  /**
   * {@return whether a step is 0 or one of round(10^(k/perDecade)), k = 0, 1, 2, …}
   *
   * @param step ≥ 0
   * @param perDecade ≥ 1
   */
  public static boolean contains(long step, int perDecade) {
    if (step == 0) {
      return true;
    }
    long nearest = Math.round(Math.log10((double) step) * perDecade);
    for (long k = Math.max(0, nearest - 1); k <= nearest + 1; k++) {
      if (Math.round(Math.pow(10, (double) k / perDecade)) == step) {
        return true;
      }
    }
    return false;
  }
}
