package dev.lamina.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rivals that are asked for, and what became of them. */
final class Rivals {
  private final Set<Rival> wanted;
  private final BenchListener listener;
  private final Map<String, String> versions = new LinkedHashMap<>();

  Rivals(Set<Rival> wanted, BenchListener listener) {
    this.wanted = wanted;
    this.listener = listener;
  }

  /** Starts the NumPy chain if it is asked for and there; the caller closes it. */
  Optional<NumpyRival> numpy() {
    if (!wanted.contains(Rival.numpy)) {
      return Optional.empty();
    }
    Optional<NumpyRival> rival = NumpyRival.start();
    found(Rival.numpy, "NumPy", rival.map(NumpyRival::version));
    return rival;
  }

  /** Starts PyTorch if it is asked for and there; the caller closes it. */
  Optional<TorchRival> torch() {
    if (!wanted.contains(Rival.torch)) {
      return Optional.empty();
    }
    Optional<TorchRival> rival = TorchRival.start();
    found(Rival.torch, "PyTorch", rival.map(TorchRival::version));
    return rival;
  }

  private void found(Rival rival, String name, Optional<String> version) {
    String missing = "NOT RUN: python3 with %s was not found".formatted(name);
    if (version.isEmpty()) {
      listener.say(missing);
    }
    versions.put(rival.name(), version.orElse(missing));
  }

  /** Returns the versions of those that ran, or why one did not, by name. */
  Map<String, String> versions() {
    return versions;
  }
}
