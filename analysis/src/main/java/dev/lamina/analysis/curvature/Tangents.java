package dev.lamina.analysis.curvature;

import dev.lamina.analysis.training.Owned;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * T directions taken through a network together. Tangents of n×m matrices are n×(T·m), directions
 * side by side, which is also (n·T)×m: so each product below is one matrix product for all
 * directions. With tangents marked by a dot, for each layer
 *
 * <pre>  ż = ȧ Wᵀ + a Ẇᵀ + ḃ,   δ̇ = φ′(z)∘ε̇ + (ε∘φ″(z))∘ż,   ε̇ below = δ̇ W + δ Ẇ,
 *   product: δ̇ᵀ a + δᵀ ȧ for the weights, δ̇ᵀ 1 for the bias.</pre>
 */
final class Tangents implements AutoCloseable {
  private final RiskPoint point;
  private final LayerOps ops;
  private final GramOps gram;
  private final long samples;
  private final long count;
  private final HostMatrix directions;
  private final Owned owned = new Owned();
  private final List<DenseParameters> moving = new ArrayList<>();

  /** ż of each layer. */
  private final List<DeviceMatrix> z = new ArrayList<>();

  /** Tangents of the features behind each layer. */
  private final List<DeviceMatrix> a = new ArrayList<>();

  /**
   * Goes forward.
   *
   * @param directions T×M
   */
  Tangents(RiskPoint point, HostMatrix directions) {
    this.point = point;
    this.ops = point.backend().layers();
    this.gram = point.backend().gram();
    this.samples = point.risk().samples();
    this.count = directions.rows();
    this.directions = directions;
    try {
      for (RiskLayer layer : point.layers()) {
        forward(layer);
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  private void forward(RiskLayer layer) {
    moving.add(moving(layer));
    DeviceMatrix own = matrix(samples, count * layer.outputs());
    ops.forward(moving.getLast(), layer.in(), own, own);
    boolean first = a.isEmpty();
    if (!first) {
      gram.gemm(
          flat(a.getLast(), layer.inputs()),
          false,
          layer.weights(),
          true,
          1,
          1,
          flat(own, layer.outputs()));
    }
    z.add(own);
    boolean bridged = layer.stage().bridged() && !first;
    DeviceMatrix behind = own;
    if (!layer.linear() || bridged) {
      behind = copy(own);
    }
    if (!layer.linear()) {
      ops.scaleTangents(layer.slope(), behind);
    }
    if (bridged) {
      ops.add(1, a.getLast(), 1, behind);
    }
    a.add(behind);
  }

  /** Returns the tangents of the outputs, n×(T·outputs). */
  DeviceMatrix outputs() {
    return a.getLast();
  }

  /**
   * Goes back.
   *
   * @param out T×M, overwritten by the products
   */
  void product(Form form, HostMatrix out) {
    DeviceMatrix error = errors();
    for (int l = point.layers().size() - 1; l >= 0; l--) {
      error = backward(form, l, error, out);
    }
  }

  /** Takes ε̇ behind a layer to ε̇ in front of it, and writes the layer's share of the products. */
  private DeviceMatrix backward(Form form, int l, DeviceMatrix error, HostMatrix out) {
    RiskLayer layer = point.layers().get(l);
    boolean exact = form == Form.HESSIAN;
    DeviceMatrix delta = layer.stage().bridged() && l > 0 ? copy(error) : error;
    if (!layer.linear() && exact) {
      ops.scaleTangents(layer.slope(), layer.bend(), z.get(l), delta);
    } else if (!layer.linear()) {
      ops.scaleTangents(layer.slope(), delta);
    }
    shares(layer, l, delta, exact, out);
    if (l == 0) {
      return delta;
    }
    DeviceMatrix below = matrix(samples, count * layer.inputs());
    gram.gemm(
        flat(delta, layer.outputs()),
        false,
        layer.weights(),
        false,
        1,
        0,
        flat(below, layer.inputs()));
    if (exact) {
      try (DeviceMatrix sideways = sideways(layer)) {
        gram.gemm(layer.delta(), false, sideways, false, 1, 1, below);
      }
    }
    if (layer.stage().bridged()) {
      ops.add(1, error, 1, below);
    }
    return below;
  }

  private void shares(RiskLayer layer, int l, DeviceMatrix delta, boolean exact, HostMatrix out) {
    long wide = count * layer.outputs();
    try (Owned own = new Owned()) {
      DeviceMatrix dw = own.add(point.allocate(wide, layer.inputs()));
      DeviceMatrix db = own.add(point.allocate(1, wide));
      DenseGradient to = new DenseGradient(dw, Optional.of(db));
      ops.backward(moving.get(l), layer.in(), z.get(l), delta, to);
      write(own.add(point.downloaded(dw)), own.add(point.downloaded(db)), layer, out);
      if (exact && l > 0) {
        DeviceMatrix cross = own.add(point.allocate(count * layer.inputs(), layer.outputs()));
        gram.gemm(a.get(l - 1), true, layer.delta(), false, 1, 0, cross);
        addCross(own.add(point.downloaded(cross)), layer, out);
      }
    }
  }

  /** Copies δ̇ᵀa, (T·m)×k, and δ̇ᵀ1, 1×(T·m). */
  private void write(HostMatrix dw, HostMatrix db, RiskLayer layer, HostMatrix out) {
    long size = (long) layer.outputs() * layer.inputs();
    for (long t = 0; t < count; t++) {
      long at = out.byteOffset(t, layer.offset());
      long bytes = size * Double.BYTES;
      MemorySegment.copy(dw.segment(), t * bytes, out.segment(), at, bytes);
      long units = layer.stage().biased() ? (long) layer.outputs() * Double.BYTES : 0;
      MemorySegment.copy(db.segment(), t * units, out.segment(), at + bytes, units);
    }
  }

  /** Adds ȧᵀδ, (T·k)×m, transposed. */
  private void addCross(HostMatrix cross, RiskLayer layer, HostMatrix out) {
    int k = layer.inputs();
    for (long t = 0; t < count; t++) {
      for (int j = 0; j < k; j++) {
        for (int i = 0; i < layer.outputs(); i++) {
          long at = layer.offset() + (long) i * k + j;
          out.set(t, at, out.get(t, at) + cross.get(t * k + j, i));
        }
      }
    }
  }

  /** Returns Ẇ, (T·m)×k, and ḃ, 1×(T·m), as a layer of T·m units. */
  private DenseParameters moving(RiskLayer layer) {
    long size = (long) layer.outputs() * layer.inputs() * Double.BYTES;
    long units = layer.stage().biased() ? (long) layer.outputs() * Double.BYTES : 0;
    HostMatrix w = HostMatrix.allocate(DType.FLOAT64, count * layer.outputs(), layer.inputs());
    HostMatrix b = HostMatrix.allocate(DType.FLOAT64, 1, count * layer.outputs());
    for (long t = 0; t < count; t++) {
      long at = directions.byteOffset(t, layer.offset());
      MemorySegment.copy(directions.segment(), at, w.segment(), t * size, size);
      MemorySegment.copy(directions.segment(), at + size, b.segment(), t * units, units);
    }
    return new DenseParameters(
        owned.add(point.uploaded(w)),
        Optional.of(owned.add(point.uploaded(b))),
        Activation.IDENTITY);
  }

  /** Returns Ẇ as m×(T·k), directions side by side. */
  private DeviceMatrix sideways(RiskLayer layer) {
    int k = layer.inputs();
    long row = (long) k * Double.BYTES;
    HostMatrix w = HostMatrix.allocate(DType.FLOAT64, layer.outputs(), count * k);
    for (long t = 0; t < count; t++) {
      for (int i = 0; i < layer.outputs(); i++) {
        long at = directions.byteOffset(t, layer.offset() + (long) i * k);
        MemorySegment.copy(directions.segment(), at, w.segment(), w.byteOffset(i, t * k), row);
      }
    }
    return point.uploaded(w);
  }

  /** Returns the tangents of ∂loss/∂outputs. */
  private DeviceMatrix errors() {
    DeviceMatrix moved = outputs();
    double factor = 1.0 / samples;
    return switch (point.risk().loss()) {
      case MSE -> scaled(2 * factor, moved);
      case MEAN_SQUARE -> scaled(2 * factor / point.risk().y().getColumnDimension(), moved);
      case CROSS_ENTROPY -> owned.add(point.uploaded(softmaxTangents(factor)));
    };
  }

  /** Returns factor·Σt·p∘(ṡ − ⟨p, ṡ⟩) with p the softmax; classes are few, so on the host. */
  private HostMatrix softmaxTangents(double factor) {
    HostMatrix moved = point.downloaded(outputs());
    int classes = point.risk().y().getColumnDimension();
    try (HostMatrix logits = point.downloaded(point.outputs())) {
      double[] p = new double[classes];
      for (int i = 0; i < samples; i++) {
        double mass = softmax(logits, i, p);
        for (long t = 0; t < count; t++) {
          double mean = 0;
          for (int c = 0; c < classes; c++) {
            mean += p[c] * moved.get(i, t * classes + c);
          }
          for (int c = 0; c < classes; c++) {
            double s = moved.get(i, t * classes + c);
            moved.set(i, t * classes + c, factor * mass * p[c] * (s - mean));
          }
        }
      }
    }
    return moved;
  }

  /** Fills p; returns the sum of the sample's targets. */
  private double softmax(HostMatrix logits, int i, double[] p) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < p.length; c++) {
      largest = Math.max(largest, logits.get(i, c));
    }
    double sum = 0;
    double mass = 0;
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits.get(i, c) - largest);
      sum += p[c];
      mass += point.risk().y().getEntry(i, c);
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return mass;
  }

  private DeviceMatrix flat(DeviceMatrix m, int width) {
    return m.reshape(samples * count, width);
  }

  private DeviceMatrix copy(DeviceMatrix m) {
    return scaled(1, m);
  }

  private DeviceMatrix scaled(double factor, DeviceMatrix m) {
    DeviceMatrix scaled = matrix(m.rows(), m.cols());
    ops.add(factor, m, 0, scaled);
    return scaled;
  }

  private DeviceMatrix matrix(long rows, long cols) {
    return owned.add(point.allocate(rows, cols));
  }

  @Override
  public void close() {
    owned.close();
  }
}
