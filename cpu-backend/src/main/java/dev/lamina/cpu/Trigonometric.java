package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sine and cosine of the first n elements of arrays, under the same terms as {@link Elementary}:
 * the same bits on every processor, for every vector width and wherever an element stands.
 *
 * <p>Multiples of π/2 are taken off in three parts by fused multiply-adds, the first exactly, so
 * that what is left has a relative error of two roundings however small it is. Largest errors over
 * dense samples: 1.3 units in the last place for both. Arguments beyond 2³⁰ are left to {@link
 * Math}. The polynomials were fitted by {@code src/fit/activation_fit.py}. Target and source may be
 * the same array.
 */
final class Trigonometric {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** Larger arguments are rare and would need more parts of π/2. */
  private static final double LARGEST = 0x1p30;

  // π/2 in three parts, each rounded
  private static final double HALF_PI_HIGH = 0x1.921fb54442d18p+0;
  private static final double HALF_PI_MIDDLE = 0x1.1a62633145c07p-54;
  private static final double HALF_PI_LOW = -0x1.f1976b7ed8fbcp-110;
  private static final double TWO_OVER_PI = 0.6366197723675814;

  /** Adding it rounds to an integer, which then stands in the lowest bits. */
  private static final double ROUNDER = 0x1.8p52;

  // (sin r − r)/r³ in r² for |r| ≤ π/4
  private static final double S0 = -0.1666666666666664;
  private static final double S1 = 0.008333333333324078;
  private static final double S2 = -0.00019841269830907481;
  private static final double S3 = 2.755731402036174e-6;
  private static final double S4 = -2.5050803626599965e-8;
  private static final double S5 = 1.589917583869551e-10;

  // (cos r − 1 + r²/2)/r⁴ in r² for |r| ≤ π/4
  private static final double C0 = 0.04166666666666666;
  private static final double C1 = -0.001388888888888346;
  private static final double C2 = 2.4801587294927607e-5;
  private static final double C3 = -2.755731582914505e-7;
  private static final double C4 = 2.0875912675702437e-9;
  private static final double C5 = -1.1368942937952721e-11;

  private Trigonometric() {}

  /** target = sin(source). */
  static void sin(double[] source, double[] target, int n) {
    if (turned(source, 0, Long.MIN_VALUE, target, n)) {
      for (int j = 0; j < n; j++) {
        target[j] = Math.abs(target[j]) > LARGEST ? Math.sin(target[j]) : target[j];
      }
    }
  }

  /** target = cos(source). */
  static void cos(double[] source, double[] target, int n) {
    if (turned(source, 1, 0, target, n)) {
      for (int j = 0; j < n; j++) {
        target[j] = Math.abs(target[j]) > LARGEST ? Math.cos(target[j]) : target[j];
      }
    }
  }

  /**
   * target = sin(|source| + quarters·π/2), with the source's sign where {@code sign} has its bit.
   * Arguments that are too large are copied.
   *
   * @return whether there are any such, perhaps behind the n-th
   */
  private static boolean turned(double[] source, long quarters, long sign, double[] target, int n) {
    DoubleVector largest = DoubleVector.broadcast(D, LARGEST);
    DoubleVector twoOverPi = DoubleVector.broadcast(D, TWO_OVER_PI);
    DoubleVector high = DoubleVector.broadcast(D, HALF_PI_HIGH);
    DoubleVector middle = DoubleVector.broadcast(D, HALF_PI_MIDDLE);
    DoubleVector low = DoubleVector.broadcast(D, HALF_PI_LOW);
    DoubleVector rounder = DoubleVector.broadcast(D, ROUNDER);
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector minusHalf = DoubleVector.broadcast(D, -0.5);
    DoubleVector s0 = DoubleVector.broadcast(D, S0);
    DoubleVector s1 = DoubleVector.broadcast(D, S1);
    DoubleVector s2 = DoubleVector.broadcast(D, S2);
    DoubleVector s3 = DoubleVector.broadcast(D, S3);
    DoubleVector s4 = DoubleVector.broadcast(D, S4);
    DoubleVector s5 = DoubleVector.broadcast(D, S5);
    DoubleVector c0 = DoubleVector.broadcast(D, C0);
    DoubleVector c1 = DoubleVector.broadcast(D, C1);
    DoubleVector c2 = DoubleVector.broadcast(D, C2);
    DoubleVector c3 = DoubleVector.broadcast(D, C3);
    DoubleVector c4 = DoubleVector.broadcast(D, C4);
    DoubleVector c5 = DoubleVector.broadcast(D, C5);
    DoubleVector beyond = DoubleVector.zero(D);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j);
      DoubleVector y = x.abs();
      DoubleVector shifted = y.fma(twoOverPi, rounder);
      DoubleVector minusN = rounder.sub(shifted);
      DoubleVector r = minusN.fma(low, minusN.fma(middle, minusN.fma(high, y)));
      DoubleVector w = r.mul(r);
      DoubleVector sine =
          w.fma(s5, s4).fma(w, s3).fma(w, s2).fma(w, s1).fma(w, s0).fma(w.mul(r), r);
      DoubleVector cosine =
          w.fma(c5, c4).fma(w, c3).fma(w, c2).fma(w, c1).fma(w, c0).fma(w, minusHalf).fma(w, one);
      LongVector turns = shifted.reinterpretAsLongs().add(quarters);
      VectorMask<Double> odd =
          turns.lanewise(VectorOperators.LSHL, 63).compare(VectorOperators.LT, 0).cast(D);
      LongVector flip =
          turns
              .lanewise(VectorOperators.LSHL, 62)
              .lanewise(VectorOperators.XOR, x.reinterpretAsLongs().and(sign))
              .and(Long.MIN_VALUE);
      DoubleVector result =
          sine.blend(cosine, odd)
              .reinterpretAsLongs()
              .lanewise(VectorOperators.XOR, flip)
              .reinterpretAsDoubles();
      VectorMask<Double> large = y.compare(VectorOperators.GT, largest);
      beyond = beyond.blend(y, large);
      result.blend(x, large).intoArray(target, j);
    }
    return beyond.compare(VectorOperators.GT, largest).anyTrue();
  }
}
