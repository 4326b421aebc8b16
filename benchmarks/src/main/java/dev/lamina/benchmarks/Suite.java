package dev.lamina.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The parts of the benchmark. The ceilings of a backend are measured before any of them. */
public enum Suite {
  /** Gram matrices X Xᵀ by their lower triangle. */
  GRAM("gram", "Gram matrices X Xᵀ by their lower triangle, beside the library's products"),
  /** Kernel matrices, and what one entry of each kernel costs. */
  KERNEL("kernel", "NNGP and tangent kernel in one pass, and entries of every kernel"),
  /** Kernel matrices against the numbers of hidden layers and of columns. */
  DEPTH_SWEEP("depth-sweep", "NNGP and tangent kernel against hidden layers and columns"),
  /** Products of a kernel matrix with vectors, without the matrix. */
  MULTIPLY("multiply", "products of a kernel matrix with vectors, the matrix never stored"),
  /** Factors and eigenvalues. */
  SOLVE("solve", "Cholesky factors and linear systems, beside the library's"),
  /** Steps of training. */
  LAYER_STEP("layer-step", "training steps of fully connected networks"),
  /** Norms of tangent kernels from their blocks. */
  ALIGNMENT("alignment", "norms of the tangent kernels of every layer, block by block"),
  /** Steps of the deep Gaussian layer-wise loss. */
  DGL("dgl", "steps of the deep Gaussian layer-wise loss beside the algebra they need"),
  /** Copies between host and device, and what a call costs. */
  TRANSFER("transfer", "copies between host and device, and files");

  private final String id;
  private final String description;

  Suite(String id, String description) {
    this.id = id;
    this.description = description;
  }

  /** {@return the name on the command line and in files} */
  public String id() {
    return id;
  }

  /** {@return what it measures, in one line} */
  public String description() {
    return description;
  }

  /**
   * {@return the suite of a name}
   *
   * @param id a name as {@link #id} gives it
   * @throws IllegalArgumentException naming all suites if there is none of that name
   */
  public static Suite of(String id) {
    return Arrays.stream(values())
        .filter(suite -> suite.id.equals(id))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "bench: there is no suite %s; the suites are %s".formatted(id, ids())));
  }

  private static String ids() {
    return List.of(values()).stream().map(Suite::id).collect(Collectors.joining(", "));
  }
}
