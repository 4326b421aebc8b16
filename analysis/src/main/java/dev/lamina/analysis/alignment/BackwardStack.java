package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.Residual;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.util.Optional;

/**
 * Gradients of several functions of the outputs by the pre-activations of one layer after the
 * other, from the last to the first. Function k has the rows k·N to (k + 1)·N − 1.
 */
final class BackwardStack implements AutoCloseable {
  private final Backend backend;
  private final EvaluatedNetwork network;
  private final boolean keep;
  private int layer;
  private DeviceMatrix delta;

  /** Gradients by the outputs of the present layer, if it adds its inputs to them. */
  private Optional<DeviceMatrix> past;

  /**
   * Starts at the last layer.
   *
   * @param cotangents gradients of the functions by the outputs, (K·N)×C
   * @param keep whether the caller closes the gradients of each layer
   */
  BackwardStack(Backend backend, EvaluatedNetwork network, HostMatrix cotangents, boolean keep) {
    this.backend = backend;
    this.network = network;
    this.keep = keep;
    this.layer = network.stages().size() - 1;
    this.delta = backend.upload(cotangents);
    this.past = past(delta);
    network.throughActivation(layer, delta, Optional.empty());
  }

  /** Returns the gradients by the pre-activations of the present layer. */
  DeviceMatrix delta() {
    return delta;
  }

  /** Returns those of one function, N×outputs. */
  Matrix function(long k, long examples) {
    return delta.rows(k * examples, (k + 1) * examples);
  }

  /** Goes to the layer before. */
  void back() {
    DeviceMatrix next =
        backend.allocate(DType.FLOAT64, delta.rows(), network.stages().get(layer).inputs());
    network.throughWeights(layer, delta, next);
    past.ifPresent(p -> backend.layers().add(1, p, 1, next));
    layer--;
    past.ifPresent(DeviceMatrix::close);
    past = past(next);
    network.throughActivation(layer, next, Optional.of(delta));
    release();
    delta = next;
  }

  private Optional<DeviceMatrix> past(DeviceMatrix gradients) {
    if (layer == 0 || network.stages().get(layer).residual() != Residual.POST_ACTIVATION) {
      return Optional.empty();
    }
    DeviceMatrix copy =
        backend.allocate(DType.FLOAT64, gradients.rows(), network.stages().get(layer).outputs());
    backend.layers().add(1, gradients, 0, copy);
    return Optional.of(copy);
  }

  private void release() {
    if (!keep) {
      delta.close();
    }
  }

  @Override
  public void close() {
    past.ifPresent(DeviceMatrix::close);
    release();
  }
}
