package dev.lamina.analysis.data;

import dev.lamina.analysis.data.PreprocessingStep.Fitted;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples ready for an analysis: loaded, split and preprocessed. Owns its memory.
 *
 * @param train samples to learn from
 * @param test samples to judge by
 */
public record PreparedData(DataSet train, DataSet test) implements AutoCloseable {

  /**
   * Loads, splits and preprocesses; the caller closes the result.
   *
   * @param config what is wanted
   * @param cache where fetched data sets lie
   * @param studySeed seed of everything random that has no seed of its own
   * @param dtype element type of both x
   * @param backend computes what is large
   * @return the data
   * @throws DataException if the data cannot be used as asked
   * @throws dev.lamina.matrix.DataFormatException if a file is not what its format demands
   * @throws dev.lamina.matrix.ShapeException if x and y do not fit together
   * @throws dev.lamina.io.FileException if a file cannot be read
   */
  public static PreparedData load(
      DataConfig config, CacheFolder cache, long studySeed, DType dtype, Backend backend) {
    PreparedData split;
    try (DataParts parts = new DataSources(cache, studySeed).load(config.source(), dtype)) {
      SplitPlan plan = config.split().orElse(config.source().defaultSplit());
      split = split(parts, plan, studySeed, dtype);
    }
    try {
      return split.preprocessed(config.preprocess(), backend);
    } catch (RuntimeException e) {
      split.close();
      throw e;
    }
  }

  /**
   * Copies the samples that a plan asks for; the caller closes the result.
   *
   * @param parts the samples; stay the caller's
   * @param plan complete but for the seed
   * @param studySeed the seed if the plan has none
   * @param dtype element type of both x
   * @return the data
   * @throws DataException if there are not enough samples
   */
  public static PreparedData split(DataParts parts, SplitPlan plan, long studySeed, DType dtype) {
    Splitter splitter = new Splitter(parts.train().name(), plan, studySeed);
    Splitter.Indices indices =
        parts
            .test()
            .map(test -> splitter.ofTwoParts(parts.train().response(), test.response()))
            .orElseGet(() -> splitter.ofOnePart(parts.train().response()));
    DataSet test = parts.test().orElse(parts.train());
    DataSet train = select(parts.train(), indices.train(), "training", splitter.orderText(), dtype);
    return new PreparedData(
        train, select(test, indices.test(), "test", splitter.orderText(), dtype));
  }

  private static DataSet select(DataSet from, int[] rows, String part, String order, DType dtype) {
    String how = "%d of %d rows for %s, %s".formatted(rows.length, from.samples(), part, order);
    return from.select(rows, dtype, how);
  }

  /**
   * Applies steps in place, each learnt from the training samples as the steps before left them.
   *
   * @param steps in the order of application
   * @param backend computes what is large
   * @return the same matrices with the steps in their provenance
   * @throws DataException if a step cannot be applied
   */
  PreparedData preprocessed(List<PreprocessingStep> steps, Backend backend) {
    List<String> done = new ArrayList<>();
    for (PreprocessingStep step : steps) {
      Fitted fitted = step.fit(train.x(), backend);
      fitted.apply(train.x(), "training");
      fitted.apply(test.x(), "test");
      done.add(step.text());
    }
    if (done.isEmpty()) {
      return this;
    }
    train.requireFinite();
    test.requireFinite();
    String text = String.join(", then ", done);
    return new PreparedData(train.after(text), test.after(text));
  }

  /** Frees both parts. Closing twice does nothing. */
  @Override
  public void close() {
    train.close();
    test.close();
  }
}
