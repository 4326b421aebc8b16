package dev.lamina.kernel;

/** How a network's weights are scaled, which decides what its tangent kernel is. */
public enum Parametrization {
  /** W = √(weightVariance/fanIn)·ω with ω ~ N(0, 1) trained (Jacot et al. 2018). */
  NTK,
  /**
   * W ~ N(0, weightVariance/fanIn) trained itself; the tangent kernel then grows with the widths
   * (Sohl-Dickstein et al. 2020).
   */
  STANDARD;

  /** {@return the name used in text: {@code ntk} or {@code standard}} */
  public String text() {
    return this == NTK ? "ntk" : "standard";
  }
}
