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
 * <p>Each loop is as large as the JIT compiler can keep all vectors of in registers; it allocates
 * them where a loop calls another method of ours late.
 */
final class FloatAngles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private FloatAngles() {}

  /** target = s − κ(sin θ − θ cos θ). */
  static void dual(float[] source, double kappa64, float[] target, int n) {
    float kappa = (float) kappa64;
    float left = (float) (2 - Math.PI * kappa64);
    float back = (float) (Math.PI * kappa64 - 1);
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector root = r.lanewise(VectorOperators.SQRT);
      FloatVector excess = AngleVectors.q(r).mul(root).mul(r);
      FloatVector base = s.blend(r.mul(back).add(left), s.compare(VectorOperators.GT, 1f));
      excess.neg().fma(FloatVector.broadcast(F, kappa), base).intoArray(target, j);
    }
  }

  /** target = scale·θ, from index {@code at} of the target on. */
  static void angle(float[] source, float scale, float[] target, int at, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta
          .blend(theta.neg().add((float) Math.PI), s.compare(VectorOperators.GT, 1f))
          .mul(scale)
          .intoArray(target, at + j);
    }
  }

  /** The tangent kernel's share of a {@link Instruction.UniformAngleLayer}: u, overwritten. */
  static void tangent(
      float[] u, float[] source, float[] dual, Instruction.UniformAngleLayer layer, int n) {
    float kappa = (float) layer.kappa();
    float own = (float) layer.own();
    float skip = (float) layer.skipTangent();
    float slope = (float) layer.slope();
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector theta = AngleVectors.a(r).mul(r.lanewise(VectorOperators.SQRT));
      theta = theta.blend(theta.neg().add((float) Math.PI), s.compare(VectorOperators.GT, 1f));
      FloatVector delta = theta.mul(kappa);
      FloatVector t = FloatVector.fromArray(F, u, j);
      FloatVector composed = delta.neg().fma(t, delta.add(t));
      composed
          .mul(slope)
          .add(t.mul(skip))
          .add(FloatVector.fromArray(F, dual, j).mul(own))
          .intoArray(u, j);
    }
  }

  /** {@link #dual} for 0 ≤ s ≤ 1. Target and source may be the same. */
  static void acuteDual(float[] source, double kappa, float[] target, int n) {
    float minusKappa = (float) -kappa;
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector scaled = s.lanewise(VectorOperators.SQRT).mul(minusKappa);
      AngleVectors.q(s).fma(scaled.mul(s), s).intoArray(target, j);
    }
  }

  /** {@link #dual} and κθ for 0 ≤ s ≤ 1. Either target may be the source. */
  static void acuteDual(float[] source, double kappa64, float[] target, float[] derivative, int n) {
    float kappa = (float) kappa64;
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector scaled = s.lanewise(VectorOperators.SQRT).mul(kappa);
      AngleVectors.q(s).fma(scaled.mul(s).neg(), s).intoArray(target, j);
      AngleVectors.a(s).mul(scaled).intoArray(derivative, j);
    }
  }

  /**
   * A whole {@link Instruction.UniformAngleLayer} that s does not pass by, for 0 ≤ s ≤ 1:
   *
   * <pre>
   *   s ← D = s − κ(sin θ − θ cos θ)
   *   u ← own·D + skipTangent·u + slope·(u + κθ(1 − u))
   * </pre>
   */
  static void acuteLayer(float[] s, float[] u, Instruction.UniformAngleLayer layer, int n) {
    float minusKappa = (float) -layer.kappa();
    float own = (float) layer.own();
    float skip = (float) layer.skipTangent();
    FloatVector slope = FloatVector.broadcast(F, (float) layer.slope());
    for (int j = 0; j < n; j += L) {
      FloatVector r = FloatVector.fromArray(F, s, j);
      FloatVector t = FloatVector.fromArray(F, u, j);
      FloatVector scaled = r.lanewise(VectorOperators.SQRT).mul(minusKappa);
      FloatVector dual = AngleVectors.q(r).fma(scaled.mul(r), r);
      FloatVector composed = AngleVectors.a(r).mul(scaled).fma(t.sub(1f), t);
      dual.intoArray(s, j);
      composed.fma(slope, t.mul(skip).add(dual.mul(own))).intoArray(u, j);
    }
  }

  static void arcCosine2(float[] source, float[] target, int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector s = FloatVector.fromArray(F, source, j);
      FloatVector r = s.min(s.neg().add(2f)).max(0f);
      FloatVector root = r.lanewise(VectorOperators.SQRT);
      FloatVector theta = AngleVectors.a(r).mul(root);
      FloatVector excess = AngleVectors.q(r).mul(root).mul(r);
      VectorMask<Float> obtuse = s.compare(VectorOperators.GT, 1f);
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
