package dev.lamina.cli;

import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.io.AtomicFile;
import dev.lamina.kernel.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code lamina network init}: makes a fresh network. */
@Command(
    name = "init",
    description = "Draws a fully connected network and writes it as a safetensors file.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class NetworkInitCommand extends Subcommand {

  @Option(
      names = "--widths",
      required = true,
      paramLabel = "LIST",
      description = "Inputs, hidden widths, outputs: 784,3x256,10 has three hidden layers of 256.")
  private String widths;

  @Option(
      names = "--activation",
      paramLabel = "TEXT",
      description = {
        "Activation of the hidden layers (default: relu); given several times, one for each."
      })
  private List<String> activations = new ArrayList<>();

  @Option(
      names = "--init",
      paramLabel = "TEXT",
      description = {
        "he (default), lecun, glorot, 'ntk(weightVariance=2, biasVariance=0.1)' or"
            + " 'normal(sd=0.05)' for all parameters."
      })
  private String init = "he";

  @Option(
      names = "--no-bias",
      description = "Layers without biases (default: biases, which start at 0 unless --init says).")
  private boolean noBias;

  @Option(
      names = "--batch-norm",
      description = "A batch normalisation in front of each activation.")
  private boolean batchNorm;

  @Option(
      names = "--residual",
      paramLabel = "KIND",
      arity = "0..1",
      fallbackValue = "pre-activation",
      converter = ResidualConverter.class,
      description = {
        "Hidden layers after the first add the pre-activations of the layer before"
            + " (pre-activation, also without KIND) or, behind their activation, their own inputs"
            + " (post-activation)."
      })
  private Residual residual = Residual.NONE;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the random numbers (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "N.safetensors",
      description = "Where the network goes; --precision sets its element type.")
  private Path out;

  NetworkInitCommand(Session session) {
    super(session);
  }

  /** Reads a kind of residual connection. */
  private static final class ResidualConverter implements ITypeConverter<Residual> {
    @Override
    public Residual convert(String value) {
      try {
        return Residual.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  Output execute() {
    List<String> texts = activations.isEmpty() ? List.of("relu") : activations;
    NetworkPlan plan =
        new NetworkPlan(
            Architecture.parseWidths(widths),
            texts.stream().map(Activation::parse).toList(),
            WeightInit.parse(init),
            !noBias,
            batchNorm,
            residual);
    AtomicFile.requireWritable(out);
    try (Network network = plan.draw(session().config().precision(), seed)) {
      NetworkFile.write(out, network);
      NetworkDocument document = NetworkDocument.of(out.toString(), network);
      return Output.of(document, document.text());
    }
  }
}
