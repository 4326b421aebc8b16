package dev.lamina.cuda;

import dev.lamina.cuda.KernelTiles.Arithmetic;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.DType;
import java.util.Optional;

/**
 * The way to a kernel matrix.
 *
 * @param arithmetic of products and entries
 * @param separate how products are formed if not in the launch that runs the entry program
 */
record KernelRoute(Arithmetic arithmetic, Optional<Separate> separate) {

  /**
   * Products by a library, tile by tile, and the entry program over each of them.
   *
   * @param blas forms the products
   * @param program runs the entry program
   * @param edge rows and columns of a tile at most
   */
  record Separate(DeviceBlas blas, DeviceFunction program, long edge) {}

  /** Chooses a route. */
  @FunctionalInterface
  interface Choice {
    /**
     * Chooses.
     *
     * @param kernel the lowered kernel
     * @param dtype element type of the rows
     * @param d columns of the rows
     */
    KernelRoute of(LoweredKernel kernel, DType dtype, long d);
  }

  /** Returns the route of one launch for each tile. */
  static KernelRoute fused(Arithmetic arithmetic) {
    return new KernelRoute(arithmetic, Optional.empty());
  }
}
