package dev.lamina.analysis.network;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network: layers in order, each with its parameters in the host's memory, all of one element
 * type. It owns its matrices and closes them.
 */
public final class Network implements AutoCloseable {
  private final List<Layer> layers;
  private final Runnable release;

  /**
   * Creates a network.
   *
   * @param layers at least one, each with as many inputs as the one before has outputs; the network
   *     closes their matrices
   * @throws ShapeException if the layers do not fit together; nothing is closed then
   */
  public Network(List<? extends Layer> layers) {
    this(layers, () -> {});
  }

  /**
   * Creates a network whose matrices are views of memory released with it.
   *
   * @param release called after the matrices are closed
   */
  Network(List<? extends Layer> layers, Runnable release) {
    this.layers = List.copyOf(layers);
    this.release = release;
    if (layers.isEmpty()) {
      throw new ShapeException("network: there must be at least one layer");
    }
    for (int l = 0; l < layers.size(); l++) {
      if (l > 0) {
        requireFit(l);
      }
      if (this.layers.get(l) instanceof DenseLayer dense && dense.residual().isPresent()) {
        requireBridge(l, dense);
      }
    }
  }

  private void requireFit(int l) {
    Layer before = layers.get(l - 1);
    Layer layer = layers.get(l);
    if (layer.inputs() != before.outputs() || layer.dtype() != before.dtype()) {
      throw new ShapeException(
          "network: layer %d must have %d inputs of %s like the outputs of layer %d but has %d of %s"
              .formatted(
                  l + 1, before.outputs(), before.dtype(), l, layer.inputs(), layer.dtype()));
    }
  }

  private void requireBridge(int l, DenseLayer layer) {
    boolean nothingBefore = l == 0 && layer.residual() == Residual.PRE_ACTIVATION;
    if (nothingBefore || layer.inputs() != layer.outputs()) {
      throw new ShapeException(
          nothingBefore
              ? "network: layer 1 cannot be residual by pre-activations, no layer is in front of it"
              : "network: residual layer %d must have as many outputs as inputs but has %d and %d"
                  .formatted(l + 1, layer.outputs(), layer.inputs()));
    }
  }

  /** {@return the layers in order} */
  public List<Layer> layers() {
    return layers;
  }

  /** {@return the number of layers with weights, the output layer included} */
  public int depth() {
    return layers.size();
  }

  /** {@return the number of inputs} */
  public long inputs() {
    return layers.getFirst().inputs();
  }

  /** {@return the number of outputs} */
  public long outputs() {
    return layers.getLast().outputs();
  }

  /** {@return the element type of all parameters} */
  public DType dtype() {
    return layers.getFirst().dtype();
  }

  /** {@return the number of inputs, then the number of outputs of each layer} */
  public List<Long> widths() {
    List<Long> widths = new ArrayList<>(List.of(inputs()));
    layers.forEach(layer -> widths.add(layer.outputs()));
    return List.copyOf(widths);
  }

  /** {@return the number of entries of all matrices, statistics of normalisations included} */
  public long entries() {
    return layers.stream()
        .flatMap(layer -> layer.matrices().stream())
        .mapToLong(m -> m.rows() * m.cols())
        .sum();
  }

  /**
   * {@return the same network in memory of its own, where entries can be set; the caller closes it}
   *
   * @param type element type of the copy
   */
  public Network copy(DType type) {
    return new Network(layers.stream().map(layer -> layer.copy(type)).toList());
  }

  /**
   * Checks that all parameters are finite.
   *
   * @param source what the network comes from, for the message
   * @throws IllegalArgumentException naming the layer and the first entry that is not
   */
  public void requireFinite(String source) {
    for (int l = 0; l < layers.size(); l++) {
      for (HostMatrix m : layers.get(l).matrices()) {
        requireFinite(source + ", layer " + (l + 1), m);
      }
    }
  }

  private static void requireFinite(String what, HostMatrix m) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        if (!Double.isFinite(m.get(i, j))) {
          throw new IllegalArgumentException(
              "%s: parameters must be finite but row %d, column %d of a %s matrix is %s"
                  .formatted(what, i, j, m.shape(), Double.toString(m.get(i, j))));
        }
      }
    }
  }

  /** Closes all matrices. Closing twice does nothing. */
  @Override
  public void close() {
    layers.forEach(layer -> layer.matrices().forEach(HostMatrix::close));
    release.run();
  }

  @Override
  public String toString() {
    return "Network" + widths();
  }
}
