package dev.lamina.analysis.trainability;

import dev.lamina.analysis.data.RowAngles;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.degeneracy.Convention;
import dev.lamina.analysis.degeneracy.Degeneracy;
import dev.lamina.analysis.degeneracy.LogSin2;
import dev.lamina.analysis.degeneracy.PredictedLayer;
import dev.lamina.analysis.degeneracy.Rule;
import dev.lamina.analysis.degeneracy.SampleStatistics;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Angles of real pairs of inputs behind every hidden layer of fresh networks, beside what the rules
 * say. Everything is in ln sin² θ; means are over the pairs.
 *
 * @param architecture hidden widths
 * @param start mean between the inputs
 * @param layers behind each hidden layer
 */
public record AngleProfile(String architecture, double start, List<Point> layers) {

  /** Squared chord below which two directions in float64 are the same. */
  private static final double SAME = 1e-26;

  /** Copies the list. */
  public AngleProfile {
    layers = List.copyOf(layers);
  }

  /**
   * Behind one layer.
   *
   * @param measured mean over the networks of the mean over the pairs
   * @param interval half of its 95 % interval, 1.96 sd/√networks
   * @param lost share of pairs that have become parallel or zero, left out of the mean
   * @param infinite mean over the pairs by the rule of infinite width
   * @param paper by the published rule
   * @param digamma by the digamma rule
   */
  public record Point(
      double measured,
      double interval,
      double lost,
      double infinite,
      double paper,
      double digamma) {}

  /**
   * Draws pairs of rows.
   *
   * @param x inputs, one per row
   * @param pairs how many, ≥ 2
   * @param seed of the draw
   * @return 2·pairs rows in float64, the two of a pair after each other; the caller closes it
   */
  static HostMatrix pairs(HostMatrix x, int pairs, long seed) {
    HostMatrix rows = HostMatrix.allocate(DType.FLOAT64, 2L * pairs, x.cols());
    int[] next = {0};
    new RowAngles(x)
        .draw(
            pairs,
            seed,
            (i, j, _) -> {
              copy(x, i, rows, next[0]++);
              copy(x, j, rows, next[0]++);
            });
    return rows;
  }

  private static void copy(HostMatrix from, long row, HostMatrix to, long toRow) {
    for (long k = 0; k < from.cols(); k++) {
      to.set(toRow, k, from.get(row, k));
    }
  }

  /**
   * Measures.
   *
   * @param backend computes the layers, in float64: the angles of deep networks are below what
   *     float32 resolves
   * @param architecture hidden widths
   * @param pairs 2P×d in float64, as {@link #pairs} gives them
   * @param networks how many fresh networks, ≥ 2
   * @param seed of the networks
   * @return the profile
   */
  static AngleProfile measure(
      Backend backend, Architecture architecture, HostMatrix pairs, int networks, long seed) {
    double[] start = angles(pairs);
    int depth = architecture.hidden().size();
    double[][] means = new double[depth][networks];
    double[] lost = new double[depth];
    NetworkPlan plan = plan(architecture, Math.toIntExact(pairs.cols()), 1);
    for (int k = 0; k < networks; k++) {
      try (Network network = plan.draw(DType.FLOAT64, seed + k);
          DeviceMatrix x = backend.upload(pairs)) {
        int net = k;
        forward(
            backend,
            network,
            x,
            (layer, angles) -> {
              SampleStatistics s = SampleStatistics.of(angles);
              means[layer][net] = s.mean();
              lost[layer] += s.excludedFraction() / networks;
            });
      }
    }
    double[][] rules = new double[3][];
    List<Rule> shown = List.of(Rule.INFINITE, Rule.PAPER, Rule.DIGAMMA);
    for (int r = 0; r < rules.length; r++) {
      rules[r] = predicted(architecture, start, shown.get(r));
    }
    List<Point> layers = new ArrayList<>();
    for (int l = 0; l < depth; l++) {
      SampleStatistics s = SampleStatistics.of(means[l]);
      layers.add(
          new Point(
              s.mean(), 1.96 * s.standardError(), lost[l], rules[0][l], rules[1][l], rules[2][l]));
    }
    return new AngleProfile(
        architecture.toString(), SampleStatistics.of(logSin2(start)).mean(), layers);
  }

  /**
   * Returns the network of an architecture: relu, He initialisation, no biases.
   *
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  static NetworkPlan plan(Architecture architecture, int inputs, int outputs) {
    List<Integer> widths = new ArrayList<>();
    widths.add(inputs);
    widths.addAll(architecture.hidden());
    widths.add(outputs);
    return new NetworkPlan(
        widths, List.of(Activation.RELU), new WeightInit.He(), false, false, Residual.NONE);
  }

  /** What is done with the angles behind a layer. */
  private interface Visitor {
    void layer(int layer, double[] logSin2);
  }

  private static void forward(Backend backend, Network network, DeviceMatrix x, Visitor visitor) {
    List<DeviceMatrix> owned = new ArrayList<>();
    try {
      DeviceMatrix in = x;
      for (int l = 0; l < network.depth() - 1; l++) {
        DenseLayer layer = dense(network.layers().get(l));
        DeviceMatrix weights = backend.upload(layer.weights());
        owned.add(weights);
        DeviceMatrix out = backend.allocate(DType.FLOAT64, in.rows(), layer.outputs());
        owned.add(out);
        backend
            .layers()
            .forward(
                new DenseParameters(weights, Optional.empty(), layer.activation()), in, out, out);
        in = out;
        try (HostMatrix copy = HostMatrix.allocate(DType.FLOAT64, out.rows(), out.cols())) {
          backend.download(out, copy);
          visitor.layer(l, logSin2(angles(copy)));
        }
      }
    } finally {
      owned.forEach(DeviceMatrix::close);
    }
  }

  private static DenseLayer dense(Layer layer) {
    return switch (layer) {
      case DenseLayer dense -> dense;
    };
  }

  /** Returns the angle of each pair, NaN if it is parallel or one of it is zero. */
  private static double[] angles(HostMatrix rows) {
    double[] result = new double[Math.toIntExact(rows.rows() / 2)];
    RowAngles angles = new RowAngles(rows);
    Arrays.setAll(
        result,
        k -> {
          double angle = angles.between(2 * k, 2 * k + 1);
          // A row of zeros has no direction and gives NaN.
          return angle * angle > SAME ? angle : Double.NaN;
        });
    return result;
  }

  private static double[] logSin2(double[] angles) {
    return Arrays.stream(angles).map(LogSin2::of).toArray();
  }

  private static double[] predicted(Architecture architecture, double[] start, Rule rule) {
    int[] widths = architecture.widths(1);
    double[] sum = new double[architecture.hidden().size()];
    int count = 0;
    for (double angle : start) {
      if (!Double.isNaN(angle)) {
        count++;
        List<PredictedLayer> layers =
            Degeneracy.predict(widths, angle, rule, Convention.NETWORK).layers();
        for (int l = 0; l < sum.length; l++) {
          sum[l] += layers.get(l).meanLogSin2();
        }
      }
    }
    int pairs = count;
    return IntStream.range(0, sum.length).mapToDouble(l -> sum[l] / pairs).toArray();
  }
}
