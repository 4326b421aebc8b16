package dev.lamina.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A positive semi-definite function k(x, z) of two vectors of ℝᵈ.
 *
 * <p>Kernels are plain data. {@link #parse} and {@link Object#toString} convert from and to the one
 * textual form that config files and the command line use; each is the inverse of the other.
 */
public sealed interface Kernel {

  /**
   * Parses the textual form.
   *
   * @param text for example {@code 2*nngp(depth=3, activation=erf) + gaussian(lengthScale=0.5)}
   * @return the kernel
   * @throws KernelSyntaxException if the text is malformed, names an unknown kernel, parameter or
   *     activation, or gives a parameter a value outside its range
   */
  static Kernel parse(String text) {
    return KernelText.parse(text);
  }

  /**
   * {@return whether the kernel carries the complement 1 − cos of its angle, so that {@code angles}
   * can be asked for: linear, arc-cosine, NNGP and tangent kernels, and constant multiples of them}
   */
  default boolean hasAngle() {
    return switch (this) {
      case Linear k -> true;
      case ArcCosine k -> true;
      case Nngp k -> true;
      case Ntk k -> true;
      case Product k -> {
        List<Kernel> rest = k.factors().stream().filter(f -> !(f instanceof Constant)).toList();
        yield rest.size() == 1
            && rest.getFirst().hasAngle()
            && k.factors().stream().allMatch(f -> !(f instanceof Constant c) || c.value() > 0);
      }
      case Constant k -> false;
      case Polynomial k -> false;
      case Gaussian k -> false;
      case Laplace k -> false;
      case Matern k -> false;
      case RationalQuadratic k -> false;
      case Sum k -> false;
    };
  }

  /**
   * The constant function k(x, z) = value.
   *
   * @param value ≥ 0
   */
  record Constant(double value) implements Kernel {
    /** Checks the parameter. */
    public Constant {
      Parameters.atLeast("a constant kernel", "value", value, 0);
      value += 0.0; // −0 would be a second spelling of 0
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k(x, z) = x·z + offset.
   *
   * @param offset ≥ 0
   */
  record Linear(double offset) implements Kernel {
    /** Checks the parameter. */
    public Linear {
      Parameters.atLeast("linear", "offset", offset, 0);
      offset += 0.0;
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k(x, z) = (scale·x·z + offset)^degree.
   *
   * @param degree ≥ 1
   * @param scale &gt; 0
   * @param offset ≥ 0
   */
  record Polynomial(int degree, double scale, double offset) implements Kernel {
    /** Checks the parameters. */
    public Polynomial {
      Parameters.atLeast("polynomial", "degree", degree, 1);
      Parameters.positive("polynomial", "scale", scale);
      Parameters.atLeast("polynomial", "offset", offset, 0);
      offset += 0.0;
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k(x, z) = exp(−‖x − z‖²/(2 lengthScale²)); Rasmussen and Williams 2006, (4.9).
   *
   * @param lengthScale &gt; 0
   */
  record Gaussian(double lengthScale) implements Kernel {
    /** Checks the parameter. */
    public Gaussian {
      Parameters.positive("gaussian", "lengthScale", lengthScale);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k(x, z) = exp(−‖x − z‖/lengthScale); Rasmussen and Williams 2006, (4.18).
   *
   * @param lengthScale &gt; 0
   */
  record Laplace(double lengthScale) implements Kernel {
    /** Checks the parameter. */
    public Laplace {
      Parameters.positive("laplace", "lengthScale", lengthScale);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * The Matérn kernel 2^(1−ν)/Γ(ν)·aᵛ K_ν(a) with a = √(2ν)‖x − z‖/lengthScale; Rasmussen and
   * Williams 2006, (4.14). Half-integer ν up to 7/2 have a closed form, (4.16); others are
   * integrated numerically and are slow.
   *
   * @param nu smoothness ν, in (0, 50]
   * @param lengthScale &gt; 0
   */
  record Matern(double nu, double lengthScale) implements Kernel {
    /** Checks the parameters. */
    public Matern {
      Parameters.positive("matern", "nu", nu);
      Parameters.atMost("matern", "nu", nu, 50);
      Parameters.positive("matern", "lengthScale", lengthScale);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k(x, z) = (1 + ‖x − z‖²/(2 alpha lengthScale²))^(−alpha); Rasmussen and Williams 2006, (4.19).
   *
   * @param alpha &gt; 0
   * @param lengthScale &gt; 0
   */
  record RationalQuadratic(double alpha, double lengthScale) implements Kernel {
    /** Checks the parameters. */
    public RationalQuadratic {
      Parameters.positive("rationalQuadratic", "alpha", alpha);
      Parameters.positive("rationalQuadratic", "lengthScale", lengthScale);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * The arc-cosine kernel ‖x‖ⁿ‖z‖ⁿ J_n(θ)/π; Cho and Saul 2009, (3) to (6).
   *
   * @param order n ∈ {0, 1, 2}
   */
  record ArcCosine(int order) implements Kernel {
    /** Checks the parameter. */
    public ArcCosine {
      Parameters.atLeast("arcCosine", "order", order, 0);
      Parameters.atMost("arcCosine", "order", order, 2);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * The covariance of the outputs of a random network as its widths go to infinity: the neural
   * network Gaussian process kernel (Lee et al. 2018).
   *
   * @param network the network
   */
  record Nngp(InfiniteNetwork network) implements Kernel {
    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * The neural tangent kernel of a network as its widths go to infinity (Jacot et al. 2018).
   *
   * @param network the network; every activation needs a square-integrable derivative
   */
  record Ntk(InfiniteNetwork network) implements Kernel {
    /** Checks the activations. */
    public Ntk {
      network.requireDerivatives("ntk");
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k₁ + k₂ + …; sums within the sum are flattened.
   *
   * @param terms at least two
   */
  record Sum(List<Kernel> terms) implements Kernel {
    /** Flattens and checks. */
    public Sum {
      List<Kernel> flat = new ArrayList<>();
      for (Kernel k : terms) {
        if (k instanceof Sum sum) {
          flat.addAll(sum.terms());
        } else {
          flat.add(k);
        }
      }
      terms = List.copyOf(flat);
      Parameters.atLeast("a sum of kernels", "number of terms", terms.size(), 2);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }

  /**
   * k₁·k₂·…; products within the product are flattened.
   *
   * @param factors at least two
   */
  record Product(List<Kernel> factors) implements Kernel {
    /** Flattens and checks. */
    public Product {
      List<Kernel> flat = new ArrayList<>();
      for (Kernel k : factors) {
        if (k instanceof Product product) {
          flat.addAll(product.factors());
        } else {
          flat.add(k);
        }
      }
      factors = List.copyOf(flat);
      Parameters.atLeast("a product of kernels", "number of factors", factors.size(), 2);
    }

    @Override
    public String toString() {
      return KernelText.print(this);
    }
  }
}
