package dev.lamina.cuda;

import dev.lamina.backend.DeviceMemoryException;
import dev.lamina.backend.MemoryBudgetException;
import java.util.function.LongUnaryOperator;

/** Chooses how large the tiles of an operation are. */
final class TileEdge {
  private TileEdge() {}

  /**
   * Returns the largest edge whose tiles fit into memory: {@code most}, or the largest power of two
   * below it.
   *
   * @param least the smallest edge that is worth while, a power of two
   * @param most the edge of which there is only one tile, ≥ 1
   * @param available bytes that the tiles may take
   * @param cost bytes that tiles of an edge take
   * @return the edge, 0 if not even {@code least} fits
   */
  static long of(long least, long most, long available, LongUnaryOperator cost) {
    if (cost.applyAsLong(most) <= available) {
      return most;
    }
    for (long edge = Long.highestOneBit(most); edge >= least; edge /= 2) {
      if (edge < most && cost.applyAsLong(edge) <= available) {
        return edge;
      }
    }
    return 0;
  }

  /**
   * Returns the largest edge for an operation.
   *
   * @throws MemoryBudgetException if the budget has no room for the smallest tiles
   * @throws DeviceMemoryException if the device has none
   */
  static long of(Workspace workspace, long least, long most, LongUnaryOperator cost) {
    long edge = of(least, most, workspace.available(), cost);
    if (edge > 0) {
      return edge;
    }
    long smallest = Math.min(least, most);
    long asked = cost.applyAsLong(smallest);
    DeviceContext context = workspace.context();
    String what = "%s: tiles of %d×%d".formatted(workspace.operation(), smallest, smallest);
    if (asked > context.budget().available()) {
      throw new MemoryBudgetException(
          what, asked, context.budget().available(), context.budget().limit());
    }
    CudaDriver.MemoryInfo memory = context.driver().memory();
    throw new DeviceMemoryException(what, asked, memory.free(), memory.total());
  }
}
