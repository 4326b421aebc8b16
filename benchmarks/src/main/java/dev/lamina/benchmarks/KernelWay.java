package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Workbench.Unit;
import dev.lamina.ops.GramOps;

/**
 * A way to compute kernel matrices.
 *
 * @param name what is special about it; empty for what the settings lead to
 * @param gram computes
 * @param unit what multiplies
 * @param separate whether products are stored before the entry program reads them
 */
record KernelWay(String name, GramOps gram, Unit unit, boolean separate) {
  static final String SEPARATE = "separate: the library's products, then entry program";

  /** Returns the name of some work done this way. */
  String of(String work) {
    return name.isEmpty() ? work : work + ", " + name;
  }
}
