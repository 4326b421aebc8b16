package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.sparsity.CovarianceForm;
import dev.lamina.analysis.sparsity.CovarianceResult;
import dev.lamina.analysis.sparsity.DenseShape;
import dev.lamina.analysis.sparsity.LayerCovariance;
import dev.lamina.analysis.sparsity.RepresentationFit;
import dev.lamina.analysis.sparsity.RepresentationLoss;
import dev.lamina.analysis.sparsity.RepresentationPlan;
import dev.lamina.analysis.sparsity.RepresentationTraining;
import dev.lamina.analysis.sparsity.RidgeFit;
import dev.lamina.analysis.sparsity.RidgePlan;
import dev.lamina.analysis.sparsity.RidgeProblem;
import dev.lamina.analysis.sparsity.RidgeTraining;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The covariance form on the emulated cuda backend: golden numbers, and against the cpu backend.
 */
class CudaSparsityTest {

  /** sin(a i + b j + c) with samples in columns; {@code samples} of them. */
  private static double[][] grid(int rows, int samples, double a, double b, double c) {
    double[][] m = new double[rows][samples];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < samples; j++) {
        m[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return m;
  }

  private static HostMatrix transposed(double[][] m) {
    HostMatrix t = HostMatrix.allocate(DType.FLOAT64, m[0].length, m.length);
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[0].length; j++) {
        t.set(j, i, m[i][j]);
      }
    }
    return t;
  }

  private static RidgeProblem problem(double lambda) {
    return new RidgeProblem(
        transposed(grid(3, 5, .7, 1.3, .5)),
        transposed(grid(2, 5, 1.1, .9, -.3)),
        Loss.MSE,
        lambda,
        1);
  }

  @ParameterizedTest
  @CsvSource({
    "tanh, 2.805215459637, 1.251311600760, 0.107928127879",
    "relu, 2.730832189055, 1.949882956828, 0.446230972474"
  })
  void goldenTikhonovLoss(String activation, double loss, double norm, double entry) {
    DenseShape shape = DenseShape.of(List.of(3, 4, 3, 2), Activation.parse(activation));
    try (Backend device = EmulatedBackends.open(LaminaConfig.defaults());
        RepresentationLoss objective = new RepresentationLoss(device, problem(.01), shape, .05)) {
      List<DeviceMatrix> z = new ArrayList<>();
      List<DeviceMatrix> gradient = new ArrayList<>();
      for (double[][] m :
          List.of(grid(4, 5, .37, 1.9, .2), grid(3, 5, .91, .77, .4), grid(2, 5, .3, .5, .1))) {
        try (HostMatrix host = HostMatrix.of(m)) {
          z.add(device.upload(host));
        }
        gradient.add(device.allocate(DType.FLOAT64, m.length, 5));
      }
      assertThat(objective.evaluate(z, gradient)).isCloseTo(loss, within(1e-12));
      DeviceMatrix g = gradient.getFirst();
      assertThat(Math.sqrt(device.gram().dot(g, g))).isCloseTo(norm, within(1e-12));
      try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, 4, 5)) {
        device.download(g, host);
        assertThat(host.get(0, 0)).isCloseTo(entry, within(1e-12));
      }
      z.forEach(DeviceMatrix::close);
      gradient.forEach(DeviceMatrix::close);
    }
  }

  @Test
  void trainedNetworkAgreesWithTheProcessor() {
    RidgeProblem problem = problem(2e-3);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.RELU);
    RidgePlan plan = new RidgePlan(1, 20, 0.02, 1, 10, 1, 1);
    try (Backend device = EmulatedBackends.open(LaminaConfig.defaults());
        Backend cpu = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
        RidgeTraining onDevice = new RidgeTraining(device, problem, shape);
        RidgeTraining onCpu = new RidgeTraining(cpu, problem, shape);
        RidgeFit got = onDevice.best(plan);
        RidgeFit want = onCpu.best(plan)) {
      assertThat(got.loss()).isCloseTo(want.loss(), within(1e-8 * want.loss()));
      RepresentationPlan few = new RepresentationPlan(RepresentationPlan.Order.LAYERWISE, 2, 3, 0);
      try (RepresentationFit a =
              RepresentationTraining.minimise(device, want.network(), problem, 1e-2, few);
          RepresentationFit b =
              RepresentationTraining.minimise(cpu, want.network(), problem, 1e-2, few)) {
        assertThat(a.loss()).isCloseTo(b.loss(), within(1e-8 * b.loss()));
      }
    }
  }

  @Test
  void measurementAgreesWithTheProcessor() {
    NetworkPlan plan =
        new NetworkPlan(
            List.of(3, 12, 7, 2),
            List.of(Activation.RELU),
            new WeightInit.Ntk(1.7, 0.2),
            true,
            false,
            Residual.NONE);
    RidgeProblem problem = problem(.01);
    try (Backend device = EmulatedBackends.open(LaminaConfig.defaults());
        Backend cpu = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
        Network network = plan.draw(DType.FLOAT32, 1)) {
      CovarianceResult got = CovarianceForm.measure(device, network, problem);
      CovarianceResult want = CovarianceForm.measure(cpu, network, problem);
      assertThat(got.loss()).isCloseTo(want.loss(), within(1e-12));
      assertThat(got.lossRepresentations()).isCloseTo(want.lossRepresentations(), within(1e-10));
      assertThat(got.lossCovariances()).isCloseTo(want.lossCovariances(), within(1e-10));
      for (int l = 0; l < 3; l++) {
        LayerCovariance a = got.layers().get(l);
        LayerCovariance b = want.layers().get(l);
        assertThat(a.rankK()).isEqualTo(b.rankK());
        assertThat(a.rankM()).isEqualTo(b.rankM());
        assertThat(a.effectiveNeurons()).isEqualTo(b.effectiveNeurons());
        assertThat(a.form()).isEqualTo(b.form());
        assertThat(a.attraction()).isCloseTo(b.attraction(), within(1e-9 * b.attraction()));
        assertThat(a.repulsion()).isCloseTo(b.repulsion(), within(1e-9 * b.repulsion()));
      }
    }
  }
}
