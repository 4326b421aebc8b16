package dev.lamina.analysis.learningcurve;

/**
 * A kernel whose powers above r are replaced by noise: off the diagonal they are of the order of
 * d^−(r+1)/2, on the diagonal they sum to a constant [published: arXiv 1906.05301].
 *
 * @param power r
 * @param spectrum of what is kept
 * @param noise s2_r = Σ_{q&gt;r} b_q
 */
public record Renormalised(int power, SphereSpectrum spectrum, double noise) {
  /** Largest √N d^−(r+1)/2 that counts as small. */
  private static final double SMALL = 0.1;

  /** Last power that can be kept. */
  static final int HIGHEST = 63;

  /**
   * {@return √N d^−(r+1)/2, which must be small: the off-diagonal remainder as N samples see it}
   *
   * @param samples N
   */
  public double remainder(double samples) {
    return Math.sqrt(samples) * Math.pow(spectrum.sphere().dimension(), -(power + 1) / 2.0);
  }

  /**
   * Parses the last power kept.
   *
   * @param text a whole number from 0 to 63
   * @return r
   * @throws IllegalArgumentException if it is none
   */
  public static int power(String text) {
    try {
      int r = Integer.parseInt(text);
      if (r >= 0 && r <= HIGHEST) {
        return r;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "renormalised kernel: r must be auto, none or a whole number but is \"%s\""
              .formatted(text),
          e);
    }
    throw new IllegalArgumentException(
        "renormalised kernel: r must be 0 to %d but is %s".formatted(HIGHEST, text));
  }

  /**
   * {@return the smallest r for which √N d^−(r+1)/2 ≤ 0.1; the other condition, C_K &lt; s2_r, is
   * {@link CurvePoint#valid}}
   *
   * @param sphere where the inputs are
   * @param samples largest N of interest
   */
  public static int choose(Sphere sphere, double samples) {
    double decades = Math.log(Math.sqrt(samples) / SMALL) / Math.log(sphere.dimension());
    return Math.clamp((long) Math.ceil(2 * decades - 1 - 1e-12), 0, HIGHEST);
  }
}
