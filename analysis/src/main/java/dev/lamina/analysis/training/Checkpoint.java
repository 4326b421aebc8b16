package dev.lamina.analysis.training;

import dev.lamina.analysis.network.NamedTensor;
import dev.lamina.analysis.network.SafetensorsFile;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.training.DeviceNetwork.Parameter;
import dev.lamina.analysis.training.DeviceNetwork.Stage;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A run at the end of an epoch in one safetensors file: parameters, running statistics, what the
 * optimiser remembers, and the history. Everything random depends on the seed and the number of the
 * epoch or step, so that a resumed run gives the same bits as one that was never interrupted.
 */
final class Checkpoint {
  private static final String RUN = "lamina.run";
  private static final String STATE = "lamina.state";

  private Checkpoint() {}

  /**
   * Where a run stands.
   *
   * @param step finished steps
   * @param runningLoss the running loss
   * @param belowTarget finished epochs in a row whose running loss was small enough
   * @param history finished epochs
   */
  record State(long step, double runningLoss, int belowTarget, List<EpochMetrics> history) {
    static final State START = new State(0, Double.NaN, 0, List.of());
  }

  /**
   * Writes a checkpoint; the file appears, or replaces the one before, when it is complete.
   *
   * @param file the file
   * @param run what identifies the run
   */
  static void write(
      Path file, RunIdentity run, State state, DeviceNetwork network, Updates updates) {
    List<NamedTensor> tensors = new ArrayList<>();
    try (Owned owned = new Owned()) {
      forEach(
          network,
          updates,
          (name, matrix) -> {
            HostMatrix copy =
                owned.add(HostMatrix.allocate(matrix.dtype(), matrix.rows(), matrix.cols()));
            network.backend().download(matrix, copy);
            tensors.add(NamedTensor.matrix(name, copy));
          });
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put(RUN, run.text());
      metadata.put(STATE, Json.writeLine(state));
      SafetensorsFile.write(file, tensors, metadata);
    }
  }

  /**
   * Reads a checkpoint into a network and its optimiser.
   *
   * @param run what identifies the run
   * @return where the run stands
   * @throws IllegalArgumentException if the file belongs to another run
   */
  static State read(Path file, RunIdentity run, DeviceNetwork network, Updates updates) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      run.require(file, tensors.metadata().getOrDefault(RUN, ""));
      State state = Json.read(tensors.metadata().get(STATE), State.class);
      forEach(
          network,
          updates,
          (name, matrix) -> {
            try (HostMatrix stored = tensors.matrix(name);
                DeviceMatrix copy = network.backend().upload(stored)) {
              network.backend().layers().add(1, copy, 0, matrix);
            }
          });
      return state;
    }
  }

  private static void forEach(
      DeviceNetwork network, Updates updates, BiConsumer<String, DeviceMatrix> action) {
    List<Parameter> parameters = network.parameters();
    for (int p = 0; p < parameters.size(); p++) {
      action.accept(parameters.get(p).name(), parameters.get(p).value());
      for (int k = 0; k < updates.memory().size(); k++) {
        action.accept(parameters.get(p).name() + ".memory." + k, updates.memory().get(k).get(p));
      }
    }
    for (int l = 0; l < network.stages().size(); l++) {
      Stage stage = network.stages().get(l);
      String prefix = "layers." + (l + 1) + ".norm.";
      stage
          .norm()
          .ifPresent(norm -> {
            action.accept(prefix + "mean", device(norm.mean()));
            action.accept(prefix + "variance", device(norm.variance()));
          });
    }
  }

  private static DeviceMatrix device(Matrix m) {
    return (DeviceMatrix) m;
  }
}
