package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Times several pieces of work in turn: A B C A B C …, the first rounds uncounted. */
final class Rounds {
  /** Rounds that are counted even when time has run out. */
  private static final int LEAST = 2;

  /** Times as many rounds as asked for, at most, when the work is short. */
  private static final int MORE = 10;

  private static final long MILLI = 1_000_000;

  /** Milliseconds that stand for a clock that reads nothing, as an emulated one may. */
  private static final double SHORTEST = 1e-6;

  private final Bench bench;
  private final String task;
  private final Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();

  Rounds(Bench bench, String task) {
    this.bench = bench;
    this.task = task;
  }

  /** Returns the name of a contender that does the same work as Lamina. */
  static String by(String who, String work) {
    return work + " by " + who;
  }

  /** Adds work of the backend or its library. */
  Rounds add(String name, Runnable work) {
    return addTimed(name, () -> bench.workbench().milliseconds(work));
  }

  /** Adds work that is prepared anew for each round, uncounted. */
  Rounds add(String name, Runnable before, Runnable work) {
    return addTimed(
        name,
        () -> {
          before.run();
          return bench.workbench().milliseconds(work);
        });
  }

  /** Adds work that is timed elsewhere, in milliseconds. */
  Rounds addTimed(String name, DoubleSupplier work) {
    contenders.put(name, work);
    return this;
  }

  /** Runs them. */
  Times run() {
    int wanted = bench.request().rounds();
    bench.listener().begin(task, (wanted + 1L) * contenders.size());
    Map<String, List<Double>> times = new LinkedHashMap<>();
    contenders.keySet().forEach(name -> times.put(name, new ArrayList<>()));
    long start = System.nanoTime();
    do {
      round(null);
    } while (System.nanoTime() - start < bench.sizes().warmMillis() * MILLI);
    long counting = System.nanoTime();
    for (int round = 0; isWorthOneMore(round, wanted, counting); round++) {
      round(times);
    }
    return new Times(times);
  }

  private boolean isWorthOneMore(int round, int wanted, long counting) {
    long now = System.nanoTime();
    if (round >= Math.min(LEAST, wanted) && now - bench.until() > 0) {
      return false;
    }
    return round < wanted
        || (round < MORE * wanted && now - counting < bench.sizes().warmMillis() * MILLI / 2);
  }

  private void round(Map<String, List<Double>> times) {
    contenders.forEach((name, work) -> {
      double time = Math.max(SHORTEST, work.getAsDouble());
      if (times != null) {
        times.get(name).add(time);
      }
      bench.listener().advance(1);
    });
  }

  /**
   * Milliseconds of each contender, round by round.
   *
   * @param rounds the times by name
   */
  record Times(Map<String, List<Double>> rounds) {

    /** Returns the spread of a contender. */
    Spread spread(String name) {
      return Spread.of(rounds.get(name));
    }

    /** Returns how many times as long one takes as another; the ratio calls that one {@code to}. */
    Ratio ratio(String name, String other, String to) {
      List<Double> above = rounds.get(name);
      List<Double> below = rounds.get(other);
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < above.size(); i++) {
        ratios.add(above.get(i) / below.get(i));
      }
      Spread spread = Spread.of(ratios);
      return new Ratio(to, spread.median(), spread.min(), spread.max());
    }

    /** Returns the times of a contender, each divided by the same number. */
    Times dividedBy(double divisor) {
      Map<String, List<Double>> divided = new LinkedHashMap<>();
      rounds.forEach((name, all) -> divided.put(name, all.stream().map(t -> t / divisor).toList()));
      return new Times(divided);
    }
  }
}
