package dev.lamina.benchmarks;

import java.util.OptionalDouble;

/**
 * What a backend's machine does at best, measured before everything else. A rate that was not
 * measured, or that the machine does not have, is empty.
 *
 * @param float32 10¹² operations a second of the library's float32 product
 * @param float64 the same in float64
 * @param tf32 the same of float32 matrices with TensorFloat-32 allowed
 * @param bandwidth 10⁹ bytes a second that a copy within the device's memory reads and writes
 * @param toDevice 10⁹ bytes a second from host memory
 * @param toHost 10⁹ bytes a second to host memory
 */
public record Ceilings(
    OptionalDouble float32,
    OptionalDouble float64,
    OptionalDouble tf32,
    OptionalDouble bandwidth,
    OptionalDouble toDevice,
    OptionalDouble toHost) {

  /** Checks that the numbers are finite and not negative. */
  public Ceilings {
    Checks.magnitude("float32", float32);
    Checks.magnitude("float64", float64);
    Checks.magnitude("tf32", tf32);
    Checks.magnitude("bandwidth", bandwidth);
    Checks.magnitude("to device", toDevice);
    Checks.magnitude("to host", toHost);
  }

  /** Nothing has been measured. */
  public static final Ceilings UNKNOWN =
      new Ceilings(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  /** {@return the rate of float32 products in three TensorFloat-32 products, 10¹² a second} */
  public OptionalDouble tf32x3() {
    return tf32.isPresent() ? OptionalDouble.of(tf32.getAsDouble() / 3) : tf32;
  }
}
