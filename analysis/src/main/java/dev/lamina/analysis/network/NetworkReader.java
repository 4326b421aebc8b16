package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Makes a network of the tensors of an open file. Unless that succeeds, closing it closes the file
 * and every matrix made so far.
 */
abstract class NetworkReader implements AutoCloseable {
  private static final int MOST_NAMES = 12;

  private final SafetensorsFile file;
  private final Optional<Activation> hidden;
  private final List<HostMatrix> matrices = new ArrayList<>();
  private DType dtype = DType.FLOAT32;
  private boolean done;

  NetworkReader(SafetensorsFile file, Optional<Activation> hidden) {
    this.file = file;
    this.hidden = hidden;
  }

  /** Returns the layers, made with {@link #matrix}. */
  abstract List<DenseLayer> layers();

  final Network read() {
    dtype = commonType();
    try {
      Network network = new Network(layers(), file::close);
      done = true;
      return network;
    } catch (DataFormatException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      if (e instanceof MissingActivationException) {
        throw e;
      }
      throw new DataFormatException(
          file.file(), SafetensorsHeader.PREFIX, "layers that fit together", e.getMessage(), e);
    }
  }

  /** Returns the widest type of the tensors that are numbers of a network. */
  private DType commonType() {
    List<DType> types =
        file.tensors().values().stream()
            .flatMap(tensor -> tensor.type().matrixType().stream())
            .distinct()
            .toList();
    return types.contains(DType.FLOAT64) ? DType.FLOAT64 : DType.FLOAT32;
  }

  final SafetensorsFile file() {
    return file;
  }

  final Optional<Activation> hidden() {
    return hidden;
  }

  /** Returns a tensor as a matrix of the common type, which this closes if reading fails. */
  final HostMatrix matrix(TensorInfo tensor) {
    HostMatrix matrix = keep(file.matrix(tensor.name()));
    return matrix.dtype() == dtype ? matrix : keep(matrix.copy(dtype));
  }

  /** Returns a row of equal numbers. */
  final HostMatrix row(long units, double value) {
    HostMatrix row = keep(HostMatrix.allocate(dtype, 1, units));
    row.fill(value);
    return row;
  }

  private HostMatrix keep(HostMatrix matrix) {
    matrices.add(matrix);
    return matrix;
  }

  final DataFormatException wrong(long headerOffset, String expected, String found) {
    return new DataFormatException(file.file(), headerOffset, expected, found);
  }

  final DataFormatException unknownNames(String expected, Collection<TensorInfo> unknown) {
    List<String> names = unknown.stream().map(TensorInfo::name).toList();
    String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
    String more = names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "";
    return wrong(
        unknown.iterator().next().headerOffset(), expected, "unknown names: " + shown + more);
  }

  /** Thrown when neither file nor caller say which activation a network has, or they disagree. */
  static final class MissingActivationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    MissingActivationException(String message) {
      super(message);
    }
  }

  @Override
  public final void close() {
    if (!done) {
      matrices.forEach(HostMatrix::close);
      file.close();
    }
  }
}
