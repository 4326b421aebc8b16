package dev.lamina.analysis.lego;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadOutTest {
  private static final double NOISE = 0.2;

  /** Φ of a layer, by loops. */
  private static double[][] features(Network network, int layers, HostMatrix x) {
    double[][] a = x.toArray();
    for (int l = 0; l < layers; l++) {
      double[][] w = network.layers().get(l).matrices().get(0).toArray();
      double[][] b = network.layers().get(l).matrices().get(1).toArray();
      double[][] out = new double[a.length][w.length];
      for (int i = 0; i < a.length; i++) {
        for (int o = 0; o < w.length; o++) {
          double z = b[0][o];
          for (int j = 0; j < a[i].length; j++) {
            z += w[o][j] * a[i][j];
          }
          out[i][o] = Math.max(z, 0);
        }
      }
      a = out;
    }
    return a;
  }

  /** Solves A x = b by Gaussian elimination and returns log det A. */
  private static double solve(double[][] a, double[][] b) {
    double logDeterminant = 0;
    int n = a.length;
    for (int k = 0; k < n; k++) {
      logDeterminant += Math.log(a[k][k]); // A is positive definite: all pivots are positive
      for (int i = 0; i < n; i++) {
        double f = i == k ? 0 : a[i][k] / a[k][k];
        for (int j = k; j < n; j++) {
          a[i][j] -= f * a[k][j];
        }
        for (int c = 0; c < b[i].length; c++) {
          b[i][c] -= f * b[k][c];
        }
      }
    }
    for (int k = 0; k < n; k++) {
      for (int c = 0; c < b[k].length; c++) {
        b[k][c] /= a[k][k];
      }
    }
    return logDeterminant;
  }

  private static void centreColumns(double[][] m, double[] means) {
    for (int j = 0; j < means.length; j++) {
      for (double[] row : m) {
        means[j] += row[j] / m.length;
      }
      for (double[] row : m) {
        row[j] -= means[j];
      }
    }
  }

  /**
   * Against the N×N system by elimination: in the feature-space form (50 samples of 12 features)
   * and in the other (9 samples), with and without bias and centring, from inputs and from a layer.
   */
  @ParameterizedTest
  @CsvSource({
    "50, 1, 0.1, false",
    "50, 0, 0.1, false",
    "50, 2, 0, false",
    "50, 1, 0.1, true",
    "9, 1, 0.1, false",
    "9, 1, 0.1, true",
  })
  void isTheRidgeSolution(int n, int layer, double biasVariance, boolean centred) {
    LegoLoss loss =
        new LegoLoss(
            new LegoObjective.OfKernel(Form.EVIDENCE),
            NOISE,
            1.5,
            2,
            biasVariance,
            centred,
            1,
            false);
    try (Backend backend = LegoFixture.cpu(1);
        Network network = LegoFixture.network(DType.FLOAT64, 12, 11);
        HostMatrix x = LegoFixture.gaussian(1, DType.FLOAT64, n, 5);
        HostMatrix y = LegoFixture.gaussian(2, DType.FLOAT64, n, 3);
        HostMatrix test = LegoFixture.gaussian(3, DType.FLOAT64, 7, 5);
        ReadOut readOut = ReadOut.fit(new LayerFeatures(backend, network, layer, x), y, loss);
        HostMatrix got = readOut.predict(new LayerFeatures(backend, network, layer, test))) {
      double[][] phi = features(network, layer, x);
      double[][] star = features(network, layer, test);
      double[][] alpha = y.toArray();
      double[] means = new double[3];
      if (centred) {
        double[] featureMeans = new double[phi[0].length];
        centreColumns(phi, featureMeans);
        centreColumns(alpha, means);
        for (double[] row : star) {
          for (int j = 0; j < row.length; j++) {
            row[j] -= featureMeans[j];
          }
        }
      }
      double bias = centred ? 0 : biasVariance;
      double[][] targets =
          java.util.Arrays.stream(alpha).map(double[]::clone).toArray(double[][]::new);
      double[][] a = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          a[i][j] = kernel(phi[i], phi[j], bias) + (i == j ? NOISE : 0);
        }
      }
      double logDeterminant = solve(a, alpha);
      double evidence = 1.5 * (logDeterminant - (centred ? Math.log(NOISE) : 0));
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < 3; c++) {
          evidence += 0.5 * targets[i][c] * alpha[i][c];
        }
      }
      assertThat(readOut.evidence()).isCloseTo(evidence, within(1e-10 * Math.abs(evidence) + 1e-9));
      for (int t = 0; t < 7; t++) {
        for (int c = 0; c < 3; c++) {
          double want = means[c];
          for (int i = 0; i < n; i++) {
            want += kernel(star[t], phi[i], bias) * alpha[i][c];
          }
          assertThat(got.get(t, c)).isCloseTo(want, within(1e-10));
        }
      }
    }
  }

  private static double kernel(double[] a, double[] b, double bias) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return 1.5 / a.length * sum + bias;
  }
}
