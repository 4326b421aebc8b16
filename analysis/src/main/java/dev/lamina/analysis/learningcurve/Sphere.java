package dev.lamina.analysis.learningcurve;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The sphere of a radius around the origin of ℝᵈ, with the uniform measure of total mass 1.
 *
 * <p>Kernels see inputs of this norm. {@code nngp} and {@code ntk} divide x·z by d, so on the unit
 * sphere their first layer is weightVariance·t/d + biasVariance with t the cosine between the
 * inputs: the convention of arXiv 1906.05301. At radius √d the first layer does not depend on d.
 *
 * @param dimension d of the space around it, from 2 to {@value #MOST_DIMENSIONS}: d = 2 is the
 *     circle
 * @param radius positive and finite
 */
public record Sphere(int dimension, double radius) {
  /** Beyond it the quadrature of the eigenvalues is too coarse. */
  public static final int MOST_DIMENSIONS = 100_000;

  /** Checks the ranges. */
  public Sphere {
    if (dimension < 2 || dimension > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "sphere: dimension must be 2 to %d but is %d".formatted(MOST_DIMENSIONS, dimension));
    }
    if (!(radius > 0 && radius < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "sphere: radius must be positive and finite but is " + radius);
    }
  }

  /**
   * {@return the unit sphere}
   *
   * @param dimension d
   */
  public static Sphere unit(int dimension) {
    return new Sphere(dimension, 1);
  }

  /**
   * Parses a radius.
   *
   * @param dimension d
   * @param radius a number, or {@code sqrt-d}
   * @return the sphere
   * @throws IllegalArgumentException if it is neither, or outside its range
   */
  public static Sphere parse(int dimension, String radius) {
    if (radius.equals("sqrt-d")) {
      return new Sphere(dimension, Math.sqrt(dimension));
    }
    try {
      return new Sphere(dimension, Double.parseDouble(radius));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "sphere: radius must be a number or sqrt-d but is \"%s\"".formatted(radius), e);
    }
  }

  /**
   * Returns how many linearly independent spherical harmonics each degree has: (2l + d − 2)/(l + d
   * − 2)·binom(l + d − 2, l), 1 for l = 0.
   *
   * @param count number of degrees, from 0
   * @return exact up to 2⁵³, then correctly rounded; ends where it exceeds the range of a double
   */
  List<Double> degeneracies(int count) {
    List<Double> result = new ArrayList<>();
    BigInteger binomial = BigInteger.ONE;
    for (int l = 0; l < count; l++) {
      double degeneracy = 1;
      if (l > 0) {
        // binom(l + d − 2, l) from the one before
        binomial = times(binomial, l + (long) dimension - 2).divide(BigInteger.valueOf(l));
        degeneracy =
            times(binomial, 2L * l + dimension - 2)
                .divide(BigInteger.valueOf(l + (long) dimension - 2))
                .doubleValue();
      }
      if (Double.isInfinite(degeneracy)) {
        break;
      }
      result.add(degeneracy);
    }
    return result;
  }

  private static BigInteger times(BigInteger a, long b) {
    return a.multiply(BigInteger.valueOf(b));
  }
}
