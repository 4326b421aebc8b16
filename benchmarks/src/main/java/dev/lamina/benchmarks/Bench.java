package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.benchmarks.Workbench.Unit;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What the suites work with.
 *
 * @param workbench the backend
 * @param config the settings in force
 * @param request what is asked for
 * @param sizes how large
 * @param inputs rows of the kernel matrices
 * @param reference what errors are measured against
 * @param rivals what runs in turn
 * @param ceilings what the backend does at best
 * @param clock nanoseconds from some beginning: {@code System.nanoTime()}
 * @param until what the clock shows when the suite should be done
 * @param end what the clock shows when nothing more is begun
 * @param listener told what is being done
 * @param figures takes what was found, as soon as it is
 */
record Bench(
    Workbench workbench,
    LaminaConfig config,
    BenchRequest request,
    BenchSizes sizes,
    Inputs inputs,
    Reference reference,
    Rivals rivals,
    Ceilings ceilings,
    LongSupplier clock,
    long until,
    long end,
    BenchListener listener,
    Consumer<Figure> figures) {

  /** Share of the free memory that matrices may take; the rest is for temporaries. */
  private static final double SHARE = 0.85;

  /** Returns these with what has been found out and until when the suite has time. */
  Bench with(Ceilings found, long suiteEnd) {
    return new Bench(
        workbench, config, request, sizes, inputs, reference, rivals, found, clock, suiteEnd, end,
        listener, figures);
  }

  /** Returns what the clock shows. */
  long now() {
    return clock.getAsLong();
  }

  Backend backend() {
    return workbench.backend();
  }

  /** Returns the element types to measure: these, unless one is asked for. */
  List<DType> precisions(DType... usual) {
    return request.precision().map(List::of).orElse(List.of(usual));
  }

  /** Returns the ceiling of products of an element type. */
  OptionalDouble ceiling(DType dtype) {
    return Unit.of(dtype).ceiling(ceilings);
  }

  /** Reports a figure. */
  void add(FigureBuilder figure) {
    figures.accept(figure.build());
  }

  /** Begins several pieces of work that are timed in turn. */
  Rounds rounds(String task) {
    return new Rounds(this, task);
  }

  /**
   * Returns the largest N up to {@code wanted} whose N×N matrices memory holds, and of which there
   * are inputs.
   *
   * @param wanted the N that is asked for
   * @param bytesPerEntry bytes for each of the N² entries, all matrices together
   */
  int rows(int wanted, int bytesPerEntry) {
    return Math.min(inputs.size(), fitting(wanted, bytesPerEntry));
  }

  /**
   * Returns the largest N up to {@code wanted} whose N×N matrices memory holds.
   *
   * @param wanted the N that is asked for
   * @param bytesPerEntry bytes for each of the N² entries, all matrices together
   */
  int fitting(int wanted, int bytesPerEntry) {
    int most = most(workbench.freeBytes(), sizes.dimension(), bytesPerEntry);
    if (most < 2) {
      throw new IllegalStateException(
          "there is no room for matrices: %d MB are free"
              .formatted(workbench.freeBytes() / 1_000_000));
    }
    return Math.min(wanted, most);
  }

  /**
   * Returns the largest N for which N×N matrices and N inputs in both precisions fit.
   *
   * @param free bytes that are free
   * @param d columns of the inputs
   * @param bytesPerEntry bytes for each of the N² entries, all matrices together
   */
  static int most(long free, int d, int bytesPerEntry) {
    // The positive root of bytesPerEntry N² + 8 d N = bytes, in a form without cancellation.
    double bytes = SHARE * free;
    double half = 4.0 * d;
    double n = bytes / (half + Math.sqrt(half * half + bytesPerEntry * bytes));
    return (int) Math.min(Integer.MAX_VALUE, n);
  }

  /** Returns what to note of a size that was reduced. */
  static String reduced(int wanted, int n) {
    return n < wanted ? "N reduced from %,d: memory".formatted(wanted) : "";
  }
}
