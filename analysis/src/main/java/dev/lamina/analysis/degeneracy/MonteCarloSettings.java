package dev.lamina.analysis.degeneracy;

/**
 * Size and seed of a Monte-Carlo run. The results depend on samples and seed only: any number of
 * threads gives the same bits.
 *
 * @param samples number of independent networks, at least 2
 * @param seed seed of the random numbers
 * @param threads number of threads to use, at least 1
 */
public record MonteCarloSettings(int samples, long seed, int threads) {

  /** Checks the ranges. */
  public MonteCarloSettings {
    if (samples < 2) {
      throw new IllegalArgumentException(
          "Monte Carlo: samples must be at least 2 but are " + samples);
    }
    if (threads < 1) {
      throw new IllegalArgumentException(
          "Monte Carlo: threads must be at least 1 but are " + threads);
    }
  }

  /**
   * Returns settings that use all processors.
   *
   * @param samples number of independent networks, at least 2
   * @param seed seed of the random numbers
   * @return the settings
   */
  public static MonteCarloSettings of(int samples, long seed) {
    return new MonteCarloSettings(samples, seed, Runtime.getRuntime().availableProcessors());
  }
}
