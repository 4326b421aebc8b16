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

  // Constant vectors, not broadcasts: a loop over both polynomials has to stay below the size at
  // which
  // the JIT compiler stops inlining and starts allocating vectors.
  private static final FloatVector A0 = constant(1.4142135f);
  private static final FloatVector A1 = constant(0.11785359f);
  private static final FloatVector A2 = constant(0.026468892f);
  private static final FloatVector A3 = constant(0.00824748f);
  private static final FloatVector A4 = constant(0.0013950595f);
  private static final FloatVector A5 = constant(0.0034579122f);
  private static final FloatVector A6 = constant(-0.0020760172f);
  private static final FloatVector A7 = constant(0.0012358478f);
  private static final FloatVector Q0 = constant(0.94280815f);
  private static final FloatVector Q1 = constant(0.04716314f);
  private static final FloatVector Q2 = constant(0.007410418f);
  private static final FloatVector Q3 = constant(0.0022644985f);
  private static final FloatVector Q4 = constant(-0.00024429464f);
  private static final FloatVector Q5 = constant(0.00059802283f);

  private AngleVectors() {}

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, value);
  }

  /** Returns A(r) of the float32 approximation. */
  static FloatVector a(FloatVector r) {
    return r.fma(A7, A6).fma(r, A5).fma(r, A4).fma(r, A3).fma(r, A2).fma(r, A1).fma(r, A0);
  }

  /** Returns Q(r) of the float32 approximation. */
  static FloatVector q(FloatVector r) {
    return r.fma(Q5, Q4).fma(r, Q3).fma(r, Q2).fma(r, Q1).fma(r, Q0);
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
