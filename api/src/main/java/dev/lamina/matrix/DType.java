package dev.lamina.matrix;

/** The element type of a {@link Matrix}. */
public enum DType {
  /** IEEE 754 binary32, 4 bytes. */
  FLOAT32(Float.BYTES, 0x1p-24),
  /** IEEE 754 binary64, 8 bytes. */
  FLOAT64(Double.BYTES, 0x1p-53);

  private final int bytes;
  private final double unitRoundoff;

  DType(int bytes, double unitRoundoff) {
    this.bytes = bytes;
    this.unitRoundoff = unitRoundoff;
  }

  /** {@return the size of one element in bytes} */
  public int bytes() {
    return bytes;
  }

  /**
   * {@return the unit roundoff u: the largest relative error of rounding a real number to this
   * type}
   */
  public double unitRoundoff() {
    return unitRoundoff;
  }
}
