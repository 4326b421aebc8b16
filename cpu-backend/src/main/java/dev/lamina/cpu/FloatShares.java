package dev.lamina.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Terms ½(a(x) − a(z))² + a(x) a(z) s of a blend in float32, for one row x and the first n rows z.
 * Each a is the unevaluated sum of a high and a low part, so that differences keep their digits.
 */
final class FloatShares {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private FloatShares() {}

  /** sum = one term. */
  static void addShare(
      float high,
      float low,
      float[] highs,
      float[] lows,
      float[] s,
      int from,
      float[] sum,
      int at,
      int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector other = FloatVector.fromArray(F, highs, j);
      FloatVector difference = other.sub(high).add(FloatVector.fromArray(F, lows, j).sub(low));
      FloatVector squares = difference.mul(0.5f).mul(difference);
      other.mul(high).fma(FloatVector.fromArray(F, s, from + j), squares).intoArray(sum, at + j);
    }
  }

  /** sum = before + two terms. */
  static void addPair(
      float highA,
      float lowA,
      float[] highsA,
      float[] lowsA,
      float[] sourceA,
      int fromA,
      float highB,
      float lowB,
      float[] highsB,
      float[] lowsB,
      float[] sourceB,
      int fromB,
      float[] before,
      int fromBefore,
      float[] sum,
      int at,
      int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector otherA = FloatVector.fromArray(F, highsA, j);
      FloatVector otherB = FloatVector.fromArray(F, highsB, j);
      FloatVector differenceA = otherA.sub(highA).add(FloatVector.fromArray(F, lowsA, j).sub(lowA));
      FloatVector differenceB = otherB.sub(highB).add(FloatVector.fromArray(F, lowsB, j).sub(lowB));
      FloatVector squares =
          differenceA.mul(0.5f).fma(differenceA, FloatVector.fromArray(F, before, fromBefore + j));
      squares = differenceB.mul(0.5f).fma(differenceB, squares);
      FloatVector total =
          otherA.mul(highA).fma(FloatVector.fromArray(F, sourceA, fromA + j), squares);
      otherB
          .mul(highB)
          .fma(FloatVector.fromArray(F, sourceB, fromB + j), total)
          .intoArray(sum, at + j);
    }
  }
}
