package dev.lamina.cli;

import dev.lamina.analysis.network.Network;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lamina network show}: what a network file holds. */
@Command(
    name = "show",
    description = {
      "Shows the layers of a network in a safetensors file, Lamina's or the state of a PyTorch"
          + " nn.Sequential (0.weight, 0.bias, 1.running_mean, ...)."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class NetworkShowCommand extends Subcommand {

  @Parameters(paramLabel = "FILE", description = "A safetensors file.")
  private Path file;

  @Option(
      names = "--activation",
      paramLabel = "TEXT",
      description = "Activation of the hidden layers; PyTorch's files do not say.")
  private String activation;

  NetworkShowCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    try (Network network = NetworkInput.read(file, activation)) {
      NetworkDocument document = NetworkDocument.of(file.toString(), network);
      return Output.of(document, document.text());
    }
  }
}
