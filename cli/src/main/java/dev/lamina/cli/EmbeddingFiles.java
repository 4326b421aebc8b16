package dev.lamina.cli;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Samples;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.nio.file.Path;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.Option;

/** The network that the commands about embeddings read, and how they read and write. */
final class EmbeddingFiles {
  @Option(
      names = "--network",
      required = true,
      paramLabel = "A.safetensors",
      description = "A network with Lamina's names or those of PyTorch's nn.Sequential.")
  Path network;

  @Option(
      names = "--activation",
      paramLabel = "TEXT",
      description = {
        "Of the hidden layers, such as relu, elu or tanh, for files that do not say; lamina lift gives"
            + " it to the new layer too. Elsewhere another one than the file says is refused."
      })
  String activation;

  /** Reads the network in float64; refuses an activation that the file contradicts. */
  Perceptron read() {
    return plain(NetworkInput.read(network, activation));
  }

  /** Reads the network in float64, for commands to which the activation says something else too. */
  Perceptron readAssuming() {
    return plain(
        activation == null
            ? NetworkFile.read(network)
            : NetworkFile.readAssuming(network, Activation.parse(activation)));
  }

  private Perceptron plain(Network read) {
    try (read) {
      read.requireFinite(network.toString());
      return Perceptron.of(read);
    }
  }

  /** Reads samples for the network. */
  static RealMatrix samples(Path x, Perceptron network, Session session) {
    try (HostMatrix inputs = InputFile.read(x, DType.FLOAT64, session)) {
      return Samples.of(inputs, network.width(0), x.toString());
    }
  }

  static void write(Path out, Perceptron network) {
    try (Network made = network.toNetwork()) {
      made.requireFinite(out.toString());
      NetworkFile.write(out, made);
    }
  }
}
