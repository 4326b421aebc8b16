package dev.lamina.analysis.embedding;

import java.util.Arrays;
import org.hipparchus.linear.RealMatrix;

/** The smallest and the largest of some numbers. */
record Extent(double min, double max) {
  static Extent of(double[] values) {
    return new Extent(
        Arrays.stream(values).min().orElseThrow(), Arrays.stream(values).max().orElseThrow());
  }

  static Extent of(RealMatrix values) {
    return of(Arrays.stream(values.getData()).flatMapToDouble(Arrays::stream).toArray());
  }

  double size() {
    return max - min;
  }
}
