package dev.lamina.analysis.sparsity;

import dev.lamina.Lamina;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.backend.Backend;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs numbered jobs side by side, each on one worker's backend. */
final class Jobs {
  private final Lamina lamina;
  private final Progress progress;

  Jobs(Lamina lamina, Progress progress) {
    this.lamina = lamina;
    this.progress = progress;
  }

  /** What to do. */
  interface Job {
    /**
     * Does one job and keeps its result.
     *
     * @param backend the worker's own
     * @param number from 0
     */
    void run(Backend backend, int number);
  }

  /** Lets all workers take jobs until none is left. */
  void run(String task, int count, Job job) {
    progress.begin(task, Math.max(1, count));
    AtomicInteger next = new AtomicInteger();
    SideBySide.share(
        lamina,
        backend -> {
          for (int j = next.getAndIncrement(); j < count; j = next.getAndIncrement()) {
            job.run(backend, j);
            synchronized (this) {
              progress.advance(1);
            }
          }
        });
  }
}
