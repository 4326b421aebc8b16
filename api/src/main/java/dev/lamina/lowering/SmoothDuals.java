package dev.lamina.lowering;

import dev.lamina.lowering.Instruction.SmoothFunction;

/**
 * What {@link Instruction.SmoothDual} needs of each row, and the dual at x = z.
 *
 * <p>With pre-activation variance k, P = E[Φ(u)Φ(v)], R = E[φ(u)φ(v)] for the normal density φ and
 * distribution function Φ, at x = z:
 *
 * <ul>
 *   <li>erf (Williams 1997, (11)): (2/π) asin(2k/(1 + 2k)); derivative (4/π)/√(1 + 4k).
 *   <li>gelu (by Gaussian integration by parts; Tsuchida et al. 2021): kP + 2k²R/(1 + k);
 *       derivative P + 2kR/(1 + k) + kR/(1 + 2k), with P = ¼ + asin(k/(1 + k))/2π and R = 1/(2π√(1
 *       + 2k)).
 *   <li>sin: (1 − e⁻²ᵏ)/2, cos: (1 + e⁻²ᵏ)/2, each other's derivative; exp: e²ᵏ.
 * </ul>
 */
public final class SmoothDuals {

  /**
   * Row slots of each smooth dual. Slot 0 is k or √k, slot 1 is 1/√E[φ²], slot 2 is 1/√E[φ′²]; for
   * erf slot 0 is √(2k/(1 + 2k)), slot 1 is 1/√asin(2k/(1 + 2k)), slot 2 is (1 + 4k)^¼/√(1 + 2k),
   * and slot 3 is 1/(1 + 2k). Slot 3 of the others is √k.
   */
  public static final int SLOTS = 4;

  private SmoothDuals() {}

  static double secondMoment(SmoothFunction function, double k) {
    return switch (function) {
      case ERF -> 2 / Math.PI * Math.asin(2 * k / (1 + 2 * k));
      case GELU -> k * bothPositive(k) + 2 * k * k * densities(k) / (1 + k);
      case SIN -> -0.5 * Math.expm1(-2 * k);
      case COS -> 0.5 * (1 + Math.exp(-2 * k));
      case EXP -> Math.exp(2 * k);
    };
  }

  static double derivativeSecondMoment(SmoothFunction function, double k) {
    return switch (function) {
      case ERF -> 4 / Math.PI / Math.sqrt(1 + 4 * k);
      case GELU -> bothPositive(k) + densities(k) * (2 * k / (1 + k) + k / (1 + 2 * k));
      case SIN -> secondMoment(SmoothFunction.COS, k);
      case COS -> secondMoment(SmoothFunction.SIN, k);
      case EXP -> secondMoment(SmoothFunction.EXP, k);
    };
  }

  /** E[Φ(u)²]. */
  private static double bothPositive(double k) {
    return 0.25 + Math.asin(k / (1 + k)) / (2 * Math.PI);
  }

  /** E[φ(u)²]. */
  private static double densities(double k) {
    return 1 / (2 * Math.PI * Math.sqrt(1 + 2 * k));
  }

  static void fill(SmoothFunction function, double k, double[] cells, int at) {
    if (function == SmoothFunction.ERF) {
      double u2 = 2 * k / (1 + 2 * k);
      cells[at] = Math.sqrt(u2);
      cells[at + 1] = 1 / Math.sqrt(Math.asin(u2));
      cells[at + 2] = Math.sqrt(Math.sqrt(1 + 4 * k) / (1 + 2 * k));
      cells[at + 3] = 1 / (1 + 2 * k);
    } else {
      cells[at] = k;
      cells[at + 1] = 1 / Math.sqrt(secondMoment(function, k));
      cells[at + 2] = 1 / Math.sqrt(derivativeSecondMoment(function, k));
      cells[at + 3] = Math.sqrt(k);
    }
  }
}
