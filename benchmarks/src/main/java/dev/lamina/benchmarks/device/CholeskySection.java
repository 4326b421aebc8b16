package dev.lamina.benchmarks.device;

import dev.lamina.backend.Backend;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cholesky factors of X Xᵀ/d + I in float64, in place. */
final class CholeskySection {
  static final String NAME = "Cholesky";
  private static final int SAMPLED = 12;
  private static final int MATRICES = 2;

  private CholeskySection() {}

  static List<Figure> run(Bench bench) {
    List<Figure> figures = new ArrayList<>();
    for (int wanted : bench.settings().choleskyRows()) {
      int n =
          bench.fitting(Math.min(wanted, bench.inputs().size()), MATRICES * DType.FLOAT64.bytes());
      figures.add(run(bench, wanted, n));
    }
    return figures;
  }

  private static Figure run(Bench bench, int wanted, int n) {
    CudaWorkbench device = bench.workbench();
    Backend backend = device.backend();
    device.resetPeak();
    try (HostMatrix wide = bench.inputs().first(n).copy(DType.FLOAT64);
        DeviceMatrix x = backend.upload(wide);
        DeviceMatrix a = backend.allocate(DType.FLOAT64, n, n);
        DeviceMatrix factor = backend.allocate(DType.FLOAT64, n, n)) {
      backend.gram().rowProducts(x, 1.0 / wide.cols(), 0, a);
      device.addToDiagonal(a, 1);
      Runnable work = () -> backend.solve().cholesky(factor, Jitter.NONE);
      Spread time =
          new Rounds(device)
              .add(NAME, () -> device.copy(a, factor), work)
              .run(bench.settings().rounds(), bench.until())
              .get(NAME);
      device.copy(a, factor);
      Map<String, Double> launches = device.profile(work);
      return new Figure.Builder(NAME, "in place, float64", "N=%,d".formatted(n), time)
          .arithmetic(
              (double) n * n * n / 3,
              bench.ceilings().float64(),
              2.0 * Double.BYTES * n * n,
              bench.ceilings().bandwidth())
          .errors(Errors.ofRandom(error(backend, a, factor)))
          .peak(device.peakBytes())
          .launches(launches)
          .note(bench.reduced(wanted, n))
          .build();
    }
  }

  /** Largest |(L Lᵀ)_ij − a_ij| over sampled entries, relative to √(a_ii a_jj). */
  private static double error(Backend backend, DeviceMatrix a, DeviceMatrix factor) {
    int n = (int) a.rows();
    int[] rows = Inputs.random(7).ints(Math.min(SAMPLED, n), 0, n).toArray();
    double worst = 0;
    try (HostMatrix l = HostMatrix.allocate(DType.FLOAT64, rows.length, n);
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, rows.length, n)) {
      for (int i = 0; i < rows.length; i++) {
        backend.download(factor.rows(rows[i], rows[i] + 1L), l.rows(i, i + 1L));
        backend.download(a.rows(rows[i], rows[i] + 1L), want.rows(i, i + 1L));
      }
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < rows.length; j++) {
          double sum = 0;
          for (int c = 0; c <= Math.min(rows[i], rows[j]); c++) {
            sum += l.get(i, c) * l.get(j, c);
          }
          double scale = Math.sqrt(want.get(i, rows[i])) * Math.sqrt(want.get(j, rows[j]));
          worst = Math.max(worst, Math.abs(sum - want.get(i, rows[j])) / scale);
        }
      }
    }
    return worst;
  }
}
