package dev.lamina.analysis.learningcurve;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Random inputs on a sphere and targets on them. A target is a sum of zonal harmonics √deg P_l(u·x)
 * of the unit vectors u, one for each of its degrees, with mean square equal to the degree's
 * weight.
 */
final class SpherePoints {
  private final Sphere sphere;
  private final Target target;
  private final List<Double> degeneracies;

  SpherePoints(Sphere sphere, Target target) {
    this.sphere = sphere;
    this.target = target;
    this.degeneracies = sphere.degeneracies(target.highest() + 1);
    if (degeneracies.size() <= target.highest()) {
      throw new IllegalArgumentException(
          "simulation: degree %d in dimension %d has more harmonics than a double can count"
              .formatted(target.highest(), sphere.dimension()));
    }
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns n×d uniform points of the sphere's radius in float64; the caller closes them. */
  HostMatrix sample(RandomGenerator random, int n) {
    HostMatrix x = HostMatrix.allocate(DType.FLOAT64, n, sphere.dimension());
    for (int i = 0; i < n; i++) {
      double[] u = direction(random);
      for (int j = 0; j < u.length; j++) {
        x.set(i, j, sphere.radius() * u[j]);
      }
    }
    return x;
  }

  /** Returns a uniform unit vector: a normalised Gaussian one. */
  double[] direction(RandomGenerator random) {
    double[] u = new double[sphere.dimension()];
    double square = 0;
    while (square == 0) {
      for (int j = 0; j < u.length; j++) {
        u[j] = random.nextGaussian();
        square += u[j] * u[j];
      }
    }
    for (int j = 0; j < u.length; j++) {
      u[j] /= Math.sqrt(square);
    }
    return u;
  }

  /** Returns one direction for each degree of the target. */
  double[][] directions(RandomGenerator random) {
    double[][] u = new double[target.parts().size()][];
    for (int p = 0; p < u.length; p++) {
      u[p] = direction(random);
    }
    return u;
  }

  /**
   * Returns the harmonics of a target at some points.
   *
   * @param x n×d
   * @param directions one for each part of the target
   * @return for each part the values √(weight·deg) P_l(u·x/r)
   */
  double[][] harmonics(HostMatrix x, double[][] directions) {
    double[][] values = new double[directions.length][Math.toIntExact(x.rows())];
    for (int p = 0; p < directions.length; p++) {
      Target.Part part = target.parts().get(p);
      double scale = Math.sqrt(part.weight() * degeneracies.get(part.degree()));
      for (int i = 0; i < values[p].length; i++) {
        double dot = 0;
        for (int j = 0; j < sphere.dimension(); j++) {
          dot += x.get(i, j) * directions[p][j];
        }
        values[p][i] = scale * gegenbauer(part.degree(), dot / sphere.radius());
      }
    }
    return values;
  }

  /** Returns P_l(t) with P_l(1) = 1. */
  double gegenbauer(int degree, double t) {
    double before = 0;
    double current = 1;
    double d = sphere.dimension();
    for (int l = 0; l < degree; l++) {
      double next = l == 0 ? t : ((2 * l + d - 2) * t * current - l * before) / (l + d - 2);
      before = current;
      current = next;
    }
    return current;
  }

  /** Sets a column to the sum of some parts and Gaussian noise of a standard deviation. */
  static void fill(
      HostMatrix y, int column, double[][] parts, double noise, RandomGenerator random) {
    for (int i = 0; i < y.rows(); i++) {
      double sum = noise == 0 ? 0 : noise * random.nextGaussian();
      for (double[] part : parts) {
        sum += part[i];
      }
      y.set(i, column, sum);
    }
  }

  /** Returns the mean of the squared differences of all entries. */
  static double meanSquare(HostMatrix a, HostMatrix b) {
    double sum = 0;
    for (long i = 0; i < a.rows(); i++) {
      for (long c = 0; c < a.cols(); c++) {
        double difference = a.get(i, c) - b.get(i, c);
        sum += difference * difference;
      }
    }
    return sum / (a.rows() * a.cols());
  }
}
