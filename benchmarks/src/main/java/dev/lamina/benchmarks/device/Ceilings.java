package dev.lamina.benchmarks.device;

import java.util.OptionalDouble;

/**
 * What the device does at best, measured before everything else.
 *
 * @param float32 10¹² operations a second of the library's float32 product
 * @param float64 the same in float64
 * @param tf32 the same of float32 matrices with TensorFloat-32 allowed; empty if the library has no
 *     such mode
 * @param bandwidth 10⁹ bytes a second that a copy within the device reads and writes
 * @param toDevice 10⁹ bytes a second from pinned host memory
 * @param toHost 10⁹ bytes a second to pinned host memory
 */
public record Ceilings(
    OptionalDouble float32,
    OptionalDouble float64,
    OptionalDouble tf32,
    OptionalDouble bandwidth,
    OptionalDouble toDevice,
    OptionalDouble toHost) {

  /** Nothing has been measured. */
  static final Ceilings UNKNOWN =
      new Ceilings(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  /** Returns the rate of float32 products in three TensorFloat-32 products. */
  OptionalDouble tf32x3() {
    return tf32.isPresent() ? OptionalDouble.of(tf32.getAsDouble() / 3) : tf32;
  }
}
