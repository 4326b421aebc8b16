package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * Times several pieces of work in turn: A B C A B C …. Before that, each is run without counting
 * until it alone has run for the time of warming up, so that a slow one takes nothing from the
 * others.
 */
final class Rounds {
  /** Rounds that are counted even when the suite's time has run out, if the backend's has not. */
  private static final int LEAST = 2;

  /** Times as many rounds as asked for, at most, when the work is short. */
  private static final int MORE = 10;

  /** One part in so many of the time that is left is the most that warming up takes. */
  private static final int WARMING = 4;

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

  /**
   * Adds work of a rival, which is left out if the rival fails.
   *
   * @param name of the work
   * @param before done now, once
   * @param work timed by the rival, in milliseconds
   */
  Rounds addRival(String name, Runnable before, DoubleSupplier work) {
    return bench.rivals().attempt(before) ? addTimed(name, work) : this;
  }

  /**
   * Runs them.
   *
   * @throws OutOfTime if the time of the backend has run out
   */
  Times run() {
    if (bench.now() - bench.end() > 0) {
      throw new OutOfTime(task);
    }
    int wanted = bench.request().rounds();
    bench.listener().begin(task, (wanted + 1L) * contenders.size());
    warm();
    Map<String, List<Double>> times = new LinkedHashMap<>();
    contenders.keySet().forEach(name -> times.put(name, new ArrayList<>()));
    long counting = bench.now();
    for (int round = 0; isWorthOneMore(round, wanted, counting); round++) {
      List.copyOf(contenders.keySet())
          .forEach(name -> once(name).ifPresent(time -> times.get(name).add(time)));
    }
    times.keySet().retainAll(contenders.keySet());
    return new Times(times);
  }

  /** Runs each at least once, and until it has had its own time. */
  private void warm() {
    long begin = bench.now();
    long most = Math.max(0, bench.until() - begin) / WARMING / Math.max(1, contenders.size());
    long each = Math.min(bench.sizes().warmMillis() * MILLI, most);
    Set<String> cold = new LinkedHashSet<>(contenders.keySet());
    Map<String, Long> spent = new LinkedHashMap<>();
    while (!cold.isEmpty()) {
      for (String name : cold) {
        long start = bench.now();
        once(name);
        spent.merge(name, bench.now() - start, Long::sum);
      }
      cold.removeIf(name -> spent.get(name) >= each || !contenders.containsKey(name));
    }
  }

  private boolean isWorthOneMore(int round, int wanted, long counting) {
    long now = bench.now();
    int least = now - bench.end() > 0 ? 1 : Math.min(LEAST, wanted);
    if (round >= least && now - bench.until() > 0) {
      return false;
    }
    return round < wanted
        || (round < MORE * wanted && now - counting < bench.sizes().warmMillis() * MILLI / 2);
  }

  /** Runs a contender once; empty if it is a rival that fails, which is then left out. */
  private OptionalDouble once(String name) {
    try {
      return OptionalDouble.of(Math.max(SHORTEST, contenders.get(name).getAsDouble()));
    } catch (RivalFailure e) {
      bench.rivals().failed(e);
      contenders.remove(name);
      return OptionalDouble.empty();
    } finally {
      bench.listener().advance(1);
    }
  }

  /**
   * Milliseconds of each contender, round by round.
   *
   * @param rounds the times by name
   */
  record Times(Map<String, List<Double>> rounds) {

    /** Returns whether a contender ran to the end. */
    boolean has(String name) {
      return rounds.containsKey(name);
    }

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
