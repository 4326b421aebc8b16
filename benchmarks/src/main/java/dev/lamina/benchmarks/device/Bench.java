package dev.lamina.benchmarks.device;

import dev.lamina.cuda.CudaWorkbench;
import java.util.function.Consumer;

/**
 * What the sections of the suite work with.
 *
 * @param workbench the device
 * @param settings sizes
 * @param inputs rows of the kernel matrices
 * @param reference what errors are measured against
 * @param ceilings what the device does at best
 * @param until {@code System.nanoTime()} at which the section should be done
 * @param progress told what is being done, a line each
 */
record Bench(
    CudaWorkbench workbench,
    DeviceSettings settings,
    Inputs inputs,
    Reference reference,
    Ceilings ceilings,
    long until,
    Consumer<String> progress) {

  /** Share of the free memory that matrices may take; the rest is for temporaries. */
  private static final double SHARE = 0.85;

  /** Returns these with what has been found out and until when there is time. */
  Bench with(Ceilings found, long end) {
    return new Bench(workbench, settings, inputs, reference, found, end, progress);
  }

  /**
   * Returns the largest N up to {@code wanted} whose N×N matrices the device holds.
   *
   * @param wanted the N that is asked for
   * @param bytesPerEntry bytes for each of the N² entries, all matrices together
   */
  int fitting(int wanted, int bytesPerEntry) {
    double bytes = SHARE * workbench.freeBytes() - 8.0 * wanted * settings.dimension();
    int most = (int) Math.min(Integer.MAX_VALUE, Math.sqrt(Math.max(0, bytes) / bytesPerEntry));
    if (most < 2) {
      throw new IllegalStateException(
          "the device has no room for matrices: %d MB are free"
              .formatted(workbench.freeBytes() / 1_000_000));
    }
    return Math.min(wanted, most);
  }

  /** Returns what to note of a size that was reduced. */
  String reduced(int wanted, int n) {
    return n < wanted ? "N reduced from %,d: memory".formatted(wanted) : "";
  }
}
