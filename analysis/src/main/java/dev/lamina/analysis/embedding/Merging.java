package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Merging: the inverse of a lift. A linear layer is replaced by the least-squares line of each of
 * its neurons on the samples, λ_j u + μ_j, and multiplied into the next layer [derived; the paper
 * only says that weights are multiplied properly]:
 *
 * <pre>  W = V A,  b = V a + b″,  A = ΛW′ [+ I],  a = Λb′ + μ.</pre>
 *
 * <p>Layers are merged from the last to the first, so that those still to be merged keep their
 * features. An exact lift is undone exactly.
 */
public final class Merging {
  private Merging() {}

  /**
   * {@return the network with its effectively linear hidden layers merged}
   *
   * @param network the network
   * @param x samples in rows, at least two
   * @param linearity what counts as linear
   * @throws IllegalArgumentException if there are too few samples, or a feature is not finite
   */
  public static Merge merge(Perceptron network, RealMatrix x, Linearity linearity) {
    List<LayerLinearity> measured = linearity.measure(network, x);
    Features features = network.features(x);
    Perceptron now = network;
    List<MergedLayer> merged = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int l = network.depth() - 1; l >= 1; l--) {
      LayerLinearity layer = measured.get(l - 1);
      if (layer.effectivelyLinear() && now.stage(l + 1).bridged()) {
        kept.add(l);
      } else if (layer.effectivelyLinear()) {
        List<Line> lines = Linearity.lines(network, features, l);
        merged.add(describe(now, x, layer, lines));
        now = without(now, l, lines);
      }
    }
    return new Merge(network, now, measured, List.copyOf(merged), List.copyOf(kept));
  }

  private static Perceptron without(Perceptron network, int layer, List<Line> lines) {
    Stage own = network.stage(layer);
    Stage next = network.stage(layer + 1);
    RealMatrix a = own.weights().copy();
    RealVector shift = own.bias().copy();
    for (int j = 0; j < own.outputs(); j++) {
      Line line = lines.get(j);
      a.setRowVector(j, a.getRowVector(j).mapMultiply(line.slope()));
      if (own.bridged()) {
        a.addToEntry(j, j, 1);
      }
      shift.setEntry(j, line.slope() * shift.getEntry(j) + line.offset());
    }
    List<Stage> stages = new ArrayList<>(network.stages());
    stages.set(
        layer,
        next.with(next.weights().multiply(a), next.weights().operate(shift).add(next.bias())));
    stages.remove(layer - 1);
    return new Perceptron(stages);
  }

  private static MergedLayer describe(
      Perceptron network, RealMatrix x, LayerLinearity layer, List<Line> lines) {
    double[] rms = reached(network, layer.layer(), lines, Line::residual);
    double[] worst = reached(network, layer.layer(), lines, Line::worst);
    Features features = network.features(x);
    return new MergedLayer(
        layer.layer(),
        layer,
        largest(rms),
        largest(sent(network, features, layer.layer() + 1, rms, worst)),
        largest(sent(network, features, layer.layer() + 1, worst, worst)));
  }

  /** Returns Σ_j |V_ij| r_j for each unit i of the next layer. */
  private static double[] reached(
      Perceptron network, int layer, List<Line> lines, ToDoubleFunction<Line> residual) {
    return sizes(
        network.stage(layer + 1).weights(), lines.stream().mapToDouble(residual).toArray());
  }

  /**
   * Sends bounds of the changes of u^[l] on to the outputs: |Δf| ≤ (largest slope) |Δu|, the slope
   * being that of the activation within the largest changes of the pre-activations on the samples.
   * Minkowski's inequality makes the same true of root mean squares.
   */
  private static double[] sent(
      Perceptron network, Features features, int layer, double[] change, double[] largestChange) {
    double[] now = change;
    double[] most = largestChange;
    double[] bridge = new double[now.length]; // the layer behind a merged one has no bridge
    double[] worstBridge = bridge;
    for (int l = layer; l <= network.depth(); l++) {
      Stage stage = network.stage(l);
      double[] f = new double[now.length];
      double[] worst = new double[now.length];
      for (int j = 0; j < f.length; j++) {
        Extent u = Extent.of(features.preActivation(l).getColumn(j));
        double slope = largestSlope(stage.activation(), u.min() - most[j], u.max() + most[j]);
        f[j] = times(slope, now[j]) + (stage.bridged() ? bridge[j] : 0);
        worst[j] = times(slope, most[j]) + (stage.bridged() ? worstBridge[j] : 0);
      }
      if (l == network.depth()) {
        return f;
      }
      bridge = f;
      worstBridge = worst;
      now = sizes(network.stage(l + 1).weights(), f);
      most = sizes(network.stage(l + 1).weights(), worst);
    }
    throw new AssertionError("the last layer returns");
  }

  private static double times(double slope, double change) {
    return change == 0 ? 0 : slope * change;
  }

  private static double[] sizes(RealMatrix weights, double[] change) {
    double[] out = new double[weights.getRowDimension()];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < change.length; j++) {
        out[i] += Math.abs(weights.getEntry(i, j)) * change[j];
      }
    }
    return out;
  }

  private static double largest(double[] values) {
    return java.util.Arrays.stream(values).max().orElseThrow();
  }

  /**
   * Returns a bound of |φ′| on an interval.
   *
   * @return infinity for sign, which jumps, and for Hermite series, which are not looked into
   */
  static double largestSlope(Activation activation, double low, double high) {
    double reach = Math.max(Math.abs(low), Math.abs(high));
    return switch (activation) {
      case Activation.PiecewiseLinear p -> Math.max(1, Math.abs(p.slope()));
      case Activation.Elu _, Activation.HardTanh _ -> 1;
      case Activation.Sign _, Activation.Hermite _ -> Double.POSITIVE_INFINITY;
      case Activation.Polynomial p -> {
        double sum = 0;
        for (int k = p.coefficients().size() - 1; k >= 1; k--) {
          sum = sum * reach + k * Math.abs(p.coefficients().get(k));
        }
        yield sum;
      }
      case Activation.Smooth s ->
          switch (s) {
            case TANH, SIN, COS, SOFTPLUS -> 1;
            case SIGMOID -> 0.25;
            case ERF -> 2 / Math.sqrt(Math.PI);
            case EXP -> Math.exp(high);
            case GELU -> 1.13; // 1.12891 at √2
            case SILU -> 1.1; // 1.09984 at 2.3994
          };
    };
  }
}
