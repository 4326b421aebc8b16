package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DataFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes networks as safetensors files.
 *
 * <p>Lamina's own files name the tensors {@code layers.1.weight}, {@code layers.1.bias} and {@code
 * layers.1.norm.scale}, {@code .shift}, {@code .mean}, {@code .variance}, counted from 1, and carry
 * activations and the rest in their metadata: {@code layers.2.activation}, {@code
 * layers.2.norm.epsilon}, and {@code layers.2.residual}, which is {@code true} for a layer that
 * adds pre-activations, as ever, {@code post-activation} for one that adds its inputs, and not
 * there for others. Files without that metadata are read as the {@code state_dict} of a PyTorch
 * {@code nn.Sequential} of {@code Linear}, {@code BatchNorm1d} and modules without parameters:
 * {@code 0.weight}, {@code 0.bias}, {@code 1.running_mean}, …, below any common prefix. A file does
 * not name PyTorch's activations: there is one wherever a number is left out behind a layer, and
 * none behind the last layer. If no number is left out, as in an {@code nn.ModuleList}, all hidden
 * layers have the activation that is given, be it the identity.
 *
 * <p>Aligned float32 and float64 are not copied but views of the mapped file, whose entries cannot
 * be set; half precision becomes float32, and if a file mixes float32 and float64 all become
 * float64.
 */
public final class NetworkFile {
  /** Metadata key of Lamina's own files; its value is the version of the naming. */
  static final String MARK = "lamina.network";

  static final String VERSION = "1";

  private NetworkFile() {}

  /**
   * Reads a network whose file says which activations it has: one of Lamina's.
   *
   * @param file the file
   * @return the network; the caller closes it
   * @throws DataFormatException if it is no safetensors file of a network; unknown names are listed
   * @throws IllegalArgumentException if the file does not say which activations the network has
   * @throws dev.lamina.io.FileException if it cannot be read
   */
  public static Network read(Path file) {
    return read(file, Optional.empty());
  }

  /**
   * Reads a network.
   *
   * @param file the file
   * @param hidden activation of the hidden layers, for files that do not say
   * @return the network; the caller closes it
   * @throws DataFormatException if it is no safetensors file of a network; unknown names are listed
   * @throws IllegalArgumentException if the file says that a hidden layer has another activation
   * @throws dev.lamina.io.FileException if it cannot be read
   */
  public static Network read(Path file, Activation hidden) {
    return read(file, Optional.of(hidden));
  }

  /**
   * Reads a network, with an activation for files that do not say which one they have. Files that
   * say keep theirs.
   *
   * @param file the file
   * @param hidden activation of the hidden layers of other files
   * @return the network; the caller closes it
   * @throws DataFormatException if it is no safetensors file of a network; unknown names are listed
   * @throws dev.lamina.io.FileException if it cannot be read
   */
  public static Network readAssuming(Path file, Activation hidden) {
    SafetensorsFile tensors = SafetensorsFile.open(file);
    boolean says = tensors.metadata().containsKey(MARK);
    return read(tensors, says ? Optional.empty() : Optional.of(hidden));
  }

  private static Network read(Path file, Optional<Activation> hidden) {
    return read(SafetensorsFile.open(file), hidden);
  }

  private static Network read(SafetensorsFile tensors, Optional<Activation> hidden) {
    try (NetworkReader reader =
        tensors.metadata().containsKey(MARK)
            ? new OwnNames(tensors, hidden)
            : new SequentialNames(tensors, hidden)) {
      return reader.read();
    }
  }

  /**
   * Writes a network with Lamina's own names. The file appears under its name only when it is
   * complete.
   *
   * @param file the file, replaced if it exists
   * @param network the network
   * @throws dev.lamina.io.FileException if it cannot be written
   */
  public static void write(Path file, Network network) {
    List<NamedTensor> tensors = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(MARK, VERSION);
    for (int l = 1; l <= network.depth(); l++) {
      switch (network.layers().get(l - 1)) {
        case DenseLayer layer -> add("layers." + l + ".", layer, tensors, metadata);
      }
    }
    SafetensorsFile.write(file, tensors, metadata);
  }

  private static void add(
      String prefix, DenseLayer layer, List<NamedTensor> tensors, Map<String, String> metadata) {
    metadata.put(prefix + "activation", layer.activation().toString());
    switch (layer.residual()) {
      case NONE -> {}
      case PRE_ACTIVATION -> metadata.put(prefix + "residual", "true");
      case POST_ACTIVATION -> metadata.put(prefix + "residual", layer.residual().toString());
    }
    tensors.add(NamedTensor.matrix(prefix + "weight", layer.weights()));
    layer.bias().ifPresent(b -> tensors.add(NamedTensor.vector(prefix + "bias", b)));
    layer
        .norm()
        .ifPresent(norm -> {
          metadata.put(prefix + "norm.epsilon", Double.toString(norm.epsilon()));
          tensors.add(NamedTensor.vector(prefix + "norm.scale", norm.scale()));
          tensors.add(NamedTensor.vector(prefix + "norm.shift", norm.shift()));
          tensors.add(NamedTensor.vector(prefix + "norm.mean", norm.mean()));
          tensors.add(NamedTensor.vector(prefix + "norm.variance", norm.variance()));
        });
  }
}
