package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.benchmarks.BenchSizes.Layers;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.util.ArrayList;
import java.util.List;

/**
 * Norms of the tangent kernels of every layer, block by block, beside one large product for each
 * layer of as many operations.
 */
final class AlignmentSuite {
  static final String NORMS = "norms of the tangent kernels of all layers";
  static final String PRODUCTS = "large products of as many operations";

  private AlignmentSuite() {}

  static void run(Bench bench) {
    for (DType dtype : bench.precisions(DType.FLOAT64, DType.FLOAT32)) {
      run(bench, dtype);
    }
  }

  private static void run(Bench bench, DType dtype) {
    Layers s = bench.sizes().layers();
    int stacked = s.outputs() * s.examples();
    int half = half(s);
    GramOps gram = bench.backend().gram();
    List<DeviceMatrix> gradients = new ArrayList<>();
    List<DeviceMatrix> grams = new ArrayList<>();
    try (DeviceMatrix product = bench.backend().allocate(dtype, stacked, half)) {
      for (int l = 0; l < s.aligned(); l++) {
        gradients.add(random(bench, dtype, stacked, s.alignedWidth(), 20 + l));
        try (DeviceMatrix x = random(bench, dtype, s.examples(), s.alignedWidth(), 40 + l)) {
          grams.add(bench.backend().allocate(dtype, s.examples(), s.examples()));
          gram.rowProducts(x, 1.0 / s.alignedWidth(), 0, grams.getLast());
        }
      }
      double[][] norms = new double[1][];
      Times times =
          bench
              .rounds("alignment")
              .add(NORMS, () -> norms[0] = gram.hadamardNorms(gradients, grams))
              .add(
                  PRODUCTS,
                  () ->
                      gradients.forEach(
                          d -> gram.gemm(d, false, d.rows(0, half), true, 1, 0, product)))
              .run();
      LastRun last =
          LastRun.of(bench.workbench(), () -> norms[0] = gram.hadamardNorms(gradients, grams));
      double want = expected(bench, gradients.getFirst(), grams.getFirst(), s);
      bench.add(
          figure(bench, NORMS, dtype, times)
              .against(times, NORMS, PRODUCTS)
              .last(last)
              .errors(Errors.ofRandom(Math.abs(norms[0][0] - want) / want)));
      bench.add(figure(bench, PRODUCTS, dtype, times));
    } finally {
      gradients.forEach(DeviceMatrix::close);
      grams.forEach(DeviceMatrix::close);
    }
  }

  /** Returns columns of a product that has as many entries as the blocks of a lower triangle. */
  private static int half(Layers s) {
    return s.examples() * (s.outputs() + 1) / 2;
  }

  private static DeviceMatrix random(Bench bench, DType dtype, int rows, int cols, long seed) {
    try (HostMatrix numbers = Inputs.centred(dtype, rows, cols, seed)) {
      return bench.backend().upload(numbers);
    }
  }

  private static FigureBuilder figure(Bench bench, String work, DType dtype, Times times) {
    Layers s = bench.sizes().layers();
    double n = s.examples();
    double width = s.alignedWidth();
    double stacked = s.outputs() * n;
    double written = work.equals(PRODUCTS) ? stacked * half(s) : 0;
    double read = stacked * width + (work.equals(PRODUCTS) ? 0 : n * n);
    return new FigureBuilder(Suite.ALIGNMENT, work, dtype, times.spread(work))
        .size("N", s.examples())
        .size("n", s.alignedWidth())
        .size("C", s.outputs())
        .size("layers", s.aligned())
        .arithmetic(
            s.aligned() * Counts.product(stacked, half(s), width),
            bench.ceiling(dtype),
            s.aligned() * dtype.bytes() * (read + written),
            bench.ceilings().bandwidth());
  }

  /** Returns the norm of a kernel from all its blocks, each of them stored, in float64. */
  private static double expected(Bench bench, DeviceMatrix d, DeviceMatrix g, Layers s) {
    Backend reference = bench.reference().backend();
    int n = s.examples();
    double sum = 0;
    try (HostMatrix gradients = HostMatrix.allocate(DType.FLOAT64, d.rows(), d.cols());
        HostMatrix gram = HostMatrix.allocate(DType.FLOAT64, n, n);
        HostMatrix block = HostMatrix.allocate(DType.FLOAT64, n, n)) {
      bench.backend().download(d, gradients);
      bench.backend().download(g, gram);
      for (int c = 0; c < s.outputs(); c++) {
        for (int e = 0; e < s.outputs(); e++) {
          HostMatrix one = gradients.rows((long) c * n, (c + 1L) * n);
          HostMatrix other = gradients.rows((long) e * n, (e + 1L) * n);
          reference.gram().gemm(one, false, other, true, 1, 0, block);
          reference.gram().hadamard(gram, block);
          sum += centredSquares(block);
        }
      }
    }
    return sum;
  }

  /** Returns ‖H K H‖² of a block that need not be symmetric. */
  private static double centredSquares(HostMatrix k) {
    int n = (int) k.rows();
    double[] rows = new double[n];
    double[] cols = new double[n];
    double all = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double value = k.get(i, j) / n;
        rows[i] += value;
        cols[j] += value;
        all += value / n;
      }
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double value = k.get(i, j) - rows[i] - cols[j] + all;
        sum += value * value;
      }
    }
    return sum;
  }
}
