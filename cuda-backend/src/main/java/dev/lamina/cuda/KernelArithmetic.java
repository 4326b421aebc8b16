package dev.lamina.cuda;

import dev.lamina.config.CudaMath;
import dev.lamina.cuda.KernelTiles.Arithmetic;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.matrix.DType;

/**
 * An arithmetic that a benchmark asks for. All but {@link #CONFIGURED} are for float32 matrices.
 */
public enum KernelArithmetic {
  /** Whatever the settings lead to. */
  CONFIGURED("as configured"),
  /** Products and entry program in float32. */
  FLOAT32("float32"),
  /** Products and pair statistic in float64, the layers after it in float32. */
  FLOAT64_PRODUCTS("float64 products, float32 program"),
  /** Everything in float64, stored as float32. */
  FLOAT64("float64, stored as float32"),
  /** Three TensorFloat-32 products for each float32 product, entry program in float32. */
  TF32X3("3×TF32"),
  /** Factors rounded to TensorFloat-32: not of float32 accuracy; no setting leads here. */
  TF32("TF32 (reduced accuracy)");

  private final String text;

  KernelArithmetic(String text) {
    this.text = text;
  }

  /** {@return the name in reports} */
  public String text() {
    return text;
  }

  /** {@return whether it runs uniform programs only, as fully connected relu networks have} */
  public boolean needsUniformProgram() {
    return this == FLOAT64_PRODUCTS || this == TF32X3 || this == TF32;
  }

  /** Returns the device functions for a kernel of float32 rows. */
  Arithmetic of(LoweredKernel kernel, long d) {
    Arithmetic single = Arithmetic.of(kernel, DType.FLOAT32, d, CudaMath.FLOAT32, false);
    Arithmetic full = Arithmetic.of(kernel, DType.FLOAT32, d, CudaMath.FLOAT64, false);
    if (needsUniformProgram() && !single.code().isUniform()) {
      throw new IllegalArgumentException(
          "%s runs fully connected networks with piecewise linear activations and no bias alone"
              .formatted(text));
    }
    return switch (this) {
      case CONFIGURED ->
          throw new IllegalArgumentException("the settings choose, not " + KernelArithmetic.class);
      case FLOAT32 -> single;
      case FLOAT64 -> full;
      // Slots as for float32, but pairs count as nearly parallel as late as in float64.
      case FLOAT64_PRODUCTS ->
          new Arithmetic(
              full.code(), true, DeviceFunction.GRAM_F32_PRODUCTS64, DeviceFunction.MULTIPLY_F32);
      case TF32X3 ->
          new Arithmetic(
              single.code(), true, DeviceFunction.GRAM_F32_3XTF32, DeviceFunction.MULTIPLY_F32);
      case TF32 ->
          new Arithmetic(
              single.code(), true, DeviceFunction.GRAM_F32_TF32, DeviceFunction.MULTIPLY_F32);
    };
  }
}
