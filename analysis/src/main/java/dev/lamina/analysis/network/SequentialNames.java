package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code state_dict} of a PyTorch {@code nn.Sequential}. Module numbers count modules
 * without parameters too, which is how activations show. Without any gap in the numbers nothing
 * shows, as in an {@code nn.ModuleList} of linear modules: then all hidden layers have the given
 * activation.
 */
final class SequentialNames extends NetworkReader {
  private static final Pattern NAME =
      Pattern.compile(
          "(.*\\.)?(0|[1-9]\\d{0,8})\\.(weight|bias|running_mean|running_var|num_batches_tracked)",
          Pattern.DOTALL);

  private static final String EXPECTED =
      "names such as 0.weight, 0.bias, 1.running_mean, 1.running_var (PyTorch's nn.Sequential) or layers.1.weight with Lamina's metadata";

  /** A linear module and the batch-norm behind it. */
  private record Group(int last, HostMatrix weights, Optional<HostMatrix> bias, BatchNorm norm) {}

  SequentialNames(SafetensorsFile file, Optional<Activation> hidden) {
    super(file, hidden);
  }

  @Override
  List<DenseLayer> layers() {
    Map<Integer, Map<String, TensorInfo>> modules = modules();
    List<Group> groups = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    modules.forEach((index, parts) -> {
      if (isLinear(index, parts)) {
        groups.add(linear(index, parts));
        starts.add(index);
      } else {
        groups.add(withNorm(index, parts, groups.isEmpty() ? null : groups.removeLast()));
      }
    });
    BitSet followed = new BitSet();
    for (int i = 0; i + 1 < groups.size(); i++) {
      followed.set(i, starts.get(i + 1) > groups.get(i).last() + 1);
    }
    if (followed.isEmpty() && !groups.isEmpty()) {
      // A list of layers alone, or a linear network: the numbers do not tell which.
      followed.set(0, groups.size() - 1);
    }
    List<DenseLayer> layers = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      layers.add(
          new DenseLayer(
              group.weights(),
              group.bias(),
              Optional.ofNullable(group.norm()),
              followed.get(i) ? requireHidden() : Activation.IDENTITY,
              Residual.NONE));
    }
    return layers;
  }

  private Activation requireHidden() {
    return hidden()
        .orElseThrow(() ->
            new MissingActivationException(
                file().file()
                    + " does not say which activation its hidden layers have: give one (--activation)"));
  }

  private Map<Integer, Map<String, TensorInfo>> modules() {
    Map<Integer, Map<String, TensorInfo>> modules = new TreeMap<>();
    List<TensorInfo> unknown = new ArrayList<>();
    String prefix = null;
    for (TensorInfo tensor : file().tensors().values()) {
      Matcher name = NAME.matcher(tensor.name());
      String found = name.matches() ? Optional.ofNullable(name.group(1)).orElse("") : "";
      if (name.matches() && (prefix == null || prefix.equals(found))) {
        prefix = found;
        modules
            .computeIfAbsent(Integer.valueOf(name.group(2)), i -> new TreeMap<>())
            .put(name.group(3), tensor);
      } else {
        unknown.add(tensor);
      }
    }
    if (!unknown.isEmpty()) {
      throw unknownNames(
          prefix == null || prefix.isEmpty() ? EXPECTED : "all names below " + prefix, unknown);
    }
    return modules;
  }

  private boolean isLinear(int index, Map<String, TensorInfo> parts) {
    TensorInfo weight = parts.get("weight");
    boolean statistics = parts.containsKey("running_mean") || parts.containsKey("running_var");
    if (statistics || (weight != null && weight.shape().size() == 1)) {
      return false;
    }
    TensorInfo any = parts.values().iterator().next();
    if (weight == null || weight.shape().size() != 2 || parts.containsKey("num_batches_tracked")) {
      throw wrong(
          any.headerOffset(),
          "module %d to be fully connected, with a weight of two axes, or a batch-norm"
              .formatted(index),
          parts.values().stream().map(t -> t.name() + " " + t.text()).toList().toString());
    }
    return true;
  }

  private Group linear(int index, Map<String, TensorInfo> parts) {
    return new Group(
        index,
        matrix(parts.get("weight")),
        Optional.ofNullable(parts.get("bias")).map(this::vector),
        null);
  }

  private Group withNorm(int index, Map<String, TensorInfo> parts, Group before) {
    TensorInfo any = parts.values().iterator().next();
    if (!parts.containsKey("running_mean") || !parts.containsKey("running_var")) {
      throw wrong(
          any.headerOffset(),
          "running_mean and running_var of module %d, a batch-norm".formatted(index),
          "only " + parts.values().stream().map(TensorInfo::name).toList());
    }
    if (before == null || before.norm() != null || before.last() != index - 1) {
      throw wrong(
          any.headerOffset(),
          "batch-norm %d right behind a fully connected layer, in front of its activation"
              .formatted(index),
          before == null ? "no layer" : "module " + before.last() + " as the last one before it");
    }
    HostMatrix mean = vector(parts.get("running_mean"));
    HostMatrix variance = vector(parts.get("running_var"));
    long units = mean.cols();
    BatchNorm norm =
        new BatchNorm(
            parts.containsKey("weight") ? vector(parts.get("weight")) : row(units, 1),
            parts.containsKey("bias") ? vector(parts.get("bias")) : row(units, 0),
            mean,
            variance,
            BatchNorm.USUAL_EPSILON);
    return new Group(index, before.weights(), before.bias(), norm);
  }

  private HostMatrix vector(TensorInfo tensor) {
    if (tensor.shape().size() != 1) {
      throw wrong(
          tensor.headerOffset(), "tensor " + tensor.name() + " with one axis", tensor.text());
    }
    return matrix(tensor);
  }
}
