package dev.lamina.ops.iteration;

import java.util.function.LongConsumer;

/** Runs a body for each index from 0 on, in any order and on any threads, and waits for all. */
@FunctionalInterface
public interface IndexLoop {

  /**
   * Runs the loop.
   *
   * @param count number of indices, ≥ 0
   * @param body what to do for each
   */
  void forEach(long count, LongConsumer body);
}
