package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import java.util.Arrays;

/** Outputs of networks. */
final class RepresentationsOf {
  private RepresentationsOf() {}

  /** Returns the entries of Z_L. */
  static double[] outputs(Backend backend, Network network, RidgeProblem problem) {
    try (Scratch scratch = new Scratch(backend)) {
      double[][] z =
          scratch.download(RepresentationLoss.of(backend, network, problem, scratch).getLast());
      return Arrays.stream(z).flatMapToDouble(Arrays::stream).toArray();
    }
  }
}
