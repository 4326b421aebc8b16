package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.List;

/** Vectors that are lists of matrices on a device. */
final class Points {
  private final Backend backend;

  Points(Backend backend) {
    this.backend = backend;
  }

  /** Returns the sum of the products of all entries. */
  double dot(List<DeviceMatrix> a, List<DeviceMatrix> b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += backend.gram().dot(a.get(i), b.get(i));
    }
    return sum;
  }

  /** Computes y ← alpha·x + beta·y. */
  void add(double alpha, List<DeviceMatrix> x, double beta, List<DeviceMatrix> y) {
    for (int i = 0; i < x.size(); i++) {
      backend.layers().add(alpha, x.get(i), beta, y.get(i));
    }
  }

  void copy(List<DeviceMatrix> from, List<DeviceMatrix> to) {
    add(1, from, 0, to);
  }

  /** Returns the number of entries. */
  static long size(List<DeviceMatrix> point) {
    return point.stream().mapToLong(m -> m.rows() * m.cols()).sum();
  }

  /** Allocates matrices like those of a point. */
  static List<DeviceMatrix> like(Scratch scratch, List<DeviceMatrix> point) {
    return point.stream().map(scratch::like).toList();
  }
}
