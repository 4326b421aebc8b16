package dev.lamina.benchmarks;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Random inputs, uniform in [0, 1) like pixels, among which some pairs are nearly parallel: row 2p
 * + 1 is row 2p turned by angles from about 0.1 down to 1e-6. All other pairs are about 0.7 apart,
 * so these are the most parallel ones.
 */
final class Inputs implements AutoCloseable {
  private static final int PAIRS = 64;
  private static final double WIDEST = 0.1;
  private static final double NARROWEST = 1e-6;

  private final HostMatrix rows;
  private final int pairs;

  private Inputs(HostMatrix rows, int pairs) {
    this.rows = rows;
    this.pairs = pairs;
  }

  /** Draws N×d float32 inputs. */
  static Inputs draw(int n, int d) {
    RandomGenerator random = random(1);
    HostMatrix x = matrix(DType.FLOAT32, n, d, random::nextFloat);
    int pairs = Math.min(PAIRS, n / 2);
    for (int p = 0; p < pairs; p++) {
      double angle = WIDEST * Math.pow(NARROWEST / WIDEST, p / Math.max(1.0, pairs - 1));
      for (int j = 0; j < d; j++) {
        double turned = x.get(2L * p, j) * (1 + angle * (2 * random.nextDouble() - 1));
        x.set(2L * p + 1, j, (float) turned);
      }
    }
    return new Inputs(x, pairs);
  }

  /** Returns random numbers that are the same in every run. */
  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns a new matrix of numbers that are drawn row by row; the caller closes it. */
  static HostMatrix matrix(DType dtype, long rows, long cols, DoubleSupplier numbers) {
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < cols; j++) {
        m.set(i, j, numbers.getAsDouble());
      }
    }
    return m;
  }

  /** Returns a new matrix, uniform in [−½, ½); the caller closes it. */
  static HostMatrix centred(DType dtype, long rows, long cols, long seed) {
    RandomGenerator random = random(seed);
    return matrix(dtype, rows, cols, () -> random.nextFloat() - 0.5f);
  }

  /** Returns the first rows; they are borrowed. */
  HostMatrix first(int n) {
    return rows.rows(0, n);
  }

  /** Returns some rows in float64; the caller closes them. */
  HostMatrix gather(int[] chosen) {
    HostMatrix m = HostMatrix.allocate(DType.FLOAT64, chosen.length, rows.cols());
    for (int i = 0; i < chosen.length; i++) {
      for (long j = 0; j < rows.cols(); j++) {
        m.set(i, j, rows.get(chosen[i], j));
      }
    }
    return m;
  }

  /** Returns how many of the first rows' pairs 2p, 2p + 1 are nearly parallel. */
  int pairs(int n) {
    return Math.min(pairs, n / 2);
  }

  int dimension() {
    return (int) rows.cols();
  }

  int size() {
    return (int) rows.rows();
  }

  @Override
  public void close() {
    rows.close();
  }
}
