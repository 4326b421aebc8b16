package dev.lamina.cpu;

import java.util.Arrays;

/**
 * The memory in which one thread handles small layers and pieces of large ones. It grows to what
 * the thresholds of {@link CpuLayerOps} allow, under 2 MiB, and is then used again.
 */
final class LayerScratch {

  /** Elements that are handled at once: a few arrays of them fit into the first cache. */
  static final int CHUNK = 1024;

  /** Vectors may be read and written beyond the end: lanes of one AVX-512 register of float32. */
  static final int SLACK = 16;

  final double[] first = chunk();
  final double[] second = chunk();
  final double[] third = chunk();
  final double[] fourth = chunk();
  final double[] fifth = chunk();

  private final float[][] singles = {new float[0], new float[0], new float[0], new float[0]};
  private final double[][] doubles = {new double[0], new double[0], new double[0], new double[0]};

  private static double[] chunk() {
    return new double[CHUNK + SLACK];
  }

  /**
   * Returns an array of at least {@code length} elements and the slack; its values are left over.
   *
   * @param which 0 to 3
   */
  float[] singles(int which, int length) {
    if (singles[which].length < length + SLACK) {
      singles[which] = Arrays.copyOf(singles[which], length + SLACK);
    }
    return singles[which];
  }

  /** Returns an array of float64 like {@link #singles}. */
  double[] doubles(int which, int length) {
    if (doubles[which].length < length + SLACK) {
      doubles[which] = Arrays.copyOf(doubles[which], length + SLACK);
    }
    return doubles[which];
  }
}
