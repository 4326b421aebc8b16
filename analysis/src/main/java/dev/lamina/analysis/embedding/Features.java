package dev.lamina.analysis.embedding;

import java.util.List;
import org.hipparchus.linear.RealMatrix;

/**
 * What a network computes on samples.
 *
 * @param values f^[0] = x to f^[L], the outputs; each n×width
 * @param preActivations u^[1] to u^[L]; u^[l] is entry l − 1
 */
public record Features(List<RealMatrix> values, List<RealMatrix> preActivations) {

  /**
   * {@return f^[l], n×m_l}
   *
   * @param l 0 to L
   */
  public RealMatrix value(int l) {
    return values.get(l);
  }

  /**
   * {@return u^[l], n×m_l}
   *
   * @param l 1 to L
   */
  public RealMatrix preActivation(int l) {
    return preActivations.get(l - 1);
  }

  /** {@return f^[L], n×outputs} */
  public RealMatrix outputs() {
    return values.getLast();
  }
}
