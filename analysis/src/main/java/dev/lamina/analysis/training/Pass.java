package dev.lamina.analysis.training;

import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.training.DeviceNetwork.Stage;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Forward and backward through a network for batches of one size: everything that is needed between
 * the layers, allocated once. Owns its matrices.
 */
public final class Pass implements AutoCloseable {
  private final DeviceNetwork network;
  private final LayerOps ops;
  private final long rows;
  private final Owned owned = new Owned();

  /** Pre-activations with what residual connections add. */
  private final List<DeviceMatrix> z = new ArrayList<>();

  /** What the activation sees: {@code z}, or its normalisation. */
  private final List<DeviceMatrix> y = new ArrayList<>();

  private final List<DeviceMatrix> a = new ArrayList<>();
  private final List<DeviceMatrix> delta = new ArrayList<>();
  private final List<DeviceMatrix> statistics = new ArrayList<>();

  /** For layers that add their inputs: where the gradient that goes past them waits. */
  private final List<Optional<DeviceMatrix>> past = new ArrayList<>();

  private final DeviceMatrix losses;
  private final HostMatrix hostLosses;

  /**
   * Allocates the matrices; the caller closes this.
   *
   * @param network the network; stays the caller's
   * @param rows number of examples, ≥ 1
   */
  public Pass(DeviceNetwork network, long rows) {
    this.network = network;
    this.ops = network.backend().layers();
    this.rows = rows;
    for (Stage stage : network.stages()) {
      long width = stage.dense().weights().rows();
      z.add(matrix(rows, width));
      y.add(stage.norm().isPresent() ? matrix(rows, width) : z.getLast());
      a.add(matrix(rows, width));
      delta.add(matrix(rows, width));
      statistics.add(stage.norm().isPresent() ? matrix(2, width) : z.getLast());
      boolean needed = stage.skips() && past.size() > 0;
      past.add(needed ? Optional.of(matrix(rows, width)) : Optional.empty());
    }
    this.losses = matrix(rows, 1);
    this.hostLosses = owned.add(HostMatrix.allocate(network.dtype(), rows, 1));
  }

  private DeviceMatrix matrix(long n, long cols) {
    return owned.add(network.backend().allocate(network.dtype(), n, cols));
  }

  long rows() {
    return rows;
  }

  /** {@return rows×outputs, what {@link #forward} computed; closed with this} */
  public DeviceMatrix outputs() {
    return a.getLast();
  }

  /**
   * {@return rows×width, what {@link #forward} computed for a layer; closed with this}
   *
   * @param layer the layer, from 1
   */
  public DeviceMatrix activations(int layer) {
    return a.get(layer - 1);
  }

  /**
   * {@return rows×outputs, the gradient of a loss with respect to the outputs, which {@link
   * #backward} reads and overwrites; closed with this}
   */
  public DeviceMatrix outputGradient() {
    return delta.getLast();
  }

  /**
   * {@return a new matrix for as many examples; closed with this}
   *
   * @param cols its columns, ≥ 1
   */
  public DeviceMatrix inputs(long cols) {
    return matrix(rows, cols);
  }

  /**
   * Computes the outputs.
   *
   * @param x rows×inputs
   * @param training whether normalisations use the batch's own statistics
   */
  public void forward(Matrix x, boolean training) {
    Matrix in = x;
    for (int l = 0; l < z.size(); l++) {
      Stage stage = network.stages().get(l);
      if (stage.plain()) {
        ops.forward(stage.dense(), in, z.get(l), a.get(l));
      } else {
        ops.forward(stage.affine(), in, z.get(l), z.get(l));
        if (stage.residual() == Residual.PRE_ACTIVATION) {
          ops.add(1, z.get(l - 1), 1, z.get(l));
        }
        normalise(stage, l, training);
        ops.activate(stage.dense().activation(), y.get(l), a.get(l));
      }
      if (stage.skips()) {
        ops.add(1, in, 1, a.get(l));
      }
      in = a.get(l);
    }
  }

  private void normalise(Stage stage, int l, boolean training) {
    if (stage.norm().isPresent()) {
      if (training) {
        ops.normalise(stage.norm().get(), z.get(l), y.get(l), statistics.get(l));
      } else {
        ops.normaliseFixed(stage.norm().get(), z.get(l), y.get(l));
      }
    }
  }

  /**
   * Computes the mean loss of the outputs and its gradient with respect to them.
   *
   * @param targets rows×C
   * @return the mean loss, summed in float64 in the order of the examples
   */
  double loss(Loss loss, Matrix targets) {
    loss.compute(ops, a.getLast(), targets, losses, delta.getLast());
    return sumOfLosses();
  }

  /** Returns how many examples are classified rightly. */
  double hits(Matrix targets) {
    ops.hits(a.getLast(), targets, losses);
    return sumOfLosses();
  }

  private double sumOfLosses() {
    network.backend().download(losses, hostLosses);
    double sum = 0;
    for (long i = 0; i < rows; i++) {
      sum += hostLosses.get(i, 0);
    }
    return sum;
  }

  /**
   * Computes the gradients of all parameters from {@link #outputGradient}, after {@link #forward}
   * with {@code training}.
   *
   * @param x rows×inputs, as in {@link #forward}
   */
  public void backward(Matrix x) {
    for (int l = z.size() - 1; l >= 0; l--) {
      Stage stage = network.stages().get(l);
      DeviceMatrix own = delta.get(l);
      boolean bridged =
          l + 1 < z.size() && network.stages().get(l + 1).residual() == Residual.PRE_ACTIVATION;
      if (past.get(l).isPresent()) {
        ops.add(1, own, 0, past.get(l).get());
      }
      if (stage.plain() && !bridged) {
        backward(stage.dense(), stage, x, l);
      } else {
        ops.activateBackward(stage.dense().activation(), y.get(l), own);
        if (stage.norm().isPresent()) {
          ops.normaliseBackward(
              stage.norm().get(),
              z.get(l),
              statistics.get(l),
              own,
              stage.normGradient().orElseThrow());
        }
        if (bridged) {
          ops.add(1, delta.get(l + 1), 1, own);
        }
        backward(stage.affine(), stage, x, l);
      }
      if (past.get(l).isPresent()) {
        ops.add(1, past.get(l).get(), 1, delta.get(l - 1));
      }
    }
  }

  private void backward(dev.lamina.ops.DenseParameters parameters, Stage stage, Matrix x, int l) {
    if (l == 0) {
      ops.backward(parameters, x, z.get(l), delta.get(l), stage.gradient());
    } else {
      ops.backward(
          parameters, a.get(l - 1), z.get(l), delta.get(l), stage.gradient(), delta.get(l - 1));
    }
  }

  /** Returns the number, from 1, of the first layer whose z is not finite, or 0. */
  int firstLayerNotFinite() {
    for (int l = 0; l < z.size(); l++) {
      DeviceMatrix m = z.get(l);
      try (HostMatrix copy = HostMatrix.allocate(m.dtype(), m.rows(), m.cols())) {
        network.backend().download(m, copy);
        if (!finite(copy)) {
          return l + 1;
        }
      }
    }
    return 0;
  }

  private static boolean finite(HostMatrix m) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        if (!Double.isFinite(m.get(i, j))) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    owned.close();
  }
}
