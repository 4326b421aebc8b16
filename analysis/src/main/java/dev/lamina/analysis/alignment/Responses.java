package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.EvaluatedNetwork.Stage;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.GramOps;

/**
 * Products of a layer's tangent kernel K with vectors, without K. With u the gradient of Σ vᵢ·f(xᵢ)
 * by the pre-activations, the gradient by the parameters is U = uᵀ A and β = 1ᵀ u; ‖U‖² + ‖β‖² = vᵀ
 * K v, and (K v)_{c,i} = ⟨δ_{c,i}, U aᵢ + β⟩. Owns its matrices.
 */
final class Responses implements AutoCloseable {
  private final Backend backend;
  private final GramOps gram;
  private final Stage stage;
  private final DeviceMatrix units;
  private final DeviceMatrix exampleOnes;
  private final int n;
  private final Owned owned = new Owned();
  private final DeviceMatrix weights;
  private final DeviceMatrix bias;
  private final DeviceMatrix change;
  private final DeviceMatrix products;
  private final DeviceMatrix sums;
  private final DeviceMatrix unitOnes;
  private final HostMatrix found;

  /**
   * Prepares a layer.
   *
   * @param stage the layer
   * @param units gradients of all outputs by its pre-activations, (C·N)×outputs
   * @param exampleOnes 1×N
   * @param n number of examples
   */
  Responses(Backend backend, Stage stage, DeviceMatrix units, DeviceMatrix exampleOnes, int n) {
    this.backend = backend;
    this.gram = backend.gram();
    this.stage = stage;
    this.units = units;
    this.exampleOnes = exampleOnes;
    this.n = n;
    this.weights = matrix(stage.outputs(), stage.inputs());
    this.bias = matrix(1, stage.outputs());
    this.change = matrix(n, stage.outputs());
    this.products = matrix(units.rows(), stage.outputs());
    this.sums = matrix(units.rows(), 1);
    this.unitOnes = owned.add(Constants.ones(backend, stage.outputs()));
    this.found = owned.add(HostMatrix.allocate(DType.FLOAT64, units.rows(), 1));
  }

  private DeviceMatrix matrix(long rows, long cols) {
    return owned.add(backend.allocate(DType.FLOAT64, rows, cols));
  }

  /**
   * The squared gradient by the parameters.
   *
   * @param weights of the weights
   * @param bias of the biases, 0 without them
   */
  record Squares(double weights, double bias) {}

  /**
   * Computes the gradient by the parameters.
   *
   * @param u gradients by the pre-activations, N×outputs
   * @return its squares: vᵀ K v in two parts
   */
  Squares gradient(Matrix u) {
    gram.gemm(u, true, stage.input(), false, 1, 0, weights);
    if (!stage.bias()) {
      return new Squares(gram.dot(weights, weights), 0);
    }
    gram.gemm(exampleOnes, false, u, false, 1, 0, bias);
    return new Squares(gram.dot(weights, weights), gram.dot(bias, bias));
  }

  /**
   * Computes K v for the v of the last {@link #gradient}, centred for every output.
   *
   * @param to takes the C·N numbers, output by output
   */
  void respond(double[] to) {
    gram.gemm(stage.input(), false, weights, true, 1, 0, change);
    if (stage.bias()) {
      gram.gemm(exampleOnes, true, bias, false, 1, 1, change);
    }
    for (long from = 0; from < units.rows(); from += n) {
      backend.layers().add(1, change, 0, products.rows(from, from + n));
    }
    gram.hadamard(units, products);
    gram.gemm(products, false, unitOnes, true, 1, 0, sums);
    backend.download(sums, found);
    for (int from = 0; from < to.length; from += n) {
      centre(from, to);
    }
  }

  private void centre(int from, double[] to) {
    double mean = 0;
    for (int i = from; i < from + n; i++) {
      mean += found.get(i, 0) / n;
    }
    for (int i = from; i < from + n; i++) {
      to[i] = found.get(i, 0) - mean;
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
