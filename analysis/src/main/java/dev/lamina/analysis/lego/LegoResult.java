package dev.lamina.analysis.lego;

import java.util.List;

/**
 * What became of a run. The network itself stays with the {@link LegoTraining}.
 *
 * @param turns one entry for each layer that was begun, in the order of the plan
 * @param resumed whether the run continued from a checkpoint
 */
public record LegoResult(List<TurnHistory> turns, boolean resumed) {

  /** Copies the list. */
  public LegoResult {
    turns = List.copyOf(turns);
  }

  /** {@return whether a layer diverged, which ends the run} */
  public boolean diverged() {
    return turns.stream().anyMatch(TurnHistory::diverged);
  }
}
