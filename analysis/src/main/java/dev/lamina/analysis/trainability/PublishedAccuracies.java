package dev.lamina.analysis.trainability;

import java.util.List;

/**
 * Mean test accuracies read off figure 1 of arXiv 2306.01513 (abscissa to ±0.02, accuracy to
 * ±0.01): 45 architectures of which six are known.
 *
 * @param data MNIST or Fashion-MNIST
 * @param known accuracy of the six known architectures, in the order of {@link #KNOWN}
 * @param others accuracy of the others that can be told apart, in the order of {@link #OTHERS}
 */
record PublishedAccuracies(String data, List<Double> known, List<Double> others) {

  /** The architectures that are known. */
  static final List<String> KNOWN = List.of("2x85", "10x100", "15x30", "30x15", "35x75", "50x50");

  /** Abscissae of the known ones: the published rule, 784 inputs counted as a layer. */
  static final List<Double> KNOWN_X = List.of(-0.500, -1.727, -3.595, -13.723, -4.126, -6.230);

  /** Abscissae of the others. */
  static final List<Double> OTHERS =
      List.of(
          -11.52, -8.13, -8.05, -6.26, -6.14, -5.86, -5.72, -5.61, -5.36, -5.29, -4.87, -4.47,
          -4.28, -4.06, -3.82, -3.50, -3.35, -2.96, -2.66, -2.41, -1.92, -1.62, -1.41, -1.28, -0.98,
          -0.77);

  private static final List<PublishedAccuracies> ALL =
      List.of(
          new PublishedAccuracies(
              "mnist",
              List.of(0.954, 0.949, 0.914, 0.396, 0.794, 0.257),
              List.of(
                  .589, .703, .688, .741, .782, .882, .780, .729, .461, .893, .853, .377, .878,
                  .917, .920, .902, .927, .936, .927, .939, .912, .952, .952, .940, .933, .948)),
          new PublishedAccuracies(
              "fashion-mnist",
              List.of(0.845, 0.836, 0.792, 0.352, 0.611, 0.222),
              List.of(
                  .602, .679, .572, .651, .722, .751, .711, .588, .515, .771, .724, .468, .774,
                  .793, .794, .760, .796, .788, .813, .815, .803, .837, .835, .828, .827, .839)));

  /** Returns what is published for a data set, or nothing. */
  static List<PublishedAccuracies> of(String data) {
    return ALL.stream().filter(p -> p.data.equals(data)).toList();
  }
}
