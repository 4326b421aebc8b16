package dev.lamina.cpu;

import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.SmoothDuals;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The smooth duals of {@link SmoothVectors} for float32 data, in float64 with an absolute error of
 * about 1e-14 instead of 1e-16: each a single loop with shorter polynomials. The formulas are those
 * of {@link SmoothVectors}.
 *
 * <p>An error of 1e-14 in 1 − cos is 1e-8 of a complement of 1e-6, and more of a smaller one: those
 * {@linkplain #isNear near} 0 must be left to the accurate forms.
 *
 * <ul>
 *   <li>The arcsine of ρ is 2 atan t with t = ρ/(1 + √(1 − ρ²)) in [−1, 1]: one polynomial in t² of
 *       relative error 7.4e-15, without cases. Its even and its odd powers are summed apart,
 *       because a long chain of sums waits for itself.
 *   <li>e^x for x ≤ 0 and e^x − 1 with a polynomial of relative error 3.2e-16.
 * </ul>
 *
 * <p>The polynomials were fitted by {@code src/fit/elementary_fit.py}. Each loop consists of calls
 * of the Vector API alone and of constants that are broadcast before it, for the reasons given in
 * {@link Elementary}. Comparisons and blends stand for {@code max}, which takes six instructions to
 * treat −0 and NaN as Java asks.
 */
final class NarrowDuals {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  /** Complements below it, of angles below 1.4e-3, would lose digits here. */
  private static final double NEAR = 1e-6;

  // atan(t)/t in t² for |t| ≤ 1
  private static final double[] H = {
    0.9999999999999927,
    -0.33333333332908144,
    0.19999999958670742,
    -0.14285712685262758,
    0.11111078263982466,
    -0.09090496764459158,
    0.07688860678780891,
    -0.06646379300966873,
    0.05794987054070593,
    -0.049799666092333605,
    0.0405536648813939,
    -0.029636958485449352,
    0.01824501973025778,
    -0.008824162251397837,
    0.00308047823481558,
    -0.0006813746931721852,
    7.112335426789217e-5
  };

  // (e^r − 1 − r)/r² for |r| ≤ log(2)/2
  private static final double[] E = {
    0.5000000000000013,
    0.16666666666608398,
    0.04166666666651157,
    0.008333333372172609,
    0.0013888888947865923,
    0.00019841183588089253,
    2.480148917255337e-5,
    2.7635645800582555e-6,
    2.7631526235149347e-7
  };

  private static final double LOG2_E = 1.4426950408889634;
  private static final double LN2 = 0x1.62e42fefa39efp-1;

  /** Adding it rounds to an integer, which then stands in the lowest bits. */
  private static final double ROUNDER = 0x1.8p52;

  private static final double EXP_LOWEST = -700;
  private static final double EXPM1_LOWEST = -38;

  private NarrowDuals() {}

  /** Returns whether a function has a short form. */
  static boolean has(Instruction.SmoothFunction function) {
    return switch (function) {
      case ERF, GELU, SIN, COS -> true;
      case EXP -> false;
    };
  }

  /** Returns whether a complement is too small for the short forms; 0 is not. */
  static boolean isNear(double complement) {
    return complement > 0 && complement < NEAR;
  }

  /** Returns whether one of the first n complements is near, or what pads them. */
  static boolean anyNear(double[] complements, int n) {
    VectorMask<Double> any = D.maskAll(false);
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, complements, j);
      any = any.or(s.lt(NEAR).and(s.compare(VectorOperators.GT, 0)));
    }
    return any.anyTrue();
  }

  /**
   * The dual of erf and that of its derivative.
   *
   * @param x block that holds row i
   * @param z block of the other rows
   * @param slot first of the slots of {@link SmoothDuals}
   * @param source complements of the pre-activations
   * @param target overwritten with the complements of E[φφ]; may be the source
   * @param derivative overwritten with those of E[φ′φ′]
   * @param n how many
   */
  static void erf(
      RowBlock x,
      int i,
      RowBlock z,
      int slot,
      double[] source,
      double[] target,
      double[] derivative,
      int n) {
    double[] us = z.slots[slot];
    double[] norms = z.slots[slot + 1];
    double[] slopes = z.slots[slot + 2];
    double[] es = z.slots[slot + 3];
    double u = x.slots[slot][i];
    double norm = -2 * x.slots[slot + 1][i];
    double slope = -x.slots[slot + 2][i];
    double e = x.slots[slot + 3][i];
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector own = DoubleVector.broadcast(D, e);
    DoubleVector rest = DoubleVector.broadcast(D, 1 - e);
    DoubleVector h0 = DoubleVector.broadcast(D, H[0]);
    DoubleVector h1 = DoubleVector.broadcast(D, H[1]);
    DoubleVector h2 = DoubleVector.broadcast(D, H[2]);
    DoubleVector h3 = DoubleVector.broadcast(D, H[3]);
    DoubleVector h4 = DoubleVector.broadcast(D, H[4]);
    DoubleVector h5 = DoubleVector.broadcast(D, H[5]);
    DoubleVector h6 = DoubleVector.broadcast(D, H[6]);
    DoubleVector h7 = DoubleVector.broadcast(D, H[7]);
    DoubleVector h8 = DoubleVector.broadcast(D, H[8]);
    DoubleVector h9 = DoubleVector.broadcast(D, H[9]);
    DoubleVector h10 = DoubleVector.broadcast(D, H[10]);
    DoubleVector h11 = DoubleVector.broadcast(D, H[11]);
    DoubleVector h12 = DoubleVector.broadcast(D, H[12]);
    DoubleVector h13 = DoubleVector.broadcast(D, H[13]);
    DoubleVector h14 = DoubleVector.broadcast(D, H[14]);
    DoubleVector h15 = DoubleVector.broadcast(D, H[15]);
    DoubleVector h16 = DoubleVector.broadcast(D, H[16]);
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector other = DoubleVector.fromArray(D, us, j);
      DoubleVector rho0 = other.mul(u);
      DoubleVector rho = s.neg().fma(rho0, rho0);
      DoubleVector cos02 = DoubleVector.fromArray(D, es, j).fma(rest, own);
      DoubleVector square = rho0.mul(rho0).fma(s.mul(s.neg().add(2.0)), cos02);
      DoubleVector cos = square.lanewise(VectorOperators.SQRT);
      DoubleVector y = one.div(cos);
      DoubleVector t = rho.div(cos.add(1.0));
      DoubleVector w = t.mul(t);
      DoubleVector w2 = w.mul(w);
      DoubleVector even =
          w2.fma(h16, h14)
              .fma(w2, h12)
              .fma(w2, h10)
              .fma(w2, h8)
              .fma(w2, h6)
              .fma(w2, h4)
              .fma(w2, h2)
              .fma(w2, h0);
      DoubleVector odd =
          w2.fma(h15, h13).fma(w2, h11).fma(w2, h9).fma(w2, h7).fma(w2, h5).fma(w2, h3).fma(w2, h1);
      DoubleVector arc = odd.fma(w, even).mul(t);
      VectorMask<Double> equal =
          s.compare(VectorOperators.EQ, 0.0).and(other.compare(VectorOperators.EQ, u));
      DoubleVector value = DoubleVector.fromArray(D, norms, j).mul(norm).fma(arc, one);
      value.blend(0.0, equal.or(value.lt(0.0))).intoArray(target, j);
      value = DoubleVector.fromArray(D, slopes, j).mul(slope).fma(y, one);
      value.blend(0.0, equal.or(value.lt(0.0))).intoArray(derivative, j);
    }
  }

  /** Sets {@code roots[j] = 1/√(1 + k)} from the variances of rows, for {@link #gelu}. */
  static void inverseRoots(double[] variances, double[] roots, int n) {
    for (int j = 0; j < n; j++) {
      roots[j] = inverseRoot(variances[j]);
    }
  }

  private static double inverseRoot(double variance) {
    return 1 / Math.sqrt(1 + variance);
  }

  /**
   * The dual of gelu and that of its derivative; parameters as in {@link #erf}.
   *
   * <p>With q = 1/√(1 + k) of both rows, ρ = c q(x)q(z) and 1/√Δ = q(x)q(z)/√(1 − ρ²).
   *
   * @param qs q of the rows of z
   */
  static void gelu(
      RowBlock x,
      int i,
      RowBlock z,
      int slot,
      double[] qs,
      double[] source,
      double[] target,
      double[] derivative,
      int n) {
    double[] variances = z.slots[slot];
    double[] norms = z.slots[slot + 1];
    double[] slopes = z.slots[slot + 2];
    double[] roots = z.slots[slot + 3];
    double variance = x.slots[slot][i];
    double norm = -x.slots[slot + 1][i];
    double slope = -x.slots[slot + 2][i];
    double root = x.slots[slot + 3][i];
    double q = inverseRoot(variance);
    double e = q * q;
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector own = DoubleVector.broadcast(D, e);
    DoubleVector rest = DoubleVector.broadcast(D, 1 - e);
    DoubleVector quarter = DoubleVector.broadcast(D, 0.25);
    DoubleVector inversePi = DoubleVector.broadcast(D, 1 / Math.PI);
    DoubleVector h0 = DoubleVector.broadcast(D, H[0]);
    DoubleVector h1 = DoubleVector.broadcast(D, H[1]);
    DoubleVector h2 = DoubleVector.broadcast(D, H[2]);
    DoubleVector h3 = DoubleVector.broadcast(D, H[3]);
    DoubleVector h4 = DoubleVector.broadcast(D, H[4]);
    DoubleVector h5 = DoubleVector.broadcast(D, H[5]);
    DoubleVector h6 = DoubleVector.broadcast(D, H[6]);
    DoubleVector h7 = DoubleVector.broadcast(D, H[7]);
    DoubleVector h8 = DoubleVector.broadcast(D, H[8]);
    DoubleVector h9 = DoubleVector.broadcast(D, H[9]);
    DoubleVector h10 = DoubleVector.broadcast(D, H[10]);
    DoubleVector h11 = DoubleVector.broadcast(D, H[11]);
    DoubleVector h12 = DoubleVector.broadcast(D, H[12]);
    DoubleVector h13 = DoubleVector.broadcast(D, H[13]);
    DoubleVector h14 = DoubleVector.broadcast(D, H[14]);
    DoubleVector h15 = DoubleVector.broadcast(D, H[15]);
    DoubleVector h16 = DoubleVector.broadcast(D, H[16]);
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector otherQ = DoubleVector.fromArray(D, qs, j);
      DoubleVector geometric = DoubleVector.fromArray(D, roots, j).mul(root);
      DoubleVector c = s.neg().fma(geometric, geometric);
      DoubleVector qq = otherQ.mul(q);
      DoubleVector rho = c.mul(qq);
      DoubleVector otherE = otherQ.mul(otherQ);
      DoubleVector excess = geometric.mul(geometric).mul(s.mul(s.neg().add(2.0))); // ab − c²
      DoubleVector square = excess.fma(qq.mul(qq), otherE.fma(rest, own));
      DoubleVector cos = square.lanewise(VectorOperators.SQRT);
      DoubleVector y = one.div(cos);
      DoubleVector t = rho.div(cos.add(1.0));
      DoubleVector w = t.mul(t);
      DoubleVector w2 = w.mul(w);
      DoubleVector even =
          w2.fma(h16, h14)
              .fma(w2, h12)
              .fma(w2, h10)
              .fma(w2, h8)
              .fma(w2, h6)
              .fma(w2, h4)
              .fma(w2, h2)
              .fma(w2, h0);
      DoubleVector odd =
          w2.fma(h15, h13).fma(w2, h11).fma(w2, h9).fma(w2, h7).fma(w2, h5).fma(w2, h3).fma(w2, h1);
      DoubleVector arc = odd.fma(w, even).mul(t);
      DoubleVector positive = arc.fma(inversePi, quarter);
      DoubleVector sum = otherE.add(e); // 1/(1 + a) + 1/(1 + b)
      DoubleVector inverseRoot = y.mul(qq);
      DoubleVector density = inverseRoot.mul(1 / (2 * Math.PI));
      DoubleVector value = c.mul(c).fma(sum, excess).fma(density, c.mul(positive));
      DoubleVector slopeValue = inverseRoot.fma(inverseRoot, sum).fma(c.mul(density), positive);
      VectorMask<Double> equal =
          s.compare(VectorOperators.EQ, 0.0)
              .and(DoubleVector.fromArray(D, variances, j).compare(VectorOperators.EQ, variance));
      value = DoubleVector.fromArray(D, norms, j).mul(norm).fma(value, one);
      value.blend(0.0, equal.or(value.lt(0.0))).intoArray(target, j);
      slopeValue = DoubleVector.fromArray(D, slopes, j).mul(slope).fma(slopeValue, one);
      slopeValue.blend(0.0, equal.or(slopeValue.lt(0.0))).intoArray(derivative, j);
    }
  }

  /**
   * The duals of sine and cosine, each other's derivatives; parameters as in {@link #erf}.
   *
   * @param sineSlot slot of the norm of the sine
   * @param cosineSlot slot of the norm of the cosine
   */
  static void trigonometric(
      RowBlock x,
      int i,
      RowBlock z,
      int slot,
      int sineSlot,
      int cosineSlot,
      double[] source,
      double[] sine,
      double[] cosine,
      int n) {
    double[] variances = z.slots[slot];
    double[] roots = z.slots[slot + 3];
    double[] sineNorms = z.slots[sineSlot];
    double[] cosineNorms = z.slots[cosineSlot];
    double variance = x.slots[slot][i];
    double root = x.slots[slot + 3][i];
    double sineNorm = x.slots[sineSlot][i];
    double cosineNorm = x.slots[cosineSlot][i];
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector log2e = DoubleVector.broadcast(D, LOG2_E);
    DoubleVector ln2 = DoubleVector.broadcast(D, LN2);
    DoubleVector rounder = DoubleVector.broadcast(D, ROUNDER);
    DoubleVector e0 = DoubleVector.broadcast(D, E[0]);
    DoubleVector e1 = DoubleVector.broadcast(D, E[1]);
    DoubleVector e2 = DoubleVector.broadcast(D, E[2]);
    DoubleVector e3 = DoubleVector.broadcast(D, E[3]);
    DoubleVector e4 = DoubleVector.broadcast(D, E[4]);
    DoubleVector e5 = DoubleVector.broadcast(D, E[5]);
    DoubleVector e6 = DoubleVector.broadcast(D, E[6]);
    DoubleVector e7 = DoubleVector.broadcast(D, E[7]);
    DoubleVector e8 = DoubleVector.broadcast(D, E[8]);
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector other = DoubleVector.fromArray(D, roots, j);
      DoubleVector geometric = other.mul(root);
      DoubleVector difference = other.sub(root);
      DoubleVector below = geometric.mul(s);
      DoubleVector half = difference.mul(0.5).fma(difference, below);
      DoubleVector c = geometric.sub(below);
      DoubleVector size = c.abs();
      DoubleVector exponent = size.sub(c).sub(half);
      exponent = exponent.blend(EXP_LOWEST, exponent.lt(EXP_LOWEST));
      DoubleVector shifted = exponent.fma(log2e, rounder);
      DoubleVector r = rounder.sub(shifted).fma(ln2, exponent);
      DoubleVector power =
          r.fma(e8, e7)
              .fma(r, e6)
              .fma(r, e5)
              .fma(r, e4)
              .fma(r, e3)
              .fma(r, e2)
              .fma(r, e1)
              .fma(r, e0)
              .fma(r.mul(r), r)
              .add(1.0);
      LongVector bits = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      // Half of e^(|c| − (a + b)/2)
      DoubleVector large = power.mul(bits.add(1022L << 52).reinterpretAsDoubles());
      exponent = size.mul(-2.0);
      exponent = exponent.blend(EXPM1_LOWEST, exponent.lt(EXPM1_LOWEST));
      shifted = exponent.fma(log2e, rounder);
      r = rounder.sub(shifted).fma(ln2, exponent);
      power =
          r.fma(e8, e7)
              .fma(r, e6)
              .fma(r, e5)
              .fma(r, e4)
              .fma(r, e3)
              .fma(r, e2)
              .fma(r, e1)
              .fma(r, e0)
              .fma(r.mul(r), r);
      bits = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector scale = bits.add(1023L << 52).reinterpretAsDoubles();
      DoubleVector fall = power.fma(scale, scale.sub(1.0)); // e^(−2|c|) − 1
      DoubleVector sinh = fall.mul(large);
      DoubleVector cosh = fall.add(2.0).mul(large);
      sinh = sinh.blend(sinh.neg(), s.compare(VectorOperators.GT, 1.0));
      VectorMask<Double> equal =
          s.compare(VectorOperators.EQ, 0.0)
              .and(DoubleVector.fromArray(D, variances, j).compare(VectorOperators.EQ, variance));
      DoubleVector value = DoubleVector.fromArray(D, sineNorms, j).mul(sineNorm).fma(sinh, one);
      value.blend(0.0, equal.or(value.lt(0.0))).intoArray(sine, j);
      value = DoubleVector.fromArray(D, cosineNorms, j).mul(-cosineNorm).fma(cosh, one);
      value.blend(0.0, equal.or(value.lt(0.0))).intoArray(cosine, j);
    }
  }
}
