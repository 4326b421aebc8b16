package dev.lamina.kernel;

import java.util.List;
import org.hipparchus.special.Erf;

/**
 * A function φ: ℝ → ℝ applied to every unit of a layer.
 *
 * <p>Each has a textual form, {@link Object#toString}, that kernels and config files use.
 */
public sealed interface Activation {

  /** max(0, u). */
  Activation RELU = new PiecewiseLinear(0);

  /** |u|. */
  Activation ABS = new PiecewiseLinear(-1);

  /** u. */
  Activation IDENTITY = new PiecewiseLinear(1);

  /**
   * Parses the textual form, for example {@code relu} or {@code leakyRelu(slope=0.1)}.
   *
   * @param text the textual form
   * @return the activation
   * @throws KernelSyntaxException if there is no such activation
   */
  static Activation parse(String text) {
    return KernelText.parseActivation(text);
  }

  /**
   * {@return φ(u)}
   *
   * @param u where to evaluate
   */
  double value(double u);

  /**
   * {@return φ′(u); at a kink the mean of both sides}
   *
   * @param u where to evaluate
   */
  double derivative(double u);

  /**
   * {@return φ″(u) away from kinks, which have no share; at a jump of φ″ that of the left side}
   *
   * @param activation φ
   * @param u where to evaluate
   */
  static double secondDerivative(Activation activation, double u) {
    return SecondDerivative.at(activation, u);
  }

  /**
   * {@return whether φ′ is a function with E[φ′(g)²] finite for Gaussian g; false for sign, whose
   * derivative is twice the delta distribution}
   *
   * @param activation φ
   */
  // Not a default method: with one, the first use of a record would initialise this interface,
  // whose constants need the record, and two threads could wait for each other.
  static boolean hasDerivative(Activation activation) {
    return !(activation instanceof Sign);
  }

  /**
   * u for u &gt; 0 and slope·u for u ≤ 0: relu (slope 0), leakyRelu, abs (−1), identity (1).
   *
   * @param slope finite
   */
  record PiecewiseLinear(double slope) implements Activation {
    /** Checks the parameter. */
    public PiecewiseLinear {
      Parameters.finite("leakyRelu", "slope", slope);
      slope += 0.0; // −0 would be a second spelling of relu
    }

    @Override
    public double value(double u) {
      return u > 0 ? u : slope * u;
    }

    @Override
    public double derivative(double u) {
      return u > 0 ? 1 : u < 0 ? slope : (1 + slope) / 2;
    }

    @Override
    public String toString() {
      if (slope == 0) {
        return "relu";
      }
      if (slope == 1) {
        return "identity";
      }
      return slope == -1 ? "abs" : "leakyRelu(slope=" + Parameters.number(slope) + ")";
    }
  }

  /** An activation without parameters that is not piecewise linear. */
  enum Smooth implements Activation {
    /** erf(u). */
    ERF("erf") {
      @Override
      public double value(double u) {
        return Erf.erf(u);
      }

      @Override
      public double derivative(double u) {
        return 2 / Math.sqrt(Math.PI) * Math.exp(-u * u);
      }
    },
    /** u Φ(u) with the exact normal distribution function Φ (Hendrycks and Gimpel 2016). */
    GELU("gelu") {
      @Override
      public double value(double u) {
        return u * normalCdf(u);
      }

      @Override
      public double derivative(double u) {
        return normalCdf(u) + u * Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
      }
    },
    /** sin(u). */
    SIN("sin") {
      @Override
      public double value(double u) {
        return Math.sin(u);
      }

      @Override
      public double derivative(double u) {
        return Math.cos(u);
      }
    },
    /** cos(u). */
    COS("cos") {
      @Override
      public double value(double u) {
        return Math.cos(u);
      }

      @Override
      public double derivative(double u) {
        return -Math.sin(u);
      }
    },
    /** eᵘ. */
    EXP("exp") {
      @Override
      public double value(double u) {
        return Math.exp(u);
      }

      @Override
      public double derivative(double u) {
        return Math.exp(u);
      }
    },
    /** tanh(u). */
    TANH("tanh") {
      @Override
      public double value(double u) {
        return Math.tanh(u);
      }

      @Override
      public double derivative(double u) {
        double c = Math.cosh(u);
        return 1 / (c * c);
      }
    },
    /** 1/(1 + e⁻ᵘ). */
    SIGMOID("sigmoid") {
      @Override
      public double value(double u) {
        return 1 / (1 + Math.exp(-u));
      }

      @Override
      public double derivative(double u) {
        double c = Math.cosh(u / 2);
        return 1 / (4 * c * c);
      }
    },
    /** log(1 + eᵘ). */
    SOFTPLUS("softplus") {
      @Override
      public double value(double u) {
        return Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
      }

      @Override
      public double derivative(double u) {
        return 1 / (1 + Math.exp(-u));
      }
    },
    /** u/(1 + e⁻ᵘ), also called swish. */
    SILU("silu") {
      @Override
      public double value(double u) {
        return u / (1 + Math.exp(-u));
      }

      @Override
      public double derivative(double u) {
        double p = 1 / (1 + Math.exp(-u));
        return p * (1 + u * (1 - p));
      }
    };

    private final String text;

    Smooth(String text) {
      this.text = text;
    }

    private static double normalCdf(double u) {
      return 0.5 * Erf.erfc(-u / Math.sqrt(2));
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * u for u &gt; 0 and eᵘ − 1 for u ≤ 0 (Clevert et al. 2016): affine on one side, smooth on the
   * other, and once differentiable at 0.
   */
  record Elu() implements Activation {
    @Override
    public double value(double u) {
      return u > 0 ? u : Math.expm1(u);
    }

    @Override
    public double derivative(double u) {
      return u > 0 ? 1 : Math.exp(u);
    }

    @Override
    public String toString() {
      return "elu";
    }
  }

  /** u cut off at −1 and 1. */
  record HardTanh() implements Activation {
    @Override
    public double value(double u) {
      return Math.clamp(u, -1, 1);
    }

    @Override
    public double derivative(double u) {
      double size = Math.abs(u);
      return size < 1 ? 1 : size > 1 ? 0 : 0.5;
    }

    @Override
    public String toString() {
      return "hardTanh";
    }
  }

  /** The sign of u: −1, 0 or 1. */
  record Sign() implements Activation {
    @Override
    public double value(double u) {
      return Math.signum(u);
    }

    @Override
    public double derivative(double u) {
      return 0;
    }

    @Override
    public String toString() {
      return "sign";
    }
  }

  /**
   * c₀ + c₁u + c₂u² + ….
   *
   * @param coefficients c₀, c₁, …; at most 21, the last not zero
   */
  record Polynomial(List<Double> coefficients) implements Activation {
    /** Checks the coefficients. */
    public Polynomial {
      coefficients = checked("polynomial", coefficients);
    }

    @Override
    public double value(double u) {
      double sum = 0;
      for (int i = coefficients.size() - 1; i >= 0; i--) {
        sum = sum * u + coefficients.get(i);
      }
      return sum;
    }

    @Override
    public double derivative(double u) {
      double sum = 0;
      for (int i = coefficients.size() - 1; i >= 1; i--) {
        sum = sum * u + i * coefficients.get(i);
      }
      return sum;
    }

    @Override
    public String toString() {
      return "polynomial(coefficients=" + list(coefficients) + ")";
    }

    static List<Double> checked(String owner, List<Double> coefficients) {
      Parameters.atLeast(owner, "number of coefficients", coefficients.size(), 1);
      Parameters.atMost(owner, "number of coefficients", coefficients.size(), 21);
      coefficients.forEach(c -> Parameters.finite(owner, "coefficients", c));
      if (coefficients.getLast() == 0) {
        throw new IllegalArgumentException(owner + ": the last of coefficients must not be 0");
      }
      return coefficients.stream().map(c -> c + 0.0).toList();
    }

    static String list(List<Double> values) {
      return values.stream()
          .map(Parameters::number)
          .collect(java.util.stream.Collectors.joining(", ", "[", "]"));
    }
  }

  /**
   * Σ cₙ hₙ(u) in the orthonormal probabilists' Hermite polynomials hₙ = Heₙ/√n!.
   *
   * @param coefficients c₀, c₁, …; at most 21, the last not zero
   */
  record Hermite(List<Double> coefficients) implements Activation {
    /** Checks the coefficients. */
    public Hermite {
      coefficients = Polynomial.checked("hermite", coefficients);
    }

    @Override
    public double value(double u) {
      double sum = 0;
      double previous = 0;
      double h = 1;
      for (int n = 0; n < coefficients.size(); n++) {
        sum += coefficients.get(n) * h;
        double next = (u * h - Math.sqrt(n) * previous) / Math.sqrt(n + 1);
        previous = h;
        h = next;
      }
      return sum;
    }

    @Override
    public double derivative(double u) {
      double sum = 0;
      double previous = 0;
      double h = 1;
      for (int n = 1; n < coefficients.size(); n++) {
        sum += coefficients.get(n) * Math.sqrt(n) * h; // hₙ′ = √n hₙ₋₁
        double next = (u * h - Math.sqrt(n - 1) * previous) / Math.sqrt(n);
        previous = h;
        h = next;
      }
      return sum;
    }

    @Override
    public String toString() {
      return "hermite(coefficients=" + Polynomial.list(coefficients) + ")";
    }
  }
}
