package dev.lamina.cli;

import dev.lamina.analysis.embedding.LayerLinearity;
import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.embedding.Perceptron;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina linearity}: which hidden layers are lines on samples. */
@Command(
    name = "linearity",
    description = "Measures how linear each hidden layer of a network is on samples.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A layer's figure is the least correlation, over its neurons, of pre-activations and"
          + " features (arXiv 2205.13283); above the threshold the layer is effectively linear."
    })
final class LinearityCommand extends Subcommand {
  @Mixin private EmbeddingFiles files;

  @Option(names = "--x", required = true, paramLabel = "X.npy", description = "Samples in rows.")
  private Path x;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "What the least correlation must exceed (default: ${DEFAULT-VALUE}).")
  private double threshold = Linearity.USUAL.threshold();

  @Option(
      names = "--importance",
      paramLabel = "TAU",
      description = {
        "Leave out neurons whose weights in times weights out are below TAU times the layer's"
            + " largest (default: ${DEFAULT-VALUE}; 0 keeps all)."
      })
  private double importance = Linearity.USUAL.importance();

  LinearityCommand(Session session) {
    super(session);
  }

  /**
   * What the command prints.
   *
   * @param samples number of samples
   * @param threshold what the least correlation must exceed
   * @param importance τ
   * @param layers the hidden layers
   */
  record Document(int samples, double threshold, double importance, List<LayerLinearity> layers) {}

  @Override
  Output execute() {
    Perceptron network = files.read();
    RealMatrix samples = EmbeddingFiles.samples(x, network, session());
    List<LayerLinearity> layers = new Linearity(threshold, importance).measure(network, samples);
    return Output.of(
        new Document(samples.getRowDimension(), threshold, importance, layers), text(layers));
  }

  /** Returns a table for people. */
  static String text(List<LayerLinearity> layers) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(" layer   width  left out  least correlation  line misses (rms)");
    for (LayerLinearity l : layers) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%6d  %6d  %8d  %17.12f  %17.6g%s",
              l.layer(),
              l.width(),
              l.constant() + l.unimportant(),
              l.minPearson(),
              l.residual(),
              l.effectivelyLinear() ? "  effectively linear" : ""));
    }
    return lines.toString();
  }
}
