package dev.lamina.benchmarks;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The NumPy chain. */
final class NumpyRival implements AutoCloseable {
  static final String SCRIPT = "fc_kernels.py";

  private static final int SAMPLED = 16;

  private final RivalProcess process;

  NumpyRival(RivalProcess process) {
    this.process = process;
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
      throw process.failed("cannot be handed its inputs: " + e);
    }
    process.tell("load %d %d %s".formatted(x.rows(), x.cols(), data), "loaded");
  }

  /** Computes both kernels and returns the seconds it took. */
  double run(int depth) {
    return process.seconds("run " + depth);
  }

  /** Returns an entry of the NNGP and of the tangent kernel matrix of the last run. */
  double[] entry(long row, long col) {
    return process.numbers("entry %d %d".formatted(row, col), 2);
  }

  /**
   * Measures the errors of the last run on the first n inputs.
   *
   * @param bench has inputs and reference
   * @param depth hidden layers
   * @param n number of inputs
   */
  Errors errors(Bench bench, int depth, int n) {
    InfiniteNetwork network = InfiniteNetwork.of(depth, Activation.RELU, 2, 0);
    int[] rows = Inputs.random(8).ints(SAMPLED, 0, n).toArray();
    GramOps gram = bench.reference().backend().gram();
    double worst = 0;
    try (HostMatrix x = bench.inputs().gather(rows);
        HostMatrix nngp = HostMatrix.allocate(DType.FLOAT64, SAMPLED, SAMPLED);
        HostMatrix ntk = HostMatrix.allocate(DType.FLOAT64, SAMPLED, SAMPLED)) {
      gram.compute(NeuralKernels.of(network), x, x, List.of(nngp), List.of(ntk));
      for (int i = 0; i < SAMPLED; i++) {
        for (int j = 0; j < SAMPLED; j++) {
          double[] got = entry(rows[i], rows[j]);
          worst = Math.max(worst, error(got[0], nngp, i, j));
          worst = Math.max(worst, error(got[1], ntk, i, j));
        }
      }
    }
    return Errors.ofRandom(worst);
  }

  private static double error(double got, HostMatrix want, int i, int j) {
    return Math.abs(got - want.get(i, j)) / Math.sqrt(want.get(i, i) * want.get(j, j));
  }

  @Override
  public void close() {
    process.close();
  }
}
