package dev.lamina.cpu;

import dev.lamina.lowering.Instruction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The steps of entry programs that take functions of an angle, in float32, on the first n elements
 * of arrays padded to whole vectors. The functions are those of {@link AngleVectors}.
 *
 * <p>Coefficients are broadcast before each loop. Constant vectors would be read again in every
 * step: as far as the JIT compiler knows, what a step stores might overwrite them. Polynomials are
 * written out because a loop that calls another method of ours late has its vectors allocated.
 * Comparisons and blends stand for {@code min} and {@code max}, which take six instructions each to
 * treat −0 and NaN as Java asks.
 */
final class FloatAngles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private FloatAngles() {}

  // Where s ≤ 1 the general loops do what those for acute angles do, so that an entry has the same
  // bits whichever is taken.

  /** target = s − κ(sin θ − θ cos θ). Target and source may be the same. */
  static void dual(float[] source, double kappa, float[] target, int n) {
    float minusKappa = (float) -kappa;
    float left = (float) (2 - Math.PI * kappa);
    float back = (float) (Math.PI * kappa - 1);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
      FloatVector r = s.blend(s.neg().add(2f), obtuse);
      r = r.blend(0f, r.lt(0f));
      FloatVector scaled = r.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector base = r.blend(r.mul(back).add(left), obtuse);
      FloatVector q = r.fma(q5, q4).fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0);
      q.fma(scaled.mul(r), base).intoArray(target, j);
    }
  }

  /** {@link #dual} for 0 ≤ s ≤ 1. */
  static void acuteDual(float[] source, double kappa, float[] target, int n) {
    float minusKappa = (float) -kappa;
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector scaled = s.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector q = s.fma(q5, q4).fma(s, q3).fma(s, q2).fma(s, q1).fma(s, q0);
      q.fma(scaled.mul(s), s).intoArray(target, j);
    }
  }

  /** {@link #dual} and derivative = κθ. Either target may be the source. */
  static void dual(float[] source, double kappa, float[] target, float[] derivative, int n) {
    float minusKappa = (float) -kappa;
    float left = (float) (2 - Math.PI * kappa);
    float back = (float) (Math.PI * kappa - 1);
    float straight = (float) (Math.PI * kappa);
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
      FloatVector r = s.blend(s.neg().add(2f), obtuse);
      r = r.blend(0f, r.lt(0f));
      FloatVector scaled = r.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector base = r.blend(r.mul(back).add(left), obtuse);
      FloatVector q = r.fma(q5, q4).fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0);
      q.fma(scaled.mul(r), base).intoArray(target, j);
      FloatVector a =
          r.fma(a7, a6).fma(r, a5).fma(r, a4).fma(r, a3).fma(r, a2).fma(r, a1).fma(r, a0);
      FloatVector minusDelta = a.mul(scaled);
      minusDelta.neg().blend(minusDelta.add(straight), obtuse).intoArray(derivative, j);
    }
  }

  /** {@link #dual} and derivative = κθ for 0 ≤ s ≤ 1. */
  static void acuteDual(float[] source, double kappa, float[] target, float[] derivative, int n) {
    float minusKappa = (float) -kappa;
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector scaled = s.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector q = s.fma(q5, q4).fma(s, q3).fma(s, q2).fma(s, q1).fma(s, q0);
      q.fma(scaled.mul(s), s).intoArray(target, j);
      FloatVector a =
          s.fma(a7, a6).fma(s, a5).fma(s, a4).fma(s, a3).fma(s, a2).fma(s, a1).fma(s, a0);
      a.mul(scaled).neg().intoArray(derivative, j);
    }
  }

  /**
   * A whole {@link Instruction.UniformAngleLayer} that s does not pass by:
   *
   * <pre>
   *   s ← D = s − κ(sin θ − θ cos θ)
   *   u ← own·D + skipTangent·u + slope·(u + κθ(1 − u))
   * </pre>
   */
  static void layer(float[] s, float[] u, Instruction.UniformAngleLayer layer, int n) {
    float minusKappa = (float) -layer.kappa();
    float left = (float) (2 - Math.PI * layer.kappa());
    float back = (float) (Math.PI * layer.kappa() - 1);
    float minusStraight = (float) (-Math.PI * layer.kappa());
    float own = (float) layer.own();
    float skip = (float) layer.skipTangent();
    FloatVector slope = FloatVector.broadcast(F, (float) layer.slope());
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector c = FloatVector.fromArray(F, s, j);
      FloatVector t = FloatVector.fromArray(F, u, j);
      VectorMask<Float> obtuse = c.compare(VectorOperators.GT, 1f);
      FloatVector r = c.blend(c.neg().add(2f), obtuse);
      r = r.blend(0f, r.lt(0f));
      FloatVector scaled = r.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector base = r.blend(r.mul(back).add(left), obtuse);
      FloatVector q = r.fma(q5, q4).fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0);
      FloatVector dual = q.fma(scaled.mul(r), base);
      FloatVector a =
          r.fma(a7, a6).fma(r, a5).fma(r, a4).fma(r, a3).fma(r, a2).fma(r, a1).fma(r, a0);
      FloatVector minusDelta = a.mul(scaled);
      minusDelta = minusDelta.blend(minusDelta.neg().add(minusStraight), obtuse);
      dual.intoArray(s, j);
      FloatVector composed = minusDelta.fma(t.sub(1f), t);
      composed.fma(slope, t.mul(skip).add(dual.mul(own))).intoArray(u, j);
    }
  }

  /** {@link #layer} for 0 ≤ s ≤ 1. */
  static void acuteLayer(float[] s, float[] u, Instruction.UniformAngleLayer layer, int n) {
    float minusKappa = (float) -layer.kappa();
    float own = (float) layer.own();
    float skip = (float) layer.skipTangent();
    FloatVector slope = FloatVector.broadcast(F, (float) layer.slope());
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector r = FloatVector.fromArray(F, s, j);
      FloatVector t = FloatVector.fromArray(F, u, j);
      FloatVector scaled = r.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector q = r.fma(q5, q4).fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0);
      FloatVector dual = q.fma(scaled.mul(r), r);
      FloatVector a =
          r.fma(a7, a6).fma(r, a5).fma(r, a4).fma(r, a3).fma(r, a2).fma(r, a1).fma(r, a0);
      FloatVector composed = a.mul(scaled).fma(t.sub(1f), t);
      dual.intoArray(s, j);
      composed.fma(slope, t.mul(skip).add(dual.mul(own))).intoArray(u, j);
    }
  }

  /** u ← own·dual + skipTangent·u + slope·(u + derivative·(1 − u)). */
  static void tangent(
      float[] u, float[] dual, float[] derivative, Instruction.UniformAngleLayer layer, int n) {
    float own = (float) layer.own();
    float skip = (float) layer.skipTangent();
    FloatVector slope = FloatVector.broadcast(F, (float) layer.slope());
    for (int j = 0; j < n; j += L) {
      FloatVector t = FloatVector.fromArray(F, u, j);
      FloatVector delta = FloatVector.fromArray(F, derivative, j);
      FloatVector composed = delta.neg().fma(t.sub(1f), t);
      FloatVector through = t.mul(skip).add(FloatVector.fromArray(F, dual, j).mul(own));
      composed.fma(slope, through).intoArray(u, j);
    }
  }

  /** target = scale·θ, from index {@code at} of the target on. */
  static void angle(float[] source, float scale, float[] target, int at, int n) {
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
      FloatVector r = s.blend(s.neg().add(2f), obtuse);
      r = r.blend(0f, r.lt(0f));
      FloatVector a =
          r.fma(a7, a6).fma(r, a5).fma(r, a4).fma(r, a3).fma(r, a2).fma(r, a1).fma(r, a0);
      FloatVector theta = a.mul(r.lanewise(VectorOperators.SQRT));
      theta.blend(theta.neg().add((float) Math.PI), obtuse).mul(scale).intoArray(target, at + j);
    }
  }

  static void arcCosine2(float[] source, float[] target, int n) {
    FloatVector a0 = AngleVectors.a(0);
    FloatVector a1 = AngleVectors.a(1);
    FloatVector a2 = AngleVectors.a(2);
    FloatVector a3 = AngleVectors.a(3);
    FloatVector a4 = AngleVectors.a(4);
    FloatVector a5 = AngleVectors.a(5);
    FloatVector a6 = AngleVectors.a(6);
    FloatVector a7 = AngleVectors.a(7);
    FloatVector q0 = AngleVectors.q(0);
    FloatVector q1 = AngleVectors.q(1);
    FloatVector q2 = AngleVectors.q(2);
    FloatVector q3 = AngleVectors.q(3);
    FloatVector q4 = AngleVectors.q(4);
    FloatVector q5 = AngleVectors.q(5);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
      FloatVector r = s.blend(s.neg().add(2f), obtuse);
      r = r.blend(0f, r.lt(0f));
      FloatVector root = r.lanewise(VectorOperators.SQRT);
      FloatVector a =
          r.fma(a7, a6).fma(r, a5).fma(r, a4).fma(r, a3).fma(r, a2).fma(r, a1).fma(r, a0);
      FloatVector theta = a.mul(root);
      FloatVector q = r.fma(q5, q4).fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0);
      FloatVector excess = q.mul(root).mul(r);
      theta = theta.blend(theta.neg().add((float) Math.PI), obtuse);
      excess = excess.add(r.neg().add(1f).mul((float) Math.PI), obtuse);
      // 3π − 3 sin cos − (π − θ)(1 + 2 cos²) = (2π + θ) sin² − 3 cos (sin − θ cos)
      FloatVector sin2 = r.mul(r.neg().add(2f));
      FloatVector cos = s.neg().add(1f);
      theta
          .add((float) (2 * Math.PI))
          .mul(sin2)
          .sub(cos.mul(excess).mul(3f))
          .mul((float) (1 / (3 * Math.PI)))
          .intoArray(target, j);
    }
  }
}
