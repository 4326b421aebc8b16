package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.benchmarks.Workbench.PinnedCopies;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The rates that everything else is compared with: products by the library, and copies. */
final class CeilingSuite {
  static final String NAME = "ceilings";

  private final Bench bench;
  private final Workbench device;

  private CeilingSuite(Bench bench) {
    this.bench = bench;
    this.device = bench.workbench();
  }

  /** Measures and returns the rates. */
  static Ceilings run(Bench bench) {
    CeilingSuite suite = new CeilingSuite(bench);
    OptionalDouble single = suite.product(DType.FLOAT32, false);
    OptionalDouble full = suite.product(DType.FLOAT64, false);
    OptionalDouble tf32 = suite.product(DType.FLOAT32, true);
    OptionalDouble bandwidth = suite.copy();
    List<OptionalDouble> host = suite.hostCopies();
    return new Ceilings(single, full, tf32, bandwidth, host.get(0), host.get(1));
  }

  /** A square product in some arithmetic. */
  private OptionalDouble product(DType dtype, boolean tf32) {
    if (tf32 && !device.setTensorFloat32(true)) {
      return OptionalDouble.empty();
    }
    int wanted = bench.sizes().square();
    int n = bench.fitting(wanted, 2 * dtype.bytes());
    String work = "square product by the library" + (tf32 ? ", TF32" : "");
    device.resetPeak();
    try (HostMatrix a = Inputs.centred(dtype, n, n, 4);
        DeviceMatrix x = bench.backend().upload(a);
        DeviceMatrix out = bench.backend().allocate(dtype, n, n)) {
      Times times =
          bench.rounds(work).add(work, () -> device.rowProductsByLibrary(x, out, n)).run();
      device.fill(out, Double.NaN);
      device.rowProductsByLibrary(x, out, n);
      Figure figure =
          new FigureBuilder(NAME, work, dtype, times.spread(work))
              .by(FigureBuilder.LIBRARY)
              .size("N", n)
              .arithmetic(
                  Counts.product(n, n, n), // both triangles, as the library computes them
                  OptionalDouble.empty(),
                  2.0 * dtype.bytes() * n * n,
                  OptionalDouble.empty())
              .errors(Errors.ofProduct(bench.backend(), a, out))
              .peak(device.peakBytes())
              .note(Bench.reduced(wanted, n))
              .build();
      bench.figures().accept(figure);
      return figure.teraflops();
    } finally {
      if (tf32) {
        device.setTensorFloat32(false);
      }
    }
  }

  private OptionalDouble copy() {
    long cols = 1024;
    long bytes = Math.min(bench.sizes().copyBytes(), device.freeBytes() / 4);
    long rows = Math.max(1, bytes / cols / Float.BYTES);
    String work = "copy in the device's memory, read and written";
    try (HostMatrix numbers = Inputs.centred(DType.FLOAT32, 1, cols, 5);
        DeviceMatrix row = bench.backend().upload(numbers);
        DeviceMatrix from = bench.backend().allocate(DType.FLOAT32, rows, cols);
        DeviceMatrix to = bench.backend().allocate(DType.FLOAT32, rows, cols)) {
      device.copy(row, from.rows(0, 1));
      for (long done = 1; done < rows; done *= 2) {
        long count = Math.min(done, rows - done);
        device.copy(from.rows(0, count), from.rows(done, done + count));
      }
      Times times = bench.rounds(work).add(work, () -> device.copy(from, to)).run();
      Figure figure =
          new FigureBuilder(NAME, work, DType.FLOAT32, times.spread(work))
              .by(FigureBuilder.LIBRARY)
              .size("bytes", rows * cols * Float.BYTES)
              .moving(2.0 * Float.BYTES * rows * cols, OptionalDouble.empty())
              .build();
      bench.figures().accept(figure);
      return figure.gigabytes();
    }
  }

  private List<OptionalDouble> hostCopies() {
    long bytes = Math.min(bench.sizes().copyBytes() / 4, device.freeBytes() / 4);
    Optional<PinnedCopies> opened = device.pinnedCopies(bytes);
    if (opened.isEmpty()) {
      return List.of(OptionalDouble.empty(), OptionalDouble.empty());
    }
    String up = "copy from pinned host memory";
    String down = "copy to pinned host memory";
    try (PinnedCopies copies = opened.get()) {
      Times times =
          bench
              .rounds("copies")
              .addTimed(up, copies::toDevice)
              .addTimed(down, copies::toHost)
              .run();
      List<OptionalDouble> rates = new ArrayList<>();
      for (String work : List.of(up, down)) {
        Figure figure =
            new FigureBuilder(NAME, work, DType.FLOAT32, times.spread(work))
                .by(FigureBuilder.LIBRARY)
                .size("bytes", bytes)
                .moving((double) bytes, OptionalDouble.empty())
                .build();
        bench.figures().accept(figure);
        rates.add(figure.gigabytes());
      }
      return rates;
    }
  }
}
