package dev.lamina.analysis.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
