package dev.lamina.contract;

import dev.lamina.kernel.Activation;
import java.util.List;

/**
 * The activations written a second time, straight from their definitions, together with what the
 * quadrature of {@link NaiveDual} needs to know about them.
 *
 * @param value φ
 * @param derivative φ′ away from kinks
 * @param degree k if φ(cu) = cᵏ φ(u) for all c &gt; 0, else −1
 * @param polynomialDegree degree of the polynomial that bounds |φ|
 * @param exponential whether |φ| grows like eᵘ instead
 */
record NaiveActivation(
    Scalar value, Scalar derivative, int degree, int polynomialDegree, boolean exponential) {

  /** A function of one real variable. */
  interface Scalar {
    double at(double u);
  }

  private static final int NOT_HOMOGENEOUS = -1;

  static NaiveActivation of(Activation activation) {
    return switch (activation) {
      case Activation.PiecewiseLinear p ->
          new NaiveActivation(
              u -> u > 0 ? u : p.slope() * u, u -> u > 0 ? 1 : p.slope(), 1, 1, false);
      case Activation.Sign s -> new NaiveActivation(u -> u > 0 ? 1 : -1, u -> 0, 0, 0, false);
      case Activation.Elu e ->
          new NaiveActivation(
              u -> u > 0 ? u : Math.exp(u) - 1,
              u -> u > 0 ? 1 : Math.exp(u),
              NOT_HOMOGENEOUS,
              1,
              false);
      case Activation.HardTanh h ->
          new NaiveActivation(
              u -> Math.min(1, Math.max(-1, u)),
              u -> Math.abs(u) < 1 ? 1 : 0,
              NOT_HOMOGENEOUS,
              1,
              false);
      case Activation.Polynomial p ->
          polynomialLike(
              u -> powers(p.coefficients(), u),
              u -> powers(differentiated(p.coefficients()), u),
              p.coefficients().size());
      case Activation.Hermite h ->
          polynomialLike(
              u -> hermite(h.coefficients(), 0, u),
              u -> hermite(h.coefficients(), 1, u),
              h.coefficients().size());
      case Activation.Smooth s -> smooth(s);
    };
  }

  /** Returns φ″(u) away from kinks, at a jump of φ″ that of the left side. */
  static double secondDerivative(Activation activation, double u) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> 0;
      case Activation.Sign s -> 0;
      case Activation.HardTanh h -> 0;
      case Activation.Elu e -> u > 0 ? 0 : Math.exp(u);
      case Activation.Polynomial p -> powers(differentiated(differentiated(p.coefficients())), u);
      case Activation.Hermite h -> hermite(h.coefficients(), 2, u);
      case Activation.Smooth s -> {
        double l = logistic(u);
        double left = logistic(-u);
        double t = Math.tanh(u);
        yield switch (s) {
          case ERF -> 2 / Math.sqrt(Math.PI) * Math.exp(-u * u) * -2 * u;
          case GELU -> 2 * density(u) - square(u) * density(u);
          case SIN -> -Math.sin(u);
          case COS -> -Math.cos(u);
          case EXP -> Math.exp(u);
          case TANH -> 2 * t * t * t - 2 * t;
          case SIGMOID -> l * left * left - l * l * left;
          case SOFTPLUS -> l * left;
          case SILU -> 2 * l * left + u * (l * left * left - l * l * left);
        };
      }
    };
  }

  /** Returns max(0, u)ⁿ, of which the arc-cosine kernel of order n is made; n = 0 is a step. */
  static NaiveActivation rectifiedPower(int n) {
    return new NaiveActivation(
        u -> u > 0 ? Math.pow(u, n) : 0, u -> u > 0 ? n * Math.pow(u, n - 1) : 0, n, n, false);
  }

  private static NaiveActivation smooth(Activation.Smooth s) {
    return switch (s) {
      case ERF -> bounded(u -> erf(u), u -> 2 / Math.sqrt(Math.PI) * Math.exp(-u * u));
      case GELU -> bounded(u -> u * normal(u), u -> normal(u) + u * density(u));
      case SIN -> bounded(Math::sin, Math::cos);
      case COS -> bounded(Math::cos, u -> -Math.sin(u));
      case EXP -> new NaiveActivation(Math::exp, Math::exp, NOT_HOMOGENEOUS, 0, true);
      case TANH -> bounded(Math::tanh, u -> 1 - square(Math.tanh(u)));
      case SIGMOID -> bounded(u -> logistic(u), u -> logistic(u) * logistic(-u));
      case SOFTPLUS ->
          bounded(
              u -> u > 0 ? u + Math.log1p(Math.exp(-u)) : Math.log1p(Math.exp(u)),
              u -> logistic(u));
      case SILU -> bounded(u -> u * logistic(u), u -> logistic(u) + u * logistic(u) * logistic(-u));
    };
  }

  private static NaiveActivation bounded(Scalar value, Scalar derivative) {
    return new NaiveActivation(value, derivative, NOT_HOMOGENEOUS, 1, false);
  }

  private static NaiveActivation polynomialLike(Scalar value, Scalar derivative, int terms) {
    return new NaiveActivation(value, derivative, NOT_HOMOGENEOUS, terms - 1, false);
  }

  private static double powers(List<Double> coefficients, double u) {
    double sum = 0;
    double power = 1;
    for (double c : coefficients) {
      sum += c * power;
      power *= u;
    }
    return sum;
  }

  private static List<Double> differentiated(List<Double> coefficients) {
    return java.util.stream.IntStream.range(1, coefficients.size())
        .mapToObj(i -> i * coefficients.get(i))
        .toList();
  }

  /**
   * Returns Σ cₙ dᵏ/duᵏ Heₙ(u)/√n! for k = 0, 1 or 2, with Heₙ from its recursion and Heₙ′ = n
   * Heₙ₋₁.
   */
  private static double hermite(List<Double> coefficients, int k, double u) {
    double sum = 0;
    double beforeThat = 0;
    double previous = 0;
    double he = 1;
    double root = 1;
    for (int n = 0; n < coefficients.size(); n++) {
      double term = k == 0 ? he : k == 1 ? n * previous : n * (n - 1.0) * beforeThat;
      sum += coefficients.get(n) * term / root;
      double next = u * he - n * previous;
      beforeThat = previous;
      previous = he;
      he = next;
      root *= Math.sqrt(n + 1);
    }
    return sum;
  }

  /** erf(u) = 2u/√π·e^(−u²)·Σ (2u²)ⁿ/(1·3⋯(2n+1)); Abramowitz and Stegun 7.1.6. */
  private static double erf(double u) {
    if (Math.abs(u) > 6) {
      return Math.signum(u); // 1 − erf(6) < 3e-17
    }
    double sum = 0;
    double term = 1;
    for (int n = 1; term > sum * 1e-17; n++) {
      sum += term;
      term *= 2 * u * u / (2 * n + 1);
    }
    return 2 * u / Math.sqrt(Math.PI) * Math.exp(-u * u) * sum;
  }

  private static double normal(double u) {
    return (1 + erf(u / Math.sqrt(2))) / 2;
  }

  private static double density(double u) {
    return Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
  }

  private static double logistic(double u) {
    return 1 / (1 + Math.exp(-u));
  }

  private static double square(double u) {
    return u * u;
  }
}
