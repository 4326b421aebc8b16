package dev.lamina.analysis.lego;

import java.util.List;

/**
 * Where a turn stands at an evaluation.
 *
 * @param epochs what was measured
 * @param step finished steps
 * @param best passes after which the kept parameters were there
 * @param bestLoss the held-out loss then; NaN if nothing is held out
 * @param sinceBest evaluations since then
 */
record TurnState(List<LegoEpoch> epochs, long step, int best, double bestLoss, int sinceBest) {
  TurnState {
    epochs = List.copyOf(epochs);
  }
}
