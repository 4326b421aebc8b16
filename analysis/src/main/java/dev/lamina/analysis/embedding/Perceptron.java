package dev.lamina.analysis.embedding;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * A fully connected network in float64: θ of the papers. Parameters in a row are ordered W^[1] by
 * rows, b^[1], W^[2], b^[2], …, without the biases of layers that have none.
 *
 * @param stages the layers, each with as many inputs as the one before has outputs
 */
public record Perceptron(List<Stage> stages) {

  /** Checks that the layers fit. */
  public Perceptron {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new ShapeException("network: there must be at least one layer");
    }
    for (int l = 1; l < stages.size(); l++) {
      if (stages.get(l).inputs() != stages.get(l - 1).outputs()) {
        throw new ShapeException(
            "network: layer %d must have %d inputs like the outputs of layer %d but has %d"
                .formatted(l + 1, stages.get(l - 1).outputs(), l, stages.get(l).inputs()));
      }
    }
  }

  /**
   * {@return a copy of a network}
   *
   * @param network stays the caller's
   * @throws IllegalArgumentException if a layer has a batch normalisation or adds pre-activations,
   *     for which the embeddings here are not defined
   */
  public static Perceptron of(Network network) {
    List<Stage> stages = new ArrayList<>();
    for (Layer layer : network.layers()) {
      stages.add(
          switch (layer) {
            case DenseLayer dense -> stage(stages.size() + 1, dense);
          });
    }
    return new Perceptron(stages);
  }

  private static Stage stage(int number, DenseLayer layer) {
    if (layer.norm().isPresent()) {
      throw new IllegalArgumentException(
          "embedding: layer %d has a batch normalisation, for which this is not defined; fold it into the layer's weights and bias first"
              .formatted(number));
    }
    if (layer.residual() == Residual.PRE_ACTIVATION) {
      throw new IllegalArgumentException(
          "embedding: layer %d adds the pre-activations of the layer before; only blocks that add features, f + φ(W f + b), are covered"
              .formatted(number));
    }
    RealVector bias =
        MatrixUtils.createRealVector(
            layer.bias().map(b -> b.toArray()[0]).orElse(new double[(int) layer.outputs()]));
    return new Stage(
        MatrixUtils.createRealMatrix(layer.weights().toArray()),
        bias,
        layer.activation(),
        layer.residual() == Residual.POST_ACTIVATION,
        layer.bias().isPresent());
  }

  /** {@return the network in float64; the caller closes it} */
  public Network toNetwork() {
    List<DenseLayer> layers = new ArrayList<>();
    for (Stage stage : stages) {
      layers.add(
          new DenseLayer(
              HostMatrix.of(stage.weights().getData()),
              stage.biased()
                  ? Optional.of(HostMatrix.of(new double[][] {stage.bias().toArray()}))
                  : Optional.empty(),
              Optional.empty(),
              stage.activation(),
              stage.bridged() ? Residual.POST_ACTIVATION : Residual.NONE));
    }
    return new Network(layers);
  }

  /** {@return L, the number of layers with weights, the output layer included} */
  public int depth() {
    return stages.size();
  }

  /**
   * {@return m_l}
   *
   * @param l 0 for the inputs, to L for the outputs
   */
  public int width(int l) {
    return l == 0 ? stages.getFirst().inputs() : stages.get(l - 1).outputs();
  }

  /** {@return m_0 to m_L} */
  public List<Integer> widths() {
    return java.util.stream.IntStream.rangeClosed(0, depth()).mapToObj(this::width).toList();
  }

  /**
   * {@return layer l}
   *
   * @param l 1 to L
   */
  public Stage stage(int l) {
    return stages.get(l - 1);
  }

  /** {@return M, the number of parameters} */
  public int parameterCount() {
    return stages.stream().mapToInt(Stage::parameters).reduce(0, Math::addExact);
  }

  /** {@return all parameters in a row} */
  public double[] parameters() {
    double[] all = new double[parameterCount()];
    int at = 0;
    for (Stage stage : stages) {
      for (int i = 0; i < stage.outputs(); i++) {
        System.arraycopy(stage.weights().getRow(i), 0, all, at, stage.inputs());
        at += stage.inputs();
      }
      if (stage.biased()) {
        System.arraycopy(stage.bias().toArray(), 0, all, at, stage.outputs());
        at += stage.outputs();
      }
    }
    return all;
  }

  /**
   * {@return a network of the same shape with other parameters}
   *
   * @param parameters all in a row
   */
  public Perceptron withParameters(double[] parameters) {
    if (parameters.length != parameterCount()) {
      throw new ShapeException(
          "network: there must be %d parameters but are %d"
              .formatted(parameterCount(), parameters.length));
    }
    List<Stage> all = new ArrayList<>();
    int at = 0;
    for (Stage stage : stages) {
      RealMatrix weights = MatrixUtils.createRealMatrix(stage.outputs(), stage.inputs());
      for (int i = 0; i < stage.outputs(); i++) {
        weights.setRow(i, java.util.Arrays.copyOfRange(parameters, at, at + stage.inputs()));
        at += stage.inputs();
      }
      RealVector bias = stage.bias();
      if (stage.biased()) {
        bias =
            MatrixUtils.createRealVector(
                java.util.Arrays.copyOfRange(parameters, at, at + stage.outputs()));
        at += stage.outputs();
      }
      all.add(stage.with(weights, bias));
    }
    return new Perceptron(all);
  }

  /**
   * {@return pre-activations and features of all layers}
   *
   * @param x samples in rows, n×m_0
   * @throws ShapeException if x has another number of columns
   */
  public Features features(RealMatrix x) {
    if (x.getColumnDimension() != width(0)) {
      throw new ShapeException(
          "network: samples must have %d columns like the network's inputs but have %d"
              .formatted(width(0), x.getColumnDimension()));
    }
    List<RealMatrix> values = new ArrayList<>(List.of(x));
    List<RealMatrix> preActivations = new ArrayList<>();
    for (Stage stage : stages) {
      RealMatrix u = affine(values.getLast(), stage.weights(), stage.bias());
      RealMatrix f = map(u, stage.activation());
      preActivations.add(u);
      values.add(stage.bridged() ? f.add(values.getLast()) : f);
    }
    return new Features(List.copyOf(values), List.copyOf(preActivations));
  }

  /**
   * {@return the outputs, n×m_L}
   *
   * @param x samples in rows, n×m_0
   */
  public RealMatrix outputs(RealMatrix x) {
    return features(x).outputs();
  }

  /** Returns a Wᵀ + b for each row of a. */
  static RealMatrix affine(RealMatrix a, RealMatrix weights, RealVector bias) {
    RealMatrix u = a.multiplyTransposed(weights);
    for (int i = 0; i < u.getRowDimension(); i++) {
      for (int j = 0; j < u.getColumnDimension(); j++) {
        u.addToEntry(i, j, bias.getEntry(j));
      }
    }
    return u;
  }

  private static RealMatrix map(RealMatrix u, dev.lamina.kernel.Activation activation) {
    double[][] values = u.getData();
    for (double[] row : values) {
      for (int j = 0; j < row.length; j++) {
        row[j] = activation.value(row[j]);
      }
    }
    return MatrixUtils.createRealMatrix(values);
  }
}
