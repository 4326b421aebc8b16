package dev.lamina.analysis.data;

import dev.lamina.analysis.data.PreprocessingStep.Extent;
import dev.lamina.analysis.data.PreprocessingStep.Fitted;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Locale;
import java.util.stream.LongStream;

/** Learns and applies the whitening map of {@link PreprocessingStep.Zca}. */
final class ZcaWhitening {
  /** Rows that are centred in float64 at a time: 25 MB for MNIST. */
  private static final long BLOCK = 4096;

  private ZcaWhitening() {}

  static Fitted fit(HostMatrix train, double regulariser, Backend backend) {
    double[] mean = FeatureLoops.means(train, Extent.FEATURES);
    double[][] map = map(train, mean, regulariser, backend);
    return (x, _) -> apply(x, mean, map, backend);
  }

  /** Returns U (D + ε·tr(D)/d)^(−1/2) Uᵀ. */
  private static double[][] map(
      HostMatrix train, double[] mean, double regulariser, Backend backend) {
    long d = train.cols();
    try (HostMatrix vectors = HostMatrix.allocate(DType.FLOAT64, d, d);
        HostMatrix values = HostMatrix.allocate(DType.FLOAT64, d, 1);
        HostMatrix map = HostMatrix.allocate(DType.FLOAT64, d, d)) {
      covariance(train, mean, backend, vectors);
      double trace = 0;
      for (long i = 0; i < d; i++) {
        trace += vectors.get(i, i);
      }
      backend.solve().symmetricEigen(vectors, values, true);
      requireRegular(values, regulariser, trace);
      // With rows scaled by the fourth root, the map is Vᵀ V.
      for (long k = 0; k < d; k++) {
        // Rounding can leave eigenvalues of a covariance a little below zero.
        double eigenvalue = Math.max(0, values.get(k, 0)) + regulariser * trace / d;
        double root = Math.sqrt(Math.sqrt(eigenvalue));
        for (long j = 0; j < d; j++) {
          vectors.set(k, j, vectors.get(k, j) / root);
        }
      }
      backend.gram().gemm(vectors, true, vectors, false, 1, 0, map);
      return map.toArray();
    }
  }

  private static void requireRegular(HostMatrix values, double regulariser, double trace) {
    long d = values.rows();
    double smallest = values.get(0, 0);
    // Rounding errors of a covariance are of the order of d·u·trace.
    double noise = d * DType.FLOAT64.unitRoundoff() * trace;
    if (regulariser * trace / d <= noise && smallest <= noise) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "zca = %s: the covariance of the training samples is singular (smallest eigenvalue %.3g,"
                  + " trace %.3g, %d features); use a regulariser such as 1e-3",
              regulariser,
              smallest,
              trace,
              d));
    }
  }

  private static void covariance(
      HostMatrix train, double[] mean, Backend backend, HostMatrix covariance) {
    try (HostMatrix block = block(train)) {
      for (long from = 0; from < train.rows(); from += BLOCK) {
        HostMatrix rows = train.rows(from, Math.min(train.rows(), from + BLOCK));
        HostMatrix centred = block.rows(0, rows.rows());
        centre(rows, mean, centred);
        double beta = from == 0 ? 0 : 1;
        backend.gram().gemm(centred, true, centred, false, 1.0 / train.rows(), beta, covariance);
      }
    }
  }

  private static void apply(HostMatrix x, double[] mean, double[][] map, Backend backend) {
    try (HostMatrix w = HostMatrix.of(map);
        HostMatrix block = block(x);
        HostMatrix product = block(x)) {
      for (long from = 0; from < x.rows(); from += BLOCK) {
        HostMatrix rows = x.rows(from, Math.min(x.rows(), from + BLOCK));
        HostMatrix centred = block.rows(0, rows.rows());
        HostMatrix out = product.rows(0, rows.rows());
        centre(rows, mean, centred);
        backend.gram().gemm(centred, false, w, false, 1, 0, out);
        rows.copyFrom(out);
      }
    }
  }

  private static HostMatrix block(HostMatrix x) {
    return HostMatrix.allocate(DType.FLOAT64, Math.min(BLOCK, x.rows()), x.cols());
  }

  private static void centre(HostMatrix rows, double[] mean, HostMatrix out) {
    LongStream.range(0, rows.rows())
        .parallel()
        .forEach(i -> {
          for (int j = 0; j < mean.length; j++) {
            out.set(i, j, rows.get(i, j) - mean[j]);
          }
        });
  }
}
