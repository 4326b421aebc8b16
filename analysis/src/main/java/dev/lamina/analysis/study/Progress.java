package dev.lamina.analysis.study;

/** Where a long computation says how far it is. Methods may be called from one thread at a time. */
public interface Progress {

  /** Tells nobody. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String task, long steps) {}

        @Override
        public void advance(long steps) {}
      };

  /**
   * Begins a task; the previous one is over.
   *
   * @param task what is being done, in a few words
   * @param steps how many steps it has, ≥ 1
   */
  void begin(String task, long steps);

  /**
   * Reports finished steps of the current task.
   *
   * @param steps how many more, ≥ 0
   */
  void advance(long steps);
}
