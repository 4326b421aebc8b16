package dev.lamina.analysis.training;

import dev.lamina.analysis.study.Progress;

/** Hears of the steps of several runs, perhaps on several threads, and shows them as one task. */
public final class SharedProgress implements Progress {
  private final Progress progress;

  /**
   * Begins the task.
   *
   * @param progress where the steps are shown
   * @param task what is being done, in a few words
   * @param steps the steps of all runs together, ≥ 1
   */
  public SharedProgress(Progress progress, String task, long steps) {
    this.progress = progress;
    progress.begin(task, steps);
  }

  /** Does nothing: all runs are one task, which has begun. */
  @Override
  public void begin(String task, long steps) {}

  @Override
  public synchronized void advance(long steps) {
    progress.advance(steps);
  }
}
