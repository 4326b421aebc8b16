package dev.lamina.analysis.training;

import dev.lamina.Lamina;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs independent work, such as training with several seeds or architectures, on several threads.
 * On processors each run is best given a backend of its own with one thread: small networks have
 * nothing to share out, and results do not depend on the number of threads.
 */
public final class SideBySide {
  private SideBySide() {}

  /**
   * Runs everything and waits for it.
   *
   * @param threads how many run at once, ≥ 1
   * @param work what to run
   * @param <T> what each gives
   * @return the results in the order of the work
   * @throws RuntimeException the first failure, once all that had begun has ended; work that had
   *     not begun is left out
   */
  public static <T> List<T> run(int threads, List<? extends Callable<T>> work) {
    ExecutorService executor =
        Executors.newFixedThreadPool(
            threads, task -> Thread.ofPlatform().daemon().name("lamina-training").unstarted(task));
    List<Future<T>> futures = new ArrayList<>();
    work.forEach(task -> futures.add(executor.submit(task)));
    executor.shutdown();
    List<T> results = new ArrayList<>();
    try {
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("training was interrupted");
      cancelled.initCause(e);
      throw cancelled;
    } catch (ExecutionException e) {
      futures.forEach(future -> future.cancel(false));
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("a run failed", e.getCause());
    } finally {
      awaitEnd(executor);
    }
  }

  /**
   * Lets workers go through something together. On processors there is one worker for each thread,
   * with a backend of its own on that thread; other devices have one worker.
   *
   * @param lamina the open backend and the settings
   * @param worker takes its share, until nothing is left; called on several threads at once
   */
  public static void share(Lamina lamina, Consumer<Backend> worker) {
    int threads = lamina.config().cpuThreads();
    if (lamina.backend().id() != BackendId.CPU || threads == 1) {
      worker.accept(lamina.backend());
      return;
    }
    Callable<Boolean> alone =
        () ->
            alone(
                lamina,
                backend -> {
                  worker.accept(backend);
                  return true;
                });
    run(threads, Collections.nCopies(threads, alone));
  }

  /**
   * Does something with small networks, which threads only wait for: on processors with a backend
   * of its own on one thread.
   *
   * @param lamina the open backend and the settings
   * @param work what to do
   * @param <T> what it gives
   * @return what it gives
   */
  public static <T> T alone(Lamina lamina, Function<Backend, T> work) {
    if (lamina.backend().id() != BackendId.CPU || lamina.config().cpuThreads() == 1) {
      return work.apply(lamina.backend());
    }
    LaminaConfig one = lamina.config().withBackend(BackendChoice.CPU).withCpuThreads(1);
    try (Lamina own = Lamina.open(one)) {
      return work.apply(own.backend());
    }
  }

  /** The runs' matrices may be closed as soon as this returns. */
  private static void awaitEnd(ExecutorService executor) {
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, java.util.concurrent.TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
