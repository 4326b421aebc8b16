package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.propagation.InputCosine;
import dev.lamina.analysis.propagation.PowerLaw;
import dev.lamina.analysis.propagation.SignalPropagation;
import dev.lamina.analysis.propagation.WideNetwork;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Where the alignment of a network is expected to peak: the equilibrium layer of the signal
 * propagation through an infinitely wide one (arXiv 2110.11749; the equality that defines it is
 * derived here, see {@link SignalPropagation#equilibriumLayer}).
 *
 * @param meanInputCosine mean cosine between two inputs, after the preprocessing in force; NaN if
 *     fewer than two are not zero
 * @param layer l* by recursion; empty if there is none
 * @param powerLaw what l* tends to with depth, for orientation only; empty off the edge of chaos
 * @param note why there is no prediction; empty if there is one
 */
public record EquilibriumPrediction(
    double meanInputCosine, OptionalDouble layer, OptionalDouble powerLaw, String note) {
  private static final String NORMALISED = "batch normalisation is not covered by the prediction";
  private static final String SKIPPED =
      "layers that add their inputs behind the activation are not covered by the prediction";
  private static final String UNCOVERED =
      "only networks of one activation with a derivative are covered by the prediction";

  /**
   * Predicts from a finite network as it stands.
   *
   * <p>Piecewise linear activations at their edge of chaos need only the depth; a residual network
   * takes the weights' variance of its residual layers, and other activations that of the hidden
   * layers and their biases.
   *
   * @param network plain or residual in all hidden layers but the first, one activation
   * @param x inputs, one per row
   * @return the prediction; without a layer if the theory does not cover the network
   */
  public static EquilibriumPrediction of(Network network, HostMatrix x) {
    List<DenseLayer> layers = new ArrayList<>();
    for (Layer layer : network.layers()) {
      switch (layer) {
        case DenseLayer dense -> layers.add(dense);
      }
    }
    List<DenseLayer> hidden = layers.subList(0, layers.size() - 1);
    Optional<String> problem = problem(hidden);
    if (problem.isPresent()) {
      return none(cosine(x), problem.get());
    }
    return of(layers.size(), x, inputs -> wide(hidden, inputs));
  }

  /**
   * Predicts for a network as it is drawn.
   *
   * @param network the network
   * @param x inputs, one per row
   * @return the prediction; without a layer if the theory does not cover the network
   */
  public static EquilibriumPrediction of(NetworkConfig network, HostMatrix x) {
    if (network.batchNorm()) {
      return none(cosine(x), NORMALISED);
    }
    if (network.residual() == Residual.POST_ACTIVATION) {
      return none(cosine(x), SKIPPED);
    }
    if (!Activation.hasDerivative(network.activation())) {
      return none(cosine(x), UNCOVERED);
    }
    return of(
        network.depth() + 1,
        x,
        inputs -> {
          double w = network.weightVariance();
          double b = network.biasVariance();
          return new WideNetwork(
              network.activation(),
              w,
              b,
              network.residual().isPresent(),
              w * inputs.meanSquare() + b);
        });
  }

  private static EquilibriumPrediction of(
      int depth, HostMatrix x, Function<InputCosine, WideNetwork> network) {
    double cosine = Double.NaN;
    try {
      InputCosine inputs = InputCosine.measure(x);
      cosine = inputs.mean();
      WideNetwork wide = network.apply(inputs);
      // The first layer's biases are the same for both inputs.
      double share = wide.biasVariance() / wide.variance();
      SignalPropagation propagation =
          SignalPropagation.of(wide, cosine + (1 - cosine) * share, depth);
      OptionalDouble layer = propagation.equilibriumLayer(depth);
      OptionalDouble law =
          PowerLaw.of(wide)
              .map(l -> OptionalDouble.of(l.equilibriumLayer(depth)))
              .orElse(OptionalDouble.empty());
      return new EquilibriumPrediction(
          cosine,
          layer,
          law,
          layer.isPresent() ? "" : "inputs stay further apart than gradients in all layers");
    } catch (IllegalArgumentException e) {
      // Too few inputs that are not zero, or a variance that grows too far.
      return none(cosine, e.getMessage());
    }
  }

  private static double cosine(HostMatrix x) {
    try {
      return InputCosine.measure(x).mean();
    } catch (IllegalArgumentException e) {
      return Double.NaN; // fewer than two inputs are not zero
    }
  }

  private static EquilibriumPrediction none(double cosine, String note) {
    return new EquilibriumPrediction(cosine, OptionalDouble.empty(), OptionalDouble.empty(), note);
  }

  private static Optional<String> problem(List<DenseLayer> hidden) {
    if (hidden.isEmpty()) {
      return Optional.of("a network without hidden layers has no layer to peak at");
    }
    Activation activation = hidden.getFirst().activation();
    Residual residual = hidden.getLast().residual();
    if (hidden.stream().anyMatch(l -> l.norm().isPresent())) {
      return Optional.of(NORMALISED);
    }
    if (hidden.stream().anyMatch(l -> l.residual() == Residual.POST_ACTIVATION)) {
      return Optional.of(SKIPPED);
    }
    if (hidden.stream().anyMatch(l -> !l.activation().equals(activation))
        || !Activation.hasDerivative(activation)) {
      return Optional.of(UNCOVERED);
    }
    if (hidden.subList(1, hidden.size()).stream().anyMatch(l -> l.residual() != residual)) {
      return Optional.of("networks that are residual in part are not covered");
    }
    return Optional.empty();
  }

  private static WideNetwork wide(List<DenseLayer> hidden, InputCosine inputs) {
    Activation activation = hidden.getFirst().activation();
    boolean residual = hidden.getLast().residual().isPresent();
    if (!residual && activation instanceof Activation.PiecewiseLinear) {
      return WideNetwork.critical(activation);
    }
    // The first layer's weights are counted only where there are no others.
    List<DenseLayer> inner = hidden.size() > 1 ? hidden.subList(1, hidden.size()) : hidden;
    double w =
        inner.stream()
            .mapToDouble(l -> l.inputs() * meanSquare(l.weights()))
            .average()
            .orElseThrow();
    if (residual) {
      return new WideNetwork(activation, w, 0, true, w * inputs.meanSquare());
    }
    double b =
        hidden.stream()
            .mapToDouble(l -> l.bias().map(EquilibriumPrediction::meanSquare).orElse(0.0))
            .average()
            .orElseThrow();
    return new WideNetwork(activation, w, b, false, w * inputs.meanSquare() + b);
  }

  private static double meanSquare(HostMatrix m) {
    double sum = 0;
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        sum += m.get(i, j) * m.get(i, j);
      }
    }
    return sum / m.rows() / m.cols();
  }
}
