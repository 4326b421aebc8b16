package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The two functions of a complement s = 1 − cos θ that angle kernels are made of, evaluated with
 * full relative accuracy down to s = 0.
 *
 * <p>With r = s (or r = 2 − s beyond the right angle) in [0, 1] and φ = 2 asin √(r/2),
 *
 * <pre>
 *   φ               = √r · A(r)
 *   sin φ − φ cos φ = √r · r · Q(r)
 * </pre>
 *
 * where A and Q are analytic with nearest singularity at r = 2. In float64 the coefficients
 * interpolate A and Q at the Chebyshev nodes of [0, 1], with relative errors of 2e-17. In float32
 * they were fitted on [0, 1.0001] by {@code src/fit/elementary_fit.py}, A to a relative error of
 * 1.7e-8, and Q so that the dual r(1 − √r·Q(r)/π) of relu has one of 3.1e-8: Q alone is off by up
 * to 1e-6 near r = 0, where it does not count.
 *
 * <p>Beyond the right angle θ = π − φ and sin θ − θ cos θ = sin φ − φ cos φ + π cos φ, so that s −
 * κ(sin θ − θ cos θ) = (2 − πκ) + (πκ − 1)r − κ(sin φ − φ cos φ), which does not cancel for |u|,
 * where πκ = 2.
 */
final class AngleVectors {
  private static final double[] A = {
    1.4142135623730951,
    0.11785113019774604,
    0.026516504295916166,
    0.007891816687096197,
    0.0026854115429505864,
    0.0009886937064591983,
    0.0003837000361256815,
    0.00015250797182385684,
    7.287068257137792e-05,
    -7.185800992367848e-06,
    0.00010871230018361807,
    -0.00020499919349473681,
    0.0003480987471498245,
    -0.00043000945159494793,
    0.0004006882818589302,
    -0.0002688464467735859,
    0.00012425167869548127,
    -3.537835495282187e-05,
    4.797541033020616e-06
  };

  private static final double[] Q = {
    0.9428090415820634,
    0.04714045207910578,
    0.007576144083861955,
    0.00175373706836867,
    0.0004882560753931928,
    0.0001521141993722164,
    5.109425451483467e-05,
    1.8349126840897055e-05,
    5.83672864724229e-06,
    5.465788068101837e-06,
    -6.1128606173822415e-06,
    1.3534533881674908e-05,
    -1.7948915243682663e-05,
    1.8519148835413642e-05,
    -1.3478121029305757e-05,
    6.765053154679045e-06,
    -2.0764150855087167e-06,
    3.0658986785827735e-07
  };

  private static final float[] A32 = {
    1.4142135f,
    0.11785359f,
    0.026468892f,
    0.00824748f,
    0.0013950595f,
    0.0034579122f,
    -0.0020760172f,
    0.0012358478f
  };

  private static final float[] Q32 = {
    0.94280815f, 0.04716314f, 0.007410418f, 0.0022644985f, -0.00024429464f, 0.00059802283f
  };

  private AngleVectors() {}

  /** Returns a coefficient of the float32 approximation of A, which has degree 7, in all lanes. */
  static FloatVector a(int power) {
    return FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, A32[power]);
  }

  /** Returns a coefficient of the float32 approximation of Q, which has degree 5, in all lanes. */
  static FloatVector q(int power) {
    return FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, Q32[power]);
  }

  /** Returns A(r) in float64. */
  static DoubleVector a(DoubleVector r) {
    return horner(r, A);
  }

  /** Returns Q(r) in float64. */
  static DoubleVector q(DoubleVector r) {
    return horner(r, Q);
  }

  private static DoubleVector horner(DoubleVector r, double[] coefficients) {
    DoubleVector sum = r.broadcast(coefficients[coefficients.length - 1]);
    for (int n = coefficients.length - 2; n >= 0; n--) {
      sum = sum.fma(r, r.broadcast(coefficients[n]));
    }
    return sum;
  }
}
