package dev.lamina.benchmarks.device;

import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/** The rates that everything else is compared with: products by the library, and copies. */
final class CeilingSection {
  static final String NAME = "ceilings";
  private static final int SAMPLED = 16;
  private static final double GIGA = 1e9;

  private final Bench bench;
  private final CudaWorkbench device;
  private final List<Figure> figures = new ArrayList<>();

  private CeilingSection(Bench bench) {
    this.bench = bench;
    this.device = bench.workbench();
  }

  /**
   * What was found.
   *
   * @param ceilings the rates
   * @param figures with all that belongs to them
   */
  record Found(Ceilings ceilings, List<Figure> figures) {}

  static Found run(Bench bench) {
    CeilingSection section = new CeilingSection(bench);
    int edge = bench.fitting(bench.settings().squareEdge(), 2 * Double.BYTES);
    OptionalDouble single = section.product(DType.FLOAT32, edge, false);
    OptionalDouble full = section.product(DType.FLOAT64, edge, false);
    OptionalDouble tf32 = section.product(DType.FLOAT32, edge, true);
    OptionalDouble bandwidth = section.copyOnDevice();
    double[] host = section.hostCopies();
    return new Found(
        new Ceilings(
            single, full, tf32, bandwidth, OptionalDouble.of(host[0]), OptionalDouble.of(host[1])),
        section.figures);
  }

  /** A square product, and one of the inputs' shape, in some arithmetic. */
  private OptionalDouble product(DType dtype, int edge, boolean tf32) {
    if (tf32 && !device.setTensorFloat32(true)) {
      return OptionalDouble.empty();
    }
    try {
      String arithmetic = tf32 ? "TF32" : dtype == DType.FLOAT32 ? "float32" : "float64";
      String work = "%s product, %s".formatted(device.blas(), arithmetic);
      Figure square;
      try (HostMatrix a = random(edge)) {
        square = product(work, a, dtype);
      }
      figures.add(square);
      int n = bench.fitting(bench.inputs().size(), dtype.bytes());
      try (HostMatrix x = bench.inputs().first(n)) {
        figures.add(product(work, x, dtype));
      }
      return square.teraflops();
    } finally {
      if (tf32) {
        device.setTensorFloat32(false);
      }
    }
  }

  private Figure product(String work, HostMatrix a, DType dtype) {
    int n = (int) a.rows();
    int k = (int) a.cols();
    device.resetPeak();
    try (HostMatrix typed = a.copy(dtype);
        DeviceMatrix x = device.backend().upload(typed);
        DeviceMatrix out = device.backend().allocate(dtype, n, n)) {
      Spread time =
          new Rounds(device)
              .add(work, () -> device.rowProductsByLibrary(x, out, n))
              .run(bench.settings().rounds(), bench.until())
              .get(work);
      device.fill(out, Double.NaN);
      device.rowProductsByLibrary(x, out, n);
      return new Figure.Builder(NAME, work, "%d×%d×%d".formatted(n, n, k), time)
          .arithmetic(2.0 * n * n * k, OptionalDouble.empty(), 0, OptionalDouble.empty())
          .errors(Errors.ofRandom(productError(device, typed, out)))
          .peak(device.peakBytes())
          .build();
    }
  }

  /** Largest error of sampled entries of X Xᵀ, relative to ‖x_i‖‖x_j‖. */
  static double productError(CudaWorkbench device, HostMatrix x, DeviceMatrix out) {
    RandomGenerator random = Inputs.random(3);
    double worst = 0;
    try (HostMatrix got = HostMatrix.allocate(out.dtype(), 1, out.cols())) {
      for (int s = 0; s < SAMPLED; s++) {
        long i = random.nextLong(x.rows());
        device.backend().download(out.rows(i, i + 1), got);
        for (int t = 0; t < SAMPLED; t++) {
          long j = random.nextLong(x.rows());
          double scale = Math.sqrt(dot(x, i, i)) * Math.sqrt(dot(x, j, j));
          worst = Math.max(worst, Math.abs(got.get(0, j) - dot(x, i, j)) / scale);
        }
      }
    }
    return worst;
  }

  private static double dot(HostMatrix x, long i, long j) {
    double sum = 0;
    for (long c = 0; c < x.cols(); c++) {
      sum += x.get(i, c) * x.get(j, c);
    }
    return sum;
  }

  private static HostMatrix random(int edge) {
    HostMatrix a = HostMatrix.allocate(DType.FLOAT32, edge, edge);
    RandomGenerator random = Inputs.random(4);
    for (int i = 0; i < edge; i++) {
      for (int j = 0; j < edge; j++) {
        a.set(i, j, random.nextFloat() - 0.5f);
      }
    }
    return a;
  }

  private OptionalDouble copyOnDevice() {
    long bytes = Math.min(bench.settings().copyBytes(), device.freeBytes() / 4);
    long cols = bench.inputs().dimension();
    int rows = Math.toIntExact(bytes / cols / Float.BYTES);
    device.resetPeak();
    try (DeviceMatrix from = device.backend().allocate(DType.FLOAT32, rows, cols);
        DeviceMatrix to = device.backend().allocate(DType.FLOAT32, rows, cols)) {
      randomize(from);
      Spread time =
          new Rounds(device)
              .add("copy", () -> device.copy(from, to))
              .run(bench.settings().rounds(), bench.until())
              .get("copy");
      Figure figure =
          new Figure.Builder(
                  NAME, "copy on the device, read + written", megabytes(4L * rows * cols), time)
              .moving(2.0 * Float.BYTES * rows * cols)
              .peak(device.peakBytes())
              .build();
      figures.add(figure);
      return figure.gigabytes();
    }
  }

  /** Fills a matrix with copies of the inputs. */
  private void randomize(DeviceMatrix m) {
    int n = bench.inputs().size();
    for (long row = 0; row < m.rows(); row += n) {
      int count = (int) Math.min(n, m.rows() - row);
      try (DeviceMatrix x = device.backend().upload(bench.inputs().first(count))) {
        device.copy(x, m.rows(row, row + count));
      }
    }
  }

  private double[] hostCopies() {
    long bytes = Math.min(bench.settings().copyBytes() / 4, device.freeBytes() / 4);
    List<Double> to = new ArrayList<>();
    List<Double> from = new ArrayList<>();
    try (CudaWorkbench.HostCopies copies = device.hostCopies(bytes)) {
      for (int round = 0; round <= bench.settings().rounds(); round++) {
        double up = copies.toDevice();
        double down = copies.toHost();
        if (round > 0) {
          to.add(up);
          from.add(down);
        }
      }
    }
    double[] rates = new double[2];
    List<Map.Entry<String, List<Double>>> all =
        List.of(Map.entry("pinned host → device", to), Map.entry("device → pinned host", from));
    for (int i = 0; i < rates.length; i++) {
      Spread time = Spread.of(all.get(i).getValue());
      rates[i] = bytes / time.median() / 1e6;
      figures.add(
          new Figure.Builder(NAME, all.get(i).getKey(), megabytes(bytes), time)
              .moving((double) bytes)
              .build());
    }
    return rates;
  }

  private static String megabytes(long bytes) {
    return bytes >= GIGA ? "%.1f GB".formatted(bytes / GIGA) : "%.1f MB".formatted(bytes / 1e6);
  }
}
