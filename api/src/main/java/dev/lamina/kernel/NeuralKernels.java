package dev.lamina.kernel;

import java.util.List;

/**
 * The NNGP and tangent kernels of one network after several of its layers, computed in one pass.
 *
 * @param network the deepest network
 * @param depths after which hidden layers kernels are wanted, each in 1…L, ascending and distinct
 */
public record NeuralKernels(InfiniteNetwork network, List<Integer> depths) {

  /** Checks the depths. */
  public NeuralKernels {
    depths = List.copyOf(depths);
    if (depths.isEmpty()) {
      throw new IllegalArgumentException("neural kernels need at least one depth");
    }
    int previous = 0;
    for (int depth : depths) {
      if (depth <= previous || depth > network.depth()) {
        throw new IllegalArgumentException(
            "depths must ascend from 1 to at most %d but are %s"
                .formatted(network.depth(), depths));
      }
      previous = depth;
    }
  }

  /**
   * {@return the kernels of the whole network alone}
   *
   * @param network the network
   */
  public static NeuralKernels of(InfiniteNetwork network) {
    return new NeuralKernels(network, List.of(network.depth()));
  }
}
