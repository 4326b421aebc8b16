package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;

/** One launch of a device function on the compute stream: its arguments, then its grid. */
final class Launch {
  private static final int ENTRIES_PER_BLOCK = 1024;

  private final DeviceContext context;
  private final DeviceFunction function;
  private final Parameters parameters;

  /**
   * Begins a launch; the arguments of another one must not be mixed in.
   *
   * @param context where
   * @param function what
   */
  Launch(DeviceContext context, DeviceFunction function) {
    this.context = context;
    this.function = function;
    this.parameters = context.parameters();
  }

  /** Begins a launch of the function for an element type. */
  static Launch of(DeviceContext context, DType dtype, DeviceFunction single, DeviceFunction full) {
    return new Launch(context, dtype == DType.FLOAT32 ? single : full);
  }

  /** Adds addresses, sizes and other whole numbers; a fraction needs {@link #real}. */
  Launch with(long... values) {
    for (long value : values) {
      parameters.add(value);
    }
    return this;
  }

  /** Adds the address of a block. */
  Launch address(DeviceBlock block) {
    parameters.add(block.address());
    return this;
  }

  /** Adds a float64. */
  Launch real(double value) {
    parameters.add(value);
    return this;
  }

  /** Adds the four arguments of an activation. */
  Launch activation(ActivationCode activation) {
    return with(activation.kind())
        .real(activation.slope())
        .with(activation.coefficients(), activation.terms());
  }

  /** Launches a line of blocks; none if there are no blocks. */
  void run(long blocks) {
    if (blocks > 0) {
      run(LaunchShape.line(blocks, function.threads()));
    }
  }

  /** Launches a grid. */
  void run(long x, long y, long z) {
    if (x > 0 && y > 0 && z > 0) {
      run(
          new LaunchShape(
              Math.toIntExact(x),
              Math.toIntExact(y),
              Math.toIntExact(z),
              function.threads(),
              1,
              0));
    }
  }

  private void run(LaunchShape shape) {
    if (parameters.count() != function.parameters().size()) {
      throw new IllegalStateException(
          "%s has the parameters %s but was given %d"
              .formatted(function.entry(), function.parameters(), parameters.count()));
    }
    context.launch(function.entry(), shape);
  }

  /** Launches over the entries of an n×m matrix, 1024 a block. */
  void runOverEntries(long n, long m) {
    run(Math.ceilDiv(Math.multiplyExact(n, m), ENTRIES_PER_BLOCK));
  }

  /** Launches the tiles of an n×m matrix. */
  void runTiles(long n, long m) {
    run(
        Math.multiplyExact(
            Math.ceilDiv(n, (long) function.tile()), Math.ceilDiv(m, (long) function.tile())));
  }

  /** Launches the tiles on and below the diagonal of an n×n matrix. */
  void runLowerTiles(long n) {
    long tiles = Math.ceilDiv(n, (long) function.tile());
    run(Math.multiplyExact(tiles, tiles + 1) / 2);
  }
}
