package dev.lamina.benchmarks;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.GramOps;
import java.util.Optional;

/**
 * A kernel whose entries are timed, and what to take off: a shallower network, or the Gram matrix.
 *
 * @param name of the kernel
 * @param kernel the kernel
 * @param less the shallower network; empty: the Gram matrix
 * @param layers between the two
 */
record EntryCase(String name, Kernel kernel, Optional<Kernel> less, int layers) {
  private static final int DEEP = 9;

  static EntryCase stationary(String kernel) {
    return new EntryCase(kernel, Kernel.parse(kernel), Optional.empty(), 1);
  }

  static EntryCase network(String form, String parameters) {
    String rest = parameters.isEmpty() ? "" : ", " + parameters;
    return new EntryCase(
        form + ": " + (parameters.isEmpty() ? "relu" : parameters.replace("activation=", "")),
        Kernel.parse(form + "(depth=" + DEEP + rest + ")"),
        Optional.of(Kernel.parse(form + "(depth=1" + rest + ")")),
        DEEP - 1);
  }

  /** Computes the kernel matrix. */
  void run(GramOps gram, Matrix x, Matrix out) {
    gram.compute(kernel, x, x, out);
  }

  /** Computes what is to be taken off. */
  void runLess(GramOps gram, Matrix x, Matrix out) {
    if (less.isPresent()) {
      gram.compute(less.get(), x, x, out);
    } else {
      gram.rowProducts(x, 1, 0, out);
    }
  }
}
