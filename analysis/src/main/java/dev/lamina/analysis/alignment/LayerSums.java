package dev.lamina.analysis.alignment;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The sums that the numbers of a layer are made of. Kernels of layers add up to the kernel of the
 * network, so sums that are linear in the kernel add up too.
 */
final class LayerSums {
  /**
   * Share of the trace below which the norm of a centred kernel is nothing but rounding: float64
   * products of equal numbers may differ in their last bits.
   */
  private static final double ROUNDING = 1e-13;

  private final AlignmentExamples examples;

  /** yᵀ K y, of weights and of biases, with the labels and with permuted ones. */
  double weightNumerator;

  double biasNumerator;
  final double[] permuted;

  /** K y, output by output, centred. */
  final double[] response;

  /** K v for each probe v. */
  final double[][] probes;

  /** tr K of the centred and of the uncentred kernel. */
  double trace;

  double plainTrace;

  /** ⟨T, Y Yᵀ⟩ with T the centred kernel summed over the outputs, and ‖T‖². */
  double traceNumerator;

  double traceSquare = Double.NaN;

  /** ‖K‖² and its relative standard error. */
  double square = Double.NaN;

  double squareError;

  OptionalDouble weightSquare = OptionalDouble.empty();
  OptionalDouble biasSquare = OptionalDouble.empty();
  OptionalDouble effectiveRank = OptionalDouble.empty();

  LayerSums(AlignmentExamples examples, int permutations, int probes) {
    this.examples = examples;
    int size = examples.count() * examples.outputs();
    this.permuted = new double[permutations];
    this.response = new double[size];
    this.probes = new double[probes][size];
  }

  /** Adds what is linear in the kernel. */
  void add(LayerSums layer) {
    weightNumerator += layer.weightNumerator;
    biasNumerator += layer.biasNumerator;
    trace += layer.trace;
    plainTrace += layer.plainTrace;
    traceNumerator += layer.traceNumerator;
    addAll(permuted, layer.permuted);
    addAll(response, layer.response);
    for (int k = 0; k < probes.length; k++) {
      addAll(probes[k], layer.probes[k]);
    }
  }

  private static void addAll(double[] to, double[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /** Estimates ‖K‖² from the probes' responses: ‖K v‖² has the mean ‖K‖². */
  void estimate() {
    double[] squares = Arrays.stream(probes).mapToDouble(LayerSums::square).toArray();
    double mean = Arrays.stream(squares).average().orElseThrow();
    double deviation = 0;
    for (double s : squares) {
      deviation += (s - mean) * (s - mean);
    }
    square = mean;
    squareError =
        Math.sqrt(deviation / (squares.length - 1.0) / squares.length) / mean; // NaN for one probe
  }

  private static double square(double[] v) {
    double sum = 0;
    for (double x : v) {
      sum += x * x;
    }
    return sum;
  }

  /**
   * Returns what the sums say.
   *
   * @param layer from 1, or 0 for the network
   * @param labelGram ‖Y Yᵀ‖
   */
  LayerAlignment toAlignment(int layer, double labelGram) {
    double labels = examples.labelSquare();
    double norm = norm(square);
    double numerator = weightNumerator + biasNumerator;
    return new LayerAlignment(
        layer,
        numerator / (norm * labels),
        traceNumerator / (norm(traceSquare) * labelGram),
        numerator,
        weightNumerator,
        biasNumerator,
        Double.isNaN(norm) && square >= 0 ? 0 : norm,
        squareError / 2, // of the root of the square
        trace,
        square(response) / (norm * norm * labels),
        Arrays.stream(permuted).average().orElse(Double.NaN) / (norm * labels),
        Arrays.stream(permuted).max().orElse(Double.NaN) / (norm * labels),
        alignment(weightNumerator, weightSquare),
        alignment(biasNumerator, biasSquare),
        effectiveRank);
  }

  private OptionalDouble alignment(double numerator, OptionalDouble of) {
    return of.isPresent()
        ? OptionalDouble.of(numerator / (norm(of.getAsDouble()) * examples.labelSquare()))
        : OptionalDouble.empty();
  }

  /** Returns the norm, NaN if it is zero up to rounding. */
  private double norm(double of) {
    double norm = Math.sqrt(of);
    return norm > ROUNDING * plainTrace && norm < Double.POSITIVE_INFINITY ? norm : Double.NaN;
  }
}
