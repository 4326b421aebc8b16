package dev.lamina.contract;

import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.Parametrization;
import java.util.ArrayList;
import java.util.List;

/**
 * The oracle of kernel values: every kernel entry by entry from its published formula, in float64.
 *
 * <p>Nothing here is fast, and nothing is shared with the code under test but the records that say
 * which kernel is meant: dual activations are integrals ({@link NaiveDual}), Matérn kernels are
 * integrals, angles come from differences of features ({@link NaivePair}).
 */
public final class NaiveKernels {

  /** Sine of the input angle below which an error of the cosine moves the angle by much more. */
  private static final double STEEP = 0.3;

  /** Step of the difference quotient that gives {@link Entry#turn}. */
  private static final double TURN = 1e-6;

  private NaiveKernels() {}

  /**
   * The value of a kernel at a pair of inputs.
   *
   * @param value k(x, z)
   * @param scale magnitude of what was added up to it, times its condition and the number of
   *     dependent steps; see {@link Tolerance}
   * @param angle the angle of the pair under the kernel; NaN if the kernel has none
   * @param inputAngle the angle of the inputs themselves
   * @param turn |∂k/∂(inputAngle)|, through which an error of the inputs' cosine enters; 0 if that
   *     is within {@code scale}
   */
  public record Entry(double value, double scale, double angle, double inputAngle, double turn) {

    /** A value that depends on no angle. */
    Entry(double value, double scale) {
      this(value, scale, Double.NaN, 0, 0);
    }
  }

  /**
   * The kernels of a network after one of its layers.
   *
   * @param nngp the NNGP kernel
   * @param ntk the tangent kernel
   */
  public record Layer(Entry nngp, Entry ntk) {}

  /**
   * Returns k(x, z).
   *
   * @param kernel k
   * @param x first input
   * @param z second input, of the same length
   */
  public static Entry entry(Kernel kernel, double[] x, double[] z) {
    return switch (kernel) {
      case Kernel.Constant k -> new Entry(k.value(), k.value());
      case Kernel.Linear k -> linear(NaivePair.dot(x, z).add(NaivePair.constant(k.offset())));
      case Kernel.Polynomial k -> polynomial(k, NaivePair.dot(x, z));
      case Kernel.Gaussian k ->
          radial(x, z, r2 -> Math.exp(-r2 / (2 * k.lengthScale() * k.lengthScale())));
      case Kernel.Laplace k -> radial(x, z, r2 -> Math.exp(-Math.sqrt(r2) / k.lengthScale()));
      case Kernel.Matern k ->
          radial(x, z, r2 -> matern(k.nu(), Math.sqrt(2 * k.nu() * r2) / k.lengthScale()));
      case Kernel.RationalQuadratic k ->
          radial(
              x,
              z,
              r2 ->
                  Math.pow(
                      1 + r2 / (2 * k.alpha() * k.lengthScale() * k.lengthScale()), -k.alpha()));
      case Kernel.ArcCosine k -> arcCosine(k.order(), NaivePair.dot(x, z));
      case Kernel.Nngp k -> layers(k.network(), x, z).getLast().nngp();
      case Kernel.Ntk k -> layers(k.network(), x, z).getLast().ntk();
      case Kernel.Sum k -> sum(k.terms().stream().map(term -> entry(term, x, z)).toList());
      case Kernel.Product k -> product(k, x, z);
    };
  }

  /**
   * Returns the angle of two inputs under a kernel.
   *
   * @param kernel one that has an angle
   * @param x first input
   * @param z second input, of the same length
   */
  public static double angle(Kernel kernel, double[] x, double[] z) {
    return switch (kernel) {
      case Kernel.Nngp k ->
          recursion(k.network(), x.length, NaivePair.dot(x, z)).getLast().nngp().angle();
      case Kernel.Ntk k ->
          recursion(k.network(), x.length, NaivePair.dot(x, z)).getLast().ntk().angle();
      default -> entry(kernel, x, z).angle();
    };
  }

  /**
   * Returns the kernels of a network after each hidden layer, by the recursion in the Javadoc of
   * {@link InfiniteNetwork}.
   *
   * @param network the network
   * @param x first input
   * @param z second input, of the same length
   */
  public static List<Layer> layers(InfiniteNetwork network, double[] x, double[] z) {
    NaivePair dot = NaivePair.dot(x, z);
    List<Step> steps = recursion(network, x.length, dot);
    boolean steep = Math.sin(dot.angle()) < STEEP;
    List<Step> turned = steep ? recursion(network, x.length, dot.turned(TURN)) : steps;
    double growth = 1;
    List<Layer> layers = new ArrayList<>();
    for (int l = 1; l <= network.depth(); l++) {
      Step step = steps.get(l);
      NaiveActivation phi = NaiveActivation.of(network.activations().get(l - 1));
      NaivePair below = steps.get(l - 1).nngp();
      growth *= Math.max(growth(phi, below.xx()), growth(phi, below.zz()));
      layers.add(
          new Layer(
              entry(step.nngp(), turned.get(l).nngp(), dot, (l + 1) * growth),
              entry(step.ntk(), turned.get(l).ntk(), dot, (l + 1) * growth)));
    }
    return layers;
  }

  /** The kernels after a layer; before the first one those of the inputs. */
  private record Step(NaivePair nngp, NaivePair ntk) {}

  private static List<Step> recursion(InfiniteNetwork network, int d, NaivePair product) {
    NaivePair dot = product.times(1.0 / d);
    NaivePair k = affine(dot, network.weightVariances().get(0), network.biasVariances().get(0));
    NaivePair t = trained(network, 0, d, dot);
    List<Step> steps = new ArrayList<>(List.of(new Step(k, t)));
    for (int l = 1; l <= network.depth(); l++) {
      NaiveActivation phi = NaiveActivation.of(network.activations().get(l - 1));
      double w = network.weightVariances().get(l);
      NaiveDual.Moments dual = NaiveDual.of(phi, k.xx(), k.zz(), k.angle());
      NaivePair slope = dual.slope().times(w);
      NaivePair next = affine(dual.value(), w, network.biasVariances().get(l));
      if (network.residual()) {
        next = k.add(next);
        slope = slope.add(NaivePair.constant(1));
      }
      k = next;
      t = trained(network, l, d, dual.value()).add(slope.multiply(t));
      steps.add(new Step(k, t));
    }
    return steps;
  }

  private static NaivePair affine(NaivePair k, double weightVariance, double biasVariance) {
    return k.times(weightVariance).add(NaivePair.constant(biasVariance));
  }

  /** What the parameters of layer l add to the tangent kernel: c·w·E[φφ] + e·b. */
  private static NaivePair trained(InfiniteNetwork network, int l, int d, NaivePair features) {
    double w = network.weightVariances().get(l);
    double b = network.biasVariances().get(l);
    if (network.parametrization() == Parametrization.NTK) {
      return affine(features, w, b);
    }
    double fanIn = l == 0 ? d : network.widths().get(l - 1);
    return affine(features, fanIn, b > 0 ? 1 : 0);
  }

  /** Returns by how much a layer multiplies a relative error of its variances, at least 1. */
  private static double growth(NaiveActivation phi, double variance) {
    double growth = 1;
    for (boolean derivative : new boolean[] {false, true}) {
      double step = 1e-4;
      double up = NaiveDual.secondMoment(phi, derivative, variance * (1 + step));
      double down = NaiveDual.secondMoment(phi, derivative, variance * (1 - step));
      if (up > 0) {
        growth = Math.max(growth, Math.abs(up - down) / (up + down) / step);
      }
    }
    return growth;
  }

  private static Entry entry(NaivePair pair, NaivePair turned, NaivePair inputs, double steps) {
    double scale = steps * Math.sqrt(pair.xx() * pair.zz());
    double turn = Math.abs(turned.xz() - pair.xz()) / TURN;
    return new Entry(pair.xz(), scale, pair.angle(), inputs.angle(), turn);
  }

  private static Entry linear(NaivePair pair) {
    double scale = Math.sqrt(pair.xx() * pair.zz());
    return new Entry(pair.xz(), scale, pair.angle(), pair.angle(), 0);
  }

  private static Entry polynomial(Kernel.Polynomial k, NaivePair dot) {
    double base = k.scale() * dot.xz() + k.offset();
    double size = k.scale() * Math.sqrt(dot.xx() * dot.zz()) + k.offset();
    return new Entry(Math.pow(base, k.degree()), k.degree() * Math.pow(size, k.degree()));
  }

  /** ‖x‖ⁿ‖z‖ⁿ J_n(θ)/π = 2 E[Θ(u)uⁿ Θ(v)vⁿ] over Gaussian weights; Cho and Saul 2009, (1). */
  private static Entry arcCosine(int order, NaivePair dot) {
    NaiveActivation power = NaiveActivation.rectifiedPower(order);
    NaivePair[] pairs = new NaivePair[2];
    for (int i = 0; i < 2; i++) {
      double angle = i == 0 ? dot.angle() : dot.turned(TURN).angle();
      pairs[i] = NaiveDual.of(power, dot.xx(), dot.zz(), angle).value().times(2);
    }
    return entry(pairs[0], pairs[1], dot, order + 1);
  }

  /** A function of the squared distance. */
  private interface Radial {
    double at(double squaredDistance);
  }

  private static Entry radial(double[] x, double[] z, Radial k) {
    double r2 = 0;
    double size = 0;
    for (int i = 0; i < x.length; i++) {
      r2 += (x[i] - z[i]) * (x[i] - z[i]);
      size += x[i] * x[i] + z[i] * z[i];
    }
    double value = k.at(r2);
    double step = 1e-4;
    double slope = Math.abs(k.at(r2 * (1 + step)) - k.at(r2 * (1 - step))) / (2 * step);
    double condition = r2 == 0 ? 1 : Math.min(size / r2, NEAR);
    return new Entry(value, value + slope * condition);
  }

  /**
   * Below this ratio of ‖x‖² + ‖z‖² to ‖x − z‖² the distance may come from a Gram product, which
   * loses so many digits; nearer pairs must be computed from the difference.
   */
  private static final double NEAR = 64;

  /** 2^(1−ν)/Γ(ν)·aᵛ K_ν(a); Rasmussen and Williams 2006, (4.14). */
  private static double matern(double nu, double a) {
    if (a == 0) {
      return 1;
    }
    // K_ν(a) = ∫₀^∞ e^(−a cosh s) cosh(νs) ds and Γ(ν) = ∫ e^(νs − eˢ) ds: the trapezoidal rule
    // converges doubly exponentially on both.
    double step = 1.0 / 64;
    double bessel = 0;
    for (int i = 0; i * step < 40; i++) {
      double s = i * step;
      bessel +=
          (i == 0 ? 0.5 : 1)
              * Math.exp(nu * (s + Math.log(a / 2)) - a * Math.cosh(s))
              * (1 + Math.exp(-2 * nu * s))
              / 2;
    }
    double gamma = 0;
    for (double s = -40 / nu; s < 6; s += step) {
      gamma += Math.exp(nu * s - Math.exp(s));
    }
    return 2 * bessel / gamma;
  }

  private static Entry sum(List<Entry> terms) {
    double value = 0;
    double scale = 0;
    double turn = 0;
    double inputAngle = 0;
    for (Entry term : terms) {
      value += term.value();
      scale += term.scale();
      turn += term.turn();
      inputAngle = Math.max(inputAngle, term.inputAngle());
    }
    return new Entry(value, scale, Double.NaN, inputAngle, turn);
  }

  private static Entry product(Kernel.Product kernel, double[] x, double[] z) {
    double value = 1;
    double scale = kernel.factors().size();
    double angle = Double.NaN;
    double inputAngle = 0;
    double turn = 0;
    for (Kernel factor : kernel.factors()) {
      Entry e = entry(factor, x, z);
      turn = turn * Math.abs(e.value()) + Math.abs(value) * e.turn();
      value *= e.value();
      scale *= e.scale();
      inputAngle = Math.max(inputAngle, e.inputAngle());
      if (kernel.hasAngle() && !(factor instanceof Kernel.Constant)) {
        angle = e.angle();
      }
    }
    return new Entry(value, scale, angle, inputAngle, turn);
  }
}
