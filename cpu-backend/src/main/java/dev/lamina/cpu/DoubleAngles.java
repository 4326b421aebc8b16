package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The steps of entry programs that take functions of an angle, in float64, on the first n elements
 * of arrays padded to whole vectors. The functions are those of {@link AngleVectors}.
 */
final class DoubleAngles {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private DoubleAngles() {}

  /** target = s − κ(sin θ − θ cos θ), slope = κθ. */
  static void dual(double[] source, double kappa, double[] target, double[] slope, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      VectorMask<Double> obtuse = s.compare(VectorOperators.GT, 1.0);
      DoubleVector r = s.blend(s.neg().add(2.0), obtuse);
      r = r.blend(0.0, r.lt(0.0));
      DoubleVector root = r.lanewise(VectorOperators.SQRT);
      DoubleVector theta = AngleVectors.a(r).mul(root);
      DoubleVector excess = AngleVectors.q(r).mul(root).mul(r);
      theta = theta.blend(theta.neg().add(Math.PI), obtuse);
      DoubleVector base = s.blend(r.mul(Math.PI * kappa - 1).add(2 - Math.PI * kappa), obtuse);
      excess.neg().fma(DoubleVector.broadcast(D, kappa), base).intoArray(target, j);
      theta.mul(kappa).intoArray(slope, j);
    }
  }

  /** target = scale·θ, from index {@code at} of the target on. */
  static void angle(double[] source, double scale, double[] target, int at, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      VectorMask<Double> obtuse = s.compare(VectorOperators.GT, 1.0);
      DoubleVector r = s.blend(s.neg().add(2.0), obtuse);
      r = r.blend(0.0, r.lt(0.0));
      DoubleVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta.blend(theta.neg().add(Math.PI), obtuse).mul(scale).intoArray(target, at + j);
    }
  }

  /** target = 1 − (3 sin θ cos θ + (π − θ)(1 + 2 cos² θ))/(3π). */
  static void arcCosine2(double[] source, double[] target, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      VectorMask<Double> obtuse = s.compare(VectorOperators.GT, 1.0);
      DoubleVector r = s.blend(s.neg().add(2.0), obtuse);
      r = r.blend(0.0, r.lt(0.0));
      DoubleVector root = r.lanewise(VectorOperators.SQRT);
      DoubleVector theta = AngleVectors.a(r).mul(root);
      DoubleVector excess = AngleVectors.q(r).mul(root).mul(r);
      theta = theta.blend(theta.neg().add(Math.PI), obtuse);
      excess = excess.add(r.neg().add(1.0).mul(Math.PI), obtuse);
      // 3π − 3 sin cos − (π − θ)(1 + 2 cos²) = (2π + θ) sin² − 3 cos (sin − θ cos)
      DoubleVector sin2 = r.mul(r.neg().add(2.0));
      DoubleVector cos = s.neg().add(1.0);
      theta
          .add(2 * Math.PI)
          .mul(sin2)
          .sub(cos.mul(excess).mul(3.0))
          .mul(1 / (3 * Math.PI))
          .intoArray(target, j);
    }
  }

  /** u ← own·dual + skip·u + slope·(u + slopes·(1 − u)). */
  static void tangent(
      double[] u, double[] dual, double[] slopes, double own, double skip, double slope, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector t = DoubleVector.fromArray(D, u, j);
      DoubleVector delta = DoubleVector.fromArray(D, slopes, j);
      DoubleVector composed = delta.neg().fma(t, delta.add(t));
      composed
          .mul(slope)
          .add(t.mul(skip))
          .add(DoubleVector.fromArray(D, dual, j).mul(own))
          .intoArray(u, j);
    }
  }
}
