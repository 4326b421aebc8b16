package dev.lamina.lowering;

import dev.lamina.matrix.DType;

/**
 * Below which value a statistic that came out of a matrix product has lost too many digits and is
 * computed again from the difference or sum of the two rows.
 *
 * <p>The complement s of nearly opposite rows, near 2, is computed again from their sum, so that
 * opposite rows have s = 2 exactly. Of r = 2 − s no more digits than those of s near 2 are kept.
 * Activations with a share of |u| see r, above all abs itself, which maps opposite rows to equal
 * ones: pairs whose angle is π − η come out of its first layer as if η were off by at most u/η² of
 * itself, u the unit roundoff, 6e-8 in float32: 6e-6 at η = 0.1, 6e-4 at 0.01, 6e-2 at 0.001.
 * Entries of covariances stay within rounding; the dual of a step, η/π, which tangent kernels
 * multiply with, is off by u/(πη), at most √(2u)/π = 1.1e-4, of the 1 on the diagonal. All later
 * layers keep what the first one leaves.
 *
 * @param complement threshold of 1 − cos, and of 1 + cos
 * @param distance threshold of ‖x − z‖² relative to ‖x‖² + ‖z‖²
 */
public record NearPairs(double complement, double distance) {

  /**
   * Returns the thresholds for data of d columns.
   *
   * <p>The product's error is about u√d of ‖x‖‖z‖ (u the unit roundoff). At s = 3000·u√d the
   * relative error of s is thus about 3e-4 at worst and typically a tenth of it, that of the angle
   * half as much: 1e-4 as the accuracy rule asks. In float64 a threshold of 1e-6 costs nothing and
   * keeps nine digits. For stationary kernels f(D/ℓ²) an error δ of D changes the value by at most
   * about 0.4·δ/D, which at D = 0.05·(‖x‖² + ‖z‖²) is within 8·u√d however short the length scale.
   *
   * @param dtype element type of the products
   * @param d number of columns
   * @return the thresholds
   */
  public static NearPairs of(DType dtype, long d) {
    double rounding = dtype.unitRoundoff() * Math.sqrt((double) d);
    return dtype == DType.FLOAT32
        ? new NearPairs(Math.min(0.1, 3000 * rounding), 0.05)
        : new NearPairs(Math.max(1e-6, 3000 * rounding), 0.05);
  }
}
