package dev.lamina.analysis.depth;

import dev.lamina.analysis.embedding.Features;
import dev.lamina.analysis.embedding.LayerLinearity;
import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.Loss;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.RealMatrix;

/**
 * Looks at networks on the samples of a study.
 *
 * @param examples the samples
 * @param loss what is being learnt
 * @param linearity what counts as linear
 */
record Looker(DepthExamples examples, Loss loss, Linearity linearity) {

  /** Returns a network in float64, normalisations folded in. */
  Perceptron perceptron(Network network) {
    return FoldedNetwork.of(network, examples.train().x());
  }

  /** Returns how linear the hidden layers are on the training samples. */
  List<LayerLinearity> layers(Perceptron network) {
    return linearity.measure(network, network.features(examples.train().x()));
  }

  /**
   * Looks.
   *
   * @param epoch finished passes
   * @param network the network
   * @param withOutputs whether the outputs are kept
   */
  Moment look(long epoch, Perceptron network, boolean withOutputs) {
    Features features = network.features(examples.train().x());
    RealMatrix outputs = features.outputs();
    RealMatrix testOutputs = network.outputs(examples.test().x());
    List<LayerLinearity> layers = linearity.measure(network, features);
    return new Moment(
        epoch,
        Outputs.loss(loss, outputs, examples.train().y()),
        accuracy(outputs, examples.train().y()),
        Outputs.loss(loss, testOutputs, examples.test().y()),
        accuracy(testOutputs, examples.test().y()),
        layers.stream().map(LayerLinearity::minPearson).toList(),
        layers.stream().map(LayerLinearity::minPearsonOfAll).toList(),
        BlockSize.of(network, features),
        withOutputs ? Arrays.stream(outputs.getColumn(0)).boxed().toList() : List.of());
  }

  /** Returns the share of right classes; NaN without classes. */
  double accuracy(RealMatrix outputs, RealMatrix targets) {
    return examples.classes() ? Outputs.agreement(outputs, targets) : Double.NaN;
  }
}
