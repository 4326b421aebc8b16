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

  /** The slots of one row and, [slot][row], of the rows it is paired with. */
  private static final class Slots {
    final double[] own = new double[SmoothDuals.SLOTS];
    final double[][] others = new double[SmoothDuals.SLOTS][];

    Slots(RowBlock x, int i, RowBlock z, int slot) {
      for (int k = 0; k < SmoothDuals.SLOTS; k++) {
        own[k] = x.slots[slot + k][i];
        others[k] = z.slots[slot + k];
      }
    }
  }

  /**
   * Applies an instruction to n pairs of row i of x.
   *
   * @param source complements of the pre-activations
   * @param target overwritten with the complements of E[φφ]; another array than the source
   * @param derivative overwritten with those of E[φ′φ′]; another array than both
   * @param scratch overwritten
   */
  static void apply(
      Instruction.SmoothDual in,
      RowBlock x,
      int i,
      RowBlock z,
      double[] source,
      double[] target,
      double[] derivative,
      double[] scratch,
      int n) {
    Slots slots = new Slots(x, i, z, in.slot());
    switch (in.function()) {
      case ERF -> erf(slots, source, target, derivative, n);
      case GELU -> gelu(slots, source, target, derivative, scratch, n);
      case SIN -> {
        trigonometricParts(slots, source, target, derivative, n);
        trigonometric(slots, 1, source, target, derivative, target, derivative, n);
      }
      case COS -> {
        trigonometricParts(slots, source, target, derivative, n);
        trigonometric(slots, 2, source, target, derivative, derivative, target, n);
      }
      case EXP -> exponential(slots, source, target, derivative, n);
    }
    settle(slots.own[0], slots.others[0], source, target, derivative, n);
  }

  /**
   * Sets the complements of equal inputs to 0, and what rounding left below 0. It would leave 1e-16
   * for equal inputs, and the next layer may take its square root.
   */
  private static void settle(
      double own, double[] others, double[] source, double[] target, double[] derivative, int n) {
    for (int j = 0; j < n; j += L) {
      VectorMask<Double> equal =
          DoubleVector.fromArray(D, source, j)
              .compare(VectorOperators.EQ, 0.0)
              .and(DoubleVector.fromArray(D, others, j).compare(VectorOperators.EQ, own));
      DoubleVector s = DoubleVector.fromArray(D, target, j);
      s.blend(0.0, equal.or(s.compare(VectorOperators.LT, 0.0))).intoArray(target, j);
      DoubleVector d = DoubleVector.fromArray(D, derivative, j);
      d.blend(0.0, equal.or(d.compare(VectorOperators.LT, 0.0))).intoArray(derivative, j);
    }
  }

  // Each loop below is a method of its own: the JIT compiler stops inlining in long ones.

  /**
   * E[erf erf] = (2/π) asin ρ with ρ = ρ₀(1 − s), ρ₀ = u(x)u(z) (Williams 1997, (11)). The arcsine
   * is the angle of the direction (√(1 − ρ²), ρ), where 1 − ρ² = e(x) + e(z) − e(x)e(z) + ρ₀²s(2 −
   * s) does not cancel.
   */
  private static void erf(
      Slots slots, double[] source, double[] target, double[] derivative, int n) {
    double[] own = slots.own;
    double[][] others = slots.others;
    erfDirections(own[0], others[0], own[3], others[3], source, target, derivative, n);
    Elementary.angle(target, derivative, target, n);
    erfComplements(own[1], others[1], own[2], others[2], target, derivative, n);
  }

  private static void erfDirections(
      double u,
      double[] us,
      double e,
      double[] es,
      double[] source,
      double[] rho,
      double[] cos,
      int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector rho0 = DoubleVector.fromArray(D, us, j).mul(u);
      DoubleVector sine2 = s.mul(s.neg().add(2.0));
      DoubleVector cos02 = DoubleVector.fromArray(D, es, j).mul(1 - e).add(e);
      rho0.mul(s.neg().add(1.0)).intoArray(rho, j);
      rho0.mul(rho0).fma(sine2, cos02).lanewise(VectorOperators.SQRT).intoArray(cos, j);
    }
  }

  private static void erfComplements(
      double norm,
      double[] norms,
      double slope,
      double[] slopes,
      double[] target,
      double[] derivative,
      int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector value =
          DoubleVector.fromArray(D, norms, j).mul(norm).mul(DoubleVector.fromArray(D, target, j));
      value.neg().add(1.0).intoArray(target, j);
      DoubleVector slopeValue =
          DoubleVector.fromArray(D, slopes, j)
              .mul(slope)
              .div(DoubleVector.fromArray(D, derivative, j));
      slopeValue.neg().add(1.0).intoArray(derivative, j);
    }
  }

  /**
   * With variances a, b, covariance c = √(ab)(1 − s), Δ = (1 + a)(1 + b) − c², P = ¼ + asin(c/√((1
   * + a)(1 + b)))/2π and R = 1/(2π√Δ), Gaussian integration by parts gives
   *
   * <pre>
   *   E[gelu gelu]   = cP + R(ab − c² + c²(1/(1 + a) + 1/(1 + b)))
   *   E[gelu′ gelu′] = P + cR(1/(1 + a) + 1/(1 + b) + 1/Δ)
   * </pre>
   *
   * where ab − c² = ab·s(2 − s) and Δ = 1 + a + b + ab − c² do not cancel for large variances.
   */
  private static void gelu(
      Slots slots, double[] source, double[] target, double[] derivative, double[] scratch, int n) {
    double[] own = slots.own;
    double[][] others = slots.others;
    geluDirections(own[3], others[3], source, target, derivative, n);
    Elementary.angle(target, derivative, scratch, n);
    geluValues(own[0], others[0], source, target, derivative, scratch, n);
    complements(own[1], others[1], target, n);
    complements(own[2], others[2], derivative, n);
  }

  private static void geluDirections(
      double root, double[] roots, double[] source, double[] c, double[] rootDelta, int n) {
    double onePlusA = 1 + root * root;
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector other = DoubleVector.fromArray(D, roots, j);
      DoubleVector geometric = other.mul(root);
      DoubleVector sine2 = s.mul(s.neg().add(2.0)).mul(geometric).mul(geometric);
      geometric.mul(s.neg().add(1.0)).intoArray(c, j);
      other.fma(other, sine2).add(onePlusA).lanewise(VectorOperators.SQRT).intoArray(rootDelta, j);
    }
  }

  /** From c, √Δ and the angle the values of E[gelu gelu] and E[gelu′ gelu′]. */
  private static void geluValues(
      double a,
      double[] bs,
      double[] source,
      double[] target,
      double[] derivative,
      double[] angle,
      int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector c = DoubleVector.fromArray(D, target, j);
      DoubleVector positive = DoubleVector.fromArray(D, angle, j).mul(1 / (2 * Math.PI)).add(0.25);
      DoubleVector inverseRoot =
          DoubleVector.broadcast(D, 1.0).div(DoubleVector.fromArray(D, derivative, j));
      DoubleVector r = inverseRoot.mul(1 / (2 * Math.PI));
      DoubleVector b = DoubleVector.fromArray(D, bs, j);
      DoubleVector sum = b.add(2 + a).div(b.add(1.0).mul(1 + a)); // 1/(1 + a) + 1/(1 + b)
      DoubleVector sine2 = s.mul(s.neg().add(2.0)).mul(b).mul(a);
      c.mul(c).fma(sum, sine2).fma(r, c.mul(positive)).intoArray(target, j);
      inverseRoot.fma(inverseRoot, sum).fma(c.mul(r), positive).intoArray(derivative, j);
    }
  }

  /** values ← 1 − norm(x)·norm(z)·values. */
  private static void complements(double norm, double[] norms, double[] values, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector.fromArray(D, norms, j)
          .mul(norm)
          .mul(DoubleVector.fromArray(D, values, j))
          .neg()
          .add(1.0)
          .intoArray(values, j);
    }
  }

  /**
   * E[sin sin] = e^(−(a+b)/2) sinh c and E[cos cos] = e^(−(a+b)/2) cosh c, without overflow: with
   * large = e^(|c| − (a+b)/2) and small = e^(−2|c|) − 1 they are ∓½large·small and ½large·(small +
   * 2).
   */
  private static void trigonometricParts(
      Slots slots, double[] source, double[] large, double[] small, int n) {
    exponents(slots.own[3], slots.others[3], source, large, small, n);
    Elementary.exp(large, 1, large, n);
    Elementary.expm1(small, -2, small, n);
  }

  /** large = |c| − (a + b)/2 = |c| − c − D/2, small = |c|. */
  private static void exponents(
      double root, double[] roots, double[] source, double[] large, double[] small, int n) {
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector other = DoubleVector.fromArray(D, roots, j);
      DoubleVector geometric = other.mul(root);
      DoubleVector difference = other.sub(root);
      DoubleVector half = difference.mul(difference).mul(0.5).add(geometric.mul(s));
      DoubleVector c = geometric.mul(s.neg().add(1.0));
      DoubleVector size = c.abs();
      size.sub(c).sub(half).intoArray(large, j);
      size.intoArray(small, j);
    }
  }

  /** Both complements; sinhSlot is the slot of the norm that belongs to the hyperbolic sine. */
  private static void trigonometric(
      Slots slots,
      int sinhSlot,
      double[] source,
      double[] large,
      double[] small,
      double[] sinhTarget,
      double[] coshTarget,
      int n) {
    double sinhNorm = slots.own[sinhSlot];
    double[] sinhNorms = slots.others[sinhSlot];
    double coshNorm = slots.own[3 - sinhSlot];
    double[] coshNorms = slots.others[3 - sinhSlot];
    for (int j = 0; j < n; j += L) {
      DoubleVector size = DoubleVector.fromArray(D, large, j).mul(0.5);
      DoubleVector fall = DoubleVector.fromArray(D, small, j);
      DoubleVector sinh = size.mul(fall);
      VectorMask<Double> positive =
          DoubleVector.fromArray(D, source, j).compare(VectorOperators.LT, 1.0);
      sinh = sinh.blend(sinh.neg(), positive);
      DoubleVector cosh = size.mul(fall.add(2.0));
      DoubleVector.fromArray(D, sinhNorms, j)
          .mul(sinhNorm)
          .mul(sinh)
          .neg()
          .add(1.0)
          .intoArray(sinhTarget, j);
      DoubleVector.fromArray(D, coshNorms, j)
          .mul(coshNorm)
          .mul(cosh)
          .neg()
          .add(1.0)
          .intoArray(coshTarget, j);
    }
  }

  /**
   * E[eᵘeᵛ] = e^((a+b)/2 + c), over its geometric mean e^(a+b) is e^(−D/2) with D/2 = (a + b)/2 − c
   * = (√a − √b)²/2 + √(ab)·s.
   */
  private static void exponential(
      Slots slots, double[] source, double[] target, double[] derivative, int n) {
    double root = slots.own[3];
    double[] roots = slots.others[3];
    for (int j = 0; j < n; j += L) {
      DoubleVector s = DoubleVector.fromArray(D, source, j);
      DoubleVector other = DoubleVector.fromArray(D, roots, j);
      DoubleVector difference = other.sub(root);
      difference.mul(difference).mul(-0.5).sub(other.mul(root).mul(s)).intoArray(target, j);
    }
    Elementary.expm1(target, 1, target, n);
    for (int j = 0; j < n; j += L) {
      DoubleVector complement = DoubleVector.fromArray(D, target, j).neg();
      complement.intoArray(target, j);
      complement.intoArray(derivative, j);
    }
  }
}
