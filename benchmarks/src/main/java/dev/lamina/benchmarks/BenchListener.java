package dev.lamina.benchmarks;

import dev.lamina.analysis.study.Progress;

/** Told what the benchmark is doing. */
public interface BenchListener extends Progress {

  /**
   * Says something to the user that is not the result.
   *
   * @param line one line
   */
  void say(String line);
}
