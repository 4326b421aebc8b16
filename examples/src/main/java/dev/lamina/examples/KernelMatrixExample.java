package dev.lamina.examples;

import dev.lamina.Lamina;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import java.util.Arrays;

/** The example of the README: a tangent kernel matrix, its angles and a linear system. */
public final class KernelMatrixExample {
  private KernelMatrixExample() {}

  /**
   * Prints a kernel value and a solution.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    Kernel ntk = Kernel.parse("ntk(depth=5, activation=relu) + 0.1*gaussian(lengthScale=2)");
    try (Lamina lamina = Lamina.open(); // the GPU if there is one, else the processor
        HostMatrix x = HostMatrix.of(new double[][] {{1, 0}, {0, 1}, {1, 1}});
        HostMatrix y = HostMatrix.of(new double[][] {{1}, {-1}, {0}});
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, 3, 3)) {
      lamina.gram().compute(ntk, x, x, k);
      System.out.println("k(x0, x2) = " + k.get(0, 2));
      for (int i = 0; i < 3; i++) {
        k.set(i, i, k.get(i, i) + 1e-3);
      }
      lamina.solve().cholesky(k, Jitter.DEFAULT);
      lamina.solve().solve(k, y); // y now holds (K + 10⁻³ I)⁻¹ y
      System.out.println("alpha = " + Arrays.deepToString(y.toArray()));
    }
  }
}
