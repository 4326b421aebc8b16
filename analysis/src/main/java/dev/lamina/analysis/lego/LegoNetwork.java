package dev.lamina.analysis.lego;

import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.regression.Score;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Read-outs from the layers of a network, and the network with one of them as its last layer. */
final class LegoNetwork {
  private LegoNetwork() {}

  /** Returns how well a read-out from a layer does, or from the inputs for layer 0. */
  static LayerScore score(
      Backend backend, Network network, int layer, LegoExamples examples, LegoLoss loss) {
    try (ReadOut readOut = fit(backend, network, layer, examples, loss)) {
      return new LayerScore(
          layer,
          readOut.evidence(),
          score(readOut, new LayerFeatures(backend, network, layer, examples.train().x()), examples)
              .value(),
          score(readOut, new LayerFeatures(backend, network, layer, examples.test().x()), examples)
              .value());
    }
  }

  private static Score score(ReadOut readOut, LayerFeatures features, LegoExamples examples) {
    try (HostMatrix mean = readOut.predict(features)) {
      return features.x() == examples.train().x()
          ? examples.trainScore(mean)
          : examples.testScore(mean);
    }
  }

  /** Returns the scores of all hidden layers, the lowest first. */
  static List<LayerScore> scores(
      Backend backend, Network network, LegoExamples examples, LegoLoss loss) {
    List<LayerScore> scores = new ArrayList<>();
    for (int l = 1; l < network.depth(); l++) {
      scores.add(score(backend, network, l, examples, loss));
    }
    return scores;
  }

  /** Returns a read-out from a layer; the caller closes it. */
  static ReadOut fit(
      Backend backend, Network network, int layer, LegoExamples examples, LegoLoss loss) {
    return ReadOut.fit(
        new LayerFeatures(backend, network, layer, examples.train().x()),
        examples.readOutTargets(),
        loss);
  }

  /**
   * Returns a copy of a network whose last layer is the read-out from the layer before; the caller
   * closes it.
   */
  static Network withReadOut(
      Backend backend, Network network, LegoExamples examples, LegoLoss loss) {
    int hidden = network.depth() - 1;
    try (ReadOut readOut = fit(backend, network, hidden, examples, loss)) {
      List<Layer> layers = new ArrayList<>();
      for (Layer layer : network.layers().subList(0, hidden)) {
        layers.add(layer.copy(network.dtype()));
      }
      layers.add(
          new DenseLayer(
              readOut.weights().copy(network.dtype()),
              Optional.of(readOut.bias().copy(network.dtype())),
              Optional.empty(),
              Activation.IDENTITY,
              Residual.NONE));
      return new Network(layers);
    }
  }
}
