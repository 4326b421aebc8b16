package dev.lamina.cli;

import dev.lamina.analysis.propagation.PowerLaw;
import dev.lamina.analysis.propagation.PropagatedLayer;
import dev.lamina.analysis.propagation.Propagation;
import dev.lamina.analysis.propagation.SignalPropagation;
import dev.lamina.analysis.propagation.WideNetwork;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.kernel.Activation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina propagate}: signal propagation and the equilibrium layer. */
@Command(
    name = "propagate",
    description = {
      "Follows two inputs through an infinitely wide, freshly initialised network: the cosine of their"
          + " pre-activations and the correlation of their gradients at every layer.",
      "The equilibrium layer is where 1 - cosine falls below the gradient correlation, interpolated"
          + " between layers: the layer that is expected to learn most (arXiv 2110.11749)."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class PropagateCommand extends Subcommand {
  /** More layers than anybody builds; it keeps a typing error from filling the screen. */
  private static final int MOST_LAYERS = 1_000_000;

  @Option(
      names = "--depth",
      required = true,
      paramLabel = "L",
      description = "Number of weight layers, the output layer included.")
  private int depth;

  @Option(
      names = "--activation",
      required = true,
      paramLabel = "TEXT",
      description = "Such as relu, tanh, gelu or 'leakyRelu(slope=0.1)'.")
  private String activationText;

  @Option(
      names = "--cosine",
      required = true,
      paramLabel = "C",
      description = {
        "Correlation of the first layer's pre-activations, in [-1, 1]; without bias it is the cosine"
            + " between the inputs."
      })
  private double cosine;

  @Option(
      names = "--weight-variance",
      paramLabel = "W",
      description = {
        "Variance of the weights times the fan-in (default: the edge of chaos, where gradients keep"
            + " their size; 2 for relu. In residual networks: that of --residual 1, or 1)."
      })
  private Double weightVariance;

  @Option(
      names = "--bias-variance",
      paramLabel = "B",
      description = {
        "Variance of the biases (default: 0 for piecewise linear activations and residual networks,"
            + " else 0.05, for without bias their edge of chaos is degenerate)."
      })
  private Double biasVariance;

  @Option(
      names = "--variance",
      paramLabel = "Q",
      description = {
        "Variance of the first layer's pre-activations (default: the one that layers hand on"
            + " unchanged; 1 in residual networks)."
      })
  private Double variance;

  @Option(
      names = "--residual",
      paramLabel = "ALPHA",
      arity = "0..1",
      fallbackValue = "NaN",
      description = {
        "A network with identity bridges, z' = z + W phi(z). With ALPHA, each layer adds ALPHA times"
            + " the variance it is given: W = 2 ALPHA for relu; for piecewise linear activations."
      })
  private Double residual;

  PropagateCommand(Session session) {
    super(session);
  }

  /**
   * What {@code --json} prints.
   *
   * @param activation φ
   * @param depth L
   * @param cosine c₁
   * @param residual whether the identity bridges each layer
   * @param weightVariance variance of the weights times the fan-in
   * @param biasVariance variance of the biases
   * @param variance variance of the first layer's pre-activations
   * @param varianceStable whether a small deviation of the variance does not grow
   * @param gradientGrowth factor of the mean square of the gradient through the first layer
   * @param layers layers 1 to L
   * @param equilibriumLayer l*, null if there is none
   * @param powerLaw what l* tends to with depth, null off the edge of chaos
   */
  record Document(
      Activation activation,
      int depth,
      double cosine,
      boolean residual,
      double weightVariance,
      double biasVariance,
      double variance,
      boolean varianceStable,
      double gradientGrowth,
      List<PropagatedLayer> layers,
      OptionalDouble equilibriumLayer,
      Optional<Law> powerLaw) {}

  /**
   * The asymptotic law of the equilibrium layer.
   *
   * @param exponent power of the depth
   * @param equilibriumLayer its value at this depth
   */
  record Law(double exponent, double equilibriumLayer) {}

  @Override
  Output execute() {
    if (depth < 1 || depth > MOST_LAYERS) {
      throw new IllegalArgumentException(
          "--depth must be 1 to %d but is %d".formatted(MOST_LAYERS, depth));
    }
    if (!(cosine >= -1 && cosine <= 1)) {
      throw new IllegalArgumentException("--cosine must be in [-1, 1] but is " + cosine);
    }
    WideNetwork network = network(Activation.parse(activationText));
    Propagation propagation = SignalPropagation.of(network, cosine, depth).propagation();
    Document document = document(propagation);
    return Output.of(document, text(document));
  }

  private WideNetwork network(Activation activation) {
    if (residual != null) {
      return residual(activation);
    }
    double bias = biasVariance == null ? WideNetwork.usualBiasVariance(activation) : biasVariance;
    if (variance != null && weightVariance != null) {
      return new WideNetwork(activation, weightVariance, bias, false, variance);
    }
    WideNetwork network =
        weightVariance == null
            ? WideNetwork.critical(activation, bias)
            : WideNetwork.stationary(activation, weightVariance, bias);
    return variance == null
        ? network
        : new WideNetwork(activation, network.weightVariance(), bias, false, variance);
  }

  private WideNetwork residual(Activation activation) {
    boolean alpha = !residual.isNaN();
    if (alpha && weightVariance != null) {
      throw new IllegalArgumentException(
          "--residual ALPHA and --weight-variance both set the weights: give one of them");
    }
    double w;
    if (weightVariance != null) {
      w = weightVariance;
    } else if (alpha || activation instanceof Activation.PiecewiseLinear) {
      w = WideNetwork.residual(activation, alpha ? residual : 1).weightVariance();
    } else {
      w = 1;
    }
    return new WideNetwork(
        activation,
        w,
        biasVariance == null ? 0 : biasVariance,
        true,
        variance == null ? 1 : variance);
  }

  private Document document(Propagation p) {
    WideNetwork network = p.network();
    return new Document(
        network.activation(),
        depth,
        cosine,
        network.residual(),
        network.weightVariance(),
        network.biasVariance(),
        network.variance(),
        network.varianceIsStable(),
        network.gradientGrowth(),
        p.layers(),
        p.equilibriumLayer(),
        PowerLaw.of(network)
            .map(law -> new Law(law.equilibriumExponent(), law.equilibriumLayer(depth))));
  }

  private static String text(Document d) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        "%s%s, weight variance %s, bias variance %s, variance of the first layer %s"
            .formatted(
                d.residual() ? "residual " : "",
                d.activation(),
                NumberTexts.rounded(d.weightVariance(), 10),
                NumberTexts.rounded(d.biasVariance(), 10),
                NumberTexts.rounded(d.variance(), 10)));
    lines.add(
        "mean square of the gradient per layer: × %s%s"
            .formatted(NumberTexts.rounded(d.gradientGrowth(), 10), phase(d)));
    lines.add("   layer          cosine      1 - cosine    gradient correlation");
    for (PropagatedLayer layer : d.layers()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%8d  %14.10f  %14.8g  %22.10g",
              layer.layer(),
              layer.cosine(),
              layer.complement(),
              layer.gradientCorrelation()));
    }
    lines.add(
        d.equilibriumLayer().isPresent()
            ? String.format(
                Locale.ROOT, "Equilibrium layer: %.6f", d.equilibriumLayer().getAsDouble())
            : "Equilibrium layer: none, 1 - cosine exceeds the gradient correlation in all layers");
    d.powerLaw()
        .ifPresent(law ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "Power law of very deep networks, for orientation: %.4f ~ L^%.3g",
                    law.equilibriumLayer(),
                    law.exponent())));
    return lines.toString();
  }

  private static String phase(Document d) {
    if (d.residual()) {
      return "";
    }
    double excess = d.gradientGrowth() - 1;
    String phase =
        Math.abs(excess) < 1e-9
            ? " (edge of chaos)"
            : excess > 0 ? " (gradients grow)" : " (gradients vanish)";
    return d.varianceStable()
        ? phase
        : phase + "; deviations of the variance grow, so finite networks leave this regime";
  }
}
