package dev.lamina.analysis.degeneracy;

/**
 * Equally spaced points of x = ln sin&sup2; theta from a lower end up to 0, both included.
 *
 * @param lower lower end, negative
 * @param points number of points, at least 3
 */
public record DensityGrid(double lower, int points) {

  /** Most points of a grid chosen by {@link #covering}: transition matrices stay below 130 MB. */
  private static final int MOST_POINTS = 4001;

  /** Widest spacing of a grid chosen by {@link #covering}. */
  private static final double WIDEST_SPACING = 0.0225;

  /** Checks the ranges. */
  public DensityGrid {
    if (!(lower < 0 && lower > Double.NEGATIVE_INFINITY) || points < 3) {
      throw new IllegalArgumentException(
          "density grid: the lower end must be negative and there must be at least 3 points, but"
              + " they are "
              + lower
              + " and "
              + points);
    }
  }

  /**
   * Chooses a grid for the {@link Rule#DENSITY} rule: down to 12 accumulated standard deviations
   * below the digamma mean, with at most the spacing of 2001 points over [-45, 0], and fine enough
   * to resolve the narrowest step of the widest layer (standard deviation 0.52/sqrt(n) at pi/2) as
   * far as 4001 points allow. Where they do not, the steps that are not resolved are small against
   * the accumulated spread.
   *
   * <p>Moments change with the spacing by less than 1e-4 for widths from 50; for narrower layers at
   * large angles by up to 0.01, because the cut at 0 falls inside the last cell, which is a tenth
   * of the error of the Gaussian steps themselves.
   *
   * @param layers widths of the ReLU layers in order, each at least 2
   * @param angle starting angle in radians, in (0, pi]
   * @return the grid
   */
  public static DensityGrid covering(int[] layers, double angle) {
    double variance = 0;
    int widest = 0;
    double mean = PointPrediction.of(layers, angle, Rule.DIGAMMA).lastMean();
    for (int width : layers) {
      variance += SmallAngleLaw.of(width).variance();
      widest = Math.max(widest, width);
    }
    double lower = Math.floor(mean - 12 * Math.sqrt(variance) - 1);
    double spacing = Math.min(WIDEST_SPACING, 0.26 / Math.sqrt(widest));
    double points = Math.ceil(-lower / spacing) + 1;
    return new DensityGrid(lower, (int) Math.min(points, MOST_POINTS));
  }

  /**
   * Returns the distance of neighbouring points.
   *
   * @return the spacing
   */
  public double spacing() {
    return -lower / (points - 1);
  }

  /**
   * Returns a point.
   *
   * @param index index from 0 (lower end) to points - 1 (exactly 0)
   * @return x at that index
   */
  public double x(int index) {
    return lower * ((points - 1 - index) / (double) (points - 1));
  }
}
