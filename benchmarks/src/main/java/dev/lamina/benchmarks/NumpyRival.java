package dev.lamina.benchmarks;

import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The NumPy chain. */
final class NumpyRival implements AutoCloseable {
  private final RivalProcess process;

  private NumpyRival(RivalProcess process) {
    this.process = process;
  }

  /**
   * Starts the rival.
   *
   * @return empty if there is no python3 with NumPy on this machine
   */
  static Optional<NumpyRival> start() {
    return RivalProcess.start("fc_kernels.py").map(NumpyRival::new);
  }

  /** Returns the versions of NumPy and of its BLAS. */
  String version() {
    return process.version();
  }

  /** Hands the rows over. */
  void load(HostMatrix x) {
    Path data = process.folder().resolve("x.bin");
    try (FileChannel out =
        FileChannel.open(data, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long i = 0; i < x.rows(); i++) {
        ByteBuffer row =
            x.segment()
                .asSlice(x.byteOffset(i, 0), x.cols() * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        while (row.hasRemaining()) {
          out.write(row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + data, e);
    }
    process.ask("load %d %d %s".formatted(x.rows(), x.cols(), data));
  }

  /** Computes both kernels and returns the seconds it took. */
  double run(int depth) {
    return Double.parseDouble(process.ask("run " + depth));
  }

  /** Returns an entry of the NNGP and of the tangent kernel matrix of the last run. */
  double[] entry(long row, long col) {
    String answer = process.ask("entry %d %d".formatted(row, col));
    int space = answer.indexOf(' ');
    return new double[] {
      Double.parseDouble(answer.substring(0, space)),
      Double.parseDouble(answer.substring(space + 1))
    };
  }

  @Override
  public void close() {
    process.close();
  }
}
