package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/** Losses of groups of rows, in float64. */
final class LossLoops {
  /** Entries from which on waking another thread pays. */
  private static final long PARALLEL = 1 << 14;

  private final Workers workers;
  private final ThreadLocal<LayerScratch> scratch;

  LossLoops(Workers workers, ThreadLocal<LayerScratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void softmaxCrossEntropy(
      HostMatrix logits,
      HostMatrix targets,
      double factor,
      HostMatrix losses,
      HostMatrix gradient) {
    int n = (int) logits.cols();
    byRows(
        logits.rows(),
        n,
        row -> {
          LayerScratch own = scratch.get();
          double[] s = own.doubles(0, n);
          double[] t = own.doubles(1, n);
          double[] e = own.doubles(2, n);
          Chunks.load(logits, row * logits.rowStride(), n, s);
          Chunks.load(targets, row * targets.rowStride(), n, t);
          double largest = s[0];
          for (int j = 1; j < n; j++) {
            largest = Math.max(largest, s[j]);
          }
          for (int j = 0; j < n; j++) {
            e[j] = s[j] - largest;
          }
          Elementary.exp(e, 1, e, n);
          double sum = 0;
          double mass = 0;
          for (int j = 0; j < n; j++) {
            sum += e[j];
            mass += t[j];
          }
          double logSum = largest + Math.log(sum);
          double loss = 0;
          for (int j = 0; j < n; j++) {
            // A class without probability costs nothing, even if its logit is −∞.
            loss += t[j] == 0 ? 0 : t[j] * (logSum - s[j]);
            s[j] = factor * (e[j] / sum * mass - t[j]);
          }
          losses.set(row, 0, factor * loss);
          Chunks.store(s, n, gradient, row * gradient.rowStride());
        });
  }

  void squaredError(
      HostMatrix outputs,
      HostMatrix targets,
      double factor,
      HostMatrix losses,
      HostMatrix gradient) {
    int n = (int) outputs.cols();
    byRows(
        outputs.rows(),
        n,
        row -> {
          LayerScratch own = scratch.get();
          double[] f = own.doubles(0, n);
          double[] t = own.doubles(1, n);
          Chunks.load(outputs, row * outputs.rowStride(), n, f);
          Chunks.load(targets, row * targets.rowStride(), n, t);
          double sum = 0;
          for (int j = 0; j < n; j++) {
            double d = f[j] - t[j];
            sum += d * d;
            f[j] = 2 * factor * d;
          }
          losses.set(row, 0, factor * sum);
          Chunks.store(f, n, gradient, row * gradient.rowStride());
        });
  }

  void hits(HostMatrix outputs, HostMatrix targets, HostMatrix hits) {
    int n = (int) outputs.cols();
    byRows(
        outputs.rows(),
        n,
        row -> {
          LayerScratch own = scratch.get();
          double[] f = own.doubles(0, n);
          double[] t = own.doubles(1, n);
          Chunks.load(outputs, row * outputs.rowStride(), n, f);
          Chunks.load(targets, row * targets.rowStride(), n, t);
          int said = largest(f, n);
          hits.set(row, 0, said >= 0 && said == largest(t, n) ? 1 : 0);
        });
  }

  /** Returns the first index of the largest number, −1 if there is a NaN. */
  private static int largest(double[] values, int n) {
    int best = 0;
    for (int j = 0; j < n; j++) {
      if (Double.isNaN(values[j])) {
        return -1;
      }
      if (values[j] > values[best]) {
        best = j;
      }
    }
    return best;
  }

  /** What is done to a row. */
  @FunctionalInterface
  private interface Row {
    void run(long row);
  }

  private void byRows(long rows, int cols, Row body) {
    if (rows * cols < PARALLEL) {
      for (long row = 0; row < rows; row++) {
        body.run(row);
      }
      return;
    }
    int group = Math.max(1, LayerScratch.CHUNK / cols);
    workers.forEach(
        TilePlan.blocks(rows, group),
        (worker, index) -> {
          long end = Math.min(rows, (index + 1) * group);
          for (long row = index * group; row < end; row++) {
            body.run(row);
          }
        });
  }
}
