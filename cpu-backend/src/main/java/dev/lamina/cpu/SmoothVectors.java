package dev.lamina.cpu;

import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.SmoothDuals;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The smooth duals of pairs in float64: from the complement of the pre-activations the complements
 * of E[φφ] and E[φ′φ′]. The row slots are those of {@link SmoothDuals}.
 */
final class SmoothVectors {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private SmoothVectors() {}

  /** The four slots of one row and of the rows it is paired with. */
  private static final class Slots {
    final double[] own = new double[SmoothDuals.SLOTS];
    final double[][] others = new double[SmoothDuals.SLOTS][];

    Slots(RowBlock x, int i, RowBlock z, int slot) {
      for (int k = 0; k < SmoothDuals.SLOTS; k++) {
        own[k] = x.slots[slot + k][i];
        others[k] = z.slots[slot + k];
      }
    }

    DoubleVector product(int slot, int j) {
      return DoubleVector.fromArray(D, others[slot], j).mul(own[slot]);
    }

    DoubleVector other(int slot, int j) {
      return DoubleVector.fromArray(D, others[slot], j);
    }
  }

  static void apply(
      Instruction.SmoothDual in,
      RowBlock x,
      int i,
      RowBlock z,
      double[] source,
      double[] target,
      double[] derivative,
      int n) {
    Slots slots = new Slots(x, i, z, in.slot());
    switch (in.function()) {
      case ERF -> erf(slots, source, target, derivative, n);
      case GELU -> gelu(slots, source, target, derivative, n);
      case SIN -> trigonometric(slots, source, target, derivative, n, true);
      case COS -> trigonometric(slots, source, target, derivative, n, false);
      case EXP -> exponential(slots, source, target, derivative, n);
    }
    equalRows(slots, source, target, n);
    equalRows(slots, source, derivative, n);
  }

  /**
   * Sets the complement of equal inputs to 0. Rounding would leave 1e-16 there, and the next layer
   * may take its square root.
   */
  private static void equalRows(Slots slots, double[] source, double[] complement, int n) {
    for (int j = 0; j < n; j += L) {
      VectorMask<Double> equal =
          DoubleVector.fromArray(D, source, j)
              .compare(VectorOperators.EQ, 0.0)
              .and(slots.other(0, j).compare(VectorOperators.EQ, slots.own[0]));
      DoubleVector.fromArray(D, complement, j).blend(0.0, equal).intoArray(complement, j);
    }
  }

  /**
   * E[erf erf] = (2/π) asin ρ with ρ = ρ₀(1 − s), ρ₀ = u(x)u(z) (Williams 1997, (11)). asin ρ₀ −
   * asin ρ is taken as one arcsine, whose argument has no cancellation; 1 − ρ₀² = e(x) + e(z) −
   * e(x)e(z).
   */
  private static void erf(
      Slots slots, double[] source, double[] target, double[] derivative, int n) {
    double e = slots.own[3];
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector rho0 = slots.product(0, j);
      DoubleVector other = slots.other(3, j);
      DoubleVector cos02 = other.mul(-e).add(other).add(e);
      DoubleVector twoMinus = s.neg().add(2.0);
      DoubleVector cos2 = rho0.mul(rho0).mul(s).fma(twoMinus, cos02);
      DoubleVector cos0 = cos02.lanewise(VectorOperators.SQRT);
      DoubleVector cos = cos2.lanewise(VectorOperators.SQRT);
      DoubleVector sine =
          rho0.mul(s).mul(rho0.mul(rho0).mul(twoMinus).div(cos0.add(cos)).add(cos0));
      // The difference of the angles can pass the right angle when ρ is negative: use atan2 there.
      DoubleVector cosine = cos0.mul(cos).add(rho0.mul(rho0).mul(s.neg().add(1.0)));
      DoubleVector difference = Elementary.atan2(sine, cosine);
      DoubleVector angle0 = Elementary.atan2(rho0, cos0);
      DoubleVector norm = slots.product(1, j);
      DoubleVector unequal = angle0.mul(norm).neg().add(1.0).max(0.0);
      unequal.add(difference.mul(norm)).intoArray(target, j);
      slots.product(2, j).div(cos).neg().add(1.0).max(0.0).intoArray(derivative, j);
    }
  }

  /**
   * With variances a, b, covariance c, Δ = (1 + a)(1 + b) − c², P = ¼ + asin(c/√((1 + a)(1 +
   * b)))/2π and R = 1/(2π√Δ), Gaussian integration by parts gives
   *
   * <pre>
   *   E[gelu gelu]   = cP + R(ab + c²(1/(1 + a) + 1/(1 + b) − 1))
   *   E[gelu′ gelu′] = P + cR(1/(1 + a) + 1/(1 + b) + 1/Δ)
   * </pre>
   */
  private static void gelu(
      Slots slots, double[] source, double[] target, double[] derivative, int n) {
    double a = slots.own[0];
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector b = slots.other(0, j);
      DoubleVector c = slots.product(3, j).mul(s.neg().add(1.0));
      DoubleVector product = b.add(1.0).mul(1 + a);
      DoubleVector delta = product.sub(c.mul(c));
      DoubleVector root = delta.lanewise(VectorOperators.SQRT);
      DoubleVector p = Elementary.atan2(c, root).mul(1 / (2 * Math.PI)).add(0.25);
      DoubleVector r = DoubleVector.broadcast(D, 1 / (2 * Math.PI)).div(root);
      DoubleVector sum = b.add(2 + a).div(product); // 1/(1 + a) + 1/(1 + b)
      DoubleVector value = r.mul(c.mul(c).mul(sum.sub(1.0)).add(b.mul(a))).add(c.mul(p));
      value.mul(slots.product(1, j)).neg().add(1.0).max(0.0).intoArray(target, j);
      DoubleVector slope = p.add(c.mul(r).mul(sum.add(DoubleVector.broadcast(D, 1.0).div(delta))));
      slope.mul(slots.product(2, j)).neg().add(1.0).max(0.0).intoArray(derivative, j);
    }
  }

  /** E[sin sin] = e^(−(a+b)/2) sinh c and E[cos cos] = e^(−(a+b)/2) cosh c, without overflow. */
  private static void trigonometric(
      Slots slots, double[] source, double[] target, double[] derivative, int n, boolean sine) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector half = halfDistance(slots, s, j);
      DoubleVector c = slots.product(3, j).mul(s.neg().add(1.0));
      DoubleVector size = c.abs();
      // (e^|c| ∓ e^−|c|)/2 · e^(−(a+b)/2), and |c| − (a + b)/2 = −D/2 for c ≥ 0
      DoubleVector exponent = size.sub(c).sub(half);
      DoubleVector large = Elementary.exp(exponent).mul(0.5);
      DoubleVector twice = size.mul(-2.0);
      DoubleVector sinh = large.mul(Elementary.expm1(twice).neg());
      DoubleVector cosh = large.mul(Elementary.exp(twice).add(1.0));
      sinh = sinh.blend(sinh.neg(), c.compare(VectorOperators.LT, 0.0));
      DoubleVector value = sine ? sinh : cosh;
      DoubleVector slope = sine ? cosh : sinh;
      value.mul(slots.product(1, j)).neg().add(1.0).max(0.0).intoArray(target, j);
      slope.mul(slots.product(2, j)).neg().add(1.0).max(0.0).intoArray(derivative, j);
    }
  }

  /** E[eᵘeᵛ] = e^((a+b)/2 + c), over its geometric mean e^(a+b) is e^(−D/2). */
  private static void exponential(
      Slots slots, double[] source, double[] target, double[] derivative, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector complement = Elementary.expm1(halfDistance(slots, s, j).neg()).neg();
      complement.intoArray(target, j);
      complement.intoArray(derivative, j);
    }
  }

  /** Returns D/2 = (a + b)/2 − c = (√a − √b)²/2 + √(ab)·s. */
  private static DoubleVector halfDistance(Slots slots, DoubleVector s, int j) {
    DoubleVector difference = slots.other(3, j).sub(slots.own[3]);
    return difference.mul(difference).mul(0.5).add(slots.product(3, j).mul(s));
  }
}
