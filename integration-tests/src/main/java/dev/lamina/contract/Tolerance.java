package dev.lamina.contract;

import dev.lamina.matrix.DType;

/**
 * The one law by which results are compared: with u the unit roundoff of the element type,
 *
 * <pre>  |got − want| ≤ c·u·√d·scale + u·|want| + η.</pre>
 *
 * <p><b>The first term</b> bounds what happens before the result is stored. A dot product of length
 * d of x and z in any order of summation has an error of at most λ·√d·u·|x|·|z| with probability 1
 * − 2d·exp(−λ²/2) when its roundings are independent (Higham and Mary 2019, theorem 2.4; the worst
 * case d·u needs all of them to conspire), which for λ = 6 and d = 1025 fails once in 3·10⁴ dot
 * products and never did for blocked sums, which are better still. The few scalar operations that
 * follow a dot product, each with an error of u, count for ten more: c = 16. Whoever asks passes as
 * {@code scale} the magnitude of the intermediate results: |x|·|z| for a dot product; for a
 * function of one, its value and the change of the function when its argument changes relatively by
 * 1; for a recursion, that times the number of steps. <b>The second term</b> is the rounding of the
 * result to its element type. <b>The third</b>, η, is the smallest normal number: results below it
 * may be flushed to zero.
 *
 * @param dtype element type whose unit roundoff counts
 * @param d length of the sums
 */
public record Tolerance(DType dtype, long d) {

  /** c, see above. */
  private static final double C = 16;

  /**
   * The accuracy rule: largest relative error of an angle, and the smallest angle it is kept for.
   */
  private static final double FLOAT32_ANGLE = 1e-4;

  /**
   * Returns the largest error that is accepted.
   *
   * @param want the exact value
   * @param scale magnitude of the intermediate results, ≥ 0
   */
  public double bound(double want, double scale) {
    double u = dtype.unitRoundoff();
    double smallest = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    return delta() * scale + u * Math.abs(want) + smallest;
  }

  /**
   * Returns whether a result is accepted; NaN never is.
   *
   * @param got the result
   * @param want the exact value
   * @param scale magnitude of the intermediate results, ≥ 0
   */
  public boolean accepts(double got, double want, double scale) {
    return Math.abs(got - want) <= bound(want, scale);
  }

  /**
   * Returns the largest error of a kernel's value that is accepted.
   *
   * <p>A cosine of the inputs that is off by δ = c·u·√d moves their angle θ by δ/sin θ, near 0 and
   * π by at most √(2δ), and the kernel by its slope times that.
   *
   * @param want the exact value
   */
  public double bound(NaiveKernels.Entry want) {
    return bound(want.value(), want.scale())
        + (want.turn() > 0 ? want.turn() * turned(want.inputAngle()) : 0);
  }

  private double delta() {
    return C * dtype.unitRoundoff() * Math.sqrt((double) d);
  }

  private double turned(double angle) {
    return Math.min(delta() / Math.sin(angle), Math.sqrt(2 * delta()));
  }

  /**
   * Returns the largest error of an angle that is accepted.
   *
   * <p>In float32 this is the accuracy rule of the project: angles keep a relative error of 10⁻⁴ at
   * any depth, down to angles of 10⁻⁴. In float64 it is what an error c·u·√d of the cosine in each
   * layer does to the angle, which is less for all angles above 10⁻⁶.
   *
   * @param want the exact angle
   * @param layers number of layers that the angle passed
   */
  public double angleBound(double want, int layers) {
    return dtype == DType.FLOAT32
        ? FLOAT32_ANGLE * Math.max(want, FLOAT32_ANGLE)
        : (layers + 1) * turned(want);
  }

  /** Returns the step h = u^(1/3) that balances both errors of a central difference. */
  public double differenceStep() {
    return Math.cbrt(dtype.unitRoundoff());
  }

  /**
   * Returns the largest distance of a central difference from the derivative.
   *
   * <p>Cutting the Taylor series leaves h²/6 times the third derivative, and dividing the rounding
   * errors c·u·√d·scale of two values by 2h gives as much again: both are of order u^(2/3).
   *
   * @param scale bound of the terms of the function and of its third derivative near the point
   */
  public double differenceBound(double scale) {
    return C * Math.pow(dtype.unitRoundoff(), 2.0 / 3) * Math.sqrt((double) d) * scale;
  }
}
