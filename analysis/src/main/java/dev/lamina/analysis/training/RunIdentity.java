package dev.lamina.analysis.training;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.study.Fingerprint;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that the bits of a run depend on, by name. A run may be made longer later, so the
 * number of epochs belongs to it only if the schedule depends on it.
 *
 * @param parts what each part is; data and fresh parameters as digests of their contents
 */
public record RunIdentity(Map<String, String> parts) {

  /** Copies the map in its order. */
  public RunIdentity {
    parts = new LinkedHashMap<>(parts);
  }

  static RunIdentity of(Backend backend, TrainingPlan plan, TrainingData data, Network initial) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("loss", plan.loss().text());
    parts.put("rate", Double.toString(plan.rate()));
    parts.put("optimiser", plan.optimiser().toString());
    parts.put("schedule", plan.schedule().toString());
    if (plan.schedule() instanceof Schedule.Cosine) {
      parts.put("epochs (the cosine schedule depends on them)", Integer.toString(plan.epochs()));
    }
    parts.put("batch", Integer.toString(plan.batch()));
    if (plan.passes() > 1) {
      parts.put("passes", Integer.toString(plan.passes()));
    }
    parts.put("seed", Long.toString(plan.seed()));
    parts.put("training inputs", digest(backend, data.x()));
    parts.put("training targets", digest(backend, data.targets()));
    parts.put("test inputs", digest(backend, data.testX()));
    parts.put("test targets", digest(backend, data.testTargets()));
    parts.put("network", layers(initial));
    parts.put("fresh parameters", digest(initial));
    return new RunIdentity(parts);
  }

  /**
   * {@return a text that changes with any entry of a matrix}
   *
   * @param backend whose matrix it is
   * @param m the matrix
   */
  public static String digest(Backend backend, DeviceMatrix m) {
    try (HostMatrix copy = HostMatrix.allocate(m.dtype(), m.rows(), m.cols())) {
      backend.download(m, copy);
      return m.shape() + ", " + new Fingerprint().add(copy).text();
    }
  }

  /**
   * {@return a text that changes with any parameter of a network}
   *
   * @param network the network
   */
  public static String digest(Network network) {
    Fingerprint parameters = new Fingerprint();
    network.layers().forEach(layer -> layer.matrices().forEach(parameters::add));
    return parameters.text();
  }

  /**
   * {@return a text that names the layers of a network but not their parameters}
   *
   * @param network the network
   */
  public static String layers(Network network) {
    List<String> layers = new ArrayList<>();
    for (Layer layer : network.layers()) {
      layers.add(
          switch (layer) {
            case DenseLayer d ->
                "%s %s%s%s%s"
                    .formatted(
                        d.weights().shape(),
                        d.activation(),
                        d.bias().isPresent() ? " bias" : "",
                        d.norm().isPresent() ? " normalised" : "",
                        residual(d));
          });
    }
    return String.join("; ", layers);
  }

  private static String residual(DenseLayer layer) {
    return switch (layer.residual()) {
      case NONE -> "";
      case PRE_ACTIVATION -> " residual";
      case POST_ACTIVATION -> " residual " + layer.residual();
    };
  }

  /** {@return what a checkpoint keeps} */
  public String text() {
    return Json.writeLine(this);
  }

  /**
   * Checks that a checkpoint belongs to this run.
   *
   * @param file the checkpoint
   * @param found what it keeps
   * @throws IllegalArgumentException naming what differs
   */
  public void require(Path file, String found) {
    Map<String, String> other;
    try {
      other = Json.read(found, RunIdentity.class).parts();
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(file + " is no checkpoint of a training run", e);
    }
    List<String> differences = new ArrayList<>();
    parts.forEach((name, value) -> {
      String stored = other.getOrDefault(name, "nothing");
      if (!stored.equals(value)) {
        differences.add(
            value.length() > 60 ? name : "%s (there %s, now %s)".formatted(name, stored, value));
      }
    });
    if (!differences.isEmpty() || !other.keySet().equals(parts.keySet())) {
      throw new IllegalArgumentException(
          "%s is a checkpoint of another run: it differs in %s; --fresh begins again, --out trains elsewhere"
              .formatted(file, String.join(", ", differences)));
    }
  }
}
