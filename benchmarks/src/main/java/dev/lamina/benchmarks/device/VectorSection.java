package dev.lamina.benchmarks.device;

import dev.lamina.backend.Backend;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** K v without storing K, beside the time to build K once. */
final class VectorSection {
  static final String NAME = "kernel matrix times vectors";
  private static final int SAMPLED = 8;
  private static final String MULTIPLY = "K v, K never stored";
  private static final String BUILD = "K built once";

  private VectorSection() {}

  static List<Figure> run(Bench bench) {
    CudaWorkbench device = bench.workbench();
    Backend backend = device.backend();
    int wanted = bench.settings().vectorRows();
    int n = bench.fitting(wanted, Float.BYTES);
    int t = bench.settings().vectors();
    int d = bench.inputs().dimension();
    Kernel kernel = Kernel.parse("ntk(depth=%d)".formatted(bench.settings().depth()));
    try (DeviceMatrix x = backend.upload(bench.inputs().first(n));
        HostMatrix factors = factors(n, t);
        DeviceMatrix v = backend.upload(factors);
        DeviceMatrix out = backend.allocate(DType.FLOAT32, n, t);
        DeviceMatrix k = backend.allocate(DType.FLOAT32, n, n)) {
      Map<String, Spread> times =
          new Rounds(device)
              .add(MULTIPLY, () -> backend.gram().multiply(kernel, x, x, v, out))
              .add(BUILD, () -> backend.gram().compute(kernel, x, x, k))
              .run(bench.settings().rounds(), bench.until());
      device.fill(out, Double.NaN);
      Map<String, Double> launches =
          device.profile(() -> backend.gram().multiply(kernel, x, x, v, out));
      String size = "N=%,d d=%d L=%d, %d vectors".formatted(n, d, bench.settings().depth(), t);
      return List.of(
          new Figure.Builder(NAME, MULTIPLY, size, times.get(MULTIPLY))
              .arithmetic(
                  2.0 * n * n * (d + t),
                  bench.ceilings().float32(),
                  4.0 * n * (d + 2 * t),
                  bench.ceilings().bandwidth())
              .errors(Errors.ofRandom(error(bench, kernel, factors, out)))
              .launches(launches)
              .note("both triangles")
              .note(times.get(MULTIPLY).against("building K", times.get(BUILD)))
              .note(bench.reduced(wanted, n))
              .build(),
          new Figure.Builder(NAME, BUILD, size, times.get(BUILD))
              .arithmetic(
                  (double) n * (n + 1) * d,
                  bench.ceilings().float32(),
                  4.0 * n * n,
                  bench.ceilings().bandwidth())
              .errors(bench.reference().errors(Map.of(kernel, k), bench.inputs()))
              .build());
    }
  }

  private static HostMatrix factors(int n, int t) {
    HostMatrix v = HostMatrix.allocate(DType.FLOAT32, n, t);
    RandomGenerator random = Inputs.random(5);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < t; j++) {
        v.set(i, j, random.nextFloat() - 0.5f);
      }
    }
    return v;
  }

  /** Largest error of sampled rows, relative to Σ |k_ij v_j|. */
  private static double error(Bench bench, Kernel kernel, HostMatrix v, DeviceMatrix out) {
    int n = (int) v.rows();
    int[] sampled = Inputs.random(6).ints(Math.min(SAMPLED, n), 0, n).toArray();
    double worst = 0;
    try (HostMatrix all = bench.inputs().first(n).copy(DType.FLOAT64);
        HostMatrix rows = Reference.gather(bench.inputs(), sampled);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, sampled.length, n);
        HostMatrix got = HostMatrix.allocate(DType.FLOAT32, n, v.cols())) {
      bench.reference().backend().gram().compute(kernel, rows, all, k);
      bench.workbench().backend().download(out, got);
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
    return worst;
  }
}
