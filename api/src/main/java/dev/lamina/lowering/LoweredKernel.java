package dev.lamina.lowering;

import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;

/**
 * A kernel as a backend runs it.
 *
 * @param rows what is done for each row
 * @param entries what is done for each pair
 */
public record LoweredKernel(RowProgram rows, EntryProgram entries) {

  /**
   * Lowers a kernel. Output 0 is its value; output 1, if {@code angles}, its angle.
   *
   * @param kernel the kernel
   * @param angles whether the angle is wanted too
   * @param scale what the data are like
   * @return the program
   * @throws IllegalArgumentException if angles are wanted of a kernel that has none, or the data
   *     are out of an activation's range
   */
  public static LoweredKernel of(Kernel kernel, boolean angles, InputScale scale) {
    if (angles && !kernel.hasAngle()) {
      throw new IllegalArgumentException(
          "angles: " + kernel + " has no angle; linear, arcCosine, nngp and ntk have one");
    }
    return new KernelLowering(scale).lower(kernel, angles);
  }

  /**
   * Lowers the kernels of a network. The outputs are the NNGP kernels in the order of the depths,
   * if wanted, then the tangent kernels, if wanted.
   *
   * @param kernels network and depths
   * @param nngp whether the NNGP kernels are wanted
   * @param ntk whether the tangent kernels are wanted
   * @param scale what the data are like
   * @return the program
   */
  public static LoweredKernel of(
      NeuralKernels kernels, boolean nngp, boolean ntk, InputScale scale) {
    return new KernelLowering(scale).lower(kernels, nngp, ntk);
  }
}
