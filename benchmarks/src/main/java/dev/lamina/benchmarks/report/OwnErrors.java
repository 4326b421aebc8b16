package dev.lamina.benchmarks.report;

import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Suite;
import java.util.OptionalDouble;
import java.util.Set;

/** Leaves out errors that compare float64 with the same arithmetic: they say nothing. */
final class OwnErrors {
  private static final Set<String> SUITES =
      Set.of(
          BenchPage.CEILINGS,
          Suite.GRAM.id(),
          Suite.KERNEL.id(),
          Suite.DEPTH_SWEEP.id(),
          Suite.MULTIPLY.id(),
          Suite.LAYER_STEP.id(),
          Suite.DGL.id());

  /** How a reference is described that is what was measured itself. */
  private static final String SELF = "the same ";

  private OwnErrors() {}

  /** Returns the backend without them. */
  static BackendResult leftOut(BackendResult b) {
    if (!b.reference().startsWith(SELF)) {
      return b;
    }
    return new BackendResult(
        b.backend(),
        b.device(),
        b.detail(),
        b.threads(),
        b.emulated(),
        b.library(),
        b.reference(),
        b.ceilings(),
        b.rivals(),
        b.figures().stream().map(f -> isOwn(f, b) ? without(f) : f).toList(),
        b.problems());
  }

  private static boolean isOwn(Figure f, BackendResult b) {
    return f.dtype().equals("float64")
        && SUITES.contains(f.suite())
        && !b.rivals().containsKey(f.by());
  }

  private static Figure without(Figure f) {
    return new Figure(
        f.suite(),
        f.work(),
        f.by(),
        f.dtype(),
        f.sizes(),
        f.milliseconds(),
        f.operations(),
        f.bytes(),
        f.ceilingShare(),
        f.floorMilliseconds(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        f.peakBytes(),
        f.ratios(),
        f.launches(),
        f.note());
  }
}
