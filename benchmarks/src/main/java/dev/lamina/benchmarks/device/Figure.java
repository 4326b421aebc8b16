package dev.lamina.benchmarks.device;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * One measured piece of work with everything that belongs beside its time.
 *
 * @param section which part of the suite
 * @param work what was done
 * @param size its sizes
 * @param milliseconds between two events of the device around the whole operation
 * @param teraflops rate of the operations that the mathematics needs, 10¹²/s; empty for copies
 * @param gigabytes rate of the bytes that must be moved, 10⁹/s; empty where arithmetic dominates
 * @param ceilingShare rate over the one of the library's product in the same arithmetic, or of the
 *     device's own copy
 * @param floorMilliseconds the larger of operations over that rate and bytes over bandwidth
 * @param error largest error against float64 over randomly sampled entries, relative to
 *     √(k(x,x)k(z,z)) or what corresponds to it
 * @param parallelError the same over the most parallel pairs of inputs
 * @param peakBytes most device memory in use at once, matrices included
 * @param launches milliseconds of single device functions in one more run
 * @param note what else must be known
 */
public record Figure(
    String section,
    String work,
    String size,
    Spread milliseconds,
    OptionalDouble teraflops,
    OptionalDouble gigabytes,
    OptionalDouble ceilingShare,
    OptionalDouble floorMilliseconds,
    OptionalDouble error,
    OptionalDouble parallelError,
    long peakBytes,
    Map<String, Double> launches,
    String note) {

  /** Collects what belongs to a figure. */
  static final class Builder {
    private final String section;
    private final String work;
    private final String size;
    private final Spread milliseconds;
    private OptionalDouble teraflops = OptionalDouble.empty();
    private OptionalDouble gigabytes = OptionalDouble.empty();
    private OptionalDouble share = OptionalDouble.empty();
    private OptionalDouble floor = OptionalDouble.empty();
    private OptionalDouble error = OptionalDouble.empty();
    private OptionalDouble parallelError = OptionalDouble.empty();
    private long peakBytes;
    private Map<String, Double> launches = Map.of();
    private String note = "";

    Builder(String section, String work, String size, Spread milliseconds) {
      this.section = section;
      this.work = work;
      this.size = size;
      this.milliseconds = milliseconds;
    }

    /**
     * Sets rate, share and floor of arithmetic work.
     *
     * @param operations floating-point operations
     * @param ceiling operations a second of the unit, 10¹²; empty if not measured
     * @param bytes bytes that must be moved
     * @param bandwidth 10⁹ bytes a second; empty if not measured
     */
    Builder arithmetic(
        double operations, OptionalDouble ceiling, double bytes, OptionalDouble bandwidth) {
      double rate = operations / milliseconds.median() / 1e9;
      teraflops = OptionalDouble.of(rate);
      if (ceiling.isPresent()) {
        share = OptionalDouble.of(rate / ceiling.getAsDouble());
        double moving = bandwidth.isPresent() ? bytes / bandwidth.getAsDouble() / 1e6 : 0;
        floor = OptionalDouble.of(Math.max(operations / ceiling.getAsDouble() / 1e9, moving));
      }
      return this;
    }

    /** Sets the rate of work that moves bytes. */
    Builder moving(double bytes) {
      gigabytes = OptionalDouble.of(bytes / milliseconds.median() / 1e6);
      return this;
    }

    Builder errors(Errors errors) {
      error = OptionalDouble.of(errors.random());
      parallelError = errors.parallel();
      return this;
    }

    Builder peak(long bytes) {
      peakBytes = bytes;
      return this;
    }

    Builder launches(Map<String, Double> byFunction) {
      launches = Map.copyOf(byFunction);
      return this;
    }

    Builder note(String text) {
      note = note.isEmpty() ? text : text.isEmpty() ? note : note + "; " + text;
      return this;
    }

    Figure build() {
      return new Figure(
          section,
          work,
          size,
          milliseconds,
          teraflops,
          gigabytes,
          share,
          floor,
          error,
          parallelError,
          peakBytes,
          launches,
          note);
    }
  }
}
