package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Terms ½(a(x) − a(z))² + a(x) a(z) s of a blend in float64, for one row x and the first n rows z.
 */
final class DoubleShares {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private DoubleShares() {}

  /** sum = one term. */
  static void addShare(double own, double[] others, double[] s, double[] sum, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector other = DoubleVector.fromArray(D, others, j);
      DoubleVector difference = other.sub(own);
      other
          .mul(own)
          .fma(DoubleVector.fromArray(D, s, j), difference.mul(0.5).mul(difference))
          .intoArray(sum, j);
    }
  }

  /** sum = before + two terms. */
  static void addPair(
      double ownA,
      double[] othersA,
      double[] sourceA,
      double ownB,
      double[] othersB,
      double[] sourceB,
      double[] before,
      double[] sum,
      int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector a = DoubleVector.fromArray(D, othersA, j);
      DoubleVector b = DoubleVector.fromArray(D, othersB, j);
      DoubleVector differenceA = a.sub(ownA);
      DoubleVector differenceB = b.sub(ownB);
      DoubleVector squares =
          differenceA.mul(0.5).fma(differenceA, DoubleVector.fromArray(D, before, j));
      squares = differenceB.mul(0.5).fma(differenceB, squares);
      DoubleVector total = a.mul(ownA).fma(DoubleVector.fromArray(D, sourceA, j), squares);
      b.mul(ownB).fma(DoubleVector.fromArray(D, sourceB, j), total).intoArray(sum, j);
    }
  }

  /** composed = left + right − left·right, sum = the terms of sourceA and of what was composed. */
  static void addComposed(
      double[] left,
      double[] right,
      double[] composed,
      double ownA,
      double[] othersA,
      double[] sourceA,
      double ownB,
      double[] othersB,
      double[] sum,
      int n) {
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    for (int j = 0; j < n; j += L) {
      DoubleVector l = DoubleVector.fromArray(D, left, j);
      DoubleVector product = one.sub(l).fma(DoubleVector.fromArray(D, right, j), l);
      product.intoArray(composed, j);
      DoubleVector a = DoubleVector.fromArray(D, othersA, j);
      DoubleVector b = DoubleVector.fromArray(D, othersB, j);
      DoubleVector differenceA = a.sub(ownA);
      DoubleVector differenceB = b.sub(ownB);
      DoubleVector squares = differenceB.fma(differenceB, differenceA.mul(differenceA)).mul(0.5);
      DoubleVector total = a.mul(ownA).fma(DoubleVector.fromArray(D, sourceA, j), squares);
      b.mul(ownB).fma(product, total).intoArray(sum, j);
    }
  }
}
