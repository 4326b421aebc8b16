package dev.lamina.benchmarks;

import dev.lamina.backend.BackendId;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.benchmarks.Workbench.PinnedCopies;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** Copies between host and device, files, and what a call costs at least. */
final class TransferSuite {
  private static final String UP = "upload";
  private static final String DOWN = "download";
  private static final String PINNED_UP = "copy from pinned host memory";
  private static final String PINNED_DOWN = "copy to pinned host memory";
  private static final String WRITE = "writing a .npy file";
  private static final String READ = "reading a .npy file";
  private static final String CALL = "Gram matrix of 16 rows of 16";
  private static final int SMALL = 16;
  private static final long COLUMNS = 1024;

  private final Bench bench;
  private final DType dtype;

  private TransferSuite(Bench bench) {
    this.bench = bench;
    this.dtype = bench.precisions(DType.FLOAT32).getFirst();
  }

  static void run(Bench bench) {
    TransferSuite suite = new TransferSuite(bench);
    long bytes = Math.min(bench.sizes().copyBytes() / 4, bench.workbench().freeBytes() / 4);
    long rows = Math.max(1, bytes / COLUMNS / suite.dtype.bytes());
    try (HostMatrix numbers = Inputs.centred(suite.dtype, rows, COLUMNS, 12)) {
      suite.copies(numbers);
      suite.files(numbers);
    }
    suite.call();
  }

  private void copies(HostMatrix numbers) {
    double bytes = (double) numbers.rows() * numbers.cols() * dtype.bytes();
    boolean host = bench.backend().id() == BackendId.CPU;
    Optional<PinnedCopies> pinned = bench.workbench().pinnedCopies((long) bytes);
    try (HostMatrix back = HostMatrix.allocate(dtype, numbers.rows(), numbers.cols());
        DeviceMatrix there = bench.backend().upload(numbers)) {
      Rounds rounds = bench.rounds("copies");
      rounds.add(UP, () -> bench.backend().upload(numbers).close());
      rounds.add(DOWN, () -> bench.backend().download(there, back));
      pinned.ifPresent(p -> {
        rounds.addTimed(PINNED_UP, p::toDevice);
        rounds.addTimed(PINNED_DOWN, p::toHost);
      });
      Times times = rounds.run();
      // On the processor both are copies within one memory, which reads and writes.
      double moved = host ? 2 * bytes : bytes;
      OptionalDouble bandwidth = bench.ceilings().bandwidth();
      bench.add(
          figure(UP, times, bytes)
              .against(times, UP, PINNED_UP)
              .moving(moved, host ? bandwidth : bench.ceilings().toDevice()));
      bench.add(
          figure(DOWN, times, bytes)
              .against(times, DOWN, PINNED_DOWN)
              .moving(moved, host ? bandwidth : bench.ceilings().toHost())
              .errors(Errors.ofRandom(difference(numbers, back))));
      if (pinned.isPresent()) {
        for (String work : new String[] {PINNED_UP, PINNED_DOWN}) {
          bench.add(
              figure(work, times, bytes)
                  .by(FigureBuilder.LIBRARY)
                  .moving(bytes, OptionalDouble.empty()));
        }
      }
    } finally {
      pinned.ifPresent(PinnedCopies::close);
    }
  }

  private void files(HostMatrix numbers) {
    double bytes = (double) numbers.rows() * numbers.cols() * dtype.bytes();
    try (HostMatrix back = HostMatrix.allocate(dtype, numbers.rows(), numbers.cols())) {
      Path folder = Files.createTempDirectory("lamina-bench");
      Path file = folder.resolve("numbers.npy");
      try {
        Times times =
            bench
                .rounds("files")
                .addTimed(WRITE, () -> onHost(() -> NpyFile.write(file, numbers)))
                .addTimed(READ, () -> onHost(() -> read(file, back)))
                .run();
        double error = difference(numbers, back);
        bench.add(figure(WRITE, times, bytes).moving(bytes, OptionalDouble.empty()));
        bench.add(
            figure(READ, times, bytes)
                .moving(bytes, OptionalDouble.empty())
                .errors(Errors.ofRandom(error))
                .note("from the system's cache of files"));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a file in " + System.getProperty("java.io.tmpdir"), e);
    }
  }

  /** Reads every entry: files of native byte order are mapped and read as they are used. */
  private static void read(Path file, HostMatrix to) {
    try (HostMatrix mapped = NpyFile.read(file)) {
      to.copyFrom(mapped);
    }
  }

  /** Returns the milliseconds of work in which no device has a part. */
  private static double onHost(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  /** What an operation costs whose arithmetic costs nothing. */
  private void call() {
    try (HostMatrix numbers = Inputs.centred(dtype, SMALL, SMALL, 13);
        DeviceMatrix x = bench.backend().upload(numbers);
        DeviceMatrix out = bench.backend().allocate(dtype, SMALL, SMALL)) {
      Times times =
          bench
              .rounds("calls")
              .add(CALL, () -> bench.backend().gram().rowProducts(x, 1, 0, out))
              .run();
      bench.add(
          new FigureBuilder(Suite.TRANSFER, CALL, dtype, times.spread(CALL))
              .size("N", SMALL)
              .size("d", SMALL)
              .arithmetic(
                  Counts.gram(SMALL, SMALL),
                  OptionalDouble.empty(),
                  2.0 * dtype.bytes() * SMALL * SMALL,
                  OptionalDouble.empty())
              .errors(Errors.ofProduct(bench.backend(), numbers, out))
              .note("the least that an operation costs"));
    }
  }

  private FigureBuilder figure(String work, Times times, double bytes) {
    return new FigureBuilder(Suite.TRANSFER, work, dtype, times.spread(work))
        .size("bytes", (long) bytes);
  }

  private static double difference(HostMatrix a, HostMatrix b) {
    double worst = 0;
    for (long i = 0; i < a.rows(); i++) {
      for (long j = 0; j < a.cols(); j++) {
        worst = Math.max(worst, Math.abs(a.get(i, j) - b.get(i, j)));
      }
    }
    return worst;
  }
}
