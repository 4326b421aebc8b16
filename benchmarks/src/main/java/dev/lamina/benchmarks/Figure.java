package dev.lamina.benchmarks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One measured piece of work with everything that belongs beside its time. Two figures of different
 * runs are about the same work if suite, work, who did it, element type and sizes are equal.
 *
 * @param suite {@link Suite#id}, or {@code ceilings}
 * @param work what was done
 * @param by who did it: {@code lamina}, {@code library} for the vendor's, or a rival such as {@code
 *     numpy}
 * @param dtype element type: {@code float32} or {@code float64}
 * @param sizes by the usual letter, in the order in which they are read: N, d, L, …
 * @param milliseconds of the whole operation
 * @param operations floating-point operations of the products, factors and solutions that the work
 *     needs, of symmetric results those on and below the diagonal (of block matrices: the blocks
 *     there), however many are done; what is done entry by entry besides, such as entry programs,
 *     activations and sums, is not counted; empty where nothing is
 * @param bytes bytes of what goes in, read once, and of what comes out, written once, in full where
 *     both triangles of a symmetric matrix are stored; nothing in between is counted. For copies
 *     between memories and files the bytes that cross; empty if not stated
 * @param ceilingShare rate over that of the library's product in the same arithmetic, or over that
 *     of a copy
 * @param floorMilliseconds the larger of operations over that rate and bytes over the bandwidth
 * @param error largest difference over sampled entries of the result to a computation of the same
 *     in float64, relative to √(k(x,x)k(z,z)) or what corresponds to it; of factors and solutions
 *     the residual L Lᵀ − A or B − A X, computed in float64
 * @param parallelError the same over the most parallel pairs of inputs
 * @param peakBytes most memory of our own in use at once, matrices included where they lie on a
 *     device; 0 if not measured
 * @param ratios times against other work of the same rounds
 * @param launches milliseconds of single device functions in one more run
 * @param note what else must be known
 */
public record Figure(
    String suite,
    String work,
    String by,
    String dtype,
    Map<String, Long> sizes,
    Spread milliseconds,
    OptionalDouble operations,
    OptionalDouble bytes,
    OptionalDouble ceilingShare,
    OptionalDouble floorMilliseconds,
    OptionalDouble error,
    OptionalDouble parallelError,
    long peakBytes,
    List<Ratio> ratios,
    Map<String, Double> launches,
    String note) {

  /**
   * Checks that the numbers are finite and not negative; copies, keeping the order of the sizes.
   */
  public Figure {
    Checks.magnitude(work + ": operations", operations);
    Checks.magnitude(work + ": bytes", bytes);
    Checks.magnitude(work + ": share of the ceiling", ceilingShare);
    Checks.magnitude(work + ": floor", floorMilliseconds);
    Checks.magnitude(work + ": error", error);
    Checks.magnitude(work + ": error of parallel inputs", parallelError);
    Checks.magnitude(work + ": peak bytes", (double) peakBytes);
    launches.forEach((function, time) -> Checks.magnitude(function, time));
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
    ratios = List.copyOf(ratios);
    launches = Collections.unmodifiableMap(new LinkedHashMap<>(launches));
  }

  /** {@return the rate of the operations, 10¹² a second} */
  public OptionalDouble teraflops() {
    return operations.isPresent()
        ? OptionalDouble.of(operations.getAsDouble() / milliseconds.median() / 1e9)
        : operations;
  }

  /** {@return the rate of the bytes, 10⁹ a second} */
  public OptionalDouble gigabytes() {
    return bytes.isPresent()
        ? OptionalDouble.of(bytes.getAsDouble() / milliseconds.median() / 1e6)
        : bytes;
  }

  /** {@return operations for each byte moved, where a roofline places the work} */
  public OptionalDouble intensity() {
    return operations.isPresent() && bytes.isPresent() && bytes.getAsDouble() > 0
        ? OptionalDouble.of(operations.getAsDouble() / bytes.getAsDouble())
        : OptionalDouble.empty();
  }
}
