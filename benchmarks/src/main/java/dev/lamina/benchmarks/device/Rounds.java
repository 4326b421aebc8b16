package dev.lamina.benchmarks.device;

import dev.lamina.cuda.CudaWorkbench;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times several pieces of work in turn: A B C A B C …, the first round uncounted. */
final class Rounds {
  /** Rounds that are counted even when time has run out. */
  private static final int LEAST = 2;

  private final CudaWorkbench bench;
  private final Map<String, Contender> contenders = new LinkedHashMap<>();

  /** What is done before, and what is timed. */
  private record Contender(Runnable before, Runnable work) {}

  Rounds(CudaWorkbench bench) {
    this.bench = bench;
  }

  Rounds add(String name, Runnable work) {
    return add(name, () -> {}, work);
  }

  /** Adds work that is prepared anew for each round, uncounted. */
  Rounds add(String name, Runnable before, Runnable work) {
    contenders.put(name, new Contender(before, work));
    return this;
  }

  /**
   * Runs them.
   *
   * @param rounds rounds that are counted, after one that is not
   * @param until {@code System.nanoTime()} after which no further round begins
   */
  Map<String, Spread> run(int rounds, long until) {
    Map<String, List<Double>> times = new LinkedHashMap<>();
    contenders.keySet().forEach(name -> times.put(name, new ArrayList<>()));
    for (int round = 0; round <= rounds; round++) {
      if (round > LEAST && System.nanoTime() - until > 0) {
        break;
      }
      boolean counted = round > 0;
      contenders.forEach((name, contender) -> {
        contender.before().run();
        double time = bench.milliseconds(contender.work());
        if (counted) {
          times.get(name).add(time);
        }
      });
    }
    Map<String, Spread> spreads = new LinkedHashMap<>();
    times.forEach((name, list) -> spreads.put(name, Spread.of(list)));
    return spreads;
  }
}
