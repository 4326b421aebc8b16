package dev.lamina.analysis.lego;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayerMonitorTest {
  private static final int N = 24;

  /** Evidence of the kernel above a layer, by loops: dgl.md section 4.2. */
  private static double evidence(double[][] phi, double[] y, int above, double noise) {
    double[][] k = new double[N][N];
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int a = 0; a < phi[i].length; a++) {
          sum += phi[i][a] * phi[j][a];
        }
        k[i][j] = LegoFixture.LOSS.readoutVariance() / phi[i].length * sum + 0.1;
      }
    }
    for (int r = 0; r < above; r++) {
      double[][] next = new double[N][N];
      for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
          double s = Math.sqrt(k[i][i] * k[j][j]);
          double theta = i == j ? 0 : Math.acos(Math.min(1, k[i][j] / s));
          double k1 = (s * Math.sin(theta) + (Math.PI - theta) * k[i][j]) / (2 * Math.PI);
          next[i][j] = 2 * k1 + 0.1;
        }
      }
      k = next;
    }
    double[] alpha = y.clone();
    double logDeterminant = 0;
    for (int i = 0; i < N; i++) {
      k[i][i] += noise;
    }
    for (int p = 0; p < N; p++) { // elimination; pivots of a positive definite matrix are positive
      logDeterminant += Math.log(k[p][p]);
      for (int i = p + 1; i < N; i++) {
        double f = k[i][p] / k[p][p];
        for (int j = p; j < N; j++) {
          k[i][j] -= f * k[p][j];
        }
        alpha[i] -= f * alpha[p];
      }
    }
    double fit = 0;
    for (int p = 0; p < N; p++) {
      fit += alpha[p] * alpha[p] / k[p][p]; // y'A⁻¹y from the L D Lᵀ factors
    }
    return 0.5 * fit + 0.5 * logDeterminant;
  }

  private static double[][] forward(Network network, int layers, double[][] x) {
    double[][] a = x;
    for (int l = 0; l < layers; l++) {
      DenseLayer layer = (DenseLayer) network.layers().get(l);
      double[][] out = new double[a.length][(int) layer.outputs()];
      for (int i = 0; i < a.length; i++) {
        for (int o = 0; o < layer.outputs(); o++) {
          double z = layer.bias().orElseThrow().get(0, o);
          for (int j = 0; j < a[i].length; j++) {
            z += layer.weights().get(o, j) * a[i][j];
          }
          out[i][o] = Math.max(0, z);
        }
      }
      a = out;
    }
    return a;
  }

  @Test
  void followsTheLossesOfAllLayersDuringOrdinaryTraining() {
    try (Backend backend = LegoFixture.cpu(1);
        HostMatrix x = LegoFixture.gaussian(1, DType.FLOAT64, N, 5);
        HostMatrix y = LegoFixture.signs(x);
        HostMatrix twoColumns = LegoFixture.gaussian(3, DType.FLOAT64, N, 2);
        TrainingData data = TrainingData.upload(backend, x, twoColumns, x, twoColumns);
        Network initial = LegoFixture.network(DType.FLOAT64, 9, 8);
        LayerMonitor monitor = new LayerMonitor(backend, x, y, LegoFixture.LOSS, N, 1);
        Training training =
            new Training(
                backend,
                data,
                initial,
                new TrainingPlan(
                    Loss.MSE,
                    Optimiser.Adam.USUAL,
                    0.01,
                    Schedule.CONSTANT,
                    0,
                    10,
                    Long.MAX_VALUE,
                    Optional.empty(),
                    1),
                Optional.empty(),
                Progress.NONE)) {
      training.run(monitor);
      assertThat(monitor.moments())
          .extracting(LayerMonitor.Moment::step)
          .containsExactly(0L, 1L, 10L);
      double[] targets = new double[N];
      for (int i = 0; i < N; i++) {
        targets[i] = y.get(i, 0);
      }
      requireLosses(monitor.moments().getFirst().losses(), initial, x, targets);
      requireLosses(monitor.moments().getLast().losses(), training.network(), x, targets);
      assertThat(monitor.losses(training.network()))
          .isEqualTo(monitor.moments().getLast().losses());
    }
  }

  private static void requireLosses(
      List<Double> losses, Network network, HostMatrix x, double[] targets) {
    for (int l = 1; l <= 2; l++) {
      double want =
          evidence(forward(network, l, x.toArray()), targets, 2 - l, LegoFixture.LOSS.noise());
      assertThat(losses.get(l - 1)).isCloseTo(want, within(1e-9 * Math.abs(want) + 1e-9));
    }
  }
}
