package dev.lamina.analysis.sparsity;

import dev.lamina.matrix.DeviceMatrix;
import java.util.List;

/** A function of several matrices on a device, with its gradient. */
public interface Objective {

  /**
   * Evaluates the function and its gradient.
   *
   * @param point where, not changed
   * @param gradient one matrix like each of {@code point}, overwritten
   * @return the value; may be infinite or NaN where the function cannot be evaluated, which a line
   *     search steps back from
   */
  double evaluate(List<DeviceMatrix> point, List<DeviceMatrix> gradient);
}
