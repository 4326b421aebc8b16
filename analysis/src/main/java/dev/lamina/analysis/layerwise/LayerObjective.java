package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;

/**
 * A loss of one layer's activations: its value, and its gradient with respect to them.
 *
 * <p>An objective is bound to one backend, takes device matrices of that backend, and keeps the
 * device memory it needs from one call to the next; it allocates anew when shapes change. It is not
 * thread-safe. Activations and targets have one element type, which is that of all arithmetic but
 * the sums of the value, which are float64.
 */
public interface LayerObjective extends AutoCloseable {

  /**
   * Opens the objective that settings describe.
   *
   * @param backend computes
   * @param settings which loss
   * @return the objective; the caller closes it
   */
  static LayerObjective open(Backend backend, ObjectiveSettings settings) {
    return new Dispatch(backend, settings);
  }

  /**
   * Computes the loss.
   *
   * @param activations Φ, N×n, rows are samples
   * @param targets Y, N×C
   * @return the loss and its parts
   * @throws dev.lamina.matrix.ShapeException if N differs or n or C is 0
   * @throws SingularGramException if K + σ²I cannot be factored
   * @throws LayerMemoryException if the memory budget has not even the smallest plan
   */
  LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets);

  /**
   * Computes the loss and its gradient.
   *
   * @param activations Φ, N×n, rows are samples
   * @param targets Y, N×C
   * @param gradient N×n, overwritten by ∂loss/∂Φ
   * @return the loss and its parts
   * @throws dev.lamina.matrix.ShapeException if N differs, n or C is 0, or the gradient has not the
   *     shape of the activations
   * @throws SingularGramException if K + σ²I cannot be factored
   * @throws LayerMemoryException if the memory budget has not even the smallest plan
   */
  LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient);

  /** Frees the device memory. */
  @Override
  void close();
}
