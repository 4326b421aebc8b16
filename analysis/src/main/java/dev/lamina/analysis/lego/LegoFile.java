package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.DataConfig;
import dev.lamina.analysis.study.NetworkConfig;
import java.util.List;

/**
 * What a file for {@code lamina lego} asks for.
 *
 * @param title for people
 * @param seed of everything about the data that has no seed of its own
 * @param seeds one run for each: it draws the network, the order of the examples and the held-out
 *     samples
 * @param data which samples
 * @param network the hidden layers
 * @param plan how to train; its seed is replaced by each of {@code seeds}
 * @param checkpointEvery epochs between two checkpoints, ≥ 1
 */
public record LegoFile(
    String title,
    long seed,
    List<Long> seeds,
    DataConfig data,
    NetworkConfig network,
    LegoPlan plan,
    int checkpointEvery) {

  /** Copies the seeds. */
  public LegoFile {
    seeds = List.copyOf(seeds);
  }
}
