package dev.lamina.analysis.alignment;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** Gradients by the outputs, N×C each and several one below the other, from which to go back. */
final class Cotangents {
  /** Keeps probes and permutations of one seed apart. */
  private static final long PROBES = 0x9e3779b97f4a7c15L;

  private Cotangents() {}

  /** Returns those of the C outputs themselves, (C·N)×C; the caller closes them. */
  static HostMatrix outputs(int examples, int outputs) {
    HostMatrix m = HostMatrix.allocate(DType.FLOAT64, (long) outputs * examples, outputs);
    for (int c = 0; c < outputs; c++) {
      for (int i = 0; i < examples; i++) {
        m.set((long) c * examples + i, c, 1);
      }
    }
    return m;
  }

  /**
   * Returns the labels, the labels of permuted examples, then random signs, if asked for, with the
   * means of their columns subtracted; the caller closes them.
   *
   * @param y centred labels
   * @param settings how many
   */
  static HostMatrix of(double[][] y, AlignmentSettings settings) {
    int labels = 1 + settings.permutations();
    int probes = settings.denominator() instanceof Denominator.Probes(int count) ? count : 0;
    long rows = (labels + (long) probes) * y.length;
    HostMatrix m = HostMatrix.allocate(DType.FLOAT64, rows, y[0].length);
    labels(y, labels, generator(settings.seed()), m);
    RandomGenerator random = generator(settings.seed() ^ PROBES);
    for (int k = labels; k < labels + probes; k++) {
      signs(random, m.rows((long) k * y.length, (k + 1L) * y.length));
    }
    return m;
  }

  private static void labels(double[][] y, int count, RandomGenerator random, HostMatrix m) {
    int n = y.length;
    int[] order = IntStream.range(0, n).toArray();
    for (int k = 0; k < count; k++) {
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < y[i].length; c++) {
          m.set((long) k * n + i, c, y[order[i]][c]);
        }
      }
      shuffle(order, random);
    }
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }

  private static void signs(RandomGenerator random, HostMatrix m) {
    for (int c = 0; c < m.cols(); c++) {
      double sum = 0;
      for (long i = 0; i < m.rows(); i++) {
        double sign = random.nextBoolean() ? 1 : -1;
        m.set(i, c, sign);
        sum += sign;
      }
      for (long i = 0; i < m.rows(); i++) {
        m.set(i, c, m.get(i, c) - sum / m.rows());
      }
    }
  }

  private static RandomGenerator generator(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
