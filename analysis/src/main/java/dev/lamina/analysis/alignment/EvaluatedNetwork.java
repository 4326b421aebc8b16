package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NormParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network in evaluation mode with everything that N examples leave in it, in float64 on a device:
 * kernels of deep networks are nearly constant, and centring them takes two to four digits. Owns
 * its matrices.
 */
final class EvaluatedNetwork implements AutoCloseable {
  private final LayerOps ops;
  private final Backend backend;
  private final long examples;
  private final Owned owned = new Owned();
  private final List<Stage> stages = new ArrayList<>();

  /**
   * A layer and what the examples left in it.
   *
   * @param parameters W and b, without activation
   * @param activation φ
   * @param norm normalisation in front of the activation, a fixed affine map
   * @param residual what is added of what is in front of the layer
   * @param input a of the layer before, N×inputs
   * @param seen what the activation sees, N×outputs
   */
  record Stage(
      DenseParameters parameters,
      Activation activation,
      Optional<NormParameters> norm,
      Residual residual,
      DeviceMatrix input,
      DeviceMatrix seen) {

    long inputs() {
      return parameters.weights().cols();
    }

    long outputs() {
      return parameters.weights().rows();
    }

    boolean bias() {
      return parameters.bias().isPresent();
    }
  }

  /**
   * Runs a network forward.
   *
   * @param network stays the caller's
   * @param x N×inputs, of any element type
   */
  EvaluatedNetwork(Backend backend, Network network, HostMatrix x) {
    this.backend = backend;
    this.ops = backend.layers();
    this.examples = x.rows();
    try {
      forward(network, x);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void forward(Network network, HostMatrix x) {
    DeviceMatrix input = upload(x);
    Optional<DeviceMatrix> before = Optional.empty();
    for (Layer layer : network.layers()) {
      switch (layer) {
        case DenseLayer dense -> {
          DeviceMatrix z = matrix(dense.outputs());
          DenseParameters parameters =
              new DenseParameters(
                  upload(dense.weights()), dense.bias().map(this::upload), Activation.IDENTITY);
          ops.forward(parameters, input, z, z);
          if (dense.residual() == Residual.PRE_ACTIVATION) {
            ops.add(1, before.orElseThrow(), 1, z);
          }
          Optional<NormParameters> norm = dense.norm().map(this::norm);
          DeviceMatrix seen = norm.isPresent() ? matrix(dense.outputs()) : z;
          norm.ifPresent(n -> ops.normaliseFixed(n, z, seen));
          stages.add(
              new Stage(parameters, dense.activation(), norm, dense.residual(), input, seen));
          DeviceMatrix output = matrix(dense.outputs());
          ops.activate(dense.activation(), seen, output);
          if (dense.residual() == Residual.POST_ACTIVATION) {
            ops.add(1, input, 1, output);
          }
          input = output;
          before = Optional.of(z);
        }
      }
    }
  }

  private DeviceMatrix matrix(long cols) {
    return owned.add(backend.allocate(DType.FLOAT64, examples, cols));
  }

  private DeviceMatrix upload(HostMatrix m) {
    if (m.dtype() == DType.FLOAT64) {
      return owned.add(backend.upload(m));
    }
    try (HostMatrix wide = m.copy(DType.FLOAT64)) {
      return owned.add(backend.upload(wide));
    }
  }

  /** The momentum is without effect in evaluation. */
  private NormParameters norm(BatchNorm norm) {
    return new NormParameters(
        upload(norm.scale()),
        upload(norm.shift()),
        upload(norm.mean()),
        upload(norm.variance()),
        1,
        norm.epsilon());
  }

  List<Stage> stages() {
    return stages;
  }

  /**
   * Turns gradients by the activations of a layer into gradients by its pre-activations.
   *
   * @param layer from 0
   * @param stack gradients of several functions one below the other, N rows each
   * @param behind the gradients by the pre-activations of the next layer, if there is one
   */
  void throughActivation(int layer, DeviceMatrix stack, Optional<DeviceMatrix> behind) {
    Stage stage = stages.get(layer);
    for (long from = 0; from < stack.rows(); from += examples) {
      ops.activateBackward(stage.activation(), stage.seen(), stack.rows(from, from + examples));
    }
    stage.norm().ifPresent(norm -> ops.normaliseFixedBackward(norm, stack));
    if (behind.isPresent() && stages.get(layer + 1).residual() == Residual.PRE_ACTIVATION) {
      ops.add(1, behind.get(), 1, stack);
    }
  }

  /**
   * Turns gradients by the pre-activations of a layer into gradients by its inputs.
   *
   * @param layer from 0
   * @param delta K×outputs
   * @param out K×inputs, overwritten
   */
  void throughWeights(int layer, Matrix delta, Matrix out) {
    Matrix weights = stages.get(layer).parameters().weights();
    backend.gram().gemm(delta, false, weights, false, 1, 0, out);
  }

  @Override
  public void close() {
    owned.close();
  }
}
