package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A fully connected layer: with a the activations in front of it,
 *
 * <pre>  z = W a + b [+ z of the layer before],    its output f = φ(norm(z)) [+ a]</pre>
 *
 * @param weights W, outputs×inputs
 * @param bias b, 1×outputs
 * @param norm normalisation in front of the activation, of as many units as outputs
 * @param activation φ; identity for logits
 * @param residual which of the two sums in brackets there is, if any; what is added must be as wide
 */
public record DenseLayer(
    HostMatrix weights,
    Optional<HostMatrix> bias,
    Optional<BatchNorm> norm,
    Activation activation,
    Residual residual)
    implements Layer {

  /** Checks shapes and types. */
  public DenseLayer {
    long outputs = weights.rows();
    if (outputs < 1 || weights.cols() < 1) {
      throw new ShapeException(
          "dense layer: there must be at least one input and one output but weights are "
              + weights.shape());
    }
    bias.ifPresent(b -> {
      if (b.rows() != 1 || b.cols() != outputs || b.dtype() != weights.dtype()) {
        throw new ShapeException(
            "dense layer: bias must be 1×%d like the rows of the weights %s but is %s"
                .formatted(outputs, weights.shape(), b.shape()));
      }
    });
    norm.ifPresent(n -> {
      if (n.units() != outputs || n.scale().dtype() != weights.dtype()) {
        throw new ShapeException(
            "dense layer: batch-norm must have %d units like the rows of the weights %s but is %s"
                .formatted(outputs, weights.shape(), n.scale().shape()));
      }
    });
  }

  @Override
  public long inputs() {
    return weights.cols();
  }

  @Override
  public long outputs() {
    return weights.rows();
  }

  @Override
  public DType dtype() {
    return weights.dtype();
  }

  @Override
  public List<HostMatrix> matrices() {
    List<HostMatrix> all = new ArrayList<>(List.of(weights));
    bias.ifPresent(all::add);
    norm.ifPresent(n -> all.addAll(n.matrices()));
    return List.copyOf(all);
  }

  @Override
  public DenseLayer copy(DType type) {
    return new DenseLayer(
        weights.copy(type),
        bias.map(b -> b.copy(type)),
        norm.map(n -> n.copy(type)),
        activation,
        residual);
  }
}
