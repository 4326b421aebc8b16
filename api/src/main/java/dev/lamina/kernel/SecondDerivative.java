package dev.lamina.kernel;

import java.util.List;

/** Second derivatives of activations, each formula once. */
final class SecondDerivative {
  private SecondDerivative() {}

  /** Returns φ″(u), at a jump of it that of the left side; kinks of φ have no share. */
  static double at(Activation activation, double u) {
    return switch (activation) {
      case Activation.PiecewiseLinear _, Activation.HardTanh _, Activation.Sign _ -> 0;
      case Activation.Elu _ -> u > 0 ? 0 : Math.exp(u);
      case Activation.Polynomial p -> polynomial(p.coefficients(), u);
      case Activation.Hermite h -> hermite(h.coefficients(), u);
      case Activation.Smooth s -> smooth(s, u);
    };
  }

  private static double smooth(Activation.Smooth s, double u) {
    return switch (s) {
      case ERF -> -4 / Math.sqrt(Math.PI) * u * Math.exp(-u * u);
      case GELU -> (2 - u * u) * Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
      case SIN -> -Math.sin(u);
      case COS -> -Math.cos(u);
      case EXP -> Math.exp(u);
      case TANH -> -2 * Math.tanh(u) * 4 * logisticSlope(2 * u);
      case SIGMOID -> -logisticSlope(u) * Math.tanh(u / 2);
      case SOFTPLUS -> logisticSlope(u);
      case SILU -> logisticSlope(u) * (2 - u * Math.tanh(u / 2));
    };
  }

  /** Returns σ(u)σ(−u); 4σ(2u)σ(−2u) = 1 − tanh² u without cancellation. */
  private static double logisticSlope(double u) {
    double e = Math.exp(-Math.abs(u));
    return e / ((e + 1) * (e + 1));
  }

  private static double polynomial(List<Double> coefficients, double u) {
    double sum = 0;
    for (int n = coefficients.size() - 1; n >= 2; n--) {
      sum = sum * u + n * (n - 1) * coefficients.get(n);
    }
    return sum;
  }

  /** Returns Σ cₙ hₙ″(u) with hₙ″ = √(n(n − 1)) hₙ₋₂. */
  private static double hermite(List<Double> coefficients, double u) {
    double sum = 0;
    double previous = 0;
    double h = 1;
    for (int n = 2; n < coefficients.size(); n++) {
      sum += coefficients.get(n) * Math.sqrt(n * (n - 1.0)) * h;
      double next = (u * h - Math.sqrt(n - 2.0) * previous) / Math.sqrt(n - 1.0);
      previous = h;
      h = next;
    }
    return sum;
  }
}
