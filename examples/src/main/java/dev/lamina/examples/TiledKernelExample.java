package dev.lamina.examples;

import dev.lamina.Lamina;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A kernel matrix larger than the memory budget: the backend works tile by tile within the budget,
 * whether it stores the matrix or only multiplies by it.
 */
public final class TiledKernelExample {
  private static final long BUDGET = 2L << 20;

  private TiledKernelExample() {}

  /**
   * Prints how much temporary memory was used and how far the two ways of multiplying differ.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    int n = 1500; // the matrix has 9 MB, the budget is 2 MiB
    Kernel kernel = Kernel.parse("nngp(depth=3, biasVariance=0.1)");
    try (Lamina lamina = Lamina.open(LaminaConfig.load().withMemoryBudget(BUDGET));
        HostMatrix x = random(n, 20);
        HostMatrix v = random(n, 1);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT32, n, n);
        HostMatrix stored = HostMatrix.allocate(DType.FLOAT32, n, 1);
        HostMatrix streamed = HostMatrix.allocate(DType.FLOAT32, n, 1)) {
      lamina.gram().compute(kernel, x, x, k);
      lamina.gram().gemm(k, false, v, false, 1, 0, stored);
      lamina.gram().multiply(kernel, x, x, v, streamed); // K v, K never stored
      double largest = 0;
      for (int i = 0; i < n; i++) {
        largest = Math.max(largest, Math.abs(stored.get(i, 0) - streamed.get(i, 0)));
      }
      System.out.println("temporary bytes = " + lamina.backend().budget().peak());
      System.out.println("largest difference = " + largest);
    }
  }

  private static HostMatrix random(int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    HostMatrix m = HostMatrix.allocate(DType.FLOAT32, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }
}
