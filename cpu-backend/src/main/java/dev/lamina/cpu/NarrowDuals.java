package dev.lamina.cpu;

import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.SmoothDuals;
import java.util.function.BiConsumer;
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
 * near 0, and equal rows, are left to {@link #settle}.
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

  /**
   * Returns whether one of the first n complements, or of what pads them, is so small that {@link
   * #settle} must see to it.
   */
  static boolean anySmall(double[] complements, int n) {
    VectorMask<Double> any = D.maskAll(false);
    for (int j = 0; j < n; j += L) {
      any = any.or(DoubleVector.fromArray(D, complements, j).lt(NEAR));
    }
    return any.anyTrue();
  }

  /**
   * Gives entries of small complements the bits that they have alone: pairs of equal rows 0,
   * because rounding leaves 1e-16 and the next layer may take its square root, and the others those
   * of the accurate forms.
   *
   * @param own slot 0 of the row
   * @param others slot 0 of the other rows
   * @param source complements of the pre-activations
   * @param target results of a short form; those of small complements are overwritten
   * @param derivative likewise
   * @param accurate computes the accurate forms of all n, of the dual and of its derivative
   * @param duals overwritten
   * @param derivatives overwritten
   */
  static void settle(
      double own,
      double[] others,
      double[] source,
      double[] target,
      double[] derivative,
      BiConsumer<double[], double[]> accurate,
      double[] duals,
      double[] derivatives,
      int n) {
    boolean computed = false;
    for (int j = 0; j < n; j += L) {
      if (!DoubleVector.fromArray(D, source, j).lt(NEAR).anyTrue()) {
        continue;
      }
      for (int k = j; k < Math.min(n, j + L); k++) {
        if (source[k] == 0 && others[k] == own) {
          target[k] = 0;
          derivative[k] = 0;
        } else if (source[k] > 0 && source[k] < NEAR) {
          if (!computed) {
            accurate.accept(duals, derivatives);
            computed = true;
          }
          target[k] = duals[k];
          derivative[k] = derivatives[k];
        }
      }
    }
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
      DoubleVector rho0 = DoubleVector.fromArray(D, us, j).mul(u);
      DoubleVector v = one.sub(s);
      DoubleVector m = s.fma(v, s); // 1 − v²
      DoubleVector rho = rho0.mul(v);
      DoubleVector cos02 = DoubleVector.fromArray(D, es, j).fma(rest, own);
      DoubleVector square = rho0.mul(rho0).fma(m, cos02);
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
      DoubleVector value = DoubleVector.fromArray(D, norms, j).mul(norm).fma(arc, one);
      value.blend(0.0, value.lt(0.0)).intoArray(target, j);
      value = DoubleVector.fromArray(D, slopes, j).mul(slope).fma(y, one);
      value.blend(0.0, value.lt(0.0)).intoArray(derivative, j);
    }
  }

  /** Arrays that {@link #gelu} takes of a block's rows. */
  static final int GELU_ROWS = 3;

  /**
   * Computes what {@link #gelu} takes of rows of variance k and of norm N = 1/√E[φ²].
   *
   * @param block the rows
   * @param slot first of the slots of {@link SmoothDuals}
   * @param rows takes, for each row, √(k/(1 + k)), 1/(1 + k) and N√k
   * @param n how many rows
   */
  static void geluRows(RowBlock block, int slot, double[][] rows, int n) {
    for (int j = 0; j < n; j++) {
      double e = 1 / (1 + block.slots[slot][j]);
      double root = block.slots[slot + 3][j];
      rows[0][j] = root * Math.sqrt(e);
      rows[1][j] = e;
      rows[2][j] = block.slots[slot + 1][j] * root;
    }
  }

  /**
   * The dual of gelu and that of its derivative; parameters as in {@link #erf}.
   *
   * <p>With v = 1 − s, e = 1/(1 + k), Σ = e(x) + e(z), ρ₀ = √(1 − e(x))√(1 − e(z)), ρ = ρ₀v, P = ¼
   * + asin(ρ)/2π and w = 1/(2π√(1 − ρ²)), the dual of pre-activations of variances k(x) and k(z) is
   * √k(x)√k(z)(vP + (v²Σ + 1 − v²)ρ₀w), that of the derivative P + (Σ + e(x)e(z)(2πw)²)ρw.
   *
   * @param own of the rows of x, by {@link #geluRows}
   * @param others of the rows of z
   */
  static void gelu(
      RowBlock x,
      double[][] own,
      int i,
      RowBlock z,
      double[][] others,
      int slot,
      double[] source,
      double[] target,
      double[] derivative,
      int n) {
    double[] slopes = z.slots[slot + 2];
    double[] rs = others[0];
    double[] es = others[1];
    double[] norms = others[2];
    double slope = -x.slots[slot + 2][i];
    double r = own[0][i];
    double e = own[1][i];
    double norm = -own[2][i];
    double squares = 4 * Math.PI * Math.PI * e;
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector ownE = DoubleVector.broadcast(D, e);
    DoubleVector rest = DoubleVector.broadcast(D, 1 - e);
    DoubleVector quarter = DoubleVector.broadcast(D, 0.25);
    DoubleVector inverseTwoPi = DoubleVector.broadcast(D, 1 / (2 * Math.PI));
    DoubleVector h0 = DoubleVector.broadcast(D, H[0] / Math.PI);
    DoubleVector h1 = DoubleVector.broadcast(D, H[1] / Math.PI);
    DoubleVector h2 = DoubleVector.broadcast(D, H[2] / Math.PI);
    DoubleVector h3 = DoubleVector.broadcast(D, H[3] / Math.PI);
    DoubleVector h4 = DoubleVector.broadcast(D, H[4] / Math.PI);
    DoubleVector h5 = DoubleVector.broadcast(D, H[5] / Math.PI);
    DoubleVector h6 = DoubleVector.broadcast(D, H[6] / Math.PI);
    DoubleVector h7 = DoubleVector.broadcast(D, H[7] / Math.PI);
    DoubleVector h8 = DoubleVector.broadcast(D, H[8] / Math.PI);
    DoubleVector h9 = DoubleVector.broadcast(D, H[9] / Math.PI);
    DoubleVector h10 = DoubleVector.broadcast(D, H[10] / Math.PI);
    DoubleVector h11 = DoubleVector.broadcast(D, H[11] / Math.PI);
    DoubleVector h12 = DoubleVector.broadcast(D, H[12] / Math.PI);
    DoubleVector h13 = DoubleVector.broadcast(D, H[13] / Math.PI);
    DoubleVector h14 = DoubleVector.broadcast(D, H[14] / Math.PI);
    DoubleVector h15 = DoubleVector.broadcast(D, H[15] / Math.PI);
    DoubleVector h16 = DoubleVector.broadcast(D, H[16] / Math.PI);
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector v = one.sub(s);
      DoubleVector m = s.fma(v, s); // 1 − v²
      DoubleVector rho0 = DoubleVector.fromArray(D, rs, j).mul(r);
      DoubleVector rho = rho0.mul(v);
      DoubleVector otherE = DoubleVector.fromArray(D, es, j);
      DoubleVector square = rho0.mul(rho0).fma(m, otherE.fma(rest, ownE));
      DoubleVector cos = square.lanewise(VectorOperators.SQRT);
      DoubleVector density = inverseTwoPi.div(cos);
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
      DoubleVector positive = odd.fma(w, even).fma(t, quarter);
      DoubleVector sum = otherE.add(ownE);
      DoubleVector first = rho0.mul(density);
      DoubleVector value = m.fma(rest.sub(otherE), sum).fma(first, v.mul(positive));
      DoubleVector slopeValue =
          density.mul(density).fma(otherE.mul(squares), sum).fma(first.mul(v), positive);
      value = DoubleVector.fromArray(D, norms, j).mul(norm).fma(value, one);
      value.blend(0.0, value.lt(0.0)).intoArray(target, j);
      slopeValue = DoubleVector.fromArray(D, slopes, j).mul(slope).fma(slopeValue, one);
      slopeValue.blend(0.0, slopeValue.lt(0.0)).intoArray(derivative, j);
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
    double[] roots = z.slots[slot + 3];
    double[] sineNorms = z.slots[sineSlot];
    double[] cosineNorms = z.slots[cosineSlot];
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
      DoubleVector value = DoubleVector.fromArray(D, sineNorms, j).mul(sineNorm).fma(sinh, one);
      value.blend(0.0, value.lt(0.0)).intoArray(sine, j);
      value = DoubleVector.fromArray(D, cosineNorms, j).mul(-cosineNorm).fma(cosh, one);
      value.blend(0.0, value.lt(0.0)).intoArray(cosine, j);
    }
  }
}
