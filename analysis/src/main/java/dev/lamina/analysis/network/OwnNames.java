package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads files that Lamina has written. */
final class OwnNames extends NetworkReader {
  private static final Pattern NAME =
      Pattern.compile(
          "layers\\.([1-9]\\d{0,8})\\.(weight|bias|norm\\.(?:scale|shift|mean|variance))");

  private static final String EXPECTED =
      "names such as layers.1.weight, layers.1.bias, layers.1.norm.scale, .shift, .mean, .variance";

  OwnNames(SafetensorsFile file, Optional<Activation> hidden) {
    super(file, hidden);
  }

  @Override
  List<DenseLayer> layers() {
    String version = file().metadata().get(NetworkFile.MARK);
    if (!version.equals(NetworkFile.VERSION)) {
      throw wrong(
          SafetensorsHeader.PREFIX,
          "version " + NetworkFile.VERSION + " of " + NetworkFile.MARK,
          version);
    }
    Map<Integer, Map<String, TensorInfo>> parts = new TreeMap<>();
    List<TensorInfo> unknown = new ArrayList<>();
    for (TensorInfo tensor : file().tensors().values()) {
      Matcher name = NAME.matcher(tensor.name());
      if (name.matches()) {
        parts
            .computeIfAbsent(Integer.valueOf(name.group(1)), l -> new TreeMap<>())
            .put(name.group(2), tensor);
      } else {
        unknown.add(tensor);
      }
    }
    if (!unknown.isEmpty()) {
      throw unknownNames(EXPECTED, unknown);
    }
    List<DenseLayer> layers = new ArrayList<>();
    for (Map.Entry<Integer, Map<String, TensorInfo>> entry : parts.entrySet()) {
      layers.add(layer(entry.getKey(), layers.size() + 1, parts.size(), entry.getValue()));
    }
    return layers;
  }

  private DenseLayer layer(int number, int expected, int depth, Map<String, TensorInfo> parts) {
    String prefix = "layers." + number + ".";
    if (number != expected || !parts.containsKey("weight")) {
      throw wrong(
          parts.values().iterator().next().headerOffset(),
          "layers." + expected + ".weight",
          prefix + parts.keySet().iterator().next());
    }
    HostMatrix weights = matrix(parts.get("weight"));
    Optional<HostMatrix> bias = Optional.ofNullable(parts.get("bias")).map(this::matrix);
    return new DenseLayer(
        weights, bias, norm(prefix, parts), activation(prefix, number < depth), residual(prefix));
  }

  private Optional<BatchNorm> norm(String prefix, Map<String, TensorInfo> parts) {
    Set<String> names = Set.of("norm.scale", "norm.shift", "norm.mean", "norm.variance");
    List<TensorInfo> present = names.stream().filter(parts::containsKey).map(parts::get).toList();
    if (present.isEmpty()) {
      return Optional.empty();
    }
    if (present.size() < names.size()) {
      throw wrong(
          present.getFirst().headerOffset(),
          prefix + "norm.scale, .shift, .mean and .variance together",
          "only " + present.stream().map(TensorInfo::name).sorted().toList());
    }
    return Optional.of(
        new BatchNorm(
            matrix(parts.get("norm.scale")),
            matrix(parts.get("norm.shift")),
            matrix(parts.get("norm.mean")),
            matrix(parts.get("norm.variance")),
            epsilon(prefix + "norm.epsilon")));
  }

  private double epsilon(String key) {
    String text = file().metadata().get(key);
    try {
      return text == null ? BatchNorm.USUAL_EPSILON : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(SafetensorsHeader.PREFIX, "a number for " + key, "\"" + text + "\"");
    }
  }

  private Residual residual(String prefix) {
    String text = file().metadata().getOrDefault(prefix + "residual", "none");
    try {
      return Residual.parse(text);
    } catch (IllegalArgumentException e) {
      throw new DataFormatException(
          file().file(),
          SafetensorsHeader.PREFIX,
          "true, false, none, pre-activation or post-activation for " + prefix + "residual",
          "\"" + text + "\"",
          e);
    }
  }

  private Activation activation(String prefix, boolean isHidden) {
    String text = file().metadata().get(prefix + "activation");
    if (text == null) {
      throw wrong(SafetensorsHeader.PREFIX, prefix + "activation in the metadata", "none");
    }
    Activation activation;
    try {
      activation = Activation.parse(text);
    } catch (IllegalArgumentException e) {
      throw new DataFormatException(
          file().file(),
          SafetensorsHeader.PREFIX,
          "an activation for " + prefix + "activation",
          "\"" + text + "\"",
          e);
    }
    if (isHidden && hidden().isPresent() && !hidden().get().equals(activation)) {
      throw new MissingActivationException(
          "%s says that %sactivation is %s but %s was given"
              .formatted(file().file(), prefix, activation, hidden().get()));
    }
    return activation;
  }
}
