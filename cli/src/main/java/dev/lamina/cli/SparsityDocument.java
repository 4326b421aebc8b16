package dev.lamina.cli;

import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.sparsity.CovarianceResult;
import dev.lamina.analysis.sparsity.LayerCovariance;
import dev.lamina.analysis.sparsity.Pruned;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * What {@code lamina sparsity --json} prints.
 *
 * @param loss L = C + λΣ(‖weights‖² + ‖bias‖²/β²)
 * @param lossRepresentations L_r = C + λΣ‖Z_l B_{l−1}⁺‖²
 * @param lossCovariances L_k = C + λΣTr[K_l M_{l−1}⁺]; null if an activation is not positively
 *     homogeneous
 * @param covarianceNote why there is none
 * @param traces C + λΣTr[K_l M_{l−1}⁺] whatever the activation
 * @param cost C
 * @param lossName {@code mse} or {@code cross-entropy}
 * @param samples N
 * @param lambda λ
 * @param biasStrength β
 * @param tolerance of {@code effectiveNeurons}
 * @param coarseTolerance of {@code effectiveNeuronsCoarse}
 * @param widths inputs, then the outputs of each layer
 * @param layers layers 1 to L, the output layer last
 * @param tikhonov the Tikhonov form, null unless asked for
 * @param prune what was removed, null unless asked for
 * @param seconds time of the computations
 */
record SparsityDocument(
    double loss,
    double lossRepresentations,
    OptionalDouble lossCovariances,
    String covarianceNote,
    double traces,
    double cost,
    String lossName,
    long samples,
    double lambda,
    double biasStrength,
    double tolerance,
    double coarseTolerance,
    List<Long> widths,
    List<LayerCovariance> layers,
    Optional<Tikhonov> tikhonov,
    Optional<Prune> prune,
    double seconds) {

  /**
   * The Tikhonov form.
   *
   * @param epsilon ε
   * @param loss L_ε of the network's representations
   * @param minimum L_ε where the minimisation from there ended
   * @param stationary whether no residual of the forces there is above 1e-3; otherwise it is not a
   *     minimum yet
   * @param gap L_r − minimum, O(ε) at a minimum of L
   * @param layers forces where the minimisation ended
   */
  record Tikhonov(
      double epsilon,
      double loss,
      double minimum,
      boolean stationary,
      double gap,
      List<TikhonovLayer> layers) {
    /** Largest residual of the forces at what is called a minimum. */
    private static final double LARGEST_RESIDUAL = 1e-3;

    static Tikhonov of(
        double epsilon, double loss, double minimum, double gap, List<TikhonovLayer> layers) {
      boolean stationary =
          layers.stream().allMatch(layer -> layer.forceResidual() <= LARGEST_RESIDUAL);
      return new Tikhonov(epsilon, loss, minimum, stationary, gap, layers);
    }

    String text() {
      StringJoiner lines = new StringJoiner("\n");
      lines.add(
          "tikhonov form, epsilon %s: %s, minimum from there %s, below the loss of representations by %s"
              .formatted(number(epsilon), digits(loss), digits(minimum), number(gap)));
      layers.forEach(layer -> lines.add(layer.text()));
      if (!stationary) {
        lines.add(
            "   not a minimum yet: the residual of layers %s is above %s; where the minimisation stopped the loss can still fall"
                .formatted(
                    layers.stream()
                        .filter(layer -> !(layer.forceResidual() <= LARGEST_RESIDUAL))
                        .map(TikhonovLayer::layer)
                        .toList(),
                    number(LARGEST_RESIDUAL)));
      }
      return lines.toString();
    }
  }

  /**
   * The forces on a layer at the minimiser of L_ε.
   *
   * @param layer l
   * @param attraction ‖A_l‖
   * @param repulsion ‖R_l‖; ‖∂C/∂Z_L‖/λ for the output layer
   * @param forceResidual ‖A_l + R_l‖/max(‖A_l‖, ‖R_l‖), on kinks with the slope of least residual
   * @param kinks entries of Z_l on a kink of the activation
   */
  record TikhonovLayer(
      int layer, double attraction, double repulsion, double forceResidual, int kinks) {

    String text() {
      return "   layer %d: attraction %s, repulsion %s, kinks %d, residual %s"
          .formatted(layer, number(attraction), number(repulsion), kinks, number(forceResidual));
    }
  }

  /**
   * What {@code --prune} did.
   *
   * @param file the file that was written
   * @param neuronsBefore of the hidden layers
   * @param neuronsAfter of the hidden layers
   * @param tolerance of the merging, null for {@code --caratheodory}
   * @param outputChange ‖ΔZ_L‖/‖Z_L‖ on the data, checked before the file was written
   * @param outputLimit the largest one that counts as identical
   * @param lossBefore L before
   * @param lossAfter L after
   */
  record Prune(
      Path file,
      List<Integer> neuronsBefore,
      List<Integer> neuronsAfter,
      double tolerance,
      double outputChange,
      double outputLimit,
      double lossBefore,
      double lossAfter) {

    static Prune of(Path file, Pruned pruned, double limit) {
      return new Prune(
          file,
          pruned.neuronsBefore(),
          pruned.neuronsAfter(),
          pruned.tolerance(),
          pruned.outputChange(),
          limit,
          pruned.lossBefore(),
          pruned.lossAfter());
    }
  }

  static SparsityDocument of(
      CovarianceResult result,
      String lossName,
      List<Long> widths,
      Optional<Tikhonov> tikhonov,
      Optional<Prune> prune,
      double seconds) {
    boolean homogeneous = result.homogeneous();
    return new SparsityDocument(
        result.loss(),
        result.lossRepresentations(),
        homogeneous ? OptionalDouble.of(result.lossCovariances()) : OptionalDouble.empty(),
        homogeneous
            ? ""
            : "the covariance form needs positively homogeneous activations (relu, leakyRelu, abs, identity); loss and lossRepresentations hold for any",
        result.lossCovariances(),
        result.cost(),
        lossName,
        result.samples(),
        result.lambda(),
        result.biasStrength(),
        result.tolerance(),
        result.coarseTolerance(),
        widths,
        result.layers(),
        tikhonov,
        prune,
        seconds);
  }

  String text() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%d samples, widths %s, %s, lambda %s, bias strength %s, %.2f s",
            samples,
            widths,
            lossName,
            number(lambda),
            number(biasStrength),
            seconds));
    lines.add("loss of parameters       " + digits(loss));
    lines.add("loss of representations  " + digits(lossRepresentations));
    lines.add(
        "loss of covariances      "
            + (lossCovariances.isPresent()
                ? digits(lossCovariances.getAsDouble())
                : "none: " + covarianceNote));
    lines.add("cost alone               " + digits(cost));
    lines.add(
        "   layer  neurons  rays  rays at %s  rank K  rank M   balance  attraction   repulsion  kinks  residual  wasted"
            .formatted(number(coarseTolerance)));
    layers.forEach(layer -> lines.add(line(layer)));
    tikhonov.ifPresent(t -> lines.add(t.text()));
    prune.ifPresent(p -> lines.add(text(p)));
    return lines.toString();
  }

  private static String line(LayerCovariance a) {
    return String.format(
        Locale.ROOT,
        "%8d  %7d  %4d  %12d  %6d  %6s  %8s  %10.4g  %10.4g  %5d  %8.1e  %.1e",
        a.layer(),
        a.neurons(),
        a.effectiveNeurons(),
        a.effectiveNeuronsCoarse(),
        a.rankK(),
        a.rankM().map(String::valueOf).orElse("–"),
        a.balance().isPresent() ? number(a.balance().getAsDouble()) : "–",
        a.attraction(),
        a.repulsion(),
        a.kinks(),
        a.weightResidual(),
        a.dropped());
  }

  private static String text(Prune p) {
    return "%s: hidden neurons %s → %s, outputs change by %s (relative), loss %s → %s"
        .formatted(
            p.file(),
            p.neuronsBefore(),
            p.neuronsAfter(),
            number(p.outputChange()),
            digits(p.lossBefore()),
            digits(p.lossAfter()));
  }

  private static String number(double value) {
    return NumberTexts.rounded(value, 4);
  }

  private static String digits(double value) {
    return NumberTexts.rounded(value, 12);
  }
}
