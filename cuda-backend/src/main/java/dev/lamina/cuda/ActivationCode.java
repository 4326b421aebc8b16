package dev.lamina.cuda;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;

/**
 * An activation in the four arguments of the device functions.
 *
 * @param kind its number in {@code kernels/src/activation.cuh}
 * @param slope of a piecewise linear one at u ≤ 0
 * @param coefficients device address of the coefficients of a polynomial or a Hermite series
 * @param terms how many there are
 */
record ActivationCode(long kind, double slope, long coefficients, long terms) {

  /**
   * Encodes an activation.
   *
   * @param workspace holds the coefficients
   * @param activation φ
   */
  static ActivationCode of(Workspace workspace, Activation activation) {
    long kind = kind(activation);
    return switch (activation) {
      case Activation.PiecewiseLinear p -> new ActivationCode(kind, p.slope(), 0, 0);
      case Activation.Smooth _, Activation.Sign _, Activation.Elu _, Activation.HardTanh _ ->
          new ActivationCode(kind, 0, 0, 0);
      case Activation.Polynomial p -> series(workspace, kind, p.coefficients());
      case Activation.Hermite h -> series(workspace, kind, h.coefficients());
    };
  }

  private static ActivationCode series(Workspace workspace, long kind, List<Double> coefficients) {
    int terms = coefficients.size();
    String what = "coefficients of the activation";
    HostMatrix values = workspace.host(what, DType.FLOAT64, 1, terms);
    for (int i = 0; i < terms; i++) {
      values.set(0, i, coefficients.get(i));
    }
    DeviceBlock block = workspace.block(what, DType.FLOAT64, 1, terms);
    workspace.context().upload(values, block);
    return new ActivationCode(kind, 0, block.address(), terms);
  }

  private static long kind(Activation activation) {
    return switch (activation) {
      case Activation.PiecewiseLinear _ -> 0;
      case Activation.Smooth s ->
          switch (s) {
            case ERF -> 1;
            case GELU -> 2;
            case SIN -> 3;
            case COS -> 4;
            case EXP -> 5;
            case TANH -> 6;
            case SIGMOID -> 7;
            case SOFTPLUS -> 8;
            case SILU -> 9;
          };
      case Activation.Sign _ -> 10;
      case Activation.Elu _ -> 11;
      case Activation.HardTanh _ -> 12;
      case Activation.Polynomial _ -> 13;
      case Activation.Hermite _ -> 14;
    };
  }

  /** Returns whether φ(u) = u. */
  static boolean isIdentity(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear p && p.slope() == 1;
  }
}
