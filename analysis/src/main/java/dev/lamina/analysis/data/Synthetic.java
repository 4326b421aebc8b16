package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Samples drawn at random. Equal seeds give equal samples on every machine. */
final class Synthetic {
  private Synthetic() {}

  static DataParts clusters(DataSource.Clusters source, long seed, DType dtype) {
    RandomGenerator random = random(seed);
    double[][] centres = new double[source.classes()][];
    for (int c = 0; c < centres.length; c++) {
      centres[c] = direction(random, source.features());
    }
    HostMatrix x = HostMatrix.allocate(dtype, source.rows(), source.features());
    int[] labels = new int[source.rows()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % source.classes();
      for (int j = 0; j < source.features(); j++) {
        x.set(i, j, source.separation() * centres[labels[i]][j] + random.nextGaussian());
      }
    }
    String how = "clusters: %s, seed %d".formatted(source, seed);
    return parts("clusters", x, Response.Classes.numbered(labels, source.classes()), how);
  }

  static DataParts sphere(DataSource.Sphere source, long seed, DType dtype) {
    RandomGenerator random = random(seed);
    double[] normal = direction(random, source.features());
    HostMatrix x = HostMatrix.allocate(dtype, source.rows(), source.features());
    int[] labels = new int[source.rows()];
    for (int i = 0; i < labels.length; i++) {
      double[] point = direction(random, source.features());
      double side = 0;
      for (int j = 0; j < point.length; j++) {
        x.set(i, j, point[j]);
        side += point[j] * normal[j];
      }
      labels[i] = side < 0 ? 0 : 1;
    }
    String how = "sphere: %s, seed %d".formatted(source, seed);
    return parts("sphere", x, Response.Classes.numbered(labels, 2), how);
  }

  static DataParts xor(DataSource.Xor source, long seed, DType dtype) {
    RandomGenerator random = random(seed);
    HostMatrix x = HostMatrix.allocate(dtype, source.rows(), source.features());
    int[] labels = new int[source.rows()];
    for (int i = 0; i < labels.length; i++) {
      double product = 1;
      for (int j = 0; j < source.features(); j++) {
        double value = random.nextGaussian();
        x.set(i, j, value);
        product *= j < 2 ? value : 1;
      }
      labels[i] = product < 0 ? 0 : 1;
    }
    String how = "xor: %s, seed %d".formatted(source, seed);
    return parts("xor", x, Response.Classes.numbered(labels, 2), how);
  }

  private static DataParts parts(String name, HostMatrix x, Response response, String how) {
    return new DataParts(new DataSet(name, x, response, Optional.empty(), how), Optional.empty());
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns a unit vector whose direction is evenly distributed: a normalised Gaussian vector. */
  private static double[] direction(RandomGenerator random, int dimension) {
    double[] v = new double[dimension];
    double norm = 0;
    while (norm == 0) {
      for (int j = 0; j < dimension; j++) {
        v[j] = random.nextGaussian();
        norm = Math.hypot(norm, v[j]);
      }
    }
    for (int j = 0; j < dimension; j++) {
      v[j] /= norm;
    }
    return v;
  }
}
