package dev.lamina.analysis.training;

import dev.lamina.analysis.network.Network;

/** Looks at a network while it is trained. */
public interface TrainingObserver {

  /** Never looks. */
  TrainingObserver NONE =
      new TrainingObserver() {
        @Override
        public boolean wants(long step) {
          return false;
        }

        @Override
        public void look(long step, Network network) {
          // never called
        }
      };

  /**
   * {@return whether it wants to look}
   *
   * @param step number of finished steps, from 0; in a resumed run from those of its checkpoint
   */
  boolean wants(long step);

  /**
   * Looks.
   *
   * @param step number of finished steps
   * @param network the parameters as they are; changes with the next look
   */
  void look(long step, Network network);
}
