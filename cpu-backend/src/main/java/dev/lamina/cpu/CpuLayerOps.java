package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractLayerOps;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import dev.lamina.ops.SgdStep;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Layers on the processor. Products below a threshold run on the calling thread without OpenBLAS;
 * larger ones are tiles for {@link Workers}. Beside {@link LayerScratch} nothing is allocated that
 * grows with the data.
 */
final class CpuLayerOps extends AbstractLayerOps {
  /** Multiply-adds up to which a product is done by our own loops; a guess, not measured. */
  private static final long SMALL = 1 << 17;

  private final ThreadLocal<LayerScratch> scratch = ThreadLocal.withInitial(LayerScratch::new);
  private final EntryLoop entries;
  private final LayerTiles tiles;
  private final BatchNormLoops batchNorm;
  private final LossLoops losses;

  CpuLayerOps(Workers workers) {
    this.entries = new EntryLoop(workers, scratch);
    this.tiles = new LayerTiles(workers, scratch);
    this.batchNorm = new BatchNormLoops(workers, scratch);
    this.losses = new LossLoops(workers, scratch);
  }

  private static boolean small(HostMatrix x, HostMatrix w) {
    return x.rows() * Math.max(1, w.cols()) * Math.max(1, w.rows()) <= SMALL;
  }

  @Override
  protected void doForward(DenseParameters layer, Matrix x, Matrix z, Matrix a) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostW = CpuMatrix.host(layer.weights());
    HostMatrix hostZ = CpuMatrix.host(z);
    HostMatrix hostA = CpuMatrix.host(a);
    Optional<? extends Matrix> bias = layer.bias();
    if (!small(hostX, hostW)) {
      tiles.forward(hostX, hostW, bias, layer.activation(), hostZ, hostA);
      return;
    }
    if (hostX.dtype() == DType.FLOAT32) {
      FloatLayer.forward(scratch.get(), hostX, hostW, bias, hostZ);
    } else {
      DoubleLayer.forward(scratch.get(), hostX, hostW, bias, hostZ);
    }
    doActivate(layer.activation(), hostZ, hostA);
  }

  @Override
  protected void doBackward(
      DenseParameters layer,
      Matrix x,
      Matrix z,
      Matrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostW = CpuMatrix.host(layer.weights());
    HostMatrix hostDelta = CpuMatrix.host(delta);
    doActivateBackward(layer.activation(), z, hostDelta);
    if (!small(hostX, hostW)) {
      tiles.backward(hostX, hostW, hostDelta, gradient, dx);
    } else if (hostX.dtype() == DType.FLOAT32) {
      FloatLayer.backward(scratch.get(), hostX, hostW, hostDelta, gradient, dx);
    } else {
      DoubleLayer.backward(scratch.get(), hostX, hostW, hostDelta, gradient, dx);
    }
  }

  private static boolean identity(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear p && p.slope() == 1;
  }

  @Override
  protected void doActivate(Activation activation, Matrix z, Matrix a) {
    HostMatrix from = CpuMatrix.host(z);
    HostMatrix to = CpuMatrix.host(a);
    if (identity(activation) && from.segment().address() == to.segment().address()) {
      return;
    }
    if (from.dtype() == DType.FLOAT32 && FloatLoops.handles(activation)) {
      float slope = FloatLoops.slope(activation);
      entries.run(
          (own, row, col, n) ->
              FloatLoops.value(
                  slope,
                  from.segment(),
                  from.byteOffset(row, col),
                  to.segment(),
                  to.byteOffset(row, col),
                  n),
          from,
          to);
      return;
    }
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(from, row * from.rowStride() + col, n, own.first);
          ActivationLoops.value(activation, own, n);
          Chunks.store(own.first, n, to, row * to.rowStride() + col);
        },
        from,
        to);
  }

  @Override
  protected void doActivateBackward(Activation activation, Matrix z, Matrix delta) {
    if (identity(activation)) {
      return;
    }
    HostMatrix from = CpuMatrix.host(z);
    HostMatrix to = CpuMatrix.host(delta);
    if (from.dtype() == DType.FLOAT32 && FloatLoops.handles(activation)) {
      float slope = FloatLoops.slope(activation);
      entries.run(
          (own, row, col, n) ->
              FloatLoops.derivative(
                  slope,
                  from.segment(),
                  from.byteOffset(row, col),
                  to.segment(),
                  to.byteOffset(row, col),
                  n),
          from,
          to);
      return;
    }
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(from, row * from.rowStride() + col, n, own.first);
          ActivationLoops.derivative(activation, own, n);
          Chunks.load(to, row * to.rowStride() + col, n, own.second);
          for (int j = 0; j < n; j++) {
            own.second[j] *= own.first[j];
          }
          Chunks.store(own.second, n, to, row * to.rowStride() + col);
        },
        from,
        to);
  }

  @Override
  protected void doActivateCurvature(Activation activation, Matrix z, Matrix delta) {
    HostMatrix from = CpuMatrix.host(z);
    HostMatrix to = CpuMatrix.host(delta);
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(from, row * from.rowStride() + col, n, own.first);
          ActivationLoops.secondDerivative(activation, own, n);
          Chunks.load(to, row * to.rowStride() + col, n, own.second);
          for (int j = 0; j < n; j++) {
            own.second[j] *= own.first[j];
          }
          Chunks.store(own.second, n, to, row * to.rowStride() + col);
        },
        from,
        to);
  }

  @Override
  protected void doScaleTangents(Matrix slope, Optional<Bend> bend, Matrix tangents) {
    HostMatrix to = CpuMatrix.host(tangents);
    HostMatrix factor = CpuMatrix.host(slope);
    HostMatrix second = bend.map(b -> CpuMatrix.host(b.factor())).orElse(factor);
    HostMatrix other = bend.map(b -> CpuMatrix.host(b.other())).orElse(to);
    entries.byColumns(
        to.rows(),
        to.cols(),
        (own, row, col, n) -> {
          Chunks.load(to, row * to.rowStride() + col, n, own.first);
          repeat(own, factor, row, col, n);
          for (int j = 0; j < n; j++) {
            own.first[j] *= own.second[j];
          }
          if (bend.isPresent()) {
            repeat(own, second, row, col, n);
            Chunks.load(other, row * other.rowStride() + col, n, own.third);
            for (int j = 0; j < n; j++) {
              own.first[j] += own.second[j] * own.third[j];
            }
          }
          Chunks.store(own.first, n, to, row * to.rowStride() + col);
        });
  }

  /** Fills the second array with a row of m, repeated, from a column on. */
  private static void repeat(LayerScratch own, HostMatrix m, long row, long col, int n) {
    int width = (int) m.cols();
    int at = (int) (col % width);
    int filled = Math.min(n, width - at);
    Chunks.load(m, row * m.rowStride() + at, filled, own.second);
    if (filled < n && at > 0) {
      int more = Math.min(n - filled, at);
      Chunks.load(m, row * m.rowStride(), more, own.fourth);
      System.arraycopy(own.fourth, 0, own.second, filled, more);
      filled += more;
    }
    while (filled < n) { // a whole period stands in front: copies of it follow
      int more = Math.min(n - filled, filled - filled % width);
      System.arraycopy(own.second, 0, own.second, filled, more);
      filled += more;
    }
  }

  @Override
  protected void doNormalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics) {
    batchNorm.normalise(norm, CpuMatrix.host(z), CpuMatrix.host(y), CpuMatrix.host(statistics));
  }

  @Override
  protected void doNormaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient) {
    batchNorm.normaliseBackward(
        norm, CpuMatrix.host(z), CpuMatrix.host(statistics), CpuMatrix.host(delta), gradient);
  }

  @Override
  protected void doNormaliseFixed(NormParameters norm, Matrix z, Matrix y) {
    batchNorm.normaliseFixed(norm, CpuMatrix.host(z), CpuMatrix.host(y));
  }

  @Override
  protected void doNormaliseFixedBackward(NormParameters norm, Matrix delta) {
    batchNorm.normaliseFixedBackward(norm, CpuMatrix.host(delta));
  }

  @Override
  protected void doAdd(double alpha, Matrix x, double beta, Matrix y) {
    HostMatrix from = CpuMatrix.host(x);
    HostMatrix to = CpuMatrix.host(y);
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(from, row * from.rowStride() + col, n, own.first);
          if (beta == 0) {
            for (int j = 0; j < n; j++) {
              own.second[j] = alpha * own.first[j];
            }
          } else {
            Chunks.load(to, row * to.rowStride() + col, n, own.second);
            for (int j = 0; j < n; j++) {
              own.second[j] = alpha * own.first[j] + beta * own.second[j];
            }
          }
          Chunks.store(own.second, n, to, row * to.rowStride() + col);
        },
        from,
        to);
  }

  @Override
  protected void doSoftmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix loss, Matrix gradient) {
    losses.softmaxCrossEntropy(
        CpuMatrix.host(logits),
        CpuMatrix.host(targets),
        factor,
        CpuMatrix.host(loss),
        CpuMatrix.host(gradient));
  }

  @Override
  protected void doSquaredError(
      Matrix outputs, Matrix targets, double factor, Matrix loss, Matrix gradient) {
    losses.squaredError(
        CpuMatrix.host(outputs),
        CpuMatrix.host(targets),
        factor,
        CpuMatrix.host(loss),
        CpuMatrix.host(gradient));
  }

  @Override
  protected void doHits(Matrix outputs, Matrix targets, Matrix hits) {
    losses.hits(CpuMatrix.host(outputs), CpuMatrix.host(targets), CpuMatrix.host(hits));
  }

  @Override
  protected void doGatherRows(Matrix x, int[] rows, int from, Matrix out) {
    HostMatrix source = CpuMatrix.host(x);
    HostMatrix target = CpuMatrix.host(out);
    long bytes = source.cols() * source.dtype().bytes();
    for (int i = 0; i < target.rows(); i++) {
      MemorySegment.copy(
          source.segment(),
          source.byteOffset(rows[from + i], 0),
          target.segment(),
          target.byteOffset(i, 0),
          bytes);
    }
  }

  @Override
  protected void doSgdStep(SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity) {
    HostMatrix w = CpuMatrix.host(parameters);
    HostMatrix g = CpuMatrix.host(gradient);
    HostMatrix v = CpuMatrix.host(velocity);
    if (w.dtype() == DType.FLOAT32) {
      entries.run(
          (own, row, col, n) ->
              FloatLoops.sgd(
                  step,
                  w.segment(),
                  w.byteOffset(row, col),
                  g.segment(),
                  g.byteOffset(row, col),
                  v.segment(),
                  v.byteOffset(row, col),
                  n),
          w,
          g,
          v);
      return;
    }
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(w, row * w.rowStride() + col, n, own.first);
          Chunks.load(g, row * g.rowStride() + col, n, own.second);
          Chunks.load(v, row * v.rowStride() + col, n, own.third);
          UpdateLoops.sgd(step, own.first, own.second, own.third, n);
          Chunks.store(own.third, n, v, row * v.rowStride() + col);
          Chunks.store(own.first, n, w, row * w.rowStride() + col);
        },
        w,
        g,
        v);
  }

  @Override
  protected void doAdamStep(
      AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second) {
    HostMatrix w = CpuMatrix.host(parameters);
    HostMatrix g = CpuMatrix.host(gradient);
    HostMatrix m = CpuMatrix.host(first);
    HostMatrix v = CpuMatrix.host(second);
    if (w.dtype() == DType.FLOAT32) {
      entries.run(
          (own, row, col, n) ->
              FloatLoops.adam(
                  step,
                  w.segment(),
                  w.byteOffset(row, col),
                  g.segment(),
                  g.byteOffset(row, col),
                  m.segment(),
                  m.byteOffset(row, col),
                  v.segment(),
                  v.byteOffset(row, col),
                  n),
          w,
          g,
          m,
          v);
      return;
    }
    entries.run(
        (own, row, col, n) -> {
          Chunks.load(w, row * w.rowStride() + col, n, own.first);
          Chunks.load(g, row * g.rowStride() + col, n, own.second);
          Chunks.load(m, row * m.rowStride() + col, n, own.third);
          Chunks.load(v, row * v.rowStride() + col, n, own.fourth);
          UpdateLoops.adam(step, own.first, own.second, own.third, own.fourth, n);
          Chunks.store(own.third, n, m, row * m.rowStride() + col);
          Chunks.store(own.fourth, n, v, row * v.rowStride() + col);
          Chunks.store(own.first, n, w, row * w.rowStride() + col);
        },
        w,
        g,
        m,
        v);
  }

  @Override
  protected void doAddGaussian(double scale, NoiseKey noise, Matrix parameters) {
    HostMatrix w = CpuMatrix.host(parameters);
    long cols = w.cols();
    entries.run(
        (own, row, col, n) -> {
          GaussianNoise.fill(noise.key(), row * cols + col, own.first, n);
          Chunks.load(w, row * w.rowStride() + col, n, own.second);
          for (int j = 0; j < n; j++) {
            own.second[j] += scale * own.first[j];
          }
          Chunks.store(own.second, n, w, row * w.rowStride() + col);
        },
        w);
  }
}
