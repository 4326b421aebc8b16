package dev.lamina.analysis.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSource;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.TargetFunction;
import dev.lamina.analysis.embedding.Linearity;
import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.training.Loss;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is seen of a network, held to loops of their own; and the shelves. */
class LookerTest {

  /** Pre-activations behind the normalisation, what φ makes of them, and features. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Values(double[][][] before, double[][][] activated, double[][][] features) {}

  private static Values forward(Network network, double[][] x) {
    double[][][] before = new double[network.depth()][][];
    double[][][] activated = new double[network.depth()][][];
    double[][][] features = new double[network.depth()][][];
    double[][] a = x;
    for (int l = 0; l < network.depth(); l++) {
      DenseLayer layer = (DenseLayer) network.layers().get(l);
      double[][] w = layer.weights().toArray();
      double[] b = layer.bias().orElseThrow().toArray()[0];
      before[l] = new double[x.length][w.length];
      activated[l] = new double[x.length][w.length];
      features[l] = new double[x.length][w.length];
      for (int j = 0; j < w.length; j++) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
          double u = b[j];
          for (int k = 0; k < a[i].length; k++) {
            u += w[j][k] * a[i][k];
          }
          before[l][i][j] = u;
          sum += u;
          squares += u * u;
        }
        double mean = sum / x.length;
        double variance = squares / x.length - mean * mean;
        for (int i = 0; i < x.length; i++) {
          if (layer.norm().isPresent()) {
            BatchNorm norm = layer.norm().get();
            before[l][i][j] =
                norm.scale().get(0, j) * (before[l][i][j] - mean) / Math.sqrt(variance + 1e-5)
                    + norm.shift().get(0, j);
          }
          boolean output = l == network.depth() - 1;
          activated[l][i][j] = output ? before[l][i][j] : Math.tanh(before[l][i][j]);
          boolean adds = layer.residual() == Residual.POST_ACTIVATION;
          features[l][i][j] = activated[l][i][j] + (adds ? a[i][j] : 0);
        }
      }
      a = features[l];
    }
    return new Values(before, activated, features);
  }

  private static double[] column(double[][] rows, int j) {
    double[] column = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      column[i] = rows[i][j];
    }
    return column;
  }

  /** ρ by raw sums. */
  private static double pearson(double[] u, double[] f) {
    double n = u.length;
    double uSum = 0;
    double fSum = 0;
    double uu = 0;
    double ff = 0;
    double uf = 0;
    for (int i = 0; i < n; i++) {
      uSum += u[i];
      fSum += f[i];
      uu += u[i] * u[i];
      ff += f[i] * f[i];
      uf += u[i] * f[i];
    }
    return (n * uf - uSum * fSum) / Math.sqrt((n * uu - uSum * uSum) * (n * ff - fSum * fSum));
  }

  /** The root of the summed variances of the columns, by pairs of rows. */
  private static double spread(double[][] rows) {
    double sum = 0;
    for (double[] a : rows) {
      for (double[] b : rows) {
        for (int j = 0; j < a.length; j++) {
          sum += (a[j] - b[j]) * (a[j] - b[j]);
        }
      }
    }
    return Math.sqrt(sum);
  }

  /** By powers of WᵀW. */
  private static double largestSingularValue(double[][] w) {
    double[] v = new double[w[0].length];
    java.util.Arrays.fill(v, 1);
    double norm = 0;
    for (int step = 0; step < 2000; step++) {
      double[] next = new double[v.length];
      double size = 0;
      for (double[] row : w) {
        double u = 0;
        for (int j = 0; j < v.length; j++) {
          u += row[j] * v[j];
        }
        for (int j = 0; j < v.length; j++) {
          next[j] += u * row[j];
        }
      }
      for (double value : next) {
        size += value * value;
      }
      for (int j = 0; j < v.length; j++) {
        v[j] = next[j] / Math.sqrt(size);
      }
      norm = Math.pow(size, 0.25);
    }
    return norm;
  }

  @Test
  void looksAgreeWithPlainLoops() {
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.load(lamina, new DataSource.Iris(), DType.FLOAT64);
        DepthExamples examples = new DepthExamples(data, Loss.MEAN_SQUARE, 50)) {
      double[][] x = examples.train().x().getData();
      double[][] y = examples.train().y().getData();
      assertThat(x).hasDimensions(50, 4);
      for (int form = 0; form < 4; form++) {
        boolean norm = form % 2 == 1;
        Residual residual = form < 2 ? Residual.NONE : Residual.POST_ACTIVATION;
        try (Network network = GoldenNetworks.sines(List.of(4, 7, 7, 6, 3), norm, residual)) {
          Values values = forward(network, x);
          double[][] f = values.features()[3];
          double squares = 0;
          double entropy = 0;
          int hits = 0;
          for (int i = 0; i < 50; i++) {
            double exponentials = 0;
            for (int c = 0; c < 3; c++) {
              squares += Math.pow(f[i][c] - y[i][c], 2);
              exponentials += Math.exp(f[i][c]);
            }
            int label = y[i][0] == 1 ? 0 : y[i][1] == 1 ? 1 : 2;
            entropy -= Math.log(Math.exp(f[i][label]) / exponentials);
            double best = Math.max(f[i][0], Math.max(f[i][1], f[i][2]));
            hits += f[i][label] == best ? 1 : 0;
          }
          Looker looker = new Looker(examples, Loss.MEAN_SQUARE, Linearity.USUAL);
          Moment moment = looker.look(0, looker.perceptron(network), false);
          assertThat(moment.loss()).isCloseTo(squares / 150, within(1e-12));
          assertThat(moment.accuracy()).isEqualTo(hits / 50.0);
          Looker logits = new Looker(examples, Loss.CROSS_ENTROPY, Linearity.USUAL);
          assertThat(logits.look(0, logits.perceptron(network), false).loss())
              .isCloseTo(entropy / 50, within(1e-12));
          for (int l = 0; l < 3; l++) {
            double min = 1;
            for (int j = 0; j < values.before()[l][0].length; j++) {
              double rho = pearson(column(values.before()[l], j), column(values.activated()[l], j));
              min = Math.min(min, Math.abs(rho));
            }
            assertThat(moment.minPearsonOfAll().get(l)).isCloseTo(min, within(1e-10));
          }
          if (form < 2) {
            assertThat(moment.blocks()).isEmpty();
          } else {
            BlockSize block = moment.blocks().getFirst();
            assertThat(moment.blocks()).hasSize(1);
            assertThat(block.layer()).isEqualTo(2);
            double ratio = spread(values.activated()[1]) / spread(values.features()[0]);
            assertThat(block.share()).isCloseTo(ratio, within(1e-12));
            if (!norm) { // which is folded into the weights
              double[][] w = ((DenseLayer) network.layers().get(1)).weights().toArray();
              assertThat(block.norm()).isCloseTo(largestSingularValue(w), within(1e-10));
            }
          }
        }
      }
    }
  }

  @Test
  void shelvesOfTheStairsAreTheirs() {
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 100);
        DepthExamples examples = new DepthExamples(data, Loss.MSE, 0)) {
      List<Shelf> shelves = Shelves.of(examples.train(), Loss.MSE, Activation.Smooth.TANH);
      double[] x = column(examples.train().x().getData(), 0);
      double[] y = column(examples.train().y().getData(), 0);
      double squares = 0;
      double products = 0;
      double xs = 0;
      for (int i = 0; i < 100; i++) { // both are odd: their means are 0
        squares += y[i] * y[i] / 100;
        products += x[i] * y[i] / 100;
        xs += x[i] * x[i] / 100;
      }
      assertThat(shelves)
          .extracting(Shelf::name)
          .containsExactly("best constant", "best linear map", "best single neuron");
      assertThat(shelves.get(0).loss()).isCloseTo(squares, within(1e-10));
      assertThat(shelves.get(1).loss())
          .isCloseTo(squares - products * products / xs, within(1e-10));
      assertThat(shelves.get(2).loss()).isCloseTo(0.1092858, within(1e-6)); // the published plateau
      assertThat(shelves.get(2).loss()).isCloseTo(gridded(x, y), within(1e-6));
    }
  }

  /** The best a tanh(wx) on a grid; by symmetry the bias is 0. */
  private static double gridded(double[] x, double[] y) {
    double best = Double.POSITIVE_INFINITY;
    for (double w = 0.01; w < 1; w += 1e-4) {
      double hh = 0;
      double hy = 0;
      double yy = 0;
      for (int i = 0; i < x.length; i++) {
        double h = Math.tanh(w * x[i]);
        hh += h * h;
        hy += h * y[i];
        yy += y[i] * y[i];
      }
      best = Math.min(best, (yy - hy * hy / hh) / x.length);
    }
    return best;
  }

  @Test
  void theBestConstantOfClassesIsKnown() {
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data =
            GoldenNetworks.load(
                lamina,
                new DataSource.Clusters(300, 20, 3, 3, java.util.Optional.of(1L)),
                DType.FLOAT64);
        DepthExamples examples = new DepthExamples(data, Loss.CROSS_ENTROPY, 0)) {
      assertThat(Shelves.of(examples.train(), Loss.CROSS_ENTROPY, Activation.RELU))
          .singleElement()
          .satisfies(s -> assertThat(s.loss()).isCloseTo(Math.log(3), within(1e-12)));
      List<Shelf> squares = Shelves.of(examples.train(), Loss.MEAN_SQUARE, Activation.RELU);
      assertThat(squares).hasSize(2); // too many inputs for the search of a neuron
      assertThat(squares.getFirst().loss()).isCloseTo(2.0 / 9, within(1e-12));
    }
  }

  @Test
  void crossEntropyNeedsClasses() {
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.HINGES, 20)) {
      assertThatThrownBy(() -> new DepthExamples(data, Loss.CROSS_ENTROPY, 0))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "loss = cross-entropy needs classes but the response of hinges is numbers; use loss = mse or mean-square");
    }
  }
}
