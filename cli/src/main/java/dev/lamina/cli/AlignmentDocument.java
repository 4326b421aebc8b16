package dev.lamina.cli;

import dev.lamina.analysis.alignment.AlignmentLevels;
import dev.lamina.analysis.alignment.AlignmentResult;
import dev.lamina.analysis.alignment.AlignmentSettings;
import dev.lamina.analysis.alignment.EquilibriumPrediction;
import dev.lamina.analysis.alignment.LayerAlignment;
import dev.lamina.analysis.alignment.Peak;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.report.NumberTexts;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * What {@code lamina alignment --json} prints.
 *
 * @param widths inputs, then the outputs of each layer
 * @param examples N
 * @param outputs C
 * @param missingClasses classes that no example has
 * @param denominator {@code exact} or how many probes
 * @param layers layers 1 to L
 * @param wholeNetwork all parameters together
 * @param levels reference levels
 * @param deadLayers layers whose kernel vanishes, so that there is no alignment
 * @param peak where the alignment peaks
 * @param tracePeak where the trace alignment does
 * @param meanInputCosine mean cosine between two inputs, null if fewer than two are not zero
 * @param predictedEquilibriumLayer l* by recursion, null if there is no prediction
 * @param predictionNote why there is none
 * @param powerLaw what l* tends to with depth, for orientation; null off the edge of chaos
 * @param seconds time of the measurement
 */
record AlignmentDocument(
    List<Long> widths,
    int examples,
    int outputs,
    List<Integer> missingClasses,
    String denominator,
    List<LayerAlignment> layers,
    LayerAlignment wholeNetwork,
    AlignmentLevels levels,
    List<Integer> deadLayers,
    Peak peak,
    Peak tracePeak,
    double meanInputCosine,
    OptionalDouble predictedEquilibriumLayer,
    String predictionNote,
    OptionalDouble powerLaw,
    double seconds) {

  static AlignmentDocument of(
      Network network,
      AlignmentSettings settings,
      AlignmentResult result,
      EquilibriumPrediction prediction,
      double seconds) {
    return new AlignmentDocument(
        network.widths(),
        result.examples(),
        result.outputs(),
        result.missingClasses(),
        settings.denominator().toString(),
        result.layers(),
        result.wholeNetwork(),
        result.levels(),
        result.layers().stream().filter(LayerAlignment::isDead).map(LayerAlignment::layer).toList(),
        result.peak(),
        result.tracePeak(),
        prediction.meanInputCosine(),
        prediction.layer(),
        prediction.note(),
        prediction.powerLaw(),
        seconds);
  }

  String text() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%d examples, %d outputs, %d layers, %s norms, %.2f s",
            examples,
            outputs,
            layers.size(),
            denominator,
            seconds));
    lines.add("   layer  alignment      trace  permuted     numerator          norm");
    layers.forEach(layer -> lines.add(line(Integer.toString(layer.layer()), layer)));
    lines.add(line("all", wholeNetwork));
    extras(lines);
    lines.add(
        "levels: identity %s, most of a last layer %s"
            .formatted(
                NumberTexts.rounded(levels.identity(), 4),
                NumberTexts.rounded(levels.lastLayer(), 4)));
    if (!deadLayers.isEmpty()) {
      lines.add("dead, their kernels vanish on these examples: layers " + deadLayers);
    }
    lines.add(
        peak.layer() == 0
            ? "no peak: all layers are dead"
            : "peak: layer %d, interpolated %s; centre of mass %s; trace variant: layer %d"
                .formatted(
                    peak.layer(),
                    NumberTexts.rounded(peak.interpolated(), 3),
                    NumberTexts.rounded(peak.centreOfMass(), 3),
                    tracePeak.layer()));
    lines.add(prediction());
    return lines.toString();
  }

  private void extras(StringJoiner lines) {
    for (LayerAlignment layer : layers) {
      StringJoiner words = new StringJoiner(", ", "   layer " + layer.layer() + ": ", "");
      words.setEmptyValue("");
      layer.weightAlignment().ifPresent(a -> words.add("weights alone " + number(a)));
      layer.biasAlignment().ifPresent(a -> words.add("biases alone " + number(a)));
      layer.effectiveRank().ifPresent(r -> words.add("effective rank " + number(r)));
      if (words.length() > 0) {
        lines.add(words.toString());
      }
    }
  }

  private static String number(double value) {
    return NumberTexts.rounded(value, 4);
  }

  private String prediction() {
    String cosine = "mean cosine of two inputs: " + NumberTexts.rounded(meanInputCosine, 4) + "; ";
    return predictedEquilibriumLayer.isPresent()
        ? cosine
            + "predicted equilibrium layer: "
            + NumberTexts.rounded(predictedEquilibriumLayer.getAsDouble(), 4)
        : cosine + "no predicted equilibrium layer: " + predictionNote;
  }

  private static String line(String name, LayerAlignment a) {
    return String.format(
        Locale.ROOT,
        "%8s  %9s  %9s  %8s  %12.6g  %12.6g%s",
        name,
        fixed(a.alignment()),
        fixed(a.traceAlignment()),
        fixed(a.permutedMean()),
        a.numerator(),
        a.kernelNorm(),
        a.kernelNormError() > 0
            ? String.format(Locale.ROOT, " ± %.1f %%", 100 * a.kernelNormError())
            : "");
  }

  private static String fixed(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4f", value);
  }
}
