package dev.lamina.lowering;

/** What an entry program may ask about a pair of rows x, z. */
public enum PairStatistic {
  /** x·z. */
  DOT,
  /** 1 − x·z/(‖x‖‖z‖) in [0, 2]; exact for nearly parallel rows. Rows must not be zero. */
  COMPLEMENT,
  /** ‖x − z‖²; exact for close rows. */
  SQUARED_DISTANCE
}
