package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** The rivals that are asked for, and what became of them. */
final class Rivals {
  private final Set<Rival> wanted;
  private final int threads;
  private final BenchListener listener;
  private final Map<String, String> versions = new LinkedHashMap<>();

  /**
   * Starts none yet.
   *
   * @param wanted which to start
   * @param threads number of threads of each, the same as Lamina's
   * @param listener told which cannot run
   */
  Rivals(Set<Rival> wanted, int threads, BenchListener listener) {
    this.wanted = wanted;
    this.threads = threads;
    this.listener = listener;
  }

  /** Starts the NumPy chain if it is asked for and there; the caller closes it. */
  Optional<NumpyRival> numpy() {
    return start(Rival.numpy, NumpyRival::start, NumpyRival::version);
  }

  /** Starts NumPy's linear algebra if it is asked for and there; the caller closes it. */
  Optional<AlgebraRival> algebra() {
    return start(Rival.numpy, AlgebraRival::start, AlgebraRival::version);
  }

  /** Starts PyTorch if it is asked for and there; the caller closes it. */
  Optional<TorchRival> torch() {
    return start(Rival.torch, TorchRival::start, TorchRival::version);
  }

  private <T> Optional<T> start(
      Rival name,
      BiFunction<Integer, Consumer<String>, Optional<T>> starter,
      Function<T, String> version) {
    if (!wanted.contains(name)) {
      return Optional.empty();
    }
    List<String> reasons = new ArrayList<>();
    Optional<T> rival = starter.apply(threads, reasons::add);
    if (rival.isEmpty()) {
      listener.say("NOT RUN: %s: %s".formatted(name, String.join("; ", reasons)));
    }
    versions.put(
        name.name(), rival.map(version).orElseGet(() -> "NOT RUN: " + String.join("; ", reasons)));
    return rival;
  }

  /** Returns the versions of those that ran, or why one did not, by name. */
  Map<String, String> versions() {
    return versions;
  }
}
