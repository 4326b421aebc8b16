package dev.lamina.analysis.regression;

import dev.lamina.matrix.DType;

/**
 * In which element types a kernel regression is computed.
 *
 * <p>The factorisation is always float64: a float32 one would perturb K by about 10⁻⁷·‖K‖, which
 * for 10,000 samples is more than a usual noise of 10⁻⁴.
 */
public enum Precision {
  /**
   * Kernel entries in float32, factor, weights and likelihood in float64. Rounding the entries acts
   * like a random symmetric matrix of norm about 10⁻⁷·max|K|·√N added to K: choose it if the noise
   * is well above that.
   */
  MIXED(DType.FLOAT32, "float32 kernel, float64 solve"),
  /** Everything in float64. */
  FLOAT64(DType.FLOAT64, "float64");

  private final DType kernelType;
  private final String text;

  Precision(DType kernelType, String text) {
    this.kernelType = kernelType;
    this.text = text;
  }

  /**
   * {@return the precision whose kernel entries have the given type}
   *
   * @param kernelType element type of kernel entries
   */
  public static Precision of(DType kernelType) {
    return kernelType == DType.FLOAT32 ? MIXED : FLOAT64;
  }

  /** {@return the element type of inputs and kernel entries} */
  public DType kernelType() {
    return kernelType;
  }

  /** {@return what is used, in words for reports} */
  public String text() {
    return text;
  }
}
