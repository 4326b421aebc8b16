package dev.lamina.kernel;

import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random kernels of every kind, for properties that hold for all of them. */
final class AnyKernel {
  private static final int DEEPEST_NETWORK = 6;

  private AnyKernel() {}

  /**
   * Returns kernels whose sums and products are nested at most {@code nesting} deep.
   *
   * @param nesting ≥ 0
   */
  static Arbitrary<Kernel> nested(int nesting) {
    if (nesting == 0) {
      return Arbitraries.oneOf(List.of(simple(), simple(), network()));
    }
    Arbitrary<List<Kernel>> parts = nested(nesting - 1).list().ofMinSize(2).ofMaxSize(3);
    return Arbitraries.oneOf(
        List.of(nested(0), parts.map(Kernel.Sum::new), parts.map(Kernel.Product::new)));
  }

  private static Arbitrary<Kernel> simple() {
    return Arbitraries.oneOf(
        List.of(
            notNegative().map(Kernel.Constant::new),
            notNegative().map(Kernel.Linear::new),
            Combinators.combine(Arbitraries.integers().between(1, 1000), positive(), notNegative())
                .as(Kernel.Polynomial::new),
            positive().map(Kernel.Gaussian::new),
            positive().map(Kernel.Laplace::new),
            Combinators.combine(Arbitraries.doubles().between(0.01, 50), positive())
                .as(Kernel.Matern::new),
            Combinators.combine(positive(), positive()).as(Kernel.RationalQuadratic::new),
            Arbitraries.integers().between(0, 2).map(Kernel.ArcCosine::new)));
  }

  private static Arbitrary<Kernel> network() {
    return Combinators.combine(anyNetwork(), Arbitraries.of(true, false))
        .as((network, tangent) ->
            tangent && network.activations().stream().allMatch(Activation::hasDerivative)
                ? new Kernel.Ntk(network)
                : new Kernel.Nngp(network));
  }

  private static Arbitrary<InfiniteNetwork> anyNetwork() {
    return Arbitraries.integers()
        .between(1, DEEPEST_NETWORK)
        .flatMap(depth ->
            Combinators.combine(
                    oneOrMany(activation(), depth),
                    oneOrMany(positive(), depth + 1),
                    oneOrMany(notNegative(), depth + 1),
                    Arbitraries.of(true, false),
                    Arbitraries.of(Parametrization.values()),
                    oneOrMany(Arbitraries.integers().greaterOrEqual(1), depth))
                .as((activations, weights, biases, residual, parametrization, widths) ->
                    new InfiniteNetwork(
                        activations,
                        weights,
                        biases,
                        residual,
                        parametrization,
                        parametrization == Parametrization.STANDARD ? widths : List.of())));
  }

  /** Lists of equal values, which the text writes once, and of unequal ones. */
  private static <T> Arbitrary<List<T>> oneOrMany(Arbitrary<T> values, int size) {
    return Arbitraries.oneOf(
        List.of(values.map(v -> Collections.nCopies(size, v)), values.list().ofSize(size)));
  }

  static Arbitrary<Activation> activation() {
    return Arbitraries.oneOf(
        List.of(
            finite().map(Activation.PiecewiseLinear::new),
            Arbitraries.of(Activation.RELU, Activation.ABS, Activation.IDENTITY),
            Arbitraries.of(Activation.Smooth.values()),
            Arbitraries.of(new Activation.Sign(), new Activation.Elu(), new Activation.HardTanh()),
            coefficients().map(Activation.Polynomial::new),
            coefficients().map(Activation.Hermite::new)));
  }

  private static Arbitrary<List<Double>> coefficients() {
    return finite().list().ofMinSize(1).ofMaxSize(21).filter(c -> c.getLast() != 0);
  }

  private static Arbitrary<Double> finite() {
    return Arbitraries.oneOf(
        List.of(
            Arbitraries.doubles().ofScale(300),
            Arbitraries.doubles().between(-10, 10),
            Arbitraries.of(-0.0, 0.0, 1.0, -1.0, 2.0, 1e15, 1e16, Double.MIN_VALUE, 0.1)));
  }

  private static Arbitrary<Double> notNegative() {
    return finite().map(Math::abs).flatMap(v -> Arbitraries.of(v, v == 0 ? -0.0 : v));
  }

  private static Arbitrary<Double> positive() {
    return finite().map(Math::abs).filter(v -> v > 0);
  }
}
