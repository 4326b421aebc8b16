package dev.lamina.analysis.learningcurve;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Parametrization;
import dev.lamina.lowering.DualActivation;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.complex.Complex;

/**
 * The NNGP or tangent kernel of an {@link InfiniteNetwork} on a sphere, where all variances are
 * numbers.
 *
 * <p>Real cosines go through {@link DualActivation} on complements; complex ones through the
 * analytic continuation of the same duals, √(1 − c²) and arcsin c for kinked activations (Cho and
 * Saul 2009), Hermite series for others. All duals have power series with non-negative coefficients
 * (Mehler), so |c| stays below 1 inside the unit circle and no branch cut is met.
 */
final class ZonalNetwork implements ZonalKernel {
  private final InfiniteNetwork network;
  private final int dimension;
  private final boolean tangent;

  /** Share of x·z in the first layer: w₀ r²/d. */
  private final double input;

  private final List<Step> steps = new ArrayList<>();

  /**
   * A hidden layer.
   *
   * @param variance of its pre-activations
   * @param dual of its activation there
   * @param weight w of the layer behind it
   * @param bias b of the layer behind it
   * @param weightFactor c: what the tangent kernel has for w·E[φφ]
   * @param biasTerm what the tangent kernel has for b
   */
  private record Step(
      double variance,
      Dual dual,
      double weight,
      double bias,
      double weightFactor,
      double biasTerm) {}

  ZonalNetwork(InfiniteNetwork network, Sphere sphere, boolean tangent) {
    this.network = network;
    this.dimension = sphere.dimension();
    this.tangent = tangent;
    this.input =
        network.weightVariances().getFirst() * sphere.radius() * sphere.radius() / dimension;
    double q = input + network.biasVariances().getFirst();
    for (int l = 0; l < network.depth(); l++) {
      Dual dual = Dual.of(network.activations().get(l), q);
      Step step =
          new Step(
              q,
              dual,
              network.weightVariances().get(l + 1),
              network.biasVariances().get(l + 1),
              weightFactor(l + 1),
              biasTerm(l + 1));
      steps.add(step);
      q = skip() * q + step.weight() * dual.second() + step.bias();
    }
  }

  private double skip() {
    return network.residual() ? 1 : 0;
  }

  private double weightFactor(int layer) {
    if (network.parametrization() == Parametrization.NTK) {
      return 1;
    }
    double fanIn = layer == 0 ? dimension : network.widths().get(layer - 1);
    return fanIn / network.weightVariances().get(layer);
  }

  private double biasTerm(int layer) {
    double b = network.biasVariances().get(layer);
    return network.parametrization() == Parametrization.NTK || b == 0 ? b : 1;
  }

  @Override
  public double atComplement(double s) {
    double q = input + network.biasVariances().getFirst();
    double complement = input * s / q;
    double k = q * (1 - complement);
    double t = weightFactor(0) * input * (1 - s) + biasTerm(0);
    for (Step step : steps) {
      Dual dual = step.dual();
      double lost = dual.complement(complement);
      double own = dual.second() * (1 - lost);
      if (tangent) {
        double slope = step.weight() * dual.derivativeSecond() * dual.derivative(complement);
        t = step.weightFactor() * step.weight() * own + step.biasTerm() + (slope + skip()) * t;
      }
      double next = skip() * q + step.weight() * dual.second() + step.bias();
      complement = (skip() * q * complement + step.weight() * dual.second() * lost) / next;
      k = skip() * k + step.weight() * own + step.bias();
      q = next;
    }
    return tangent ? t : k;
  }

  @Override
  public Complex at(Complex cosine) {
    Complex k = cosine.multiply(input).add(network.biasVariances().getFirst());
    Complex t = cosine.multiply(weightFactor(0) * input).add(biasTerm(0));
    for (Step step : steps) {
      Complex c = k.divide(step.variance());
      Complex own = step.dual().value(c).multiply(step.weight() * step.dual().second());
      if (tangent) {
        Complex slope =
            step.dual().derivative(c).multiply(step.weight() * step.dual().derivativeSecond());
        t =
            own.multiply(step.weightFactor())
                .add(step.biasTerm())
                .add(slope.add(skip()).multiply(t));
      }
      k = k.multiply(skip()).add(own).add(step.bias());
    }
    return tangent ? t : k;
  }

  /** A dual at one variance, for real complements and complex correlations; its value at 1 is 1. */
  private sealed interface Dual {
    double second();

    double derivativeSecond();

    double complement(double s);

    double derivative(double s);

    Complex value(Complex c);

    Complex derivative(Complex c);

    static Dual of(Activation activation, double variance) {
      return switch (activation) {
        case Activation.Sign _ -> new SignDual();
        case Activation.PiecewiseLinear(double slope) ->
            new Kinked(DualActivation.of(activation, variance), slope);
        case Activation.Smooth a -> series(a, variance);
        case Activation.Polynomial a -> series(a, variance);
        case Activation.Hermite a -> series(a, variance);
        case Activation.Elu a -> series(a, variance);
        case Activation.HardTanh a -> series(a, variance);
      };
    }

    private static Dual series(Activation activation, double variance) {
      return new SeriesDual(DualActivation.of(activation, variance));
    }
  }

  /** φ = (1 + a)/2·u + (1 − a)/2·|u|. */
  private record Kinked(DualActivation dual, double slope) implements Dual {
    private double odd() {
      return (1 + slope) * (1 + slope) / (2 * (1 + slope * slope));
    }

    @Override
    public double second() {
      return dual.secondMoment();
    }

    @Override
    public double derivativeSecond() {
      return dual.derivativeSecondMoment();
    }

    @Override
    public double complement(double s) {
      return dual.complement(s);
    }

    @Override
    public double derivative(double s) {
      return dual.derivativeCorrelation(s);
    }

    @Override
    public Complex value(Complex c) {
      Complex root = c.negate().add(1).multiply(c.add(1)).sqrt();
      Complex abs = root.add(c.multiply(c.asin())).multiply(2 / Math.PI);
      return c.multiply(odd()).add(abs.multiply(1 - odd()));
    }

    @Override
    public Complex derivative(Complex c) {
      return c.asin().multiply(2 / Math.PI * (1 - odd())).add(odd());
    }
  }

  private static final class SeriesDual implements Dual {
    private final DualActivation dual;
    private final double[] weights;
    private final double[] derivatives;

    SeriesDual(DualActivation dual) {
      this.dual = dual;
      this.weights = dual.seriesWeights();
      this.derivatives = dual.derivativeSeriesWeights();
    }

    @Override
    public double second() {
      return dual.secondMoment();
    }

    @Override
    public double derivativeSecond() {
      return dual.derivativeSecondMoment();
    }

    @Override
    public double complement(double s) {
      return dual.complement(s);
    }

    @Override
    public double derivative(double s) {
      return dual.derivativeCorrelation(s);
    }

    @Override
    public Complex value(Complex c) {
      return horner(weights, c);
    }

    @Override
    public Complex derivative(Complex c) {
      return horner(derivatives, c);
    }

    private static Complex horner(double[] p, Complex c) {
      Complex sum = Complex.ZERO;
      for (int n = p.length - 1; n >= 0; n--) {
        sum = sum.multiply(c).add(p[n]);
      }
      return sum;
    }
  }

  /** E[sign u·sign v] = 2/π·arcsin c; without derivative, so for NNGP kernels alone. */
  private record SignDual() implements Dual {
    @Override
    public double second() {
      return 1;
    }

    @Override
    public double derivativeSecond() {
      return Double.NaN;
    }

    @Override
    public double complement(double s) {
      return 4 / Math.PI * Math.atan2(Math.sqrt(s), Math.sqrt(2 - s));
    }

    @Override
    public double derivative(double s) {
      return Double.NaN;
    }

    @Override
    public Complex value(Complex c) {
      return c.asin().multiply(2 / Math.PI);
    }

    @Override
    public Complex derivative(Complex c) {
      return Complex.NaN;
    }
  }
}
