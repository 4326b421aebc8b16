package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The rivals that are asked for, and what became of them. */
final class Rivals {
  private final Set<Rival> wanted;
  private final int threads;
  private final BenchListener listener;
  private final Starter starter;
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Set<String> passedOver = new HashSet<>();

  /** Starts a script, see {@link RivalProcess#start}. */
  interface Starter {
    Optional<RivalProcess> start(
        Rival rival, String script, Map<String, String> environment, Consumer<String> why);
  }

  /**
   * Starts none yet.
   *
   * @param wanted which to start
   * @param threads number of threads of each, the same as Lamina's
   * @param listener told which cannot run and which fails
   * @param starter starts their scripts
   */
  Rivals(Set<Rival> wanted, int threads, BenchListener listener, Starter starter) {
    this.wanted = wanted;
    this.threads = threads;
    this.listener = listener;
    this.starter = starter;
  }

  /** Starts the NumPy chain if it is asked for and there; the caller closes it. */
  Optional<NumpyRival> numpy() {
    return start(Rival.numpy, NumpyRival.SCRIPT, threads).map(NumpyRival::new);
  }

  /** Starts NumPy's linear algebra if it is asked for and there; the caller closes it. */
  Optional<AlgebraRival> algebra() {
    return start(Rival.numpy, AlgebraRival.SCRIPT, threads).map(AlgebraRival::new);
  }

  /** Starts PyTorch if it is asked for and there; the caller closes it. */
  Optional<TorchRival> torch() {
    // The threads of OpenBLAS and those of PyTorch get in each other's way.
    return start(Rival.torch, TorchRival.SCRIPT, 1).map(TorchRival::new);
  }

  private Optional<RivalProcess> start(Rival rival, String script, int openBlas) {
    if (!wanted.contains(rival)) {
      return Optional.empty();
    }
    List<String> reasons = new ArrayList<>();
    Optional<RivalProcess> process =
        starter.start(rival, script, RivalProcess.threads(openBlas, threads), reasons::add);
    if (process.isPresent()) {
      versions.put(rival.name(), process.get().version());
      String failed = String.join("; ", reasons);
      if (!failed.isEmpty() && passedOver.add(failed)) {
        listener.say("  %s: %s; another python3 is used".formatted(rival, failed));
      }
    } else {
      String why = "NOT RUN: " + String.join("; ", reasons);
      versions.putIfAbsent(rival.name(), why);
      problem(rival, why);
    }
    return process;
  }

  /**
   * Does some of a rival's work; goes on without it if the rival fails.
   *
   * @return whether it was done
   */
  boolean attempt(Runnable work) {
    try {
      work.run();
      return true;
    } catch (RivalFailure e) {
      failed(e);
      return false;
    }
  }

  /** Notes that a rival failed and that what it was to do is left out. */
  void failed(RivalFailure failure) {
    problem(failure.rival(), "FAILED: " + failure.getMessage());
  }

  /** Tells it once, however often it is met. */
  private void problem(Rival rival, String what) {
    String text = "%s: %s".formatted(rival, what);
    if (problems.add(text)) {
      listener.say("  " + text);
    }
  }

  /** Returns which rivals did not run or failed, and why. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Returns the versions of those that ran, or why one did not, by name. */
  Map<String, String> versions() {
    Map<String, String> texts = new LinkedHashMap<>(versions);
    for (Rival rival : wanted) {
      texts.putIfAbsent(rival.name(), "NOT RUN: no suite of this run got to its work");
    }
    texts.replaceAll((name, text) ->
        problems.stream().anyMatch(p -> p.startsWith(name + ": FAILED"))
            ? text + "; FAILED on the way"
            : text);
    return texts;
  }
}
