package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;

/** One layer with weights, what is done to its result before the next one included. */
public sealed interface Layer permits DenseLayer {

  /** {@return the number of its inputs} */
  long inputs();

  /** {@return the number of its outputs} */
  long outputs();

  /** {@return what is applied to its result; identity for logits} */
  Activation activation();

  /** {@return the element type of its parameters} */
  DType dtype();

  /** {@return all its matrices, trained or not} */
  List<HostMatrix> matrices();

  /**
   * {@return a layer with the same parameters in memory of its own; the caller closes its matrices}
   *
   * @param type element type of the copy
   */
  Layer copy(DType type);
}
