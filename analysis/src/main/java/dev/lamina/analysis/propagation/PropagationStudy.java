package dev.lamina.analysis.propagation;

import dev.lamina.analysis.propagation.PropagationResult.Compared;
import dev.lamina.analysis.propagation.PropagationResult.Equilibrium;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;

/** Computes the section {@code propagation} of a study. */
final class PropagationStudy {
  /** Depths per factor of ten in the curves of the equilibrium layer. */
  private static final int PER_DECADE = 12;

  private final PropagationConfig config;
  private final Progress progress;

  PropagationStudy(PropagationConfig config, Progress progress) {
    this.config = config;
    this.progress = progress;
  }

  /**
   * Runs the section.
   *
   * @param train training inputs, one per row
   * @param network the network under study
   */
  PropagationResult run(HostMatrix train, NetworkConfig network) {
    progress.begin("signal propagation", config.networks().size() + 1L);
    InputCosine inputs = InputCosine.measure(train);
    double cosine =
        switch (config.cosine()) {
          case StartCosine.Measured() -> inputs.mean();
          case StartCosine.Given(double given) -> given;
        };
    List<Propagation> own = new ArrayList<>();
    String problem = "";
    try {
      own.add(own(network, inputs, cosine));
    } catch (IllegalArgumentException e) {
      // Its activation may have no derivative, or its variance may grow too far: the report says.
      problem = e.getMessage();
    }
    progress.advance(1);
    List<Compared> compared = new ArrayList<>();
    for (WideNetwork wide : config.networks()) {
      compared.add(compare(wide, cosine));
      progress.advance(1);
    }
    return new PropagationResult(cosine, inputs, own, problem, compared);
  }

  /**
   * Follows the study's network, of which the output layer is one layer more; in residual networks
   * that layer is taken to be bridged as well.
   */
  private static Propagation own(NetworkConfig network, InputCosine inputs, double cosine) {
    PropagationConfig.requireCovered(network);
    double w = network.weightVariance();
    double b = network.biasVariance();
    double first = w * inputs.meanSquare() + b;
    WideNetwork wide =
        new WideNetwork(network.activation(), w, b, network.residual().isPresent(), first);
    double start = (w * inputs.meanSquare() * cosine + b) / first;
    return SignalPropagation.of(wide, start, network.depth() + 1).propagation();
  }

  private Compared compare(WideNetwork network, double cosine) {
    int deepest = Math.max(config.deepest(), Collections.max(config.depths()));
    SignalPropagation recursion = SignalPropagation.of(network, cosine, deepest);
    Optional<PowerLaw> law = PowerLaw.of(network);
    List<Equilibrium> equilibrium = new ArrayList<>();
    for (int depth : depths()) {
      OptionalDouble layer = recursion.equilibriumLayer(depth);
      OptionalDouble power =
          law.isPresent()
              ? OptionalDouble.of(law.get().equilibriumLayer(depth))
              : OptionalDouble.empty();
      equilibrium.add(new Equilibrium(depth, layer, power));
    }
    return new Compared(
        name(network), config.depths().stream().map(recursion::at).toList(), equilibrium);
  }

  /** Returns the configured depths and others evenly spaced on a logarithmic scale. */
  private SortedSet<Integer> depths() {
    SortedSet<Integer> depths = new TreeSet<>(config.depths());
    for (int i = 0; ; i++) {
      int depth = (int) Math.round(2 * Math.pow(10, (double) i / PER_DECADE));
      if (depth >= config.deepest()) {
        depths.add(config.deepest());
        return depths;
      }
      depths.add(depth);
    }
  }

  /** Returns what tells a network of the configuration from the others. */
  static String name(WideNetwork network) {
    if (!network.residual()) {
      return network.activation().toString();
    }
    double slope =
        network.activation() instanceof Activation.PiecewiseLinear(double a) ? a : Double.NaN;
    double alpha = network.weightVariance() * (1 + slope * slope) / 2;
    return "residual " + network.activation() + ", α = " + alpha;
  }
}
