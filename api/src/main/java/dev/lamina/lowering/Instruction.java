package dev.lamina.lowering;

import dev.lamina.kernel.Kernel;
import java.util.List;

/**
 * One step of an {@link EntryProgram}: reads and writes registers that hold one number per pair,
 * and reads slots that hold one number per row. Sources may coincide with targets. {@link #NONE}
 * stands for an absent register.
 */
public sealed interface Instruction {

  /** No register. */
  int NONE = -1;

  /**
   * target = the statistic of the pair.
   *
   * @param statistic which number of the pair
   * @param target register written
   */
  record Load(PairStatistic statistic, int target) implements Instruction {}

  /**
   * target = source.
   *
   * @param source register read
   * @param target register written
   */
  record Copy(int source, int target) implements Instruction {}

  /**
   * target = value.
   *
   * @param value the constant
   * @param target register written
   */
  record Fill(double value, int target) implements Instruction {}

  /**
   * target = (scale·source + offset)^degree.
   *
   * @param source register read
   * @param scale factor
   * @param offset summand
   * @param degree exponent, ≥ 1
   * @param target register written
   */
  record Power(int source, double scale, double offset, int degree, int target)
      implements Instruction {}

  /**
   * target = the stationary kernel at squared distance source: a {@link Kernel.Gaussian}, {@link
   * Kernel.Laplace}, {@link Kernel.Matern} or {@link Kernel.RationalQuadratic}.
   *
   * @param source register read
   * @param kernel the stationary kernel
   * @param target register written
   */
  record Stationary(int source, Kernel kernel, int target) implements Instruction {}

  /**
   * target = left + right.
   *
   * @param left register read
   * @param right register read
   * @param target register written
   */
  record Add(int left, int right, int target) implements Instruction {}

  /**
   * target = left·right.
   *
   * @param left register read
   * @param right register read
   * @param target register written
   */
  record Multiply(int left, int right, int target) implements Instruction {}

  /**
   * The dual of a piecewise linear activation with negative slope a, κ = (1 − a)²/(π(1 + a²)), and
   * θ the angle whose complement the source is: target = s − κ(sin θ − θ cos θ), derivative = κθ.
   *
   * <p>Cho and Saul 2009, (6), in complement form, extended from relu by writing the activation as
   * (1 + a)/2·u + (1 − a)/2·|u|.
   *
   * @param source register read
   * @param kappa κ of the activation
   * @param target register written
   * @param derivative register of the complement of the derivative's dual, or {@link #NONE}
   */
  record AngleDual(int source, double kappa, int target, int derivative) implements Instruction {}

  /**
   * target = scale·θ.
   *
   * @param source register read
   * @param scale factor
   * @param target register written
   */
  record AngleOf(int source, double scale, int target) implements Instruction {}

  /**
   * target = 1 − (3 sin θ cos θ + (π − θ)(1 + 2 cos² θ))/(3π); Cho and Saul 2009, (7).
   *
   * @param source register read
   * @param target register written
   */
  record ArcCosine2(int source, int target) implements Instruction {}

  /**
   * One whole layer whose shares are the same for all rows: with D the {@link AngleDual} of s and δ
   * its derivative,
   *
   * <pre>
   *   u ← own·D + skipTangent·u + slope·(δ + u − δu)      (if u is not NONE)
   *   s ← skip·s + keep·D
   * </pre>
   *
   * @param s register of the complement of the NNGP kernel's cosine, read and written
   * @param u register of the complement of the tangent kernel's cosine, read and written, or {@link
   *     #NONE}
   * @param kappa κ of the activation
   * @param skip share of s that passes the layer by
   * @param keep share of the layer's own NNGP part
   * @param own share of D in the tangent kernel
   * @param skipTangent share of u that passes the layer by
   * @param slope share of the tangent kernel that passes through the derivative
   */
  record UniformAngleLayer(
      int s,
      int u,
      double kappa,
      double skip,
      double keep,
      double own,
      double skipTangent,
      double slope)
      implements Instruction {}

  /**
   * The dual of a smooth activation in closed form for rows of pre-activation variances k.
   *
   * @param source register read
   * @param function the activation
   * @param slot first of the row slots that {@link SmoothDuals} fills for this function
   * @param target register written
   * @param derivative register of the complement of the derivative's dual, or {@link #NONE}
   */
  record SmoothDual(int source, SmoothFunction function, int slot, int target, int derivative)
      implements Instruction {}

  /** The activations with a {@link SmoothDual}. */
  enum SmoothFunction {
    /** erf(u). */
    ERF,
    /** uΦ(u). */
    GELU,
    /** sin(u). */
    SIN,
    /** cos(u). */
    COS,
    /** eᵘ. */
    EXP
  }

  /**
   * The complement of Σₙ aₙ(x) aₙ(z) cⁿ, where the aₙ of each row are unit vectors of Hermite
   * coefficients (Mehler's formula) in the slots {@code slot … slot + count − 1} and c = 1 −
   * source.
   *
   * @param source register read
   * @param slot row slot read
   * @param count number of coefficients, and of slots
   * @param target register written
   */
  record SeriesDual(int source, int slot, int count, int target) implements Instruction {}

  /**
   * target = ½ Σ (aᵢ(x) − aᵢ(z))² + Σ aᵢ(x) aᵢ(z) sᵢ; see the package description.
   *
   * @param shares the terms
   * @param target register written
   */
  record Blend(List<Share> shares, int target) implements Instruction {
    /** Copies the list. */
    public Blend {
      shares = List.copyOf(shares);
    }
  }

  /**
   * One term of a {@link Blend}.
   *
   * @param slot row slot of aᵢ
   * @param source register of sᵢ, or {@link #NONE} for sᵢ = 0
   */
  record Share(int slot, int source) {}

  /**
   * target = left + right − left·right: the complement of the product of two cosines.
   *
   * @param left register read
   * @param right register read
   * @param target register written
   */
  record Compose(int left, int right, int target) implements Instruction {}

  /**
   * target = a(x)·a(z)·(1 − source): a kernel value from its complement, a in {@code slot}.
   *
   * @param source register read
   * @param slot row slot read
   * @param target register written
   */
  record Value(int source, int slot, int target) implements Instruction {}

  /**
   * Writes a register to an output.
   *
   * @param source register read
   * @param output output written
   */
  record Emit(int source, int output) implements Instruction {}

  /**
   * Writes a(x)·a(z)·(1 − source) to an output: {@link Value} and {@link Emit} in one.
   *
   * @param source register read
   * @param slot row slot read
   * @param output output written
   */
  record EmitValue(int source, int slot, int output) implements Instruction {}

  /**
   * Writes the angle in [0, π] whose complement the source is to an output.
   *
   * @param source register read
   * @param output output written
   */
  record EmitAngle(int source, int output) implements Instruction {}
}
