package dev.lamina.analysis.data;

import dev.lamina.analysis.data.SplitPlan.Amount;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** Turns a plan into the indices of samples. */
final class Splitter {
  private final String name;
  private final SplitPlan plan;
  private final RandomGenerator random;
  private final long seed;

  /**
   * Creates a splitter.
   *
   * @param name the data set's, for messages
   * @param plan complete but for the seed
   * @param studySeed the seed if the plan has none
   */
  Splitter(String name, SplitPlan plan, long studySeed) {
    this.name = name;
    this.plan = plan;
    this.seed = plan.seed().orElse(studySeed);
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Indices of samples: of the only part, or of the training and the test part. */
  static final class Indices {
    private final int[] train;
    private final int[] test;

    private Indices(int[] train, int[] test) {
      this.train = train;
      this.test = test;
    }

    int[] train() {
      return train;
    }

    int[] test() {
      return test;
    }
  }

  /** Splits a source in one part. */
  Indices ofOnePart(Response response) {
    int[] order = order(response.samples());
    Optional<Amount> train = plan.train();
    Optional<Amount> test = plan.test();
    if (train.isEmpty() && test.isEmpty()) {
      throw new DataException("split: " + name + " needs a number of training or test rows");
    }
    if (train.isEmpty()) {
      int[] tested = last(order, test.get(), response, "test");
      return new Indices(without(order, tested, response), tested);
    }
    int[] trained = first(order, train.get(), response, "training");
    int[] rest = without(order, trained, response);
    if (rest.length == 0) {
      throw new DataException(
          "split: %s has %d rows and all are for training; none is left for testing"
              .formatted(name, order.length));
    }
    return new Indices(
        trained, test.map(t -> rest(rest, t, response, trained.length)).orElse(rest));
  }

  private int[] rest(int[] rest, Amount test, Response response, int trained) {
    if (test instanceof Amount.PerClass) {
      return first(rest, test, response, "test");
    }
    // A fraction is one of the whole, not of what training leaves over.
    long count = count(test, response.samples(), "test");
    if (count > rest.length) {
      throw new DataException(
          "split: %d training and %d test rows are asked for but %s has %d rows"
              .formatted(trained, count, name, response.samples()));
    }
    return Arrays.copyOfRange(rest, rest.length - (int) count, rest.length);
  }

  /** Splits a source that has a test part of its own. */
  Indices ofTwoParts(Response train, Response test) {
    int[] trainOrder = order(train.samples());
    int[] testOrder = order(test.samples());
    return new Indices(
        plan.train().map(a -> first(trainOrder, a, train, "training")).orElse(trainOrder),
        plan.test().map(a -> first(testOrder, a, test, "test")).orElse(testOrder));
  }

  private int[] order(int rows) {
    int[] order = IntStream.range(0, rows).toArray();
    if (plan.shuffle().orElse(false)) {
      for (int i = rows - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swap = order[i];
        order[i] = order[j];
        order[j] = swap;
      }
    }
    return order;
  }

  private int[] first(int[] order, Amount amount, Response response, String what) {
    if (amount instanceof Amount.PerClass perClass) {
      return firstOfEachClass(order, perClass.rows(), response, what);
    }
    long count = count(amount, order.length, what);
    requireEnough(count, order.length, what);
    return Arrays.copyOf(order, (int) count);
  }

  private int[] last(int[] order, Amount amount, Response response, String what) {
    if (amount instanceof Amount.PerClass) {
      return first(order, amount, response, what);
    }
    long count = count(amount, order.length, what);
    requireEnough(count, order.length - 1, what);
    return Arrays.copyOfRange(order, order.length - (int) count, order.length);
  }

  private void requireEnough(long count, int rows, String what) {
    if (count > rows) {
      throw new DataException(
          "split: %d %s rows are asked for but %s has %d".formatted(count, what, name, rows));
    }
  }

  private static long count(Amount amount, int rows, String what) {
    return switch (amount) {
      case Amount.Count count -> count.rows();
      case Amount.Fraction fraction -> Math.max(1, Math.round(fraction.part() * rows));
      case Amount.PerClass _ ->
          throw new IllegalStateException("an amount per class of " + what + " rows is no count");
    };
  }

  private int[] firstOfEachClass(int[] order, long perClass, Response response, String what) {
    if (!(response instanceof Response.Classes classes)) {
      throw new DataException(
          "split: %s rows per class are asked for but %s has numbers, not classes"
              .formatted(what, name));
    }
    long[] taken = new long[classes.count()];
    int[] chosen =
        Arrays.stream(order).filter(row -> taken[classes.label(row)]++ < perClass).toArray();
    for (int c = 0; c < taken.length; c++) {
      if (taken[c] < perClass) {
        throw new DataException(
            "split: %d %s rows per class are asked for but class %s of %s has %d"
                .formatted(perClass, what, classes.names().get(c), name, taken[c]));
      }
    }
    return chosen;
  }

  private static int[] without(int[] order, int[] used, Response response) {
    boolean[] isUsed = new boolean[response.samples()];
    for (int row : used) {
      isUsed[row] = true;
    }
    return Arrays.stream(order).filter(row -> !isUsed[row]).toArray();
  }

  /** Returns how the order came about, for the provenance. */
  String orderText() {
    return plan.shuffle().orElse(false) ? "shuffled with seed " + seed : "in file order";
  }
}
