package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import java.util.Arrays;

/**
 * Batch normalisation of groups of columns, in float64: two passes for the variance, so that a
 * large mean does not cancel it.
 */
final class BatchNormLoops {
  /** Columns at once: with more there would be nothing to share among threads. */
  private static final int COLUMNS = 128;

  /** Entries from which on waking another thread pays. */
  private static final long PARALLEL = 1 << 15;

  private final Workers workers;
  private final ThreadLocal<LayerScratch> scratch;

  BatchNormLoops(Workers workers, ThreadLocal<LayerScratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void normalise(NormParameters norm, HostMatrix z, HostMatrix y, HostMatrix statistics) {
    byColumns(z, (col, n) -> normalise(norm, z, y, statistics, col, n));
  }

  private void normalise(
      NormParameters norm, HostMatrix z, HostMatrix y, HostMatrix statistics, int col, int n) {
    LayerScratch own = scratch.get();
    double[] mean = own.second;
    double[] spread = own.third;
    moments(own, z, col, n);
    moveRunning(own, CpuMatrix.host(norm.mean()), mean, 1, norm.momentum(), col, n);
    double unbiased = (double) z.rows() / (z.rows() - 1);
    moveRunning(own, CpuMatrix.host(norm.variance()), spread, unbiased, norm.momentum(), col, n);
    for (int j = 0; j < n; j++) {
      spread[j] = 1 / Math.sqrt(spread[j] + norm.epsilon());
    }
    Chunks.store(mean, n, statistics, col);
    Chunks.store(spread, n, statistics, statistics.rowStride() + col);
    // Backward will see the stored, rounded numbers: use them here too.
    Chunks.load(statistics, col, n, mean);
    Chunks.load(statistics, statistics.rowStride() + col, n, spread);
    affine(own, norm, z, y, col, n);
  }

  /** Leaves the means in the second array and the variances over N in the third. */
  private static void moments(LayerScratch own, HostMatrix z, int col, int n) {
    double[] row = own.first;
    double[] mean = own.second;
    double[] variance = own.third;
    Arrays.fill(mean, 0, n, 0);
    Arrays.fill(variance, 0, n, 0);
    for (long i = 0; i < z.rows(); i++) {
      Chunks.load(z, i * z.rowStride() + col, n, row);
      for (int j = 0; j < n; j++) {
        mean[j] += row[j];
      }
    }
    for (int j = 0; j < n; j++) {
      mean[j] /= z.rows();
    }
    for (long i = 0; i < z.rows(); i++) {
      Chunks.load(z, i * z.rowStride() + col, n, row);
      for (int j = 0; j < n; j++) {
        double d = row[j] - mean[j];
        variance[j] += d * d;
      }
    }
    for (int j = 0; j < n; j++) {
      variance[j] /= z.rows();
    }
  }

  private static void moveRunning(
      LayerScratch own,
      HostMatrix running,
      double[] batch,
      double factor,
      double momentum,
      int col,
      int n) {
    Chunks.load(running, col, n, own.fourth);
    for (int j = 0; j < n; j++) {
      own.fourth[j] += momentum * (factor * batch[j] - own.fourth[j]);
    }
    Chunks.store(own.fourth, n, running, col);
  }

  /**
   * Writes γ (z − mean)·spread + β with the mean in the second and the spread in the third array.
   */
  private static void affine(
      LayerScratch own, NormParameters norm, HostMatrix z, HostMatrix y, int col, int n) {
    double[] row = own.first;
    double[] mean = own.second;
    double[] factor = own.third;
    Chunks.load(CpuMatrix.host(norm.scale()), col, n, own.fourth);
    for (int j = 0; j < n; j++) {
      factor[j] *= own.fourth[j];
    }
    double[] shift = own.fourth;
    Chunks.load(CpuMatrix.host(norm.shift()), col, n, shift);
    for (long i = 0; i < z.rows(); i++) {
      Chunks.load(z, i * z.rowStride() + col, n, row);
      for (int j = 0; j < n; j++) {
        row[j] = (row[j] - mean[j]) * factor[j] + shift[j];
      }
      Chunks.store(row, n, y, i * y.rowStride() + col);
    }
  }

  void normaliseFixed(NormParameters norm, HostMatrix z, HostMatrix y) {
    byColumns(
        z,
        (col, n) -> {
          LayerScratch own = scratch.get();
          Chunks.load(CpuMatrix.host(norm.mean()), col, n, own.second);
          fixedSpread(own, norm, col, n);
          affine(own, norm, z, y, col, n);
        });
  }

  private static void fixedSpread(LayerScratch own, NormParameters norm, int col, int n) {
    Chunks.load(CpuMatrix.host(norm.variance()), col, n, own.third);
    for (int j = 0; j < n; j++) {
      own.third[j] = 1 / Math.sqrt(own.third[j] + norm.epsilon());
    }
  }

  void normaliseFixedBackward(NormParameters norm, HostMatrix delta) {
    byColumns(
        delta,
        (col, n) -> {
          LayerScratch own = scratch.get();
          fixedSpread(own, norm, col, n);
          Chunks.load(CpuMatrix.host(norm.scale()), col, n, own.fourth);
          for (long i = 0; i < delta.rows(); i++) {
            Chunks.load(delta, i * delta.rowStride() + col, n, own.first);
            for (int j = 0; j < n; j++) {
              own.first[j] *= own.third[j] * own.fourth[j];
            }
            Chunks.store(own.first, n, delta, i * delta.rowStride() + col);
          }
        });
  }

  /**
   * With x̂ = (z − mean)/√(variance + ε): ∂β = Σ δ, ∂γ = Σ δ x̂, and ∂z = γ/√(variance + ε)·(δ −
   * ∂β/N − x̂ ∂γ/N).
   */
  void normaliseBackward(
      NormParameters norm,
      HostMatrix z,
      HostMatrix statistics,
      HostMatrix delta,
      NormGradient gradient) {
    byColumns(
        z,
        (col, n) -> new Backward(scratch.get(), z, statistics, col, n).run(norm, delta, gradient));
  }

  /** The backward pass through one group of columns. */
  private static final class Backward {
    private final LayerScratch own;
    private final HostMatrix z;
    private final int col;
    private final int n;
    private final double[] mean;
    private final double[] spread;
    private final double[] toScale;
    private final double[] toShift;

    Backward(LayerScratch own, HostMatrix z, HostMatrix statistics, int col, int n) {
      this.own = own;
      this.z = z;
      this.col = col;
      this.n = n;
      this.mean = own.doubles(0, n);
      this.spread = own.doubles(1, n);
      this.toScale = own.doubles(2, n);
      this.toShift = own.doubles(3, n);
      Chunks.load(statistics, col, n, mean);
      Chunks.load(statistics, statistics.rowStride() + col, n, spread);
    }

    void run(NormParameters norm, HostMatrix delta, NormGradient gradient) {
      sums(delta);
      Chunks.store(toScale, n, CpuMatrix.host(gradient.scale()), col);
      Chunks.store(toShift, n, CpuMatrix.host(gradient.shift()), col);
      Chunks.load(CpuMatrix.host(norm.scale()), col, n, own.third);
      double perExample = 1.0 / z.rows();
      for (long i = 0; i < z.rows(); i++) {
        standardised(i);
        Chunks.load(delta, i * delta.rowStride() + col, n, own.second);
        for (int j = 0; j < n; j++) {
          double centred = own.second[j] - (toShift[j] + own.first[j] * toScale[j]) * perExample;
          own.second[j] = own.third[j] * spread[j] * centred;
        }
        Chunks.store(own.second, n, delta, i * delta.rowStride() + col);
      }
    }

    private void sums(HostMatrix delta) {
      Arrays.fill(toScale, 0, n, 0);
      Arrays.fill(toShift, 0, n, 0);
      for (long i = 0; i < z.rows(); i++) {
        standardised(i);
        Chunks.load(delta, i * delta.rowStride() + col, n, own.second);
        for (int j = 0; j < n; j++) {
          toScale[j] += own.second[j] * own.first[j];
          toShift[j] += own.second[j];
        }
      }
    }

    private void standardised(long i) {
      Chunks.load(z, i * z.rowStride() + col, n, own.first);
      for (int j = 0; j < n; j++) {
        own.first[j] = (own.first[j] - mean[j]) * spread[j];
      }
    }
  }

  /** What is done to a group of columns. */
  @FunctionalInterface
  private interface Columns {
    void run(int col, int n);
  }

  private void byColumns(HostMatrix z, Columns body) {
    int cols = (int) z.cols();
    long groups = TilePlan.blocks(cols, COLUMNS);
    if (groups > 1 && z.rows() * z.cols() >= PARALLEL) {
      workers.forEach(
          groups,
          (worker, group) -> {
            int col = (int) group * COLUMNS;
            body.run(col, Math.min(COLUMNS, cols - col));
          });
    } else {
      for (int col = 0; col < cols; col += COLUMNS) {
        body.run(col, Math.min(COLUMNS, cols - col));
      }
    }
  }
}
