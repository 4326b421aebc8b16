package dev.lamina.kernels;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A matrix in emulated memory of one element type, with three columns of NaN beyond its last one.
 *
 * @param device where it lies
 * @param single whether elements are float32
 * @param rows number of rows
 * @param cols number of columns
 * @param address of entry (0, 0)
 */
record TestMatrix(EmulatedDevice device, boolean single, int rows, int cols, long address) {
  private static final int PADDING = 3;

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns uniform entries in (−1, 1), rounded to the element type. */
  static double[][] uniform(long seed, boolean single, int rows, int cols) {
    RandomGenerator random = random(seed);
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      for (int j = 0; j < cols; j++) {
        double value = random.nextDouble(-1, 1);
        row[j] = single ? (float) value : value;
      }
    }
    return values;
  }

  static TestMatrix of(EmulatedDevice device, boolean single, double[][] values) {
    int rows = values.length;
    int cols = values[0].length;
    int stride = cols + PADDING;
    double[] flat = new double[rows * stride];
    Arrays.fill(flat, Double.NaN);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values[i], 0, flat, i * stride, cols);
    }
    long address = single ? device.upload(floats(flat)) : device.upload(flat);
    return new TestMatrix(device, single, rows, cols, address);
  }

  static TestMatrix poisoned(EmulatedDevice device, boolean single, int rows, int cols) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      Arrays.fill(row, Double.NaN);
    }
    return of(device, single, values);
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  long stride() {
    return (long) cols + PADDING;
  }

  /** Reads the entries and checks that nothing was written beside them. */
  double[][] read() {
    int stride = cols + PADDING;
    double[][] values = new double[rows][cols];
    double[] flat = new double[rows * stride];
    if (single) {
      float[] all = device.floats(address, flat.length);
      Arrays.setAll(flat, i -> all[i]);
    } else {
      flat = device.doubles(address, flat.length);
    }
    for (int i = 0; i < rows; i++) {
      System.arraycopy(flat, i * stride, values[i], 0, cols);
      for (int j = cols; j < stride; j++) {
        if (!Double.isNaN(flat[i * stride + j])) {
          throw new AssertionError("row %d was written beyond its end".formatted(i));
        }
      }
    }
    return values;
  }

  /** Unit roundoff of the element type. */
  double roundoff() {
    return single ? 0x1p-24 : 0x1p-53;
  }
}
