package dev.lamina.analysis.layerwise;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** A layer whose losses are known to twelve digits from an independent script. */
final class GoldenLayer {
  static final int SAMPLES = 6;
  static final int CLASSES = 3;
  static final double NOISE = 0.05;

  private GoldenLayer() {}

  private static double grid(int i, int j, double a, double b, double c) {
    return Math.sin(a * i + b * j + c);
  }

  /** Returns relu(X Wᵀ + b), 6×5. */
  static HostMatrix activations(DType dtype) {
    HostMatrix phi = HostMatrix.allocate(dtype, SAMPLES, 5);
    for (int i = 0; i < SAMPLES; i++) {
      for (int k = 0; k < 5; k++) {
        double z = Math.sin(0.3 * k - 0.2);
        for (int j = 0; j < 3; j++) {
          z += grid(i, j, 0.7, 1.3, 0.5) * grid(k, j, 0.4, 0.9, 1.1);
        }
        phi.set(i, k, Math.max(0, z));
      }
    }
    return phi;
  }

  /** Returns one-hot rows of i mod 3, minus 1/3. */
  static HostMatrix targets(DType dtype) {
    HostMatrix y = HostMatrix.allocate(dtype, SAMPLES, CLASSES);
    for (int i = 0; i < SAMPLES; i++) {
      for (int c = 0; c < CLASSES; c++) {
        y.set(i, c, (i % CLASSES == c ? 1 : 0) - 1.0 / CLASSES);
      }
    }
    return y;
  }
}
