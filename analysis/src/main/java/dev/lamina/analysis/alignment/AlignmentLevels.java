package dev.lamina.analysis.alignment;

/**
 * What alignments are to be compared with (derived here).
 *
 * @param identity alignment of a kernel proportional to the identity, 1/√(C(N − 1)): about where
 *     fresh networks are, and why alignments with different N must not be compared
 * @param lastLayer the most that the last layer can reach, ‖YᵀY‖/(√C ‖Y‖²), 1/√(C(C − 1)) for
 *     balanced classes: its kernel is the same for all outputs and zero between them
 */
public record AlignmentLevels(double identity, double lastLayer) {

  static AlignmentLevels of(AlignmentExamples examples) {
    double outputs = examples.outputs();
    return new AlignmentLevels(
        1 / Math.sqrt(outputs * (examples.count() - 1)),
        examples.labelGram() / (Math.sqrt(outputs) * examples.labelSquare()));
  }
}
