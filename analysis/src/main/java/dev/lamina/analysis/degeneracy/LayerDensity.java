package dev.lamina.analysis.degeneracy;

import java.util.Arrays;

/** The predicted law of ln sin&sup2; theta behind one layer, as probabilities on a grid. */
public final class LayerDensity {
  private final DensityGrid grid;
  private final double[] mass;

  /**
   * @param grid points of x
   * @param mass probability of each point, summing to 1; not copied
   */
  LayerDensity(DensityGrid grid, double[] mass) {
    this.grid = grid;
    this.mass = mass;
  }

  /**
   * Returns the points of x.
   *
   * @return the grid
   */
  public DensityGrid grid() {
    return grid;
  }

  /**
   * Returns the sum of all probabilities, which is 1 up to rounding.
   *
   * @return the total
   */
  public double total() {
    return Arrays.stream(mass).sum();
  }

  /**
   * Returns the mean.
   *
   * @return mean of ln sin&sup2; theta
   */
  public double mean() {
    double sum = 0;
    for (int i = 0; i < mass.length; i++) {
      sum += mass[i] * grid.x(i);
    }
    return sum;
  }

  /**
   * Returns the standard deviation around the law's own mean.
   *
   * @return standard deviation of ln sin&sup2; theta
   */
  public double sd() {
    double mean = mean();
    double sum = 0;
    for (int i = 0; i < mass.length; i++) {
      double deviation = grid.x(i) - mean;
      sum += mass[i] * deviation * deviation;
    }
    return Math.sqrt(sum);
  }

  /**
   * Returns the probability density at a grid point, mass / spacing.
   *
   * @param index index of the grid point
   * @return density per unit of x
   */
  public double density(int index) {
    return mass[index] / grid.spacing();
  }

  /**
   * Returns the distribution function, with the mass of each grid point spread evenly over the cell
   * around it.
   *
   * @param x ln sin&sup2; theta
   * @return probability of at most x
   */
  public double cumulative(double x) {
    double position = (x - grid.lower()) / grid.spacing() + 0.5;
    if (position <= 0) {
      return 0;
    }
    int cell = (int) Math.min(position, mass.length);
    double below = 0;
    for (int i = 0; i < cell; i++) {
      below += mass[i];
    }
    return cell == mass.length ? below : below + (position - cell) * mass[cell];
  }

  /**
   * Returns the Kolmogorov-Smirnov distance between this law and a sample.
   *
   * @param samples values of ln sin&sup2; theta; NaN (collapsed) ones are left out
   * @return the largest distance of the two distribution functions; NaN if no sample is left
   */
  public double ksDistance(double[] samples) {
    double[] sorted = Arrays.stream(samples).filter(v -> !Double.isNaN(v)).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double[] cumulative = new double[mass.length + 1];
    for (int i = 0; i < mass.length; i++) {
      cumulative[i + 1] = cumulative[i] + mass[i];
    }
    double largest = 0;
    for (int i = 0; i < sorted.length; i++) {
      double position = (sorted[i] - grid.lower()) / grid.spacing() + 0.5;
      int cell = (int) Math.clamp(position, 0, mass.length - 1);
      double within = Math.clamp(position - cell, 0, 1);
      double predicted = cumulative[cell] + within * mass[cell];
      largest = Math.max(largest, predicted - (double) i / sorted.length);
      largest = Math.max(largest, (i + 1.0) / sorted.length - predicted);
    }
    return largest;
  }
}
