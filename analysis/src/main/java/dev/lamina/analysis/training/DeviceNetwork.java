package dev.lamina.analysis.training;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parameters of a network on a device, with room for their gradients. Owns its matrices. */
public final class DeviceNetwork implements AutoCloseable {
  /** Share of the newest batch in the running statistics, as in PyTorch. */
  private static final double NORM_MOMENTUM = 0.1;

  private final Backend backend;
  private final Owned owned = new Owned();
  private final List<Stage> stages = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final DType dtype;

  /**
   * A layer on the device.
   *
   * @param dense its parameters with the activation of the layer
   * @param affine the same parameters without activation
   * @param gradient their gradient
   * @param norm the normalisation in front of the activation
   * @param normGradient its gradient
   * @param residual what is added of what is in front of the layer
   */
  record Stage(
      DenseParameters dense,
      DenseParameters affine,
      DenseGradient gradient,
      Optional<NormParameters> norm,
      Optional<NormGradient> normGradient,
      Residual residual) {

    /** Whether φ(z) from the inputs, and back, are one operation each. */
    boolean plain() {
      return norm.isEmpty() && residual != Residual.PRE_ACTIVATION;
    }

    /** Whether the inputs are added to φ. */
    boolean skips() {
      return residual == Residual.POST_ACTIVATION;
    }
  }

  /**
   * Numbers that are trained.
   *
   * @param name such as {@code layers.1.weight}
   * @param value where they are
   * @param gradient where their gradient goes
   */
  public record Parameter(String name, DeviceMatrix value, DeviceMatrix gradient) {}

  /**
   * Copies a network to a device; the caller closes the result.
   *
   * @param backend the device
   * @param network the network; stays the caller's
   */
  public DeviceNetwork(Backend backend, Network network) {
    this.backend = backend;
    this.dtype = network.dtype();
    try {
      for (Layer layer : network.layers()) {
        switch (layer) {
          case DenseLayer dense -> add("layers." + (stages.size() + 1) + ".", dense);
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void add(String prefix, DenseLayer layer) {
    Parameter weights = parameter(prefix + "weight", layer.weights());
    Optional<Parameter> bias = layer.bias().map(b -> parameter(prefix + "bias", b));
    Optional<DeviceMatrix> b = bias.map(Parameter::value);
    Optional<NormParameters> norm = layer.norm().map(n -> norm(prefix + "norm.", n));
    Optional<NormGradient> normGradient =
        norm.map(n ->
            new NormGradient(
                parameters.get(parameters.size() - 2).gradient(), parameters.getLast().gradient()));
    stages.add(
        new Stage(
            new DenseParameters(weights.value(), b, layer.activation()),
            new DenseParameters(weights.value(), b, Activation.IDENTITY),
            new DenseGradient(weights.gradient(), bias.map(Parameter::gradient)),
            norm,
            normGradient,
            layer.residual()));
  }

  private Parameter parameter(String name, HostMatrix value) {
    Parameter parameter =
        new Parameter(
            name,
            owned.add(backend.upload(value)),
            owned.add(backend.allocate(dtype, value.rows(), value.cols())));
    parameters.add(parameter);
    return parameter;
  }

  private NormParameters norm(String prefix, BatchNorm norm) {
    return new NormParameters(
        parameter(prefix + "scale", norm.scale()).value(),
        parameter(prefix + "shift", norm.shift()).value(),
        owned.add(backend.upload(norm.mean())),
        owned.add(backend.upload(norm.variance())),
        NORM_MOMENTUM,
        norm.epsilon());
  }

  Backend backend() {
    return backend;
  }

  DType dtype() {
    return dtype;
  }

  List<Stage> stages() {
    return stages;
  }

  /** {@return what is trained, layer by layer, weights before biases} */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Returns whether a batch must have at least two examples. */
  boolean normalised() {
    return stages.stream().anyMatch(stage -> stage.norm().isPresent());
  }

  long inputs() {
    return stages.getFirst().dense().weights().cols();
  }

  long outputs() {
    return stages.getLast().dense().weights().rows();
  }

  /**
   * Copies the parameters back to a network of the same layers.
   *
   * @param network takes them; its entries must be settable
   */
  public void download(Network network) {
    for (int l = 0; l < stages.size(); l++) {
      Stage stage = stages.get(l);
      DenseLayer layer = (DenseLayer) network.layers().get(l);
      get(stage.dense().weights(), layer.weights());
      stage.dense().bias().ifPresent(b -> get(b, layer.bias().orElseThrow()));
      stage
          .norm()
          .ifPresent(n -> {
            BatchNorm to = layer.norm().orElseThrow();
            get(n.scale(), to.scale());
            get(n.shift(), to.shift());
            get(n.mean(), to.mean());
            get(n.variance(), to.variance());
          });
    }
  }

  private void get(dev.lamina.matrix.Matrix from, HostMatrix to) {
    backend.download((DeviceMatrix) from, to);
  }

  @Override
  public void close() {
    owned.close();
  }
}
