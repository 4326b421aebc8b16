package dev.lamina.analysis.alignment;

import java.util.List;

/**
 * The alignment of one network on one set of examples.
 *
 * @param examples N
 * @param outputs C
 * @param missingClasses classes that no example has; empty if the labels are numbers
 * @param layers layers 1 to L
 * @param wholeNetwork all parameters together; its norm is NaN if the gradients of all layers at
 *     once did not fit into the memory budget
 * @param levels reference levels
 */
public record AlignmentResult(
    int examples,
    int outputs,
    List<Integer> missingClasses,
    List<LayerAlignment> layers,
    LayerAlignment wholeNetwork,
    AlignmentLevels levels) {

  /** Copies the lists. */
  public AlignmentResult {
    missingClasses = List.copyOf(missingClasses);
    layers = List.copyOf(layers);
  }

  /** {@return the alignments of layers 1 to L} */
  public List<Double> alignments() {
    return layers.stream().map(LayerAlignment::alignment).toList();
  }

  /** {@return the trace alignments of layers 1 to L} */
  public List<Double> traceAlignments() {
    return layers.stream().map(LayerAlignment::traceAlignment).toList();
  }

  /** {@return where the alignment peaks} */
  public Peak peak() {
    return Peak.of(alignments(), levels.identity());
  }

  /** {@return where the trace alignment peaks} */
  public Peak tracePeak() {
    return Peak.of(traceAlignments(), 0);
  }
}
