package dev.lamina.analysis.training;

import java.util.List;

/**
 * What became of a run. The network itself stays with the {@link Training}.
 *
 * @param history one entry per finished epoch, those before a resumed checkpoint included
 * @param ending why it ended
 * @param resumedFrom the epoch of the checkpoint that the run began with, 0 if none
 */
public record TrainingResult(List<EpochMetrics> history, Ending ending, int resumedFrom) {

  /** Copies the history. */
  public TrainingResult {
    history = List.copyOf(history);
  }
}
