package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Stage;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.DenseParameters;
import java.util.Optional;

/**
 * A layer on the device at one point of the parameters, with what its tangents need.
 *
 * @param stage the layer
 * @param offset where its parameters begin in the row of all of them
 * @param weights W, m×k
 * @param bias b, 1×m
 * @param in a, its inputs, n×k
 * @param z its pre-activations, n×m
 * @param slope φ′(z), n×m
 * @param bend ∂loss/∂φ(z) ∘ φ″(z), n×m
 * @param delta ∂loss/∂z, n×m
 */
record RiskLayer(
    Stage stage,
    int offset,
    DeviceMatrix weights,
    DeviceMatrix bias,
    DeviceMatrix in,
    DeviceMatrix z,
    DeviceMatrix slope,
    DeviceMatrix bend,
    DeviceMatrix delta) {

  int inputs() {
    return stage.inputs();
  }

  int outputs() {
    return stage.outputs();
  }

  /** Returns whether φ(u) = u, so that slope and bend are not needed. */
  boolean linear() {
    return stage.activation().equals(Activation.IDENTITY);
  }

  DenseParameters parameters() {
    return new DenseParameters(weights, Optional.of(bias), stage.activation());
  }
}
