package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The noise of {@link dev.lamina.ops.NoiseKey}, several entries at a time. */
final class GaussianNoise {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> J = LongVector.SPECIES_PREFERRED;
  private static final int L = D.length();
  private static final long GAMMA = 0x9e3779b97f4a7c15L;
  private static final double UNIT = 0x1p-53;

  // sin and cos on [−π/4, π/4]: the polynomials of fdlibm's k_sin.c and k_cos.c (Sun 1993)
  private static final double S1 = -0.16666666666666632;
  private static final double S2 = 0.00833333333332249;
  private static final double S3 = -0.0001984126982985795;
  private static final double S4 = 2.7557313707070068e-06;
  private static final double S5 = -2.5050760253406863e-08;
  private static final double S6 = 1.58969099521155e-10;
  private static final double C1 = 0.0416666666666666;
  private static final double C2 = -0.001388888888887411;
  private static final double C3 = 2.480158728947673e-05;
  private static final double C4 = -2.7557314351390663e-07;
  private static final double C5 = 2.087572321298175e-09;
  private static final double C6 = -1.1359647557788195e-11;

  private GaussianNoise() {}

  /**
   * Writes ξ for successive entries.
   *
   * @param key which stream
   * @param entry number of the first entry
   * @param out takes the noise; has {@link LayerScratch#SLACK} elements more than n
   * @param n how many
   */
  static void fill(long key, long entry, double[] out, int n) {
    LongVector steps = LongVector.zero(J).addIndex(2).mul(GAMMA);
    for (int j = 0; j < n; j += L) {
      LongVector state = steps.add(key + (2 * (entry + j) + 1) * GAMMA);
      // u − 1 is exact, and log1p of it is ln u
      uniform(state).add(UNIT).sub(1.0).intoArray(out, j);
    }
    Elementary.log1p(out, 1, out, n);
    for (int j = 0; j < n; j += L) {
      LongVector state = steps.add(key + (2 * (entry + j) + 1) * GAMMA);
      DoubleVector v = uniform(state.add(GAMMA));
      DoubleVector radius =
          DoubleVector.fromArray(D, out, j).mul(-2.0).lanewise(VectorOperators.SQRT);
      radius.mul(cosineOfTurns(v)).intoArray(out, j);
    }
  }

  /** Returns the upper 53 bits of mix(state) over 2⁵³. */
  private static DoubleVector uniform(LongVector state) {
    LongVector z = state;
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30));
    z = z.mul(0xbf58476d1ce4e5b9L);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27));
    z = z.mul(0x94d049bb133111ebL);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31));
    LongVector bits = z.lanewise(VectorOperators.LSHR, 11);
    return ((DoubleVector) bits.convert(VectorOperators.L2D, 0)).mul(UNIT);
  }

  /**
   * Returns cos 2πv.
   *
   * @param v turns in [0, 1)
   */
  static DoubleVector cosineOfTurns(DoubleVector v) {
    DoubleVector quarters = v.mul(4.0);
    // Adding 1.5·2⁵² rounds to an integer, which then stands in the lowest bits.
    DoubleVector shifted = quarters.add(0x1.8p52);
    DoubleVector r = quarters.sub(shifted.sub(0x1.8p52)).mul(Math.PI / 2);
    LongVector quarter = shifted.reinterpretAsLongs();
    DoubleVector w = r.mul(r);
    DoubleVector sine = poly(w, S6, S5, S4, S3, S2, S1).mul(w).mul(r).add(r);
    DoubleVector cosine = poly(w, C6, C5, C4, C3, C2, C1).mul(w).mul(w).add(w.mul(-0.5).add(1.0));
    VectorMask<Double> odd = quarter.and(1L).compare(VectorOperators.EQ, 1L).cast(D);
    DoubleVector size = cosine.blend(sine, odd);
    // cos(r + kπ/2) is cos, −sin, −cos, sin for k = 0, 1, 2, 3
    VectorMask<Double> minus = quarter.add(1L).and(2L).compare(VectorOperators.EQ, 2L).cast(D);
    return size.blend(size.neg(), minus);
  }

  private static DoubleVector poly(
      DoubleVector w, double c5, double c4, double c3, double c2, double c1, double c0) {
    return w.mul(c5).add(c4).mul(w).add(c3).mul(w).add(c2).mul(w).add(c1).mul(w).add(c0);
  }
}
