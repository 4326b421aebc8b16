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

  // Vectors, not numbers to broadcast, and whole loops, not functions of one vector to be called in
  // loops: the JIT compiler stops inlining methods like that in a large loop, and every vector that
  // such a call takes or returns is an object on the heap.
  private static final DoubleVector LOG2_E = constant(1.4426950408889634);
  private static final FloatVector LOG2_E_32 = constant(1.442695f);

  // log 2 in two parts, the first rounded to the type: n times it is taken off exactly by fma.
  private static final DoubleVector LN2_HIGH = constant(0x1.62e42fefa39efp-1);
  private static final DoubleVector LN2_LOW = constant(0x1.abc9e3b39803fp-56);
  private static final FloatVector LN2_HIGH_32 = constant(0x1.62e43p-1f);
  private static final FloatVector LN2_LOW_32 = constant(-0x1.05c61p-29f);

  // π/4 in two parts
  private static final DoubleVector QUARTER_PI_HIGH = constant(0x1.921fb54442d18p-1);
  private static final DoubleVector QUARTER_PI_LOW = constant(0x1.1a62633145c07p-55);

  private static final DoubleVector ZERO = constant(0.0);
  private static final DoubleVector ONE = constant(1.0);
  private static final DoubleVector TWO = constant(2.0);
  private static final FloatVector MINUS_HALF_32 = constant(-0.5f);

  /** tan(π/8), where {@link #angle} changes the origin of its polynomial. */
  private static final double TAN_EIGHTH_PI = 0.41421356237309503;

  // Adding these rounds to an integer, which then stands in the lowest bits.
  private static final DoubleVector ROUNDER = constant(0x1.8p52);
  private static final FloatVector ROUNDER_32 = constant(0x1.8p23f);

  // Arguments that the functions treat as their own limits: e^x is 0 or infinite there in the
  // target type.
  private static final DoubleVector EXP_LOWEST = constant(-746.0);
  private static final DoubleVector EXP_HIGHEST = constant(710.0);
  private static final FloatVector EXP_LOWEST_32 = constant(-104f);
  private static final FloatVector EXP_HIGHEST_32 = constant(89f);

  /** Below −38, e^x − 1 rounds to −1. */
  private static final DoubleVector EXPM1_LOWEST = constant(-38.0);

  /** Below in size, x is the correctly rounded value of e^x − 1 and log(1 + x). */
  private static final double TINY = 0x1p-54;

  private static final float TINY_32 = 0x1p-25f;

  // (e^r − 1 − r)/r² for |r| ≤ log(2)/2
  private static final DoubleVector E0 = constant(0.5000000000000004);
  private static final DoubleVector E1 = constant(0.16666666666666677);
  private static final DoubleVector E2 = constant(0.04166666666658289);
  private static final DoubleVector E3 = constant(0.008333333333321463);
  private static final DoubleVector E4 = constant(0.0013888888930004878);
  private static final DoubleVector E5 = constant(0.00019841269886484387);
  private static final DoubleVector E6 = constant(2.4801506827428217e-05);
  private static final DoubleVector E7 = constant(2.755724389559635e-06);
  private static final DoubleVector E8 = constant(2.762550593024607e-07);
  private static final DoubleVector E9 = constant(2.510913422208757e-08);
  private static final FloatVector E0_32 = constant(0.5f);
  private static final FloatVector E1_32 = constant(0.16666542f);
  private static final FloatVector E2_32 = constant(0.041666478f);
  private static final FloatVector E3_32 = constant(0.008366678f);
  private static final FloatVector E4_32 = constant(0.0013933692f);

  // (log((1 + s)/(1 − s)) − 2s)/s³ in s² for (1 + s)/(1 − s) in [√½, √2]
  private static final DoubleVector L0 = constant(0.6666666666666672);
  private static final DoubleVector L1 = constant(0.3999999999985484);
  private static final DoubleVector L2 = constant(0.2857142864215372);
  private static final DoubleVector L3 = constant(0.22222208928049653);
  private static final DoubleVector L4 = constant(0.18183027423017306);
  private static final DoubleVector L5 = constant(0.15327685163203472);
  private static final DoubleVector L6 = constant(0.1466094286163971);

  // (log(1 + f) − f + f²/2)/f³ for 1 + f in [√½, √2]
  private static final FloatVector L0_32 = constant(0.33333325f);
  private static final FloatVector L1_32 = constant(-0.2500071f);
  private static final FloatVector L2_32 = constant(0.20001553f);
  private static final FloatVector L3_32 = constant(-0.16626981f);
  private static final FloatVector L4_32 = constant(0.14197862f);
  private static final FloatVector L5_32 = constant(-0.13124856f);
  private static final FloatVector L6_32 = constant(0.12771232f);
  private static final FloatVector L7_32 = constant(-0.07731921f);

  // (atan a − a)/a³ in a² for |a| ≤ tan(π/8)
  private static final DoubleVector A0 = constant(-0.33333333333333315);
  private static final DoubleVector A1 = constant(0.19999999999984186);
  private static final DoubleVector A2 = constant(-0.14285714282997702);
  private static final DoubleVector A3 = constant(0.11111110911930981);
  private static final DoubleVector A4 = constant(-0.09090901174537831);
  private static final DoubleVector A5 = constant(0.07692116823043296);
  private static final DoubleVector A6 = constant(-0.06663706936683127);
  private static final DoubleVector A7 = constant(0.058520203292645505);
  private static final DoubleVector A8 = constant(-0.05056910294341586);
  private static final DoubleVector A9 = constant(0.03848925783139614);
  private static final DoubleVector A10 = constant(-0.01835027369096481);

  private Elementary() {}

  private static DoubleVector constant(double value) {
    return DoubleVector.broadcast(D, value);
  }

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(F, value);
  }

  /** target = e^(factor·source). */
  static void exp(double[] source, double factor, double[] target, int n) {
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector c =
          x.blend(EXP_LOWEST, x.compare(VectorOperators.LT, EXP_LOWEST))
              .blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
      DoubleVector shifted = c.fma(LOG2_E, ROUNDER);
      DoubleVector minusN = ROUNDER.sub(shifted);
      DoubleVector r = minusN.fma(LN2_HIGH, c);
      r = minusN.fma(LN2_LOW, r);
      DoubleVector tail =
          r.fma(E9, E8)
              .fma(r, E7)
              .fma(r, E6)
              .fma(r, E5)
              .fma(r, E4)
              .fma(r, E3)
              .fma(r, E2)
              .fma(r, E1)
              .fma(r, E0);
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
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector c =
          x.blend(EXPM1_LOWEST, x.compare(VectorOperators.LT, EXPM1_LOWEST))
              .blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
      DoubleVector shifted = c.fma(LOG2_E, ROUNDER);
      DoubleVector minusN = ROUNDER.sub(shifted);
      DoubleVector r = minusN.fma(LN2_HIGH, c);
      r = minusN.fma(LN2_LOW, r);
      DoubleVector tail =
          r.fma(E9, E8)
              .fma(r, E7)
              .fma(r, E6)
              .fma(r, E5)
              .fma(r, E4)
              .fma(r, E3)
              .fma(r, E2)
              .fma(r, E1)
              .fma(r, E0);
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
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j).mul(factor);
      DoubleVector u = x.add(1.0);
      // 1 + x = 2^k(1 + f) with 1 + f in [√½, √2]; 0x3fe6a09e667f3bcd are the bits of √½.
      LongVector k1024 =
          u.reinterpretAsLongs()
              .sub(0x3fe6a09e667f3bcdL - (1024L << 52))
              .lanewise(VectorOperators.LSHR, 52);
      DoubleVector k = k1024.add(0x4338000000000000L - 1024).reinterpretAsDoubles().sub(ROUNDER);
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
      DoubleVector tail = w.fma(L6, L5).fma(w, L4).fma(w, L3).fma(w, L2).fma(w, L1).fma(w, L0);
      DoubleVector half = f.mul(f).mul(0.5);
      // log(1 + f) = f − f²/2 + s(f²/2 + s² tail)
      DoubleVector low = s.mul(tail.fma(w, half));
      low = k.fma(LN2_LOW, low).sub(half).add(f);
      DoubleVector result = k.fma(LN2_HIGH, low);
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
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector signed = DoubleVector.fromArray(D, sine, j);
      DoubleVector x = DoubleVector.fromArray(D, cosine, j);
      DoubleVector y = signed.abs();
      VectorMask<Double> middle = y.compare(VectorOperators.GT, x.mul(TAN_EIGHTH_PI));
      VectorMask<Double> steep = y.mul(TAN_EIGHTH_PI).compare(VectorOperators.GT, x);
      // atan(y/x) = quarters·π/4 + atan(above/below) with |above/below| ≤ tan(π/8)
      DoubleVector above = y.blend(y.sub(x), middle).blend(x.neg(), steep);
      DoubleVector below = x.blend(y.add(x), middle).blend(y, steep);
      DoubleVector quarters = ZERO.blend(ONE, middle).blend(TWO, steep);
      DoubleVector a = above.div(below);
      DoubleVector w = a.mul(a);
      DoubleVector tail =
          w.fma(A10, A9)
              .fma(w, A8)
              .fma(w, A7)
              .fma(w, A6)
              .fma(w, A5)
              .fma(w, A4)
              .fma(w, A3)
              .fma(w, A2)
              .fma(w, A1)
              .fma(w, A0);
      DoubleVector low = quarters.fma(QUARTER_PI_LOW, tail.mul(w).fma(a, a));
      LongVector size = quarters.fma(QUARTER_PI_HIGH, low).reinterpretAsLongs();
      LongVector sign = signed.reinterpretAsLongs().and(Long.MIN_VALUE);
      size.or(sign).reinterpretAsDoubles().intoArray(target, j);
    }
  }

  /** target = e^(factor·source). */
  static void exp(float[] source, float factor, float[] target, int n) {
    for (int j = 0; j < n; j += F.length()) {
      FloatVector x = FloatVector.fromArray(F, source, j).mul(factor);
      FloatVector c =
          x.blend(EXP_LOWEST_32, x.compare(VectorOperators.LT, EXP_LOWEST_32))
              .blend(EXP_HIGHEST_32, x.compare(VectorOperators.GT, EXP_HIGHEST_32));
      FloatVector shifted = c.fma(LOG2_E_32, ROUNDER_32);
      FloatVector minusN = ROUNDER_32.sub(shifted);
      FloatVector r = minusN.fma(LN2_HIGH_32, c);
      r = minusN.fma(LN2_LOW_32, r);
      FloatVector tail = r.fma(E4_32, E3_32).fma(r, E2_32).fma(r, E1_32).fma(r, E0_32);
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
    for (int j = 0; j < n; j += F.length()) {
      FloatVector x = FloatVector.fromArray(F, source, j).mul(factor);
      FloatVector u = x.add(1f);
      // 1 + x = 2^k(1 + f) with 1 + f in [√½, √2]; 0x3f3504f3 are the bits of √½.
      IntVector k128 =
          u.reinterpretAsInts().sub(0x3f3504f3 - (128 << 23)).lanewise(VectorOperators.LSHR, 23);
      FloatVector k = k128.add(0x4b400000 - 128).reinterpretAsFloats().sub(ROUNDER_32);
      // 4·2^−k, because 2^−k can be subnormal
      FloatVector scale =
          k128.neg().add(127 + 128 + 2).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector f = x.mul(0.25f).fma(scale, scale.mul(0.25f).sub(1f));
      FloatVector tail =
          f.fma(L7_32, L6_32)
              .fma(f, L5_32)
              .fma(f, L4_32)
              .fma(f, L3_32)
              .fma(f, L2_32)
              .fma(f, L1_32)
              .fma(f, L0_32);
      FloatVector square = f.mul(f);
      FloatVector low = tail.mul(f).mul(square);
      low = square.fma(MINUS_HALF_32, k.fma(LN2_LOW_32, low)).add(f);
      FloatVector result = k.fma(LN2_HIGH_32, low);
      result = result.blend(x, x.abs().compare(VectorOperators.LT, TINY_32));
      result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
      result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1f));
      result.blend(Float.NaN, x.lt(-1f)).intoArray(target, j);
    }
  }

  /** Returns e^x of one vector, through an array: loops should call the form for arrays. */
  static DoubleVector exp(DoubleVector x) {
    double[] lanes = x.toArray();
    exp(lanes, 1, lanes, lanes.length);
    return DoubleVector.fromArray(D, lanes, 0);
  }

  /** Returns e^x − 1 of one vector. */
  static DoubleVector expm1(DoubleVector x) {
    double[] lanes = x.toArray();
    expm1(lanes, 1, lanes, lanes.length);
    return DoubleVector.fromArray(D, lanes, 0);
  }

  /** Returns log(1 + x) of one vector. */
  static DoubleVector log1p(DoubleVector x) {
    double[] lanes = x.toArray();
    log1p(lanes, 1, lanes, lanes.length);
    return DoubleVector.fromArray(D, lanes, 0);
  }

  /** Returns the sum of the lanes in their order; reduceLanes leaves the order open. */
  static double sum(DoubleVector v) {
    double sum = 0;
    for (double lane : v.toArray()) {
      sum += lane;
    }
    return sum;
  }
}
