package dev.lamina.cli;

import dev.lamina.analysis.embedding.LayerLinearity;
import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.embedding.Merge;
import dev.lamina.analysis.embedding.MergedLayer;
import dev.lamina.analysis.embedding.Merging;
import dev.lamina.analysis.embedding.Perceptron;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina merge}: merges linear hidden layers into the next ones. */
@Command(
    name = "merge",
    description = "Merges the hidden layers of a network that are effectively linear on samples.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A residual layer f + phi(W f + b) that is linear is merged with what it adds. A"
          + " layer in front of one that is not merged stays: f is added as it is, not through"
          + " weights."
    })
final class MergeCommand extends Subcommand {
  @Mixin private EmbeddingFiles files;

  @Option(names = "--x", required = true, paramLabel = "X.npy", description = "Samples in rows.")
  private Path x;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "What a layer's least correlation must exceed (default: ${DEFAULT-VALUE}).")
  private double threshold = Linearity.USUAL.threshold();

  @Option(
      names = "--importance",
      paramLabel = "TAU",
      description = "As in lamina linearity (default: ${DEFAULT-VALUE}).")
  private double importance = Linearity.USUAL.importance();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "B.safetensors",
      description = "Where the merged network goes, in float64.")
  private Path out;

  MergeCommand(Session session) {
    super(session);
  }

  /**
   * What the command prints.
   *
   * @param file the merged network
   * @param widths inputs, then the outputs of each layer
   * @param mergedLayers numbers of the merged layers in the network before, from 1
   * @param keptLayers numbers of linear layers that stay because the layer behind adds them as they
   *     are
   * @param maxOutputChange largest change of an output on the samples
   * @param bound what it cannot exceed
   * @param rmsOutputChange largest root mean square change of an output
   * @param rmsBound what that cannot exceed
   * @param layers linearity of the hidden layers before
   */
  record Document(
      String file,
      List<Integer> widths,
      List<Integer> mergedLayers,
      List<Integer> keptLayers,
      double maxOutputChange,
      double bound,
      double rmsOutputChange,
      double rmsBound,
      List<LayerLinearity> layers) {}

  @Override
  Output execute() {
    OutputFiles.require(
        List.of(new OutputFiles.Named("--network", files.network), new OutputFiles.Named("--x", x)),
        List.of(new OutputFiles.Named("--out", out)));
    Perceptron network = files.read();
    RealMatrix samples = EmbeddingFiles.samples(x, network, session());
    Merge merge = Merging.merge(network, samples, new Linearity(threshold, importance));
    OutputChange change =
        OutputChange.between(network.outputs(samples), merge.after().outputs(samples));
    change.require("merge", merge.bound() / change.size() + OutputChange.ROUNDING);
    EmbeddingFiles.write(out, merge.after());
    Document d =
        new Document(
            out.toString(),
            merge.after().widths(),
            merge.layers().stream().map(MergedLayer::layer).sorted().toList(),
            merge.kept().stream().sorted().toList(),
            change.largest(),
            merge.bound(),
            merge.rmsOutputChange(samples),
            merge.rmsBound(),
            merge.linearity());
    return Output.of(
        d,
        LinearityCommand.text(d.layers())
            + String.format(
                Locale.ROOT,
                "%n%s: widths %s, merged layers %s%s%noutputs change by at most %.3g (bound %.3g), rms %.3g (bound %.3g)",
                d.file(),
                d.widths(),
                d.mergedLayers(),
                d.keptLayers().isEmpty()
                    ? ""
                    : "; linear too but added to what is behind: " + d.keptLayers(),
                d.maxOutputChange(),
                d.bound(),
                d.rmsOutputChange(),
                d.rmsBound()));
  }
}
