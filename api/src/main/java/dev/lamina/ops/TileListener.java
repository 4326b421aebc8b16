package dev.lamina.ops;

/**
 * Hears how far a kernel matrix is; see {@link GramOps#heardBy}. Methods may be called by several
 * threads at once, and from within the computation, so they must be quick.
 */
public interface TileListener {

  /** Hears nothing. */
  TileListener NONE =
      new TileListener() {
        @Override
        public void begin(long tiles) {}

        @Override
        public void finished(long tiles) {}
      };

  /**
   * A kernel matrix has been planned.
   *
   * @param tiles how many tiles it will be computed in, ≥ 1
   */
  void begin(long tiles);

  /**
   * Some of its tiles have been computed, or handed to a device that works through them in order.
   *
   * @param tiles how many more
   */
  void finished(long tiles);
}
