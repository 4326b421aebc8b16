package dev.lamina.analysis.degeneracy;

/**
 * The law of one ReLU layer for two inputs that are already almost parallel.
 *
 * <p>As theta goes to 0, let K ~ Binomial(n, 1/2) be the number of active units. Given K &ge; 2,
 * sin&sup2; theta' / sin&sup2; theta is the ratio of two independent chi-square variables with K -
 * 1 and K degrees of freedom; K &le; 1 merges the two inputs completely. Hence, with digamma psi
 * and trigamma psi_1 and all expectations given K &ge; 2,
 *
 * <pre>
 * decrement = E[psi(K/2) - psi((K-1)/2)]                                        = 2/n + 8/n&sup2; + ...
 * variance  = E[psi_1(K/2) + psi_1((K-1)/2)] + Var[psi(K/2) - psi((K-1)/2)]     = 8/n + 32/n&sup2; + ...
 * </pre>
 *
 * <p>Both are derived here and exact. The published decrement (arXiv 2302.09712) is an expansion in
 * 1/n that carries incomplete higher orders: it behaves as 2/n + 100/n&sup2;, so it overstates the
 * loss of angle per layer by 0.25 at n = 15.
 *
 * @param width number of units n, at least 2
 * @param decrement exact limit of E[x - x'] for theta to 0
 * @param variance exact limit of Var[x'] for theta to 0
 * @param publishedDecrement rho(n) of the published mean rule
 * @param publishedVariance sigma&sup2;(0, n) of the published variance rule
 * @param collapseProbability probability (n + 1) 2<sup>-n</sup> that the layer merges the two
 *     inputs
 */
public record SmallAngleLaw(
    int width,
    double decrement,
    double variance,
    double publishedDecrement,
    double publishedVariance,
    double collapseProbability) {

  /** Largest width for which the binomial sum is taken term by term. */
  static final int EXACT_LIMIT = 2000;

  private static final double EULER_GAMMA = 0.5772156649015329;

  /**
   * Computes the law for one width in O(n) operations.
   *
   * @param width number of units, at least 2
   * @return the law
   * @throws IllegalArgumentException if the width is below 2
   */
  public static SmallAngleLaw of(int width) {
    checkWidth(width);
    double[] exact = width > EXACT_LIMIT ? asymptotic(width) : binomialSum(width);
    return new SmallAngleLaw(
        width,
        exact[0],
        exact[1],
        publishedDecrement(width),
        publishedVariance(width),
        collapseProbability(width));
  }

  /**
   * Returns the published small-angle decrement rho(n) = ln((n+5)/(n-1)) - 10 n/(n+5)&sup2; + 6
   * n/(n-1)&sup2; (arXiv 2302.09712), which is 2/n + 100/n&sup2; + O(1/n&sup3;).
   *
   * @param width number of units n, at least 2
   * @return rho(n)
   */
  public static double publishedDecrement(int width) {
    checkWidth(width);
    double n = width;
    return Math.log1p(6 / (n - 1)) - 10 * n / square(n + 5) + 6 * n / square(n - 1);
  }

  /**
   * Returns the published variance rule at theta = 0: 20 n/(n+5)&sup2; + 12 n/(n-1)&sup2; - 24
   * n/((n+5)(n-1)).
   *
   * @param width number of units n, at least 2
   * @return sigma&sup2;(0, n)
   */
  public static double publishedVariance(int width) {
    checkWidth(width);
    double n = width;
    return 20 * n / square(n + 5) + 12 * n / square(n - 1) - 24 * n / ((n + 5) * (n - 1));
  }

  /**
   * Returns the probability that one layer maps two almost parallel inputs to exactly parallel
   * outputs, or one of them to zero: at most one unit is active, (n + 1) 2<sup>-n</sup>.
   *
   * @param width number of units n, at least 2
   * @return the probability
   */
  public static double collapseProbability(int width) {
    checkWidth(width);
    return Math.scalb(width + 1.0, -width);
  }

  /**
   * Returns the probability that one layer merges two inputs at any angle: one of them is mapped to
   * zero, or the same single unit is active for both,
   *
   * <pre>
   * 2^(1-n) + (n-1) ((pi - theta) / (2 pi))^n
   * </pre>
   *
   * <p>Derived by inclusion and exclusion; decreases from (n + 1) 2<sup>-n</sup> at theta = 0, so
   * {@link #collapseProbability(int)} is an upper bound for every angle.
   *
   * @param width number of units n, at least 2
   * @param theta angle between the inputs in radians, in [0, pi]
   * @return the probability
   */
  public static double collapseProbability(int width, double theta) {
    checkWidth(width);
    return Math.scalb(2.0, -width) + (width - 1) * Math.pow(ReluMoments.j00(theta), width);
  }

  static void checkWidth(int width) {
    if (width < 2) {
      throw new IllegalArgumentException(
          "a ReLU layer must have at least 2 units for an angle to survive it, but has " + width);
    }
  }

  /** Returns decrement and variance by summing over K = 2..n. */
  private static double[] binomialSum(int n) {
    double[] weights = weights(n);
    double total = 0;
    double drop = 0;
    double within = 0;
    HalfIntegers polygamma = new HalfIntegers(n);
    for (int k = 2; k <= n; k++) {
      total += weights[k];
      drop += weights[k] * polygamma.digammaStep(k);
      within += weights[k] * (polygamma.trigamma[k] + polygamma.trigamma[k - 1]);
    }
    double mean = drop / total;
    double between = 0;
    for (int k = 2; k <= n; k++) {
      between += weights[k] * square(polygamma.digammaStep(k) - mean);
    }
    return new double[] {mean, (within + between) / total};
  }

  /**
   * Returns binomial weights up to a common factor. They grow from 1 in the middle outwards by the
   * ratio of neighbours, which keeps full relative accuracy; far tails underflow to 0 harmlessly.
   */
  private static double[] weights(int n) {
    double[] weights = new double[n + 1];
    int middle = Math.max(n / 2, 1);
    weights[middle] = 1;
    for (int k = middle + 1; k <= n; k++) {
      weights[k] = weights[k - 1] * (n - k + 1) / k;
    }
    for (int k = middle - 1; k >= 0; k--) {
      weights[k] = weights[k + 1] * (k + 1) / (n - k);
    }
    return weights;
  }

  /**
   * Returns decrement and variance by their expansions in 1/n, from those of the polygamma
   * functions and of E[1/K], E[1/K&sup2;], E[1/K&sup3;]; beyond n = 2000 they are within 2e-11
   * relative.
   */
  private static double[] asymptotic(int width) {
    double u = 1.0 / width;
    return new double[] {u * (2 + u * (8 + u * 40)), u * (8 + u * (32 + u * 508 / 3))};
  }

  private static double square(double v) {
    return v * v;
  }

  /** Digamma and trigamma at k/2 for k = 1..n by their recurrences in steps of one. */
  private static final class HalfIntegers {
    final double[] digamma;
    final double[] trigamma;

    HalfIntegers(int n) {
      int size = Math.max(n, 2) + 1;
      digamma = new double[size];
      trigamma = new double[size];
      digamma[1] = -EULER_GAMMA - 2 * Math.log(2);
      digamma[2] = -EULER_GAMMA;
      trigamma[1] = Math.PI * Math.PI / 2;
      trigamma[2] = Math.PI * Math.PI / 6;
      for (int k = 3; k < size; k++) {
        double x = (k - 2) / 2.0;
        digamma[k] = digamma[k - 2] + 1 / x;
        trigamma[k] = trigamma[k - 2] - 1 / (x * x);
      }
    }

    double digammaStep(int k) {
      return digamma[k] - digamma[k - 1];
    }
  }
}
