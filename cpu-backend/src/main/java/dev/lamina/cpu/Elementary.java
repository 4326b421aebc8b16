package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of the first n elements of arrays, with the same bits on every processor,
 * for every vector width, and before and after JIT compilation.
 *
 * <p>The Vector API's own call one library from compiled and another from interpreted code, and the
 * last bits differ. These are made of operations that IEEE 754 defines to the last bit: sums,
 * products, quotients, fused multiply-adds, comparisons, and integer operations on the bits of
 * numbers.
 *
 * <p>Largest errors over dense samples of the whole range, in units in the last place:
 *
 * <table>
 * <caption>Errors</caption>
 * <tr><th></th><th>float64</th><th>float32</th></tr>
 * <tr><td>exp</td><td>1.0</td><td>1.1</td></tr>
 * <tr><td>expm1</td><td>1.9</td><td></td></tr>
 * <tr><td>log1p</td><td>1.2</td><td>1.5</td></tr>
 * <tr><td>angle</td><td>1.9</td><td></td></tr>
 * </table>
 *
 * <p>Arguments are reduced by Cody and Waite's method (Software Manual for the Elementary
 * Functions, 1980) with fused multiply-adds. The polynomials were fitted for this class by {@code
 * src/fit/elementary_fit.py}. Results that are NaN have unspecified NaN bits. Arrays are padded:
 * vectors run over the end. Target and source may be the same array.
 */
final class Elementary {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  // Whole loops, not functions of one vector to be called in loops: the JIT compiler stops inlining
  // methods like that in a large loop, and every vector that such a call takes or returns is an
  // object on the heap. Constants are broadcast before the loops: constant vectors would be read
  // again in every step, which for all that the compiler knows could have overwritten them.
  private static final double LOG2_E = 1.4426950408889634;
  private static final float LOG2_E_32 = 1.442695f;

  // log 2 in two parts, the first rounded to the type: n times it is taken off exactly by fma.
  private static final double LN2_HIGH = 0x1.62e42fefa39efp-1;
  private static final double LN2_LOW = 0x1.abc9e3b39803fp-56;
  private static final float LN2_HIGH_32 = 0x1.62e43p-1f;
  private static final float LN2_LOW_32 = -0x1.05c61p-29f;

  // π/4 in two parts
  private static final double QUARTER_PI_HIGH = 0x1.921fb54442d18p-1;
  private static final double QUARTER_PI_LOW = 0x1.1a62633145c07p-55;

  /** tan(π/8), where {@link #angle} changes the origin of its polynomial. */
  private static final double TAN_EIGHTH_PI = 0.41421356237309503;

  // Adding these rounds to an integer, which then stands in the lowest bits.
  private static final double ROUNDER = 0x1.8p52;
  private static final float ROUNDER_32 = 0x1.8p23f;

  // Arguments that the functions treat as their own limits: e^x is 0 or infinite there in the
  // target type.
  private static final double EXP_LOWEST = -746.0;
  private static final double EXP_HIGHEST = 710.0;
  private static final float EXP_LOWEST_32 = -104f;
  private static final float EXP_HIGHEST_32 = 89f;

  /** Below −38, e^x − 1 rounds to −1. */
  private static final double EXPM1_LOWEST = -38.0;

  /** Below in size, x is the correctly rounded value of e^x − 1 and log(1 + x). */
  private static final double TINY = 0x1p-54;

  private static final float TINY_32 = 0x1p-25f;

  // (e^r − 1 − r)/r² for |r| ≤ log(2)/2
  private static final double E0 = 0.5000000000000004;
  private static final double E1 = 0.16666666666666677;
  private static final double E2 = 0.04166666666658289;
  private static final double E3 = 0.008333333333321463;
  private static final double E4 = 0.0013888888930004878;
  private static final double E5 = 0.00019841269886484387;
  private static final double E6 = 2.4801506827428217e-05;
  private static final double E7 = 2.755724389559635e-06;
  private static final double E8 = 2.762550593024607e-07;
  private static final double E9 = 2.510913422208757e-08;
  private static final float E0_32 = 0.5f;
  private static final float E1_32 = 0.16666542f;
  private static final float E2_32 = 0.041666478f;
  private static final float E3_32 = 0.008366678f;
  private static final float E4_32 = 0.0013933692f;

  // (log((1 + s)/(1 − s)) − 2s)/s³ in s² for (1 + s)/(1 − s) in [√½, √2]
  private static final double L0 = 0.6666666666666672;
  private static final double L1 = 0.3999999999985484;
  private static final double L2 = 0.2857142864215372;
  private static final double L3 = 0.22222208928049653;
  private static final double L4 = 0.18183027423017306;
  private static final double L5 = 0.15327685163203472;
  private static final double L6 = 0.1466094286163971;

  // (log(1 + f) − f + f²/2)/f³ for 1 + f in [√½, √2]
  private static final float L0_32 = 0.33333325f;
  private static final float L1_32 = -0.2500071f;
  private static final float L2_32 = 0.20001553f;
  private static final float L3_32 = -0.16626981f;
  private static final float L4_32 = 0.14197862f;
  private static final float L5_32 = -0.13124856f;
  private static final float L6_32 = 0.12771232f;
  private static final float L7_32 = -0.07731921f;

  // (atan a − a)/a³ in a² for |a| ≤ tan(π/8)
  private static final double A0 = -0.33333333333333315;
  private static final double A1 = 0.19999999999984186;
  private static final double A2 = -0.14285714282997702;
  private static final double A3 = 0.11111110911930981;
  private static final double A4 = -0.09090901174537831;
  private static final double A5 = 0.07692116823043296;
  private static final double A6 = -0.06663706936683127;
  private static final double A7 = 0.058520203292645505;
  private static final double A8 = -0.05056910294341586;
  private static final double A9 = 0.03848925783139614;
  private static final double A10 = -0.01835027369096481;

  private Elementary() {}

  /** target = e^(factor·source). */
  static void exp(double[] source, double factor, double[] target, int n) {
    DoubleVector log2E = DoubleVector.broadcast(D, LOG2_E);
    DoubleVector ln2High = DoubleVector.broadcast(D, LN2_HIGH);
    DoubleVector ln2Low = DoubleVector.broadcast(D, LN2_LOW);
    DoubleVector rounder = DoubleVector.broadcast(D, ROUNDER);
    DoubleVector expLowest = DoubleVector.broadcast(D, EXP_LOWEST);
    DoubleVector expHighest = DoubleVector.broadcast(D, EXP_HIGHEST);
    DoubleVector e0 = DoubleVector.broadcast(D, E0);
    DoubleVector e1 = DoubleVector.broadcast(D, E1);
    DoubleVector e2 = DoubleVector.broadcast(D, E2);
    DoubleVector e3 = DoubleVector.broadcast(D, E3);
    DoubleVector e4 = DoubleVector.broadcast(D, E4);
    DoubleVector e5 = DoubleVector.broadcast(D, E5);
    DoubleVector e6 = DoubleVector.broadcast(D, E6);
    DoubleVector e7 = DoubleVector.broadcast(D, E7);
    DoubleVector e8 = DoubleVector.broadcast(D, E8);
    DoubleVector e9 = DoubleVector.broadcast(D, E9);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector c =
          x.blend(expLowest, x.compare(VectorOperators.LT, expLowest))
              .blend(expHighest, x.compare(VectorOperators.GT, expHighest));
      DoubleVector shifted = c.fma(log2E, rounder);
      DoubleVector minusN = rounder.sub(shifted);
      DoubleVector r = minusN.fma(ln2High, c);
      r = minusN.fma(ln2Low, r);
      DoubleVector tail =
          r.fma(e9, e8)
              .fma(r, e7)
              .fma(r, e6)
              .fma(r, e5)
              .fma(r, e4)
              .fma(r, e3)
              .fma(r, e2)
              .fma(r, e1)
              .fma(r, e0);
      DoubleVector power = tail.fma(r.mul(r), r).add(1.0);
      // 2ⁿ in two factors, for results that are subnormal or whose power of two alone overflows
      LongVector bits = shifted.reinterpretAsLongs();
      LongVector half = bits.lanewise(VectorOperators.LSHR, 1);
      LongVector first = half.lanewise(VectorOperators.LSHL, 52).add(1023L << 52);
      LongVector second = bits.sub(half).lanewise(VectorOperators.LSHL, 52).add(1023L << 52);
      power
          .mul(first.reinterpretAsDoubles())
          .mul(second.reinterpretAsDoubles())
          .intoArray(target, j);
    }
  }

  /** target = e^(factor·source) − 1. */
  static void expm1(double[] source, double factor, double[] target, int n) {
    DoubleVector log2E = DoubleVector.broadcast(D, LOG2_E);
    DoubleVector ln2High = DoubleVector.broadcast(D, LN2_HIGH);
    DoubleVector ln2Low = DoubleVector.broadcast(D, LN2_LOW);
    DoubleVector rounder = DoubleVector.broadcast(D, ROUNDER);
    DoubleVector expHighest = DoubleVector.broadcast(D, EXP_HIGHEST);
    DoubleVector expm1Lowest = DoubleVector.broadcast(D, EXPM1_LOWEST);
    DoubleVector e0 = DoubleVector.broadcast(D, E0);
    DoubleVector e1 = DoubleVector.broadcast(D, E1);
    DoubleVector e2 = DoubleVector.broadcast(D, E2);
    DoubleVector e3 = DoubleVector.broadcast(D, E3);
    DoubleVector e4 = DoubleVector.broadcast(D, E4);
    DoubleVector e5 = DoubleVector.broadcast(D, E5);
    DoubleVector e6 = DoubleVector.broadcast(D, E6);
    DoubleVector e7 = DoubleVector.broadcast(D, E7);
    DoubleVector e8 = DoubleVector.broadcast(D, E8);
    DoubleVector e9 = DoubleVector.broadcast(D, E9);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector c =
          x.blend(expm1Lowest, x.compare(VectorOperators.LT, expm1Lowest))
              .blend(expHighest, x.compare(VectorOperators.GT, expHighest));
      DoubleVector shifted = c.fma(log2E, rounder);
      DoubleVector minusN = rounder.sub(shifted);
      DoubleVector r = minusN.fma(ln2High, c);
      r = minusN.fma(ln2Low, r);
      DoubleVector tail =
          r.fma(e9, e8)
              .fma(r, e7)
              .fma(r, e6)
              .fma(r, e5)
              .fma(r, e4)
              .fma(r, e3)
              .fma(r, e2)
              .fma(r, e1)
              .fma(r, e0);
      DoubleVector power = tail.fma(r.mul(r), r);
      // e^x − 1 = 2·(2ⁿ⁻¹(e^r − 1) + (2ⁿ⁻¹ − ½)), and 2ⁿ⁻¹ does not overflow
      LongVector scaleBits =
          shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).add(1022L << 52);
      DoubleVector scale = scaleBits.reinterpretAsDoubles();
      DoubleVector result = power.fma(scale, scale.sub(0.5)).mul(2.0);
      result.blend(x, x.abs().compare(VectorOperators.LT, TINY)).intoArray(target, j);
    }
  }

  /** target = log(1 + factor·source): −∞ at −1, NaN below. */
  static void log1p(double[] source, double factor, double[] target, int n) {
    DoubleVector ln2High = DoubleVector.broadcast(D, LN2_HIGH);
    DoubleVector ln2Low = DoubleVector.broadcast(D, LN2_LOW);
    DoubleVector rounder = DoubleVector.broadcast(D, ROUNDER);
    DoubleVector l0 = DoubleVector.broadcast(D, L0);
    DoubleVector l1 = DoubleVector.broadcast(D, L1);
    DoubleVector l2 = DoubleVector.broadcast(D, L2);
    DoubleVector l3 = DoubleVector.broadcast(D, L3);
    DoubleVector l4 = DoubleVector.broadcast(D, L4);
    DoubleVector l5 = DoubleVector.broadcast(D, L5);
    DoubleVector l6 = DoubleVector.broadcast(D, L6);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector u = x.add(1.0);
      // 1 + x = 2^k(1 + f) with 1 + f in [√½, √2]; 0x3fe6a09e667f3bcd are the bits of √½.
      LongVector k1024 =
          u.reinterpretAsLongs()
              .sub(0x3fe6a09e667f3bcdL - (1024L << 52))
              .lanewise(VectorOperators.LSHR, 52);
      DoubleVector k = k1024.add(0x4338000000000000L - 1024).reinterpretAsDoubles().sub(rounder);
      // 4·2^−k, because 2^−k can be subnormal
      DoubleVector scale =
          k1024
              .neg()
              .add(1023 + 1024 + 2)
              .lanewise(VectorOperators.LSHL, 52)
              .reinterpretAsDoubles();
      DoubleVector f = x.mul(0.25).fma(scale, scale.mul(0.25).sub(1.0));
      DoubleVector s = f.div(f.add(2.0));
      DoubleVector w = s.mul(s);
      DoubleVector tail = w.fma(l6, l5).fma(w, l4).fma(w, l3).fma(w, l2).fma(w, l1).fma(w, l0);
      DoubleVector half = f.mul(f).mul(0.5);
      // log(1 + f) = f − f²/2 + s(f²/2 + s² tail)
      DoubleVector low = s.mul(tail.fma(w, half));
      low = k.fma(ln2Low, low).sub(half).add(f);
      DoubleVector result = k.fma(ln2High, low);
      result = result.blend(x, x.abs().compare(VectorOperators.LT, TINY));
      result = result.blend(x, x.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
      result = result.blend(Double.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1.0));
      result.blend(Double.NaN, x.lt(-1.0)).intoArray(target, j);
    }
  }

  /**
   * target = the angle in [−π/2, π/2] of the direction (cosine, sine), cosine ≥ 0: atan2(sine,
   * cosine). The direction need not have length one; it must be finite and not zero.
   */
  static void angle(double[] sine, double[] cosine, double[] target, int n) {
    DoubleVector quarterPiHigh = DoubleVector.broadcast(D, QUARTER_PI_HIGH);
    DoubleVector quarterPiLow = DoubleVector.broadcast(D, QUARTER_PI_LOW);
    DoubleVector zero = DoubleVector.broadcast(D, 0.0);
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector two = DoubleVector.broadcast(D, 2.0);
    DoubleVector a0 = DoubleVector.broadcast(D, A0);
    DoubleVector a1 = DoubleVector.broadcast(D, A1);
    DoubleVector a2 = DoubleVector.broadcast(D, A2);
    DoubleVector a3 = DoubleVector.broadcast(D, A3);
    DoubleVector a4 = DoubleVector.broadcast(D, A4);
    DoubleVector a5 = DoubleVector.broadcast(D, A5);
    DoubleVector a6 = DoubleVector.broadcast(D, A6);
    DoubleVector a7 = DoubleVector.broadcast(D, A7);
    DoubleVector a8 = DoubleVector.broadcast(D, A8);
    DoubleVector a9 = DoubleVector.broadcast(D, A9);
    DoubleVector a10 = DoubleVector.broadcast(D, A10);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector signed = DoubleVector.fromArray(D, sine, j);
      DoubleVector x = DoubleVector.fromArray(D, cosine, j);
      DoubleVector y = signed.abs();
      VectorMask<Double> middle = y.compare(VectorOperators.GT, x.mul(TAN_EIGHTH_PI));
      VectorMask<Double> steep = y.mul(TAN_EIGHTH_PI).compare(VectorOperators.GT, x);
      // atan(y/x) = quarters·π/4 + atan(above/below) with |above/below| ≤ tan(π/8)
      DoubleVector above = y.blend(y.sub(x), middle).blend(x.neg(), steep);
      DoubleVector below = x.blend(y.add(x), middle).blend(y, steep);
      DoubleVector quarters = zero.blend(one, middle).blend(two, steep);
      DoubleVector a = above.div(below);
      DoubleVector w = a.mul(a);
      DoubleVector tail =
          w.fma(a10, a9)
              .fma(w, a8)
              .fma(w, a7)
              .fma(w, a6)
              .fma(w, a5)
              .fma(w, a4)
              .fma(w, a3)
              .fma(w, a2)
              .fma(w, a1)
              .fma(w, a0);
      DoubleVector low = quarters.fma(quarterPiLow, tail.mul(w).fma(a, a));
      LongVector size = quarters.fma(quarterPiHigh, low).reinterpretAsLongs();
      LongVector sign = signed.reinterpretAsLongs().and(Long.MIN_VALUE);
      size.or(sign).reinterpretAsDoubles().intoArray(target, j);
    }
  }

  /** target = e^(factor·source). */
  static void exp(float[] source, float factor, float[] target, int n) {
    FloatVector log2E32 = FloatVector.broadcast(F, LOG2_E_32);
    FloatVector ln2High32 = FloatVector.broadcast(F, LN2_HIGH_32);
    FloatVector ln2Low32 = FloatVector.broadcast(F, LN2_LOW_32);
    FloatVector rounder32 = FloatVector.broadcast(F, ROUNDER_32);
    FloatVector expLowest32 = FloatVector.broadcast(F, EXP_LOWEST_32);
    FloatVector expHighest32 = FloatVector.broadcast(F, EXP_HIGHEST_32);
    FloatVector e032 = FloatVector.broadcast(F, E0_32);
    FloatVector e132 = FloatVector.broadcast(F, E1_32);
    FloatVector e232 = FloatVector.broadcast(F, E2_32);
    FloatVector e332 = FloatVector.broadcast(F, E3_32);
    FloatVector e432 = FloatVector.broadcast(F, E4_32);
    for (int j = 0; j < n; j += F.length()) {
      FloatVector x = FloatVector.fromArray(F, source, j).mul(factor);
      FloatVector c =
          x.blend(expLowest32, x.compare(VectorOperators.LT, expLowest32))
              .blend(expHighest32, x.compare(VectorOperators.GT, expHighest32));
      FloatVector shifted = c.fma(log2E32, rounder32);
      FloatVector minusN = rounder32.sub(shifted);
      FloatVector r = minusN.fma(ln2High32, c);
      r = minusN.fma(ln2Low32, r);
      FloatVector tail = r.fma(e432, e332).fma(r, e232).fma(r, e132).fma(r, e032);
      FloatVector power = tail.fma(r.mul(r), r).add(1f);
      // 2ⁿ in two factors, for results that are subnormal or whose power of two alone overflows
      IntVector bits = shifted.reinterpretAsInts();
      IntVector half = bits.lanewise(VectorOperators.LSHR, 1);
      IntVector first = half.lanewise(VectorOperators.LSHL, 23).add(127 << 23);
      IntVector second = bits.sub(half).lanewise(VectorOperators.LSHL, 23).add(127 << 23);
      power.mul(first.reinterpretAsFloats()).mul(second.reinterpretAsFloats()).intoArray(target, j);
    }
  }

  /** target = log(1 + factor·source): −∞ at −1, NaN below. */
  static void log1p(float[] source, float factor, float[] target, int n) {
    FloatVector ln2High32 = FloatVector.broadcast(F, LN2_HIGH_32);
    FloatVector ln2Low32 = FloatVector.broadcast(F, LN2_LOW_32);
    FloatVector minusHalf32 = FloatVector.broadcast(F, -0.5f);
    FloatVector rounder32 = FloatVector.broadcast(F, ROUNDER_32);
    FloatVector l032 = FloatVector.broadcast(F, L0_32);
    FloatVector l132 = FloatVector.broadcast(F, L1_32);
    FloatVector l232 = FloatVector.broadcast(F, L2_32);
    FloatVector l332 = FloatVector.broadcast(F, L3_32);
    FloatVector l432 = FloatVector.broadcast(F, L4_32);
    FloatVector l532 = FloatVector.broadcast(F, L5_32);
    FloatVector l632 = FloatVector.broadcast(F, L6_32);
    FloatVector l732 = FloatVector.broadcast(F, L7_32);
    for (int j = 0; j < n; j += F.length()) {
      FloatVector x = FloatVector.fromArray(F, source, j).mul(factor);
      FloatVector u = x.add(1f);
      // 1 + x = 2^k(1 + f) with 1 + f in [√½, √2]; 0x3f3504f3 are the bits of √½.
      IntVector k128 =
          u.reinterpretAsInts().sub(0x3f3504f3 - (128 << 23)).lanewise(VectorOperators.LSHR, 23);
      FloatVector k = k128.add(0x4b400000 - 128).reinterpretAsFloats().sub(rounder32);
      // 4·2^−k, because 2^−k can be subnormal
      FloatVector scale =
          k128.neg().add(127 + 128 + 2).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector f = x.mul(0.25f).fma(scale, scale.mul(0.25f).sub(1f));
      FloatVector tail =
          f.fma(l732, l632)
              .fma(f, l532)
              .fma(f, l432)
              .fma(f, l332)
              .fma(f, l232)
              .fma(f, l132)
              .fma(f, l032);
      FloatVector square = f.mul(f);
      FloatVector low = tail.mul(f).mul(square);
      low = square.fma(minusHalf32, k.fma(ln2Low32, low)).add(f);
      FloatVector result = k.fma(ln2High32, low);
      result = result.blend(x, x.abs().compare(VectorOperators.LT, TINY_32));
      result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
      result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1f));
      result.blend(Float.NaN, x.lt(-1f)).intoArray(target, j);
    }
  }

  /** Returns the sum of the lanes in their order; reduceLanes leaves the order open. */
  static double sum(DoubleVector v) {
    // By constant indices: an array of the lanes, or an index that varies, would be allocated.
    double sum = v.lane(0) + v.lane(1);
    if (D.length() > 2) {
      sum = sum + v.lane(2) + v.lane(3);
    }
    if (D.length() > 4) {
      sum = sum + v.lane(4) + v.lane(5) + v.lane(6) + v.lane(7);
    }
    for (int k = 8; k < D.length(); k++) {
      sum += v.lane(k);
    }
    return sum;
  }
}
