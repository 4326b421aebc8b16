package dev.lamina.analysis.degeneracy;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Splits the samples of a Monte-Carlo run into fixed blocks. Block b of layer l has its own random
 * stream derived from (seed, l, b), so the results have the same bits for any number of threads.
 *
 * @param settings samples, seed, threads
 */
record SampleBlocks(MonteCarloSettings settings) {
  /** Samples per block: enough for vector instructions, few enough to stay in the L1 cache. */
  static final int SIZE = 64;

  private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
      RandomGeneratorFactory.of("L64X128MixRandom");

  /** Works on one block. */
  interface Task {
    /**
     * Works on samples from to to-1.
     *
     * @param from first sample
     * @param to one behind the last sample, at most from + SIZE
     * @param random the block's own stream
     */
    void run(int from, int to, RandomGenerator random);
  }

  /** Runs the task on every block of one layer and waits. */
  void forEach(int layer, Task task) {
    int blocks = Math.ceilDiv(settings.samples(), SIZE);
    IntConsumer run =
        block -> {
          int from = block * SIZE;
          int to = Math.min(from + SIZE, settings.samples());
          task.run(from, to, stream(layer, block));
        };
    int threads = Math.min(settings.threads(), blocks);
    if (threads == 1) {
      IntStream.range(0, blocks).forEach(run);
      return;
    }
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      pool.submit(() -> IntStream.range(0, blocks).parallel().forEach(run)).join();
    }
  }

  private RandomGenerator stream(int layer, int block) {
    return GENERATORS.create(mix(mix(mix(settings.seed()) + layer) + block));
  }

  /** The finaliser of SplitMix64: neighbouring arguments give unrelated results. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
