package dev.lamina.analysis.lego;

import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.NamedTensor;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.SafetensorsFile;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.training.DeviceNetwork.Parameter;
import dev.lamina.analysis.training.Owned;
import dev.lamina.analysis.training.RunIdentity;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A run at an evaluation in one safetensors file: the kept parameters of all layers, and of the
 * layers in training those on the device, what the optimiser remembers and the read-out that is
 * trained beside them, if there is one. Everything random depends on the seed, the turn and the
 * number of the epoch or step, so that a resumed run gives the same bits as one that was never
 * interrupted.
 *
 * @param file the file
 * @param backend where parameters are
 * @param identity what the bits of the run depend on
 */
record LegoCheckpoint(Path file, Backend backend, RunIdentity identity) {
  private static final String RUN = "lamina.lego";
  private static final String STATE = "lamina.state";

  /**
   * Where a run stands.
   *
   * @param finished turns that are over
   * @param current the one that is not; null between two turns
   */
  record State(List<TurnHistory> finished, TurnState current) {}

  static LegoCheckpoint of(
      Path file, Backend backend, LegoPlan plan, TrainingData data, Network initial) {
    Map<String, String> parts = new LinkedHashMap<>();
    putLoss(plan.loss(), parts);
    parts.put("order", plan.layers(initial.depth() - 1).toString());
    parts.put("epochs", Integer.toString(plan.epochs()));
    parts.put("sweep", Integer.toString(plan.sweepEpochs()));
    parts.put("optimiser", plan.optimiser().toString());
    parts.put("rate", Double.toString(plan.rate()));
    parts.put("schedule", plan.schedule().toString());
    parts.put("batch", Integer.toString(plan.batch()));
    parts.put("evaluate-every", Integer.toString(plan.evaluateEvery()));
    parts.put("patience", Integer.toString(plan.patience()));
    parts.put("seed", Long.toString(plan.seed()));
    parts.put("training inputs", RunIdentity.digest(backend, data.x()));
    parts.put("training targets", RunIdentity.digest(backend, data.targets()));
    parts.put("held-out inputs", RunIdentity.digest(backend, data.testX()));
    parts.put("held-out targets", RunIdentity.digest(backend, data.testTargets()));
    parts.put("network", RunIdentity.layers(initial));
    parts.put("fresh parameters", RunIdentity.digest(initial));
    return new LegoCheckpoint(file, backend, new RunIdentity(parts));
  }

  /** Adds the loss by the keys of the file. */
  private static void putLoss(LegoPlan.LegoLoss loss, Map<String, String> parts) {
    parts.put("objective", loss.objective().text());
    parts.put("noise", Double.toString(loss.noise()));
    parts.put("readout-variance", Double.toString(loss.readoutVariance()));
    parts.put("weight-variance", Double.toString(loss.weightVariance()));
    parts.put("bias-variance", Double.toString(loss.biasVariance()));
    parts.put("centred", Boolean.toString(loss.centred()));
    parts.put("prior", Double.toString(loss.priorWeight()));
    parts.put("local", Boolean.toString(loss.local()));
  }

  /**
   * Writes the run; the file appears, or replaces the one before, when it is complete.
   *
   * @param current the turn that goes on, or null
   * @param network kept parameters of all layers
   * @param turn its layers, or null
   */
  void write(List<TurnHistory> finished, TurnState current, Network network, LayerTurn turn) {
    List<NamedTensor> tensors = new ArrayList<>();
    try (Owned owned = new Owned()) {
      forEach(network, (name, matrix) -> tensors.add(NamedTensor.matrix(name, matrix)));
      if (turn != null) {
        forEach(
            turn,
            (name, matrix) -> {
              HostMatrix copy =
                  owned.add(HostMatrix.allocate(matrix.dtype(), matrix.rows(), matrix.cols()));
              backend.download(matrix, copy);
              tensors.add(NamedTensor.matrix(name, copy));
            });
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put(RUN, identity.text());
      metadata.put(STATE, Json.writeLine(new State(finished, current)));
      SafetensorsFile.write(file, tensors, metadata);
    }
  }

  /**
   * Returns where the run stands.
   *
   * @throws IllegalArgumentException if the file belongs to another run
   */
  State readState() {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      identity.require(file, tensors.metadata().getOrDefault(RUN, ""));
      return Json.read(tensors.metadata().get(STATE), State.class);
    }
  }

  /** Reads the kept parameters. */
  void readNetwork(Network network) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      forEach(
          network,
          (name, matrix) -> {
            try (HostMatrix stored = tensors.matrix(name)) {
              matrix.copyFrom(stored);
            }
          });
    }
  }

  /** Reads the parameters of the layers in training and what the optimiser remembers. */
  void readTurn(LayerTurn turn) {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      forEach(
          turn,
          (name, matrix) -> {
            try (HostMatrix stored = tensors.matrix(name);
                DeviceMatrix copy = backend.upload(stored)) {
              backend.layers().add(1, copy, 0, matrix);
            }
          });
    }
  }

  private static void forEach(Network network, BiConsumer<String, HostMatrix> action) {
    for (int l = 0; l < network.depth(); l++) {
      Layer layer = network.layers().get(l);
      for (int k = 0; k < layer.matrices().size(); k++) {
        action.accept("kept." + (l + 1) + "." + k, layer.matrices().get(k));
      }
    }
  }

  private static void forEach(LayerTurn turn, BiConsumer<String, DeviceMatrix> action) {
    List<Parameter> parameters = turn.network().parameters();
    for (int p = 0; p < parameters.size(); p++) {
      String name = "current." + parameters.get(p).name();
      action.accept(name, parameters.get(p).value());
      for (int k = 0; k < turn.updates().memory().size(); k++) {
        action.accept(name + ".memory." + k, turn.updates().memory().get(k).get(p));
      }
    }
    for (int k = 0; k < turn.readOut().size(); k++) {
      action.accept("readout." + k, turn.readOut().get(k));
    }
  }
}
