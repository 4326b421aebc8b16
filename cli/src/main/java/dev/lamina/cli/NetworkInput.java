package dev.lamina.cli;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.kernel.Activation;
import java.nio.file.Path;

/** How all commands read a network that {@code --network} and {@code --activation} describe. */
final class NetworkInput {
  private NetworkInput() {}

  /**
   * Reads a network.
   *
   * @param file the file
   * @param activation of the hidden layers, or null; refused if the file says another one
   */
  static Network read(Path file, String activation) {
    return activation == null
        ? NetworkFile.read(file)
        : NetworkFile.read(file, Activation.parse(activation));
  }
}
