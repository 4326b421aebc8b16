package dev.lamina.cpu;

import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.Instruction;
import dev.lamina.lowering.PairStatistic;
import java.util.Arrays;

/**
 * Finds the steps of an entry program that see no angle beyond the right angle.
 *
 * <p>The dual of relu is never negative, so that from the second layer on all complements lie in
 * [0, 1] whatever the data. The largest complement that each register can hold is carried through
 * the program.
 */
final class AcuteSteps {
  /** A complement that rounding leaves this much above its bound still counts as within it. */
  private static final double ROUNDING = 1e-6;

  private final double loaded;
  private final double[] largest;

  private AcuteSteps(int registers, double loaded) {
    this.loaded = loaded;
    largest = new double[registers];
    Arrays.fill(largest, Double.POSITIVE_INFINITY);
  }

  /**
   * Returns for each instruction whether it is an {@link Instruction.AngleDual} or {@link
   * Instruction.UniformAngleLayer} whose source is at most 1.
   *
   * @param loaded bound of the complements that the program loads: 2 holds for all rows
   */
  static boolean[] of(EntryProgram program, double loaded) {
    AcuteSteps bounds = new AcuteSteps(program.registers(), loaded);
    boolean[] acute = new boolean[program.instructions().size()];
    for (int k = 0; k < acute.length; k++) {
      acute[k] = bounds.step(program.instructions().get(k));
    }
    return acute;
  }

  private boolean step(Instruction instruction) {
    boolean acute = false;
    switch (instruction) {
      case Instruction.Load in ->
          largest[in.target()] =
              in.statistic() == PairStatistic.COMPLEMENT ? loaded : Double.POSITIVE_INFINITY;
      case Instruction.Copy in -> largest[in.target()] = largest[in.source()];
      case Instruction.AngleDual in -> {
        double source = largest[in.source()];
        acute = isAcute(source);
        largest[in.target()] = dual(in.kappa(), source);
        if (in.derivative() != Instruction.NONE) {
          largest[in.derivative()] = in.kappa() * angle(source);
        }
      }
      case Instruction.UniformAngleLayer in -> {
        double source = largest[in.s()];
        acute = isAcute(source);
        largest[in.s()] = in.skip() * source + in.keep() * dual(in.kappa(), source);
      }
      case Instruction.AngleOf in ->
          largest[in.target()] = in.scale() * angle(largest[in.source()]);
      case Instruction.ArcCosine2 in -> largest[in.target()] = 1;
      case Instruction.SmoothDual in -> {
        largest[in.target()] = 2;
        if (in.derivative() != Instruction.NONE) {
          largest[in.derivative()] = 2;
        }
      }
      case Instruction.SeriesDual in -> largest[in.target()] = 2;
      case Instruction.Blend in ->
          largest[in.target()] =
              mean(
                  in.shares().stream()
                      .mapToDouble(s -> s.source() == Instruction.NONE ? 0 : largest[s.source()])
                      .max()
                      .orElse(0));
      case Instruction.Compose in ->
          largest[in.target()] = mean(Math.max(largest[in.left()], largest[in.right()]));
      case Instruction.Fill in -> unbounded(in.target());
      case Instruction.Power in -> unbounded(in.target());
      case Instruction.Stationary in -> unbounded(in.target());
      case Instruction.Add in -> unbounded(in.target());
      case Instruction.Multiply in -> unbounded(in.target());
      case Instruction.Value in -> unbounded(in.target());
      case Instruction.Emit _, Instruction.EmitValue _, Instruction.EmitAngle _ -> {}
    }
    return acute;
  }

  private void unbounded(int register) {
    largest[register] = Double.POSITIVE_INFINITY;
  }

  private static boolean isAcute(double largest) {
    return largest <= 1 + ROUNDING;
  }

  /** Sums of cosines with weights of sum ≤ 1, and products of cosines, none of them negative. */
  private static double mean(double largest) {
    return isAcute(largest) ? 1 : largest <= 2 + ROUNDING ? 2 : Double.POSITIVE_INFINITY;
  }

  /** Returns the largest angle of complements up to a bound. */
  private static double angle(double largest) {
    return Math.acos(Math.max(-1, 1 - largest));
  }

  /** Returns the largest s − κ(sin θ − θ cos θ), whose derivative in s is 1 − κθ. */
  private static double dual(double kappa, double largest) {
    double theta = kappa == 0 ? angle(largest) : Math.min(angle(largest), 1 / kappa);
    double cos = Math.cos(theta);
    return 1 - cos - kappa * (Math.sin(theta) - theta * cos);
  }
}
