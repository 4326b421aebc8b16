package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Training;
import java.util.Arrays;
import java.util.Optional;

/** The samples of the runs of a study: all of them, or as many as are asked for, drawn by seeds. */
final class LegoSamples {
  private static final long SUBSET = 0x3c6ef372fe94f82bL;
  private static final long TRIAL = 0x1f83d9abfb41bd6bL;

  private final LegoConfig config;
  private final PreparedData all;

  LegoSamples(LegoConfig config, StudyContext context) {
    this.config = config;
    this.all = context.data();
  }

  /**
   * Samples of one run.
   *
   * @param data the samples
   * @param ownTest whether the test part is closed with this; it is the study's otherwise
   * @param whole whether the training part is the study's, too
   */
  record Drawn(PreparedData data, boolean ownTest, boolean whole) implements AutoCloseable {
    @Override
    public void close() {
      if (!whole) {
        data.train().close();
      }
      if (ownTest) {
        data.test().close();
      }
    }
  }

  /** Returns the number of training samples of each run. */
  int perRun() {
    int n = all.train().samples();
    return config.samples() == 0 ? n : Math.min(config.samples(), n);
  }

  /** Returns the number of training samples while methods choose. */
  int perTrial() {
    return perRun() - heldOut();
  }

  private int heldOut() {
    return (int) Math.round(perRun() * config.choice().share());
  }

  /** Returns the samples of a run; the caller closes them. */
  Drawn run(long seed) {
    Optional<int[]> rows = rows(seed);
    return rows.isEmpty()
        ? new Drawn(all, false, true)
        : new Drawn(
            new PreparedData(part(rows.get(), "drawn by the run"), all.test()), false, false);
  }

  /**
   * Returns the training samples of a run with some of them held out in place of the test samples;
   * the caller closes them.
   */
  Drawn trial(long seed) {
    int n = perRun();
    int[] rows = rows(seed).orElseGet(() -> Training.order(seed ^ SUBSET, 0, n));
    int[] order = Training.order(seed ^ TRIAL, 0, n);
    int held = heldOut();
    if (held == 0 || held == n) {
      throw new IllegalArgumentException(
          "lego: choose.share = %s of %d training samples leaves none to train on or none to choose by"
              .formatted(config.choice().share(), n));
    }
    int[] out = Arrays.stream(order, 0, held).map(i -> rows[i]).sorted().toArray();
    int[] in = Arrays.stream(order, held, n).map(i -> rows[i]).sorted().toArray();
    return new Drawn(
        new PreparedData(part(in, "to train on"), part(out, "to choose by")), true, false);
  }

  /** Returns which samples a run draws, in their order in the data; nothing for all of them. */
  private Optional<int[]> rows(long seed) {
    int n = all.train().samples();
    if (perRun() == n) {
      return Optional.empty();
    }
    int[] rows = Arrays.copyOf(Training.order(seed ^ SUBSET, 0, n), perRun());
    Arrays.sort(rows);
    return Optional.of(rows);
  }

  private DataSet part(int[] rows, String how) {
    return all.train().select(rows, all.train().x().dtype(), how);
  }
}
