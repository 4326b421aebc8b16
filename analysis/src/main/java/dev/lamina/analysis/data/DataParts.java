package dev.lamina.analysis.data;

import dev.lamina.matrix.ShapeException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A data set as its source has it: in one part, or with a part of its own for testing.
 *
 * @param train the samples, or those for training if there is a test part
 * @param test the samples for testing, if the source keeps them apart
 */
public record DataParts(DataSet train, Optional<DataSet> test) implements AutoCloseable {

  /** Checks that both parts have the same features and classes. */
  public DataParts {
    if (test.isPresent()) {
      requireAlike(train, test.get());
    }
  }

  /**
   * Returns both parts, or frees whichever are there if the second cannot be had or does not fit.
   *
   * @param train the samples for training
   * @param test loads the samples for testing, if there are any
   */
  static DataParts of(DataSet train, Supplier<Optional<DataSet>> test) {
    Optional<DataSet> tested = Optional.empty();
    try {
      tested = test.get();
      return new DataParts(train, tested);
    } catch (RuntimeException e) {
      train.close();
      tested.ifPresent(DataSet::close);
      throw e;
    }
  }

  private static void requireAlike(DataSet train, DataSet test) {
    if (train.features() != test.features()) {
      throw new ShapeException(
          "%s: training and test x must have equally many columns but are %s and %s"
              .formatted(train.name(), train.x().shape(), test.x().shape()));
    }
    boolean alike =
        switch (train.response()) {
          case Response.Classes a ->
              test.response() instanceof Response.Classes b && a.names().equals(b.names());
          case Response.Values a ->
              test.response() instanceof Response.Values b
                  && a.values().cols() == b.values().cols();
        };
    if (!alike) {
      throw new DataException(
          "%s: training and test y must be of one kind but are %s and %s"
              .formatted(train.name(), kind(train.response()), kind(test.response())));
    }
  }

  private static String kind(Response response) {
    return switch (response) {
      case Response.Classes classes -> "classes " + classes.names();
      case Response.Values values -> values.values().cols() + " numbers per row";
    };
  }

  @Override
  public void close() {
    train.close();
    test.ifPresent(DataSet::close);
  }
}
