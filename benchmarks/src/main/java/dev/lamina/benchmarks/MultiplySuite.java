package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.Map;

/** K v without storing K, beside the time to build K once. */
final class MultiplySuite {
  static final String MULTIPLY = "K v, K never stored";
  static final String BUILD = "K built once";
  private static final int SAMPLED = 8;

  private MultiplySuite() {}

  static void run(Bench bench) {
    for (DType dtype : bench.precisions(DType.FLOAT32)) {
      run(bench, dtype);
    }
  }

  private static void run(Bench bench, DType dtype) {
    Workbench device = bench.workbench();
    int wanted = bench.sizes().multiplyRows();
    int n = bench.rows(wanted, dtype.bytes());
    int t = bench.sizes().vectors();
    Kernel kernel = Kernel.parse("ntk(depth=%d)".formatted(bench.sizes().depth()));
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        DeviceMatrix x = bench.backend().upload(typed);
        HostMatrix factors = Inputs.centred(dtype, n, t, 5);
        DeviceMatrix v = bench.backend().upload(factors);
        DeviceMatrix out = bench.backend().allocate(dtype, n, t)) {
      Runnable multiply = () -> bench.backend().gram().multiply(kernel, x, x, v, out);
      Times times;
      try (DeviceMatrix k = bench.backend().allocate(dtype, n, n)) {
        times =
            bench
                .rounds("multiply, N = %,d".formatted(n))
                .add(MULTIPLY, multiply)
                .add(BUILD, () -> bench.backend().gram().compute(kernel, x, x, k))
                .run();
        bench.add(
            figure(bench, BUILD, times, dtype, n)
                .arithmetic(
                    Counts.gram(n, (double) x.cols()),
                    bench.ceiling(dtype),
                    (double) dtype.bytes() * n * (x.cols() + n),
                    bench.ceilings().bandwidth())
                .errors(bench.reference().errors(Map.of(kernel, k), bench.inputs()))
                .note(Bench.reduced(wanted, n)));
      }
      device.fill(out, Double.NaN);
      LastRun last = LastRun.of(device, multiply);
      bench.add(
          figure(bench, MULTIPLY, times, dtype, n)
              .against(times, MULTIPLY, BUILD)
              .arithmetic(
                  Counts.gram(n, (double) x.cols()) + Counts.product(n, t, n),
                  bench.ceiling(dtype),
                  (double) dtype.bytes() * n * (x.cols() + 2L * t),
                  bench.ceilings().bandwidth())
              .last(last)
              .errors(error(bench, kernel, factors, out))
              .note(Bench.reduced(wanted, n)));
    }
  }

  private static FigureBuilder figure(Bench bench, String work, Times times, DType dtype, int n) {
    return new FigureBuilder(Suite.MULTIPLY, work, dtype, times.spread(work))
        .size("N", n)
        .size("d", bench.inputs().dimension())
        .size("L", bench.sizes().depth())
        .size("vectors", bench.sizes().vectors());
  }

  /** Largest error of sampled rows, relative to Σ |k_ij v_j|. */
  private static Errors error(Bench bench, Kernel kernel, HostMatrix v, DeviceMatrix out) {
    int n = (int) v.rows();
    int[] sampled = Inputs.random(6).ints(Math.min(SAMPLED, n), 0, n).toArray();
    double worst = 0;
    try (HostMatrix all = bench.inputs().first(n).copy(DType.FLOAT64);
        HostMatrix rows = bench.inputs().gather(sampled);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, sampled.length, n);
        HostMatrix got = HostMatrix.allocate(out.dtype(), n, v.cols())) {
      bench.reference().backend().gram().compute(kernel, rows, all, k);
      bench.backend().download(out, got);
      for (int i = 0; i < sampled.length; i++) {
        for (int c = 0; c < v.cols(); c++) {
          double sum = 0;
          double scale = 0;
          for (int j = 0; j < n; j++) {
            double term = k.get(i, j) * v.get(j, c);
            sum += term;
            scale += Math.abs(term);
          }
          worst = Math.max(worst, Math.abs(got.get(sampled[i], c) - sum) / scale);
        }
      }
    }
    return Errors.ofRandom(worst);
  }
}
